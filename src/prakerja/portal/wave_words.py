"""The words of joining a wave: where it stands and why one sees that, what speaks against somebody, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

from prakerja.intake.eligibility import Reason
from prakerja.intake.policies import QUOTA_FULL
from prakerja.portal.eligibility_words import ReasonWords, reason_words
from prakerja.programmes.schemes.model import Eligibility


@dataclass(frozen=True)
class Label:
    """What the dashboard calls it (rules.md 2.2), the colour of its tag, and why one sees that."""

    text: Any
    colour: str
    why: Any


LABELS: Mapping[str, Label] = MappingProxyType(
    {
        "open": Label(
            _("Menunggu gelombang ditutup"),
            "blue",
            _(
                "Pendaftaran Anda sudah masuk. Gelombang masih dibuka untuk orang lain. Urutan bergabung tidak berpengaruh."
            ),
        ),
        "processing": Label(
            _("Sedang diproses"),
            "yellow",
            _(
                "Gelombang sudah ditutup. Data semua pendaftar sedang dicocokkan dengan data lembaga lain. Ini biasanya tiga sampai lima hari."
            ),
        ),
        "evaluating": Label(
            _("Sedang dievaluasi"),
            "yellow",
            _("Pemeriksaan sudah selesai dan daftar hasilnya sedang dicatat. Hasil Anda segera muncul di sini."),
        ),
        "selected": Label(
            _("Lulus"), "green", _("Anda terpilih. Buka dashboard untuk melihat langkah berikutnya dan batas waktunya.")
        ),
        "not_selected": Label(
            _("Gagal"), "red", _("Anda belum terpilih di gelombang ini. Alasannya tertulis di halaman ini.")
        ),
        "withdrawn": Label(_("Dibatalkan"), "grey", _("Anda sendiri membatalkan pendaftaran di gelombang ini.")),
    }
)


def why_of(reason: str, *, eligibility: Eligibility) -> ReasonWords | None:
    """Why somebody was not selected, and the remedy (rules.md 3.4): the words of the self-check, and those of the quota."""
    if not reason:
        return None
    if reason == QUOTA_FULL:
        return ReasonWords(
            str(_("Kuota gelombang ini penuh, dan undian tidak memilih Anda.")),
            str(
                _("Ikuti gelombang berikutnya. Anda tidak perlu mendaftar atau mengikuti tes lagi: cukup ketuk Gabung.")
            ),
        )
    return reason_words(Reason(reason), eligibility=eligibility)


# Why a tap came to nothing.
REFUSALS: Mapping[str, Any] = MappingProxyType(
    {
        "wave_closed": _("Gelombang ini sudah ditutup. Anda belum bergabung. Ikuti gelombang berikutnya."),
        "wave_not_open": _("Gelombang ini belum dibuka. Anda belum bergabung."),
        "wave_unknown": _("Gelombang itu tidak ada."),
        "not_registered": _("Anda belum bergabung: pendaftaran Anda di situs ini belum lengkap."),
        "test_missing": _("Anda belum bergabung: ikuti dahulu tes motivasi dan kemampuan dasar."),
        "not_eligible": _("Anda belum bergabung. Alasannya ada di bawah."),
        "wave_decided": _("Hasil gelombang ini sudah ada, jadi pendaftaran tidak dapat dibatalkan lagi."),
        "not_joined": _("Anda tidak bergabung dengan gelombang itu."),
    }
)
NOTICES: Mapping[str, Any] = MappingProxyType(
    {
        "wave_joined": _("Anda sudah bergabung. Simpan nomor tiket Anda; kami juga mengirimnya lewat SMS."),
        "letter_sent": _("Surat Anda sudah kami terima."),
        "wave_left": _("Pendaftaran Anda di gelombang ini sudah dibatalkan."),
    }
)
LETTER_REFUSALS: Mapping[str, Any] = MappingProxyType(
    {
        "letter_words": _("Tulis surat Anda dalam 10 sampai 1.000 huruf."),
        "letter_too_early": _("Surat dapat ditulis setelah tiga kali belum terpilih."),
        "letter_open": _("Surat Anda sebelumnya belum dijawab."),
    }
)
