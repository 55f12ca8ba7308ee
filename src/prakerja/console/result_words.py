"""Lists of results in words: why one was refused, what the worker made of it, what it brings about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from prakerja.console.announcement_words import announcement_problem, last_minute
from prakerja.console.texts import counted, written
from prakerja.intake.operations import ResultsAhead, UploadedState
from prakerja.intake.queries import ImportState
from prakerja.kernel.errors import Refused
from prakerja.kernel.money import format_rupiah

_SENTENCES: Mapping[str, Any] = {
    "decree_format": gettext_lazy("Nomor keputusan: 1 sampai 100 huruf."),
    "nothing_prepared": gettext_lazy("Yang menunggu sudah disahkan, diganti atau ditarik. Tidak ada yang ditetapkan."),
    "results_changed": gettext_lazy(
        "Daftar ini disiapkan lagi sesudah halaman Anda dibuka. Tidak ada yang diubah; baca lagi."
    ),
    "import_asked": gettext_lazy("Sebuah daftar gelombang ini sedang dikerjakan. Tunggu sampai selesai."),
    "import_running": gettext_lazy("Impor lain sedang berjalan. Ulangi setelah selesai."),
    "file_not_kept": gettext_lazy(
        "Berkasnya tidak ada di sini: daftar ini disiapkan dengan perintah, atau sudah terlalu lama. Tidak ada yang ditetapkan."
    ),
    "results_differ": gettext_lazy("Ini bukan berkas yang sama. Tidak ada yang ditetapkan."),
    "list_changed": gettext_lazy("Isi berkasnya berubah ketika dibaca. Kirim lagi."),
    "nothing_unfinished": gettext_lazy("Tidak ada impor yang terputus lagi."),
    "draw_decides": gettext_lazy("Gelombang ini diundi: penerimanya ditetapkan undian, bukan daftar."),
    "keys_changing": gettext_lazy("Kunci index sedang diganti. Ulangi setelah selesai."),
    "broken": gettext_lazy("Terputus karena kesalahan sistem. Ulangi, dan laporkan."),
    "not_permitted": gettext_lazy("Petugas yang memintanya tidak lagi berwenang. Tidak ada yang ditetapkan."),
}
STATES: Mapping[str, Any] = {
    "reading": gettext_lazy("Dibaca, atau terputus"),
    "prepared": gettext_lazy("Dibaca untuk disahkan"),
    "awarding": gettext_lazy("Ditetapkan, atau terputus"),
    "done": gettext_lazy("Selesai"),
    "refused": gettext_lazy("Ditolak; tidak ada yang ditetapkan"),
    "given_up": gettext_lazy("Diakhiri sebelum selesai"),
}


def results_problem(refused: Refused) -> str:
    """A refusal in words."""
    told = refused.details
    match refused.reason:
        case "results_wait":
            words = _(
                "%(by)s sudah menyiapkan daftar keputusan %(decree)s, yang menunggu pengesahan. Sahkan, atau tarik dahulu."
            )
            return words % {"by": told["by"], "decree": told["decree"]}
        case "results_grew":
            words = _(
                "Daftar itu kini akan menetapkan %(people)s orang, ketika disiapkan %(prepared)s. Tidak ada yang ditetapkan; kirim lagi."
            )
            return words % {"people": counted(told["people"]), "prepared": counted(told["prepared"])}
        case "import_of_another":
            words = _(
                "Impor gelombang %(wave)s, keputusan %(decree)s, dimulai oleh %(by)s dan belum selesai. Tanyakan dahulu; lalu ambil alih di sini."
            )
            return words % {"wave": told["wave"], "decree": told["decree"], "by": told["by"]}
        case "import_unfinished":
            words = _(
                "Penetapan gelombang %(wave)s, keputusan %(decree)s, oleh %(by)s belum selesai: %(left)s orang lagi. Teruskan atau akhiri dahulu."
            )
            return words % {**told, "left": counted(told["left"])}
        case "announced_differs":
            return _("Gelombang ini sudah diumumkan pada %(when)s.") % {"when": written(told["announced_at"])}
        case "decree_of_other_wave":
            return _("Keputusan itu milik gelombang lain.")
        case "cards_held":
            words = _("Undian gelombang %(wave)s sedang berjalan. Sampai penerimanya ditetapkan, daftar ini menunggu.")
            return words % {"wave": told["wave"]}
        case "budget_too_low":
            words = _("Dana program tidak cukup: perlu %(needed)s, ada %(available)s.")
            return words % {name: format_rupiah(told[name]) for name in ("needed", "available")}
    known = _SENTENCES.get(refused.reason)
    return str(known) if known else announcement_problem(refused)


def outcome_words(one: UploadedState) -> str:
    """What became of what was asked for last."""
    if not one.outcome:
        return _("Sedang dibaca") if one.step == "prepare" else _("Sedang ditetapkan")
    if one.outcome == "done":
        return _("Selesai dibaca") if one.step == "prepare" else _("Selesai ditetapkan")
    if one.outcome == "list_broken":
        return _("Ditolak: %(why)s") % {"why": one.details["words"][0 if get_language() == "id" else 1]}
    # Instants were kept as texts.
    told = {
        name: datetime.fromisoformat(value) if name in ("deadline", "announced_at") else value
        for name, value in one.details.items()
    }
    return results_problem(Refused(one.outcome, **told))


def ahead_lines(ahead: ResultsAhead) -> list[tuple[str, str]]:
    """What confirming a list brings about, line by line."""
    return [
        (_("Ditetapkan sebagai penerima"), _("%(n)s orang") % {"n": counted(ahead.people)}),
        (_("Bantuan yang dicadangkan"), format_rupiah(ahead.reserved)),
        (_("Dana program sekarang"), format_rupiah(ahead.holds)),
        (_("Dana program sesudahnya"), format_rupiah(ahead.will_hold)),
        (_("Diumumkan"), written(ahead.announced_at)),
        (_("Batas waktu membeli"), last_minute(ahead.deadline)),
    ]


def import_line(one: ImportState, by: str) -> dict[str, Any]:
    """An import as a line of a table."""
    return {
        "decree": one.decree,
        "state": STATES[one.status],
        "by": by,
        "begun": written(one.begun_at),
        "read": counted(one.lines_read),
        "people": "–" if one.people is None else counted(one.people),
        "awarded": counted(one.awarded),
    }
