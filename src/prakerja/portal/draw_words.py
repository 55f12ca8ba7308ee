"""The words of a draw for whoever never saw one: how far it is, its steps with their times, and why one came to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

from prakerja.draw.protocol.documents import read_instant
from prakerja.draw.public import PublicDraw
from prakerja.draw.states import DRAW_STATES
from prakerja.intake.queries import WavePeriod


@dataclass(frozen=True)
class Stage:
    """How far a wave's draw is: the word of its tag, its colour, and what it means."""

    text: Any
    colour: str
    why: Any


STAGES: Mapping[str, Stage] = MappingProxyType(
    {
        "ahead": Stage(_("Belum dibuka"), "grey", _("Gelombang ini belum dibuka.")),
        "open": Stage(
            _("Sedang dibuka"),
            "blue",
            _(
                "Orang masih dapat bergabung. Undian baru dimulai setelah gelombang ditutup; yang bergabung lebih awal tidak mendapat tempat lebih baik."
            ),
        ),
        "closed": Stage(
            _("Sudah ditutup, belum diundi"),
            "yellow",
            _("Data semua pendaftar sedang dicocokkan. Setelah itu daftarnya dikunci dan diterbitkan di sini."),
        ),
        "committed": Stage(
            _("Daftar dikunci, menunggu bilangan acak"),
            "yellow",
            _(
                "Daftar peserta undian sudah dikunci dan terbit di halaman ini. Bilangan acaknya belum ada: siapa pun, termasuk kami, belum dapat mengetahui hasilnya."
            ),
        ),
        "drawn": Stage(
            _("Sudah diundi, hasil sedang diperiksa"),
            "yellow",
            _(
                "Bilangan acak sudah ada dan urutan sudah dihitung. Dua petugas memeriksa berkasnya sebelum hasil diterbitkan di sini."
            ),
        ),
        "published": Stage(
            _("Sudah diundi"),
            "green",
            _("Hasil dan semua berkasnya sudah terbit. Siapa pun dapat menghitung ulang seluruh undian ini."),
        ),
        "void": Stage(_("Batal"), "red", _("Undian ini berakhir tanpa hasil.")),
        "repeated": Stage(
            _("Akan diundi ulang"),
            "yellow",
            _("Undian sebelumnya berakhir tanpa hasil. Gelombang ini diundi ulang dengan bilangan acak yang baru."),
        ),
        "listed": Stage(
            _("Diputuskan tanpa undian di situs ini"),
            "grey",
            _(
                "Hasil gelombang ini dicatat dari daftar penerima yang ditetapkan dengan surat keputusan. Tidak ada berkas undian yang dapat diperiksa."
            ),
        ),
    }
)

VOID_REASONS: Mapping[str, Any] = MappingProxyType(
    {
        "source": _("Bilangan acak dari luar tidak datang dalam tujuh hari."),
        "secret": _("Bilangan rahasia tidak dibuka dalam tiga hari setelah bilangan acak ada."),
        "list": _(
            "Sebelum bilangan acak ada, ternyata ada yang keliru di daftarnya. Daftarnya disusun ulang dan dikunci lagi."
        ),
    }
)


# What happens while a value is not there, by the rule that was there before (draw.md 7).
_LATE: Mapping[str, Any] = MappingProxyType(
    {
        "drand": _(
            "Sedang ditunggu. Bila terlambat tetap ditunggu: ronde lain tidak pernah dipakai, dan nilai yang salah ditolak. Bila tujuh hari tidak datang, undian ini batal dan diulang dengan daftar yang sama."
        ),
        "nist-beacon-2": _(
            "Sedang ditunggu. Nilai yang salah ditolak. Bila sehari tidak datang, dua saksi menandatangani bahwa denyut ini tidak ada, dan undian memakai drand saja."
        ),
    }
)


def stage_of(*, wave: WavePeriod, draw: PublicDraw | None, at: datetime) -> str:
    """A key of STAGES: what the latest draw of a wave came to, else where the wave is by the clock."""
    if draw is not None and draw.status in DRAW_STATES.group("FIXED"):
        return draw.status
    if at < wave.opens_at:
        return "ahead"
    if at < wave.closes_at:
        return "open"
    if draw is not None:
        return "repeated" if draw.number > 1 else "closed"
    return "listed" if wave.announced_at is not None and wave.announced_at <= at else "closed"


@dataclass(frozen=True)
class DrawStep:
    """A step on the way: when it was or will be (None: not known yet), and whether it is done."""

    words: Any
    about: Any
    at: datetime | None
    is_done: bool
    # `at` is the first instant after it: the last minute before is shown.
    is_until: bool = False


def steps_of(*, wave: WavePeriod, draw: PublicDraw | None, at: datetime) -> list[DrawStep]:
    """The way of a wave from its rules to its published results, as far as it is known."""
    if draw is None:
        return []
    rules, commitment, result = draw.rules, draw.commitment, draw.result
    drawn = draw.status in DRAW_STATES.group("RESULTED")
    found = [
        DrawStep(
            _("Aturan undian terbit"),
            _("Jumlah kursi dan cara membaginya, sebelum gelombang dibuka."),
            read_instant(rules.published_at) if rules is not None else None,
            rules is not None,
        ),
        DrawStep(
            _("Gelombang ditutup"),
            _("Sejak itu tidak ada yang dapat masuk ke daftar."),
            wave.closes_at,
            at >= wave.closes_at,
            is_until=True,
        ),
        DrawStep(
            _("Daftar dikunci"),
            _("Setiap pendaftar menjadi satu baris dengan nama sandi. Sidik jari daftarnya diterbitkan."),
            read_instant(commitment.committed_at) if commitment is not None else None,
            commitment is not None,
        ),
    ]
    if not draw.sources:
        found.append(DrawStep(_("Bilangan acak muncul"), _("Waktunya disebut saat daftar dikunci."), None, False))
    for source in draw.sources:
        about = (
            _("Ronde nomor %(round)s dari drand, dibuat bersama oleh banyak lembaga di dunia.")
            % {"round": source.round}
            if source.round is not None
            else _("Denyut acak dari lembaga standar Amerika Serikat (NIST).")
        )
        if not drawn and not source.is_settled and at >= source.appears:
            about = f"{about} {_LATE[source.kind]}"
        found.append(DrawStep(_("Bilangan acak muncul"), about, source.appears, drawn or source.is_settled))
    found.append(
        DrawStep(
            _("Urutan dihitung"),
            _("Bilangan rahasia dibuka, lalu urutan semua orang dan kursinya dihitung."),
            draw.drawn_at,
            drawn,
        )
    )
    found.append(
        DrawStep(
            _("Hasil dan semua berkas terbit"),
            _("Siapa pun dapat menghitung ulang dan memeriksanya."),
            None,
            result is not None,
        )
    )
    if draw.status == "void" and draw.void is not None:
        found = [one for one in found if one.is_done]
        found.append(
            DrawStep(_("Undian batal"), VOID_REASONS[draw.void.reason], read_instant(draw.void.voided_at), True)
        )
    return found


@dataclass(frozen=True)
class Province:
    """A province in a draw. `luck`: the mean place in line, 0 first and 100 last; None where fewer than thirty stand."""

    code: str
    eligible: int
    winners: int
    luck: float | None

    @property
    def share(self) -> float:
        """How many of a hundred eligible ones won."""
        return 100 * self.winners / self.eligible if self.eligible else 0.0


@dataclass(frozen=True)
class Pool:
    """Seats that are given to the same people: of a province, a group, or what is left for everybody (`*`)."""

    code: str
    stratum: str
    group: str
    seats: int
    winners: int
    last_position: int


@dataclass(frozen=True)
class Figures:
    """A published draw in numbers."""

    rows: int
    eligible: int
    seats: int
    winners: int
    unfilled: int
    provinces: tuple[Province, ...]
    pools: tuple[Pool, ...]

    @property
    def excluded(self) -> int:
        return self.rows - self.eligible

    @property
    def of_hundred(self) -> int:
        """How many of a hundred eligible ones won, rounded."""
        return round(100 * self.winners / self.eligible) if self.eligible else 0


_MILLION = 1_000_000


def figures_of(draw: PublicDraw | None) -> Figures | None:
    """The numbers of a published draw, None before."""
    if draw is None or draw.result is None or draw.commitment is None or draw.rules is None:
        return None
    strata, pools = draw.stats.get("strata", {}), draw.stats.get("pools", {})
    return Figures(
        rows=draw.commitment.listed.rows,
        eligible=draw.commitment.listed.eligible,
        seats=draw.rules.seats,
        winners=draw.result.winners.count,
        unfilled=draw.result.unfilled,
        provinces=tuple(
            Province(
                code,
                one["eligible"],
                one["winners"],
                None if one["mean_luck"] is None else 100 * one["mean_luck"] / _MILLION,
            )
            for code, one in strata.items()
        ),
        pools=tuple(
            Pool(code, code.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), code.lstrip("*0123456789"), **one)
            for code, one in pools.items()
        ),
    )
