"""What the topics and states of a case are called, for whoever asks and for operators."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

TOPIC_WORDS = {
    "sign_in": gettext_lazy("Masuk, kode OTP, atau nomor ponsel"),
    "identity": gettext_lazy("NIK, kartu keluarga, atau data diri"),
    "selection": gettext_lazy("Gelombang dan hasil seleksi"),
    "purchase": gettext_lazy("Membeli pelatihan atau saldo"),
    "class": gettext_lazy("Kode voucher atau kelas"),
    "certificate": gettext_lazy("Sertifikat atau ulasan"),
    "payment": gettext_lazy("Insentif atau rekening"),
    "fraud": gettext_lazy("Laporan penipuan"),
    "site": gettext_lazy("Situs ini bermasalah"),
    "other": gettext_lazy("Hal lain"),
}
STATE_WORDS = {
    "open": gettext_lazy("Menunggu jawaban"),
    "answered": gettext_lazy("Sudah dijawab"),
    "closed": gettext_lazy("Selesai"),
}
