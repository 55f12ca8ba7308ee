"""What a partner should know of each code: when it comes, and what to do then. Msgids (Indonesian), by reason.

The table's own notes are for us: they cite our decisions. These are for whoever integrates.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from prakerja.developer_site.extension_words import EXTENSION_GUIDE
from prakerja.developer_site.webhook_words import WEBHOOK_GUIDE
from prakerja.partner_api.errors import ErrorRow

# What the {fields} of sentences are filled with in samples.
SAMPLE_DETAILS: dict[str, Any] = {"field": "amount", "left": 2, "until": datetime(2021, 10, 1, 4, 30, tzinfo=UTC)}

GUIDE: dict[str, str] = {
    **EXTENSION_GUIDE,
    **WEBHOOK_GUIDE,
    # --- every call ---
    "headers_missing": _(
        "Salah satu header client_code, timestamp, signature tidak ada. Periksa proksi Anda: ada yang membuang header bergaris bawah."
    ),
    "client_unknown": _("Tidak ada klien dengan client_code ini."),
    "signature_wrong": _(
        "Tanda tangan tidak cocok dengan bentuk permintaan mana pun yang diterima. Bandingkan di /docs/signature."
    ),
    "timestamp_outside": _("timestamp bukan angka, atau lebih dari 300 detik dari jam kami. Setel jam server Anda."),
    "key_revoked": _("Semua kunci klien ini sudah dicabut. Minta kunci baru."),
    "body_malformed": _("Body bukan satu objek JSON: rusak, ada kunci dua kali, ada NUL, atau terlalu dalam."),
    "field_invalid": _("Isian yang disebut hilang, salah jenis, terlalu panjang, atau tidak sesuai polanya."),
    "partner_kind": _("Platform memanggil endpoint lembaga, atau sebaliknya."),
    "route_unknown": _("Alamat ini tidak ada. Perhatikan bahwa alamat tidak berakhir dengan garis miring."),
    "method_not_allowed": _("Alamatnya ada, metodenya lain; lihat header Allow."),
    "body_too_large": _("Body lebih dari 64 KiB. Ditolak sebelum dibaca."),
    "request_slow": _("Header belum lengkap dalam 15 detik, atau body dalam 20 detik. Koneksi ditutup; kirim lagi."),
    "rate_limited": _(
        "Panggilan Anda per menit, atau nomor kartu tidak dikenal per jam, sudah habis. Tunggu sesuai Retry-After."
    ),
    "internal": _("Kesalahan di pihak kami. Aman diulang."),
    "busy": _("Basis data sedang tidak sanggup. Aman diulang setelah Retry-After."),
    # --- payment ---
    "codes_empty": _("course_code atau schedule_code kosong."),
    "run_unknown": _("Tidak ada jadwal dengan schedule_code ini."),
    "course_unknown": _("Tidak ada pelatihan dengan course_code ini."),
    "run_of_other_course": _("Keduanya ada, tetapi jadwal itu milik pelatihan lain."),
    "not_listed": _("Pelatihan ini tidak sedang dijual di platform Anda."),
    "class_begun": _("Kelas terjadwal sudah mulai, atau kelas mandiri sudah berakhir."),
    "class_full": _("Tidak ada kursi lagi."),
    "requirements_not_met": _("Usia atau pendidikan peserta kurang dari yang diminta pelatihan ini."),
    "card_unknown": _(
        "Nomor kartu tidak dikenal, sudah ditutup, atau dicabut; jawabannya sengaja sama. Jangan menebak nomor: klien yang menebak diperlambat."
    ),
    "award_ended": _("Kepesertaan berakhir di antara pengiriman OTP dan pengesahan."),
    "videos_unfinished": _("Peserta belum menonton tiga video pengenalan di dashboard Prakerja."),
    "deadline_passed": _("Batas waktu pembelian pertama peserta ini sudah lewat."),
    "balance_expired": _("Saldo pelatihan gelombang peserta ini sudah berakhir."),
    "class_too_late": _(
        "Kelas selesai setelah batas penyelesaian skema peserta ini; kodenya tidak akan sempat dipakai. Tawarkan jadwal lain."
    ),
    "account_bound": _("Akun ini sudah terikat dengan kartu lain, atau kartu ini dengan akun lain di platform Anda."),
    "course_bought_before": _("Peserta sudah pernah membeli pelatihan yang sama."),
    "previous_unfinished": _("Pelatihan sebelumnya belum selesai."),
    "price_mismatch": _("amount bukan harga terdaftar, bukan pula harga setelah potongan terdaftar."),
    "balance_too_low": _("Saldo pelatihan peserta kurang dari harga."),
    "otp_too_soon": _("OTP berikutnya untuk jadwal yang sama baru boleh diminta setelah 60 detik."),
    "otp_daily_limit": _("Jatah OTP hari ini untuk akun atau peserta ini habis."),
    "otp_locked": _("OTP salah terlalu sering. Kalimatnya menyebut sampai jam berapa (WIB) terkunci."),
    "otp_wrong": _("OTP salah; kalimatnya menyebut sisa percobaan. Minta peserta mengetik ulang."),
    "otp_expired": _("Umur OTP habis. Panggil send-otp lagi."),
    "token_invalid": _("Token tidak dikenal, sudah diganti oleh send-otp yang lebih baru, atau milik platform lain."),
    "token_used": _("Token sudah dipakai dengan invoice_code lain."),
    "invoice_used": _("Pembayaran lain di platform Anda sudah memakai invoice_code ini."),
    "purchase_voided": _(
        "authorize diulang sesudah transaksinya dibatalkan. Keadaannya VOID: jangan berikan kode atau pelatihannya."
    ),
    "invoice_unknown": _("Platform Anda tidak punya transaksi dengan invoice_code ini."),
    "transaction_unknown": _("transaction_code bukan milik invoice ini."),
    "void_twice": _("Transaksi sudah dibatalkan sebelumnya; pembatalan bukan panggilan yang boleh diulang."),
    "void_after_redemption": _("Kodenya sudah ditukar di lembaga, jadi platform tidak dapat membatalkan lagi."),
    "void_after_expiry": _("Kodenya tidak pernah ditukar dan kelasnya sudah lewat; uangnya tidak kembali ke peserta."),
    # --- redeeming and attendance ---
    "code_unknown": _("Kode tidak dikenal."),
    "type_mismatch": _("Pelatihan ini tidak ditukar dengan cara ini."),
    "outside_window": _("Di luar waktu penukaran atau kehadiran kelas itu."),
    "not_owner": _("Kode untuk kelas lembaga lain."),
    "code_void": _("Kode ini sendiri dibatalkan."),
    "transaction_void": _("Transaksi pembelian kode ini dibatalkan."),
    "code_used": _("Kode sudah ditukar, atau kehadiran pada urutan ini sudah terverifikasi."),
    "sequence_invalid": _("sequence bukan 1 sampai 10 atau 999, atau lebih dari pertemuan kelas itu."),
    "sequence_out_of_order": _("Urutan 1 mendahului yang lain, 999 yang terakhir."),
    "redirect_uri_unregistered": _("redirect_uri bukan salah satu alamat yang Anda daftarkan."),
    "email_used": _("Alamat email ini sudah dipakai untuk pelatihan yang sama di lembaga Anda."),
    "attendance_cancelled": _("Peserta memilih batal di halaman verifikasi. Hanya muncul di alamat kembali."),
    "commit_disabled": _("Cara lama hanya untuk sandbox dan klien yang disetujui. Pakai oauth/url-generate."),
    "reset_not_allowed": _("Hanya empat kode uji PRAT- milik lembaga sandbox Anda yang dapat diatur ulang."),
    "face_not_verified": _(
        "Wajah peserta tidak cocok. Hanya muncul di alamat kembali; buat tautan baru untuk mencoba lagi."
    ),
    "state_expired": _(
        "Tautan tidak dipakai selama 30 menit, atau diganti yang lebih baru. Hanya muncul di alamat kembali."
    ),
    # --- assignments ---
    "assignment_sequence_invalid": _("Untuk tpm urutannya 1 sampai 998, untuk uk selalu 999."),
    "file_url_invalid": _(
        "url_file kosong padahal wajib, bukan http atau https, memuat nama pengguna, atau memakai host atau port yang aneh."
    ),
    "file_address_forbidden": _(
        "url_file menunjuk alamat privat, loopback, atau link-local. Di sandbox, asal (origin) mesin Anda dapat didaftarkan."
    ),
    "code_not_redeemed": _("Peserta belum menukar kodenya (kehadiran urutan 1)."),
    "assignment_missing": _("Kirim dahulu tugas dengan scope dan sequence yang sama."),
    # --- sign-in ---
    "client_id_missing": _("Header X-Client-Id tidak ada (NotFoundContextClientId)."),
    "client_id_unknown": _("Tidak ada klien dengan X-Client-Id ini (ErrOauthClientIdNotFound)."),
    "access_token_missing": _("Access token tidak ada atau bukan buatan kami (NotFoundContextUserId)."),
    "grant_invalid": _(
        "Code atau token tidak dikenal, sudah dipakai, kedaluwarsa, diakhiri, atau milik klien lain "
        "(ErrOauthAuthCodeNotFound). Minta peserta masuk lagi."
    ),
    # --- completion ---
    "attendance_incomplete": _(
        "Pada skema ini penyelesaian mengikuti kehadiran dan tugas; laporan hanya menambah nilai dan nomor sertifikat."
    ),
    "voucher_not_redeemed": _("Kode belum ditukar, jadi belum dapat diselesaikan."),
    "class_not_over": _("Kelas terjadwal belum berakhir."),
    "completion_differs": _(
        "Kode ini sudah dilaporkan dengan isi lain, atau Idempotency-Key dipakai untuk laporan lain."
    ),
    "certificate_kind_unknown": _(
        "certificate_kind bukan salah satu certificate_kinds pelatihan itu. Kalimatnya menyebut jenis yang ada."
    ),
    "completion_unreported": _("Belum ada laporan tentang kode ini, atau laporannya sudah ditarik."),
    "certificate_visible": _(
        "Sesudah visible_from hanya Prakerja yang memperbaiki laporan. Sebutkan kode, kesalahannya, dan isi yang benar."
    ),
    "certificate_number_used": _("Nomor sertifikat ini sudah dipakai untuk orang lain."),
}


def meaning(row: ErrorRow) -> str:
    """When a code comes and what to do, in the language that is active."""
    return gettext(GUIDE[row.name]) if row.name in GUIDE else row.meaning
