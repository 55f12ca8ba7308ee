"""Words for our own calls, beside `error_guide.py` and `fields.py`: what they refuse with and what their members mean."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

OWN_GUIDE: dict[str, str] = {
    "address_not_allowed": _(
        "Panggilan datang dari luar jaringan yang Anda daftarkan. Periksa alamat keluar server Anda."
    ),
    "nonce_used": _(
        "Nonce ini sudah pernah Anda pakai. Buat nonce, timestamp, dan signature baru untuk setiap percobaan."
    ),
    "idempotency_key_used": _("Kunci yang sama sudah dipakai untuk panggilan atau isi lain. Pakai kunci baru."),
    "curation_pending": _("Pelatihan ini sudah diajukan. Tarik dahulu, atau tunggu keputusan kurasi."),
    "curation_not_open": _("Tidak ada rancangan atau perubahan yang dapat diajukan atau ditarik."),
    "price_above_outside": _("price lebih tinggi daripada outside_price, harga Anda untuk umum."),
    "course_fact_fixed": _("Cara belajar menentukan penukaran dan penyelesaian, jadi tetap sejak pelatihan diterima."),
    "dates_invalid": _(
        "Selesai sebelum mulai, sudah lewat, atau pertemuan di luar jadwal, tumpang tindih, atau tidak berurutan."
    ),
    "run_begun": _("Kelas terjadwal berubah hanya sebelum mulai, kelas mandiri sebelum berakhir."),
    "capacity_below_taken": _("Kursi yang sudah terjual tidak dapat ditarik dengan mengecilkan kapasitas."),
    "class_has_buyers": _("Kode sudah terbit untuk tanggal semula. Buka jadwal baru."),
}

# (meaning, example) by name, as `Field` takes them.
OWN_FIELDS: dict[str, tuple[str, Any]] = {}
