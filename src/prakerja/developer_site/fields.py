"""What each member of a question or an answer means, said once: the same name means the same thing everywhere.

`Struct.name` stands before `name` where one struct differs. Texts are msgids (Indonesian).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from prakerja.developer_site.extension_words import EXTENSION_FIELDS
from prakerja.developer_site.webhook_words import WEBHOOK_FIELDS


@dataclass(frozen=True, slots=True)
class Field:
    """`example` goes into every sample; `schema` overrides what the struct's type says (types cannot say everything);
    `is_required` says that a question without it is refused although its type has a default.
    """

    text: str
    example: Any = None
    schema: dict[str, Any] = field(default_factory=dict)
    is_required: bool = False
    is_old: bool = False


_CODE = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}
_SEQUENCE = {"type": "integer", "enum": [*range(1, 11), 999]}
_ASSIGNMENT_SEQUENCE = {"type": "integer", "minimum": 1, "maximum": 999}
_REDEEM_CODE = Field(
    _("Kode redeem peserta. Huruf besar dan kecil sama saja."),
    "GHOPNYXUVMT0",
    {"type": "string", "pattern": "^[A-Za-z0-9-]{1,64}$"},
    is_required=True,
)

FIELDS: dict[str, Field] = {
    **{name: Field(*words) for name, words in (EXTENSION_FIELDS | WEBHOOK_FIELDS).items()},
    # --- courses, runs, prices ---
    "course_code": Field(_("Kode pelatihan."), "lkpis_1_9d680615-4048-11e"),
    "schedule_code": Field(_("Kode jadwal pelatihan itu."), "9d683f80404811ed"),
    "QuotaSchedule.course_code": Field(_("Kode pelatihan."), "lkpis_1_9d680615-4048-11e", _CODE, is_required=True),
    "QuotaSchedule.schedule_code": Field(_("Kode jadwal pelatihan itu."), "9d683f80404811ed", _CODE, is_required=True),
    "SendOtp.course_code": Field(
        _("Kode pelatihan yang akan dibeli."), "lkpis_1_9d680615-4048-11e", _CODE, is_required=True
    ),
    "SendOtp.schedule_code": Field(_("Kode jadwal pelatihan itu."), "9d683f80404811ed", _CODE, is_required=True),
    "quota": Field(_("Sisa kursi."), 999_980),
    "title": Field(_("Judul pelatihan."), "Dasar Pembukuan Usaha Kecil"),
    "course_title": Field(_("Judul pelatihan."), "Dasar Pembukuan Usaha Kecil"),
    "category": Field(_("Bidang pelatihan."), "Keuangan"),
    "mode": Field(_("Tempat belajar: online, onsite (luring), atau blended (campuran)."), "online"),
    "delivery": Field(_("Cara belajar: live (terjadwal) atau self_paced (mandiri)."), "self_paced"),
    "duration_hours": Field(_("Lama pelatihan dalam jam."), 7),
    "language": Field(_("Bahasa pengantar dan bahasa teks pelatihan: id (Indonesia) atau en (Inggris)."), "id"),
    "summary": Field(_("Ringkasan untuk calon peserta."), "Mencatat uang masuk dan keluar dengan rapi."),
    "syllabus": Field(_("Pokok bahasan, berurutan."), ["Pembukaan", "Latihan", "Penutup"]),
    "target_job": Field(_("Pekerjaan yang dituju; boleh kosong."), "Staf pembukuan"),
    "competency_standard": Field(_("Standar kompetensi; boleh kosong."), "SKKNI 2019-182"),
    "certificate_kinds": Field(_("Jenis sertifikat yang diberikan."), ["completion"]),
    "rating_average": Field(_("Rata-rata bintang 1 sampai 5; null sebelum ada ulasan."), 4.6),
    "rating_count": Field(_("Banyaknya ulasan."), 120),
    "institution": Field(_("Lembaga pelatihan.")),
    "Institution.code": Field(_("Kode lembaga."), "lkpis"),
    "Institution.name": Field(_("Nama lembaga."), "LKP Ilmu Sejahtera"),
    "how_to_redeem": Field(_("Petunjuk menukar kode di lembaga ini."), "Masuk ke situs kami, lalu masukkan kode."),
    "price": Field(_("Harga Anda dalam rupiah."), 475_000),
    "promotion": Field(_("Potongan harga terdaftar yang sedang berjalan; null bila tidak ada.")),
    "discount": Field(_("Potongan dalam rupiah."), 30_000),
    "runs": Field(_("Jadwal-jadwalnya.")),
    "starts_at": Field(_("Mulai."), "2021-10-01T02:00:00Z"),
    "ends_at": Field(_("Selesai."), "2021-11-30T16:59:59Z"),
    "capacity": Field(_("Banyaknya kursi."), 1_000_000),
    "seats_available": Field(_("Sisa kursi."), 999_980),
    "place": Field(_("Tempat kelas yang tidak daring; null bila daring atau bila tempatnya belum terdaftar.")),
    "Place.address": Field(_("Jalan dan nomor."), "Jalan Braga 44"),
    "Place.city": Field(_("Kota atau kabupaten."), "Bandung"),
    "Place.province_code": Field(_("Kode provinsi, dua angka; kosong bila belum terdaftar."), "32"),
    "seats_taken": Field(_("Kursi yang terpakai."), 20),
    "is_on_sale": Field(_("Apakah boleh dibeli sekarang."), True),
    "session_count": Field(_("Banyaknya pertemuan, 1 sampai 10."), 1),
    "has_post_test": Field(_("Apakah ada tes akhir (urutan 999)."), True),
    # --- pages of a list ---
    "items": Field(_("Isi halaman ini.")),
    "next_cursor": Field(_("Penunjuk halaman berikutnya; null pada halaman terakhir."), None),
    "cursor": Field(_("Penunjuk dari next_cursor halaman sebelumnya; kosongkan untuk halaman pertama.")),
    "limit": Field(_("Banyaknya isi sehalaman, 1 sampai 100."), 50),
    # --- payment ---
    "user_platform_id": Field(_("Nomor akun pembeli di platform Anda; satu akun untuk satu kartu."), "user-1"),
    "prakerja_id": Field(_("Nomor Kartu Prakerja: 16 angka."), "9360123412341238"),
    "amount": Field(_("Harga dalam rupiah, bilangan bulat."), 475_000),
    "SendOtp.amount": Field(
        _("Harga dalam rupiah; harus sama dengan harga terdaftar, atau harga setelah potongan terdaftar."), 475_000
    ),
    "payment_token": Field(
        _("Token untuk mengesahkan pembayaran ini. Jangan diuraikan."), "Zk3J0q2mR7yV1xW9uT5sQ8pN4bL6cH0d"
    ),
    "otp": Field(_("OTP enam angka dari SMS peserta."), "123456"),
    "invoice_url": Field(_("Alamat halaman invoice Anda."), "https://toko.example/invoice/1"),
    "invoice_code": Field(
        _("Kode invoice buatan Anda, unik di platform Anda. Teks; bilangan juga diterima dan dijawab sebagai teks."),
        "TOKPED-XB9C89BXBJL7X",
    ),
    "transaction_code": Field(_("Kode transaksi buatan Prakerja."), "QHBST9GB5OSS888I"),
    "status": Field(_("Keadaan transaksi: SUCCESS atau VOID (dibatalkan)."), "SUCCESS"),
    "prakerja_name": Field(_("Nama peserta."), "Arief Budiman"),
    "created_at": Field(_("Waktu transaksi."), "2021-10-01T02:15:45Z"),
    "voucher_code": Field(
        _("Kode untuk ditukar di lembaga; null bila hanya dashboard peserta yang menampilkannya."), "GHOPNYXUVMT0"
    ),
    # --- redeeming and attendance ---
    "redeem_code": Field(_("Kode redeem peserta. Huruf besar dan kecil sama saja."), "GHOPNYXUVMT0"),
    "RedeemCodeCommit.redeem_code": _REDEEM_CODE,
    "RedeemCodeStatus.redeem_code": _REDEEM_CODE,
    "Path.redeem_code": _REDEEM_CODE,
    "code": Field(
        _("Nama lama dari redeem_code, sebelum Oktober 2022; pakai salah satu."),
        schema={"type": "string", "pattern": "^[A-Za-z0-9-]{1,64}$"},
        is_old=True,
    ),
    "sequence": Field(
        _("Urutan kehadiran: 1 = kehadiran pertama, 2 sampai 10 = berikutnya, 999 = tes akhir. Bawaan 1."),
        1,
        _SEQUENCE,
    ),
    "RedeemCodeData.status": Field(_("1 = kode sudah ditukar, 0 = belum."), 1),
    "url": Field(_("Alamat yang dibuka peserta."), "https://dashboard.prakerja.example/verifikasi/AdF3k9…"),
    "state": Field(
        _("Penanda percobaan ini; Anda menerimanya kembali di redirect_uri."), "q1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6"
    ),
    "redirect_uri": Field(
        _("Alamat kembali, persis seperti yang Anda daftarkan."), "https://lms.example/prakerja/kembali"
    ),
    "email": Field(
        _("Email peserta di lembaga Anda. Satu email hanya untuk satu kode pada pelatihan yang sama."),
        "peserta@contoh.example",
    ),
    "course": Field(_("Jenis pelatihan kode itu.")),
    "type": Field(_("1 = pembelajaran mandiri, 2 = webinar, 3 = luring."), 2),
    "learning_method": Field(_("Nama jenis itu dengan huruf kecil."), "webinar"),
    "case": Field(_("Kasus uji: jenis pelatihan (1 mandiri, 2 webinar) dan urutannya."), "TC2-001"),
    "attendance_status": Field(_("1 = kehadiran pada urutan itu terverifikasi, 0 = belum."), 0),
    "redeem_at": Field(_("Waktu kode ditukar; teks kosong bila belum."), "2023-10-24T10:54:45Z"),
    "dp_platform": Field(_("Nama platform tempat kode dibeli."), "Tokopedia"),
    "schedule_start_end": Field(
        _("Mulai dan selesai jadwal, waktu Jakarta."), "2023-10-24 09:00:00 - 2023-10-24 12:00:00"
    ),
    "course_type": Field(_("1 = pembelajaran mandiri, 2 = webinar, 3 = luring."), 2),
    "course_type_label": Field(_("Nama jenis pelatihan itu."), "Webinar"),
    "course_learning_method": Field(_("Nama yang sama dengan huruf kecil."), "webinar"),
    "is_online_attendance": Field(_("Apakah kehadiran dibuktikan secara daring."), True),
    "TestCode.redeem_code": Field(_("Kode uji, berawalan PRAT-."), "PRAT-UJ0EEQ"),
    "RedeemCodeReset.redeem_code": Field(_("Kode uji, berawalan PRAT-."), "PRAT-UJ0EEQ"),
    # --- assignments ---
    "id": Field(_("Nomor kiriman ini."), 123),
    "scope": Field(_("tpm = tugas praktik mandiri, uk = unjuk keterampilan."), "tpm"),
    "Submission.sequence": Field(_("Urutan tugas: 1 sampai 998 untuk tpm, 999 untuk uk."), 2, _ASSIGNMENT_SEQUENCE),
    "FeedbackSubmission.sequence": Field(
        _("Urutan tugas: 1 sampai 998 untuk tpm, 999 untuk uk."), 2, _ASSIGNMENT_SEQUENCE
    ),
    "SubmissionStatus.sequence": Field(
        _("Urutan tugas: 1 sampai 998 untuk tpm, 999 untuk uk."), 2, _ASSIGNMENT_SEQUENCE
    ),
    "SubmissionData.sequence": Field(_("Urutan tugas itu."), 2),
    "FeedbackData.sequence": Field(_("Urutan tugas itu."), 2),
    "SubmissionState.sequence": Field(_("Urutan tugas itu."), 2),
    "SubmissionData.status": Field(_("0 belum dikirim, 1 sedang diproses, 2 diterima, 3 gagal."), 1),
    "FeedbackData.status": Field(_("0 belum dikirim, 1 sedang diproses, 2 diterima, 3 gagal."), 1),
    "SubmissionState.status": Field(_("0 belum dikirim, 1 sedang diproses, 2 diterima, 3 gagal."), 2),
    "url_file": Field(
        _("Alamat berkas: http atau https yang publik, satu berkas sekali kirim, paling besar 20 MiB."),
        "https://lms.example/berkas/tugas-2.pdf",
    ),
    "notes": Field(_("Catatan untuk peserta."), "Sudah baik; lengkapi bagian biaya."),
    "assignment": Field(_("Keadaan tugas yang terakhir dikirim.")),
    "feedback": Field(_("Keadaan umpan balik yang terakhir dikirim.")),
    # --- sign-in ---
    "OauthAuthorize.state": Field(
        _("Teks buatan Anda untuk mengenali kembalinya peserta; kembali apa adanya."), "k7Qm2xR9"
    ),
    "OauthTokenData.scope": Field(_("Data yang diizinkan, dipisah spasi."), "name email prakerjaid notelp"),
    "OauthAuthorize.scope": Field(
        _("Data yang diminta, dipisah spasi: name, email, prakerjaid, notelp. Yang tidak dikenal diabaikan."),
        "name email prakerjaid notelp",
    ),
    "OauthAuthorize.redirect_uri": Field(
        _("Alamat kembali bila diizinkan; harus terdaftar, huruf demi huruf."), "https://lms.example/prakerja/kembali"
    ),
    "login_uri": Field(
        _("Alamat bila ditolak atau gagal, biasanya halaman masuk Anda; harus terdaftar."), "https://lms.example/masuk"
    ),
    "client_id": Field(_("client_code Anda; bila ada harus sama dengan X-Client-Id.")),
    "redirect_url": Field(
        _("Alamat halaman izin di Prakerja; arahkan peramban peserta ke sana."),
        "https://portal.example/izin?permintaan=AdF3k9",
    ),
    "OauthToken.code": Field(_("Code dari alamat kembali."), "AaK1q8Vt4u0"),
    "OauthToken.token": Field(_("Refresh token, sebagai ganti code; pakai oauth/token/refresh."), is_old=True),
    "OauthRefresh.token": Field(_("Refresh token terakhir."), "AaK1q8Vt4u0y", is_required=True),
    "access_token": Field(_("Token untuk membaca profil; berlaku satu jam."), "AaK1q8Vt4u0x"),
    "expires_in": Field(_("Saat access_token berakhir: detik Unix sebagai teks, bukan lamanya."), "1698292816"),
    "refresh_token": Field(_("Token untuk memperbarui, satu kali; berlaku 30 hari."), "AaK1q8Vt4u0y"),
    "token_type": Field(_("Selalu Bearer."), "Bearer"),
    "dp_user_id": Field(
        _("Akun peserta di platform tempat ia terakhir membeli pelatihan Anda; dengan scope prakerjaid."), "user-1"
    ),
    "UserProfileData.email": Field(_("Alamat email; dengan scope email."), "siti@contoh.id"),
    "UserProfileData.name": Field(_("Nama; dengan scope name."), "Siti Rahma"),
    "no_prakerja": Field(
        _("Nomor Kartu Prakerja; dengan scope prakerjaid, setelah peserta menonton ketiga video."), "9360123412341238"
    ),
    "phone_number": Field(_("Nomor ponsel; dengan scope notelp."), "+6281234567890"),
    "user_id": Field(
        _("Pengenal peserta, tetap di lembaga Anda dan lain di lembaga lain."), "018f3c2e-7b1a-7c3d-9e4f-1234567890ab"
    ),
    "redeemed_at": Field(_("Waktu kode ditukar."), "2021-10-02T03:00:00Z"),
    "voided_at": Field(_("Waktu transaksi dibatalkan."), "2021-10-01T05:00:00Z"),
    "institution_code": Field(_("Kode lembaga pelatihan."), "lkpis"),
    "CompletionAccepted.completed_date": Field(_("Tanggal selesai, waktu Jakarta."), "2021-10-04"),
    "CompletionCorrected.completed_date": Field(_("Tanggal selesai, waktu Jakarta."), "2021-10-04"),
    "source": Field(_("reported: dilaporkan lembaga; derived: mengikuti kehadiran dan tugas."), "reported"),
    # --- completion ---
    "completed_date": Field(_("Tanggal selesai, waktu Jakarta; bawaan hari ini."), "2021-10-04"),
    "score": Field(_("Nilai 0 sampai 100; boleh null."), 88),
    "certificate_number": Field(_("Nomor sertifikat, unik di lembaga Anda."), "SERT/2021/000123"),
    "certificate_kind": Field(_("Salah satu jenis sertifikat pelatihan itu."), "completion"),
    "CompletionChange.completed_date": Field(
        _("Tanggal selesai, waktu Jakarta; bawaan tanggal yang sudah dilaporkan."), "2021-10-04"
    ),
    "CompletionWithdrawal.reason": Field(
        _("Mengapa ditarik: untuk catatan Prakerja, tidak dibaca peserta."), "Tertukar dengan peserta lain."
    ),
    "withdrawn_at": Field(_("Waktu laporan ditarik."), "2021-10-05T03:00:00Z"),
    "visible_from": Field(_("Sejak kapan sertifikat tampak bagi peserta."), "2021-10-05T17:00:00Z"),
}


def field_of(struct: str, name: str) -> Field | None:
    """The words of one member, or None when nobody has written them (a test asks for them)."""
    return FIELDS.get(f"{struct}.{name}") or FIELDS.get(name)
