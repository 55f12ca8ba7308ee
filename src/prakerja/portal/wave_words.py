"""The words of joining a wave: where it stands and why one sees that, what speaks against somebody, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _


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
            _("Gagal"), "red", _("Anda belum terpilih di gelombang ini. Alasannya tertulis di bawah.")
        ),
        "withdrawn": Label(_("Dibatalkan"), "grey", _("Anda sendiri membatalkan pendaftaran di gelombang ini.")),
    }
)


@dataclass(frozen=True)
class Why:
    """Why somebody may not join or was not selected, and the remedy (rules.md 3.4)."""

    reason: Any
    remedy: Any


REASONS: Mapping[str, Why] = MappingProxyType(
    {
        "KUOTA_PENUH": Why(
            _("Kuota gelombang ini penuh, dan undian tidak memilih Anda."),
            _("Ikuti gelombang berikutnya. Anda tidak perlu mendaftar atau mengikuti tes lagi: cukup ketuk Gabung."),
        ),
        "BUKAN_WNI": Why(_("Program ini untuk warga negara Indonesia."), _("Tidak ada yang dapat diperbaiki.")),
        "USIA": Why(
            _("Umur Anda di luar batas program."),
            _(
                "Bila Anda belum 18 tahun, ikuti gelombang yang dibuka setelah ulang tahun Anda. Bila tanggal lahirnya salah, perbaiki di Dukcapil."
            ),
        ),
        "SEKOLAH": Why(
            _("Anda tercatat masih sekolah atau kuliah."),
            _(
                "Bila sudah lulus atau berhenti, minta sekolah atau kampus memperbarui status Anda, lalu hubungi kami lewat Bantuan."
            ),
        ),
        "DAFTAR_TERLARANG": Why(
            _(
                "Anda memegang jabatan yang tidak boleh ikut: pejabat negara, DPRD, ASN, TNI, Polri, perangkat desa, atau pimpinan BUMN dan BUMD."
            ),
            _("Bila Anda tidak memegang jabatan itu lagi, hubungi kami lewat Bantuan."),
        ),
        "DTKS": Why(
            _("NIK Anda terdaftar sebagai penerima bantuan sosial di Kementerian Sosial."),
            _("Bila itu tidak benar, tanyakan kepada Kementerian Sosial atau kantor desa dan kelurahan."),
        ),
        "BSU": Why(
            _("NIK Anda terdaftar sebagai penerima bantuan subsidi upah di BPJS Ketenagakerjaan."),
            _("Periksa di bsu.kemnaker.go.id atau telepon 1500-630."),
        ),
        "BPUM": Why(
            _("NIK Anda terdaftar sebagai penerima bantuan usaha mikro di Kementerian Koperasi dan UKM."),
            _("Periksa di eform.bri.co.id/bpum."),
        ),
        "PERNAH_MENERIMA": Why(
            _("Anda sudah pernah menerima Kartu Prakerja. Setiap orang menerimanya satu kali seumur hidup."),
            _("Tidak ada yang dapat diperbaiki. Pelatihan di katalog tetap dapat dibeli sendiri."),
        ),
        "BLACKLIST": Why(
            _("Kepesertaan Anda pernah dicabut."),
            _(
                "Orang yang kepesertaannya dicabut tidak dapat ikut lagi. Bila menurut Anda itu keliru, hubungi kami lewat Bantuan."
            ),
        ),
        "KK_PENUH": Why(
            _("Dua orang di kartu keluarga Anda sudah menjadi penerima."),
            _("Bila Anda sudah pindah kartu keluarga, perbarui datanya di Dukcapil."),
        ),
    }
)

# Why a tap came to nothing.
REFUSALS: Mapping[str, Any] = MappingProxyType(
    {
        "wave_closed": _("Gelombang ini baru saja ditutup. Anda belum bergabung. Tunggu gelombang berikutnya."),
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
