"""What the pages of waves say: states, reasons, messages, and why a change was refused."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prakerja.console.texts import sentence, written
from prakerja.kernel.errors import Refused

STATES = {
    "ahead": gettext_lazy("Belum dibuka"),
    "open": gettext_lazy("Sedang dibuka"),
    "closed": gettext_lazy("Sudah ditutup"),
    "announced": gettext_lazy("Sudah diumumkan"),
}
APPLICATIONS = {
    "waiting": gettext_lazy("Menunggu hasil"),
    "selected": gettext_lazy("Terpilih"),
    "not_selected": gettext_lazy("Belum terpilih"),
    "withdrawn": gettext_lazy("Mengundurkan diri"),
}
REASONS = {
    "BUKAN_WNI": gettext_lazy("Bukan WNI"),
    "USIA": gettext_lazy("Usia"),
    "SEKOLAH": gettext_lazy("Masih bersekolah atau kuliah"),
    "DAFTAR_TERLARANG": gettext_lazy("Jabatan yang tidak dapat menerima"),
    "DTKS": "DTKS",
    "BSU": "BSU",
    "BPUM": "BPUM",
    "PERNAH_MENERIMA": gettext_lazy("Pernah menerima"),
    "BLACKLIST": gettext_lazy("Pernah dicabut"),
    "KK_PENUH": gettext_lazy("Kartu Keluarga sudah penuh"),
    "KUOTA_PENUH": gettext_lazy("Kuota penuh"),
}
AWARDS = {
    "active": gettext_lazy("Aktif"),
    "suspended": gettext_lazy("Dibekukan"),
    "revoked": gettext_lazy("Dicabut"),
    "lapsed": gettext_lazy("Berakhir karena batas waktu"),
    "withdrawn": gettext_lazy("Mengundurkan diri"),
    "annulled": gettext_lazy("Dibatalkan"),
    "finished": gettext_lazy("Selesai"),
}
MESSAGES = {
    "wave_joined": gettext_lazy("Tanda terima bergabung"),
    "result_pass": gettext_lazy("Hasil: terpilih"),
    "result_pass_without_videos": gettext_lazy("Hasil: terpilih (tanpa video)"),
    "wave_not_selected": gettext_lazy("Hasil: belum terpilih"),
    "deadline_reminder": gettext_lazy("Pengingat pembelian pertama"),
    "revoked": gettext_lazy("Pencabutan kepesertaan"),
}
CHANNELS = {"sms": "SMS", "email": gettext_lazy("Email"), "dashboard": gettext_lazy("Dasbor")}
# In the order in which a message goes through them; one that is not here is shown by its own name.
MESSAGE_STATES = {
    "queued": gettext_lazy("Menunggu"),
    "sending": gettext_lazy("Sedang dikirim"),
    "handed_over": gettext_lazy("Diserahkan ke gerbang"),
    "sent": gettext_lazy("Terkirim, belum dipastikan sampai"),
    "unknown": gettext_lazy("Tidak diketahui"),
    "failed_temporary": gettext_lazy("Dicoba lagi"),
    "delivered": gettext_lazy("Sampai"),
    "failed_permanent": gettext_lazy("Gagal"),
    "undelivered": gettext_lazy("Tidak pernah sampai; menunggu petugas"),
}
# Refusals of a change, and the field of the form that each is about.
CHANGES: dict[str, tuple[str | None, Any]] = {
    "wave_changed": (
        None,
        gettext_lazy(
            "Gelombang ini diubah petugas lain sesudah halaman Anda dibuka. Tidak ada yang diubah; baca lagi."
        ),
    ),
    "wave_unchanged": (None, gettext_lazy("Tidak ada yang berbeda.")),
    "wave_closed_already": (None, gettext_lazy("Gelombang ini sudah ditutup atau diumumkan, dan tetap begitu.")),
    "wave_open_already": ("opens_day", gettext_lazy("Gelombang ini sudah dibuka: saat dibukanya tetap.")),
    "opening_not_ahead": ("opens_day", gettext_lazy("Saat dibuka itu sudah lewat.")),
    "wave_ends_before_it_begins": ("closes_day", gettext_lazy("Gelombang ditutup setelah dibuka.")),
    "wave_not_ahead": ("closes_day", gettext_lazy("Saat penutupan itu sudah lewat.")),
    "wave_too_short": ("closes_day", gettext_lazy("Gelombang dibuka paling sedikit satu jam sejak sekarang.")),
    "quota_wrong": ("quota", gettext_lazy("Kuota paling sedikit satu orang.")),
    "quota_fixed": (
        "quota",
        gettext_lazy("Aturan undian gelombang ini sudah diterbitkan dengan kuota itu, jadi kuotanya tetap."),
    ),
    "quota_lower": ("quota", gettext_lazy("Gelombang ini sudah dibuka: kuotanya hanya dapat naik.")),
    "results_too_early": ("results_day", gettext_lazy("Hasil diumumkan setelah gelombang ditutup, dan belum lewat.")),
    "reason_missing": ("reason", gettext_lazy("Tulis alasannya.")),
}


def change_problem(refused: Refused) -> tuple[str | None, str]:
    """The field that a refused change is about, and the sentence."""
    if refused.reason == "closing_too_soon":
        words = _("Gelombang yang sedang dibuka ditutup lebih awal paling cepat 24 jam dari sekarang: %(when)s.")
        return "closes_day", words % {"when": written(refused.details["earliest"])}
    if refused.reason == "proposal_waits":
        words = _(
            "%(by)s sudah mengusulkan sesuatu untuk gelombang ini, yang menunggu pengesahan. Sahkan, atau tarik dahulu."
        )
        return None, words % {"by": refused.details["by"]}
    field, words = CHANGES.get(refused.reason, (None, sentence(refused)))
    return field, str(words)
