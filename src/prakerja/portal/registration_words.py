"""The words of registering: questions, choices, what is wrong with an answer, and what the civil registry's word means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

STEP_TITLES: Mapping[str, Any] = MappingProxyType(
    {
        "consent": gettext_lazy("Sebelum mulai"),
        "nik": gettext_lazy("NIK"),
        "family_card": gettext_lazy("Nomor Kartu Keluarga (KK)"),
        "name": gettext_lazy("Nama lengkap"),
        "birth_date": gettext_lazy("Tanggal lahir"),
        "email": gettext_lazy("Email"),
        "province": gettext_lazy("Provinsi tempat tinggal"),
        "regency": gettext_lazy("Kabupaten atau kota"),
        "address": gettext_lazy("Alamat tempat tinggal"),
        "education": gettext_lazy("Pendidikan terakhir"),
        "school": gettext_lazy("Sedang sekolah atau kuliah"),
        "work": gettext_lazy("Pekerjaan sekarang"),
        "post": gettext_lazy("Jabatan yang tidak boleh ikut"),
        "photo": gettext_lazy("Foto KTP"),
        "needs": gettext_lazy("Kebutuhan khusus"),
        "declarations": gettext_lazy("Pernyataan"),
    }
)
CHOICES: Mapping[str, tuple[tuple[str, Any], ...]] = MappingProxyType(
    {
        "education": (
            ("none", gettext_lazy("Tidak tamat SD")),
            ("sd", gettext_lazy("SD atau sederajat")),
            ("smp", gettext_lazy("SMP atau sederajat")),
            ("sma", gettext_lazy("SMA, SMK, atau sederajat")),
            ("diploma", gettext_lazy("Diploma (D1 sampai D4)")),
            ("s1", gettext_lazy("Sarjana (S1)")),
            ("s2", gettext_lazy("S2 atau lebih tinggi")),
        ),
        "school": (("yes", gettext_lazy("Ya")), ("no", gettext_lazy("Tidak"))),
        "work": (
            ("seeking", gettext_lazy("Sedang mencari kerja")),
            ("laid_off", gettext_lazy("Terkena PHK")),
            ("furloughed", gettext_lazy("Dirumahkan, atau jam kerja dikurangi")),
            ("employee", gettext_lazy("Bekerja sebagai karyawan atau buruh")),
            ("self_employed", gettext_lazy("Usaha sendiri: usaha mikro atau kecil, pekerja lepas")),
            ("home", gettext_lazy("Mengurus rumah tangga")),
        ),
        "post": (("yes", gettext_lazy("Ya")), ("no", gettext_lazy("Tidak"))),
        "needs": (
            ("seeing", gettext_lazy("Penglihatan")),
            ("hearing", gettext_lazy("Pendengaran")),
            ("speaking", gettext_lazy("Berbicara")),
            ("moving", gettext_lazy("Bergerak atau memakai tangan")),
            ("learning", gettext_lazy("Belajar atau mengingat")),
            ("mental", gettext_lazy("Kesehatan jiwa")),
            ("other", gettext_lazy("Lainnya")),
        ),
    }
)
# Asked on the page that has several fields of one question.
DECLARATION_WORDS: tuple[tuple[str, Any], ...] = (
    ("truth", gettext_lazy("Semua jawaban saya benar dan sesuai dengan KTP dan KK saya.")),
    ("own", gettext_lazy("Saya mendaftar untuk diri saya sendiri, dengan nomor ponsel saya sendiri.")),
    (
        "repay",
        gettext_lazy(
            "Saya tahu: bila ternyata saya tidak berhak, bantuan harus saya kembalikan, dan memalsukan identitas dapat dilaporkan kepada polisi."
        ),
    ),
)
NOTICES: Mapping[str, Any] = MappingProxyType(
    {
        "registration_match": gettext_lazy("Data Anda cocok dengan Dukcapil. Lanjutkan pertanyaan berikutnya."),
        "registration_asked": gettext_lazy("Permintaan Anda sudah kami terima. Petugas akan melihatnya."),
    }
)
_PROBLEMS: Mapping[str, Any] = MappingProxyType(
    {
        "agree_identity_missing": gettext_lazy("Centang kotak ini. Tanpa pencocokan data, Anda tidak dapat mendaftar."),
        "nik_missing": gettext_lazy("Tulis NIK Anda."),
        "nik_format": gettext_lazy("NIK terdiri dari 16 angka. Periksa lagi pada KTP Anda, satu per satu."),
        "nik_real": gettext_lazy("Ini demo: pakai NIK rekaan yang mulai dengan 99. Jangan masukkan NIK asli."),
        "family_card_missing": gettext_lazy("Tulis nomor KK Anda."),
        "family_card_format": gettext_lazy(
            "Nomor KK terdiri dari 16 angka. Nomor itu ada di bagian atas Kartu Keluarga."
        ),
        "name_missing": gettext_lazy("Tulis nama Anda."),
        "name_too_long": gettext_lazy("Nama terlalu panjang. Tulis paling banyak 150 huruf."),
        "name_format": gettext_lazy("Ada tanda di nama ini yang tidak dapat dibaca. Ketik nama Anda seperti pada KTP."),
        "name_placeholder": gettext_lazy("Tulis nama Anda dengan huruf, seperti pada KTP."),
        "birth_date_missing": gettext_lazy("Isi tanggal, bulan, dan tahun lahir."),
        "birth_date_unreal": gettext_lazy("Tanggal ini tidak ada. Contoh: 17 8 1990."),
        "choice_missing": gettext_lazy("Pilih salah satu jawaban."),
        "email_missing": gettext_lazy("Tulis alamat email Anda."),
        "email_format": gettext_lazy("Alamat email tidak benar. Contoh: nama@contoh.id."),
        "province_missing": gettext_lazy("Pilih provinsi tempat Anda tinggal."),
        "regency_missing": gettext_lazy("Pilih kabupaten atau kota tempat Anda tinggal."),
        "district_missing": gettext_lazy("Tulis kecamatan Anda."),
        "village_missing": gettext_lazy("Tulis kelurahan atau desa Anda."),
        "street_missing": gettext_lazy("Tulis nama jalan atau dusun, dengan RT dan RW."),
        "line_too_long": gettext_lazy("Terlalu panjang. Singkatkan."),
        "help_too_long": gettext_lazy("Terlalu panjang. Tulis paling banyak 300 huruf."),
        "words_too_long": gettext_lazy("Terlalu panjang. Tulis paling banyak 500 huruf."),
        "photo_missing": gettext_lazy("Pilih foto %(card)s Anda."),
        "photo_too_big": gettext_lazy(
            "File ini terlalu besar. Kirim foto paling besar 2 MB: pilih ukuran yang lebih kecil di kamera Anda."
        ),
        "photo_kind": gettext_lazy("File ini bukan foto. Kirim foto JPG atau PNG; PDF tidak dapat dibaca."),
        "photo_unreadable": gettext_lazy("Foto ini rusak atau tidak lengkap. Ambil foto baru, lalu kirim lagi."),
        "photo_too_small": gettext_lazy(
            "Foto ini terlalu kecil untuk dibaca. Ambil foto dari dekat, sampai %(card)s memenuhi layar."
        ),
        "photo_too_dark": gettext_lazy("Foto ini terlalu gelap. Ambil foto di tempat yang terang, tanpa lampu kilat."),
        "photo_too_bright": gettext_lazy(
            "Foto ini terlalu terang. Matikan lampu kilat, dan jauhkan dari pantulan cahaya."
        ),
        "photo_blurred": gettext_lazy(
            "Foto ini kabur. Letakkan %(card)s di meja, pegang ponsel dengan tenang, lalu foto lagi sampai tulisannya terbaca."
        ),
        "agree_needs_missing": gettext_lazy("Centang kotak persetujuan."),
        "needs_consent_missing": gettext_lazy(
            "Centang kotak ini supaya jawaban Anda boleh kami simpan, atau kosongkan jawaban di halaman ini."
        ),
        "declare_truth_missing": gettext_lazy("Centang bila semua jawaban Anda benar."),
        "declare_own_missing": gettext_lazy("Centang bila Anda mendaftar untuk diri sendiri."),
        "declare_repay_missing": gettext_lazy("Centang bila Anda sudah membaca pernyataan ini."),
    }
)


def step_sentence(reason: str, *, card: str = "KTP") -> str:
    """What is wrong with an answer, and how to write it right; `card`: which one is photographed, KTP or KK."""
    found = _PROBLEMS.get(reason)
    return str(found) % {"card": card} if found is not None else _("Periksa jawaban ini.")


@dataclass(frozen=True)
class Advice:
    """What the registry's word is called, what it means, and what to do next."""

    title: Any
    means: Any
    do: tuple[Any, ...]


_DUKCAPIL = gettext_lazy(
    "Hubungi kantor Dukcapil di kabupaten atau kota Anda. Bawa KTP dan KK. Sesudah data diperbaiki di sana, kembali ke sini."
)
_HUMAN = gettext_lazy("Bila data Anda sudah benar, minta petugas kami memeriksa KTP dan KK Anda.")
REGISTRY_ADVICE: Mapping[str, Advice] = MappingProxyType(
    {
        "unasked": Advice(
            gettext_lazy("Data Anda belum dicocokkan"),
            gettext_lazy("NIK, nomor KK, nama, dan tanggal lahir dicocokkan dengan data Dukcapil."),
            (gettext_lazy("Tekan tombol di bawah untuk mencocokkan sekarang."),),
        ),
        "waiting": Advice(
            gettext_lazy("Dukcapil belum menjawab"),
            gettext_lazy(
                "Sistem Dukcapil sedang sibuk, tutup, atau batas pertanyaannya untuk hari ini habis. Ini bukan kesalahan Anda."
            ),
            (
                gettext_lazy("Lanjutkan saja pertanyaan lain. Kami bertanya lagi dengan sendirinya."),
                gettext_lazy("Bila ada yang harus diperbaiki, kami kirim SMS kepada Anda."),
            ),
        ),
        "match": Advice(
            gettext_lazy("Data Anda cocok"),
            gettext_lazy("NIK, nomor KK, nama, dan tanggal lahir sama dengan data Dukcapil."),
            (gettext_lazy("Lanjutkan pendaftaran."),),
        ),
        "mismatch": Advice(
            gettext_lazy("Ada data yang berbeda"),
            gettext_lazy(
                "Dukcapil mengenal NIK Anda, tetapi yang tertulis di bawah ini berbeda dengan catatan di sana."
            ),
            (
                gettext_lazy("Bandingkan dengan KTP dan KK Anda, huruf demi huruf, angka demi angka. Lalu perbaiki."),
                gettext_lazy(
                    "Bila di KTP atau KK Anda memang tertulis begitu, data di Dukcapil mungkin belum diperbarui: hubungi kantor Dukcapil di kabupaten atau kota Anda."
                ),
                _HUMAN,
            ),
        ),
        "unknown": Advice(
            gettext_lazy("NIK tidak ditemukan"),
            gettext_lazy("Dukcapil tidak mengenal NIK ini. Biasanya ada angka yang salah ketik."),
            (
                gettext_lazy("Periksa ke-16 angka NIK pada KTP Anda."),
                _DUKCAPIL,
                _HUMAN,
            ),
        ),
        "dead": Advice(
            gettext_lazy("NIK ini tercatat meninggal dunia"),
            gettext_lazy(
                "Menurut Dukcapil, pemilik NIK ini sudah meninggal. Bila ini NIK Anda, catatan itu keliru dan dapat diperbaiki."
            ),
            (gettext_lazy("Periksa dulu apakah NIK yang Anda ketik benar NIK Anda sendiri."), _DUKCAPIL, _HUMAN),
        ),
        "double": Advice(
            gettext_lazy("NIK ini tercatat dua kali"),
            gettext_lazy(
                "Di Dukcapil ada dua catatan dengan NIK ini, jadi kami tidak dapat memastikan mana milik Anda."
            ),
            (_DUKCAPIL, _HUMAN),
        ),
        "moved": Advice(
            gettext_lazy("NIK ini tidak aktif"),
            gettext_lazy(
                "Dukcapil mengenal NIK ini, tetapi tidak aktif: biasanya karena pindah dan belum lapor, atau belum merekam KTP elektronik."
            ),
            (_DUKCAPIL, _HUMAN),
        ),
    }
)
