"""Words for our own calls, beside `error_guide.py` and `fields.py`: what they refuse with and what their members mean."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

EXTENSION_GUIDE: dict[str, str] = {
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
EXTENSION_FIELDS: dict[str, tuple[str, Any]] = {
    "required_assignments": (
        _(
            "Banyaknya tugas pelatihan itu; wajib hanya dalam gelombang yang penyelesaiannya mengikuti kehadiran dan tugas."
        ),
        1,
    ),
    "FoundRedemption.required_assignments": (
        _("Banyaknya tugas yang wajib bagi kode ini menurut aturan gelombang pesertanya; 0 bila tidak ada."),
        1,
    ),
    "RedemptionSearch.invoice_code": (_("Hanya kode dari invoice ini, seperti dijawab redeem-code/status."), None),
    "min_age": (_("Usia paling muda peserta."), 18),
    "min_education": (_("Jenjang pendidikan paling rendah; 0 berarti semua."), 0),
    "CourseContent.has_post_test": (_("Apakah ada tes akhir (urutan 999). Bawaan tidak."), True),
    "is_listed": (_("Apakah pelatihan sudah diterima dan boleh dijual."), False),
    "curation": (_("Keadaan putaran kurasi terbaru."), None),
    "Curation.status": (
        _(
            "draft (rancangan), submitted (diajukan), accepted (diterima), returned (dikembalikan), withdrawn (ditarik)."
        ),
        "submitted",
    ),
    "note": (_("Catatan petugas; kosong bila tidak ada."), ""),
    "submitted_at": (_("Waktu diajukan; null bila belum."), "2021-09-20T03:00:00Z"),
    "decided_at": (_("Waktu diputuskan; null bila belum."), None),
    "what": (_("change = perubahan yang belum diterima, course = seluruh pelatihan."), "change"),
    "sessions": (_("Pertemuan kelas terjadwal, berurutan; kosong berarti satu pertemuan atau kelas mandiri."), None),
    "CourseRun.sessions": (_("Pertemuan kelas terjadwal, berurutan; kosong pada kelas mandiri."), None),
    "TransactionData.voucher_status": (
        _("issued (belum ditukar), redeemed (ditukar), cancelled (dibatalkan), expired (berakhir tanpa ditukar)."),
        "issued",
    ),
    "redeemable_from": (_("Sejak kapan kode dapat ditukar."), "2021-10-10T01:00:00Z"),
    "redeemable_until": (_("Sejak kapan kode tidak dapat ditukar lagi."), "2021-10-12T10:00:00Z"),
    "class_cancelled_at": (
        _(
            "Waktu kelasnya dibatalkan; null selama kelas berlaku. Harganya kami kembalikan dan transaksinya kami batalkan."
        ),
        None,
    ),
    "ClassCancelled.class_cancelled_at": (_("Waktu kelasnya dibatalkan."), "2021-10-02T03:00:00Z"),
    "RunDates.capacity": (_("Banyaknya kursi, tidak kurang dari yang terpakai."), 100),
    "RunOpening.capacity": (_("Banyaknya kursi."), 100),
    "outside_price": (_("Harga Anda untuk umum, di luar program, dalam rupiah."), 500_000),
    "live_price": (_("Harga yang berlaku sekarang; null bila belum Anda jual."), 450_000),
    "PriceProposalData.status": (
        _("submitted (menunggu), accepted (berlaku), returned (dikembalikan), withdrawn (diganti pengajuan baru)."),
        "submitted",
    ),
    "proposed_at": (_("Waktu diajukan."), "2021-09-20T03:00:00Z"),
    "from": (_("Tanggal pertama, waktu Jakarta; ikut dihitung."), "2021-10-01"),
    "to": (_("Tanggal terakhir, waktu Jakarta; ikut dihitung."), "2021-10-31"),
    "TransactionSearch.status": (_("Hanya transaksi dengan keadaan ini."), "SUCCESS"),
    "RedemptionSearch.status": (
        _("Hanya kode dengan keadaan ini: redeemed, atau cancelled sesudah ditukar."),
        "redeemed",
    ),
    "FoundRedemption.status": (_("redeemed (ditukar) atau cancelled (dibatalkan sesudahnya)."), "redeemed"),
    "redeemed_at": (_("Waktu kode ditukar."), "2021-10-01T02:15:45Z"),
    "voided_at": (_("Waktu transaksi dibatalkan; null bila tidak."), None),
    "platform": (_("Nama platform tempat kode dibeli."), "Tokopedia"),
}
