"""When a request for erasure is answered, and what goes when (rules.md 11.5). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy

from prakerja.kernel.clock import WIB

LONGEST_WORDS = 500


@dataclass(frozen=True)
class ErasureTerms:
    """From a day (WIB) on. `not_before`: so long nothing is erased, so that whoever did not ask can take it back, having been
    told by SMS and e-mail; `within`: the longest that a person waits for the answer."""

    since: date
    not_before: timedelta
    within: timedelta


# A change is a new line. Three days: what the law gives for the end of a processing (rules.md 11).
TERMS = (ErasureTerms(since=date(2020, 4, 11), not_before=timedelta(hours=24), within=timedelta(hours=72)),)


def terms_at(at: datetime) -> ErasureTerms:
    """The rule at an instant."""
    held = [one for one in TERMS if one.since <= at.astimezone(WIB).date()]
    return max(held or TERMS[:1], key=lambda one: one.since)


# Said before a person asks and in every answer; each is what `privacy.erasing` does, and the house tests look.
AT_ONCE: tuple[Any, ...] = (
    gettext_lazy("jawaban survei Anda"),
    gettext_lazy("izin yang Anda berikan kepada lembaga"),
    gettext_lazy("jawaban Anda tentang kebutuhan khusus"),
    gettext_lazy("tautan yang menunjukkan sertifikat Anda kepada orang lain"),
)
AFTERWARDS: tuple[Any, ...] = (
    gettext_lazy(
        "nomor ponsel dan alamat email Anda, yang sekarang dan yang lama; sesudah itu Anda tidak dapat masuk lagi"
    ),
    gettext_lazy("alamat tempat tinggal Anda, dan foto yang Anda kirim saat mendaftar"),
    gettext_lazy("pilihan Anda dalam tes, dan isi surat Anda setelah tiga kali belum terpilih"),
    gettext_lazy("isi kasus yang Anda kirim dari akun, dan foto atau PDF di dalamnya"),
    gettext_lazy("isi semua pesan kepada Anda"),
    gettext_lazy("alamat file tugas yang diserahkan untuk Anda, dan catatan umpan baliknya"),
    gettext_lazy("kode, hitungan percobaan, dan sesi masuk"),
    gettext_lazy("sambungan rekening Anda"),
)
KEPT: tuple[Any, ...] = (
    gettext_lazy(
        "identitas penerima bantuan negara: nama, NIK, nomor KK, tanggal lahir, provinsi, kabupaten atau kota, pendidikan, pekerjaan, dan pernyataan saat mendaftar"
    ),
    gettext_lazy(
        "keputusan tentang kepesertaan, dan daftar yang menjaga agar satu orang hanya sekali menerima bantuan"
    ),
    gettext_lazy("semua baris uang: saldo, pembelian, kode, pembayaran, dan nomor rekening yang dibayar"),
    gettext_lazy("kehadiran, penyelesaian, sertifikat, dan ulasan, karena uang dibayar berdasarkan itu"),
    gettext_lazy("catatan siapa melakukan apa (jejak audit), termasuk permintaan ini"),
)

# Why a participation has not ended yet, in words for its owner and for operators.
UNENDED: dict[str, Any] = {
    "award": gettext_lazy("kepesertaan masih berjalan"),
    "application": gettext_lazy("pendaftaran gelombang masih menunggu hasil"),
    "incentive": gettext_lazy("insentif atau pembayaran survei belum selesai"),
    "payment": gettext_lazy("pembayaran masih dapat berubah di bank"),
    "claim": gettext_lazy("ada tagihan pengembalian yang belum lunas"),
    "class_case": gettext_lazy("ada kasus kelas yang dibatalkan"),
}
