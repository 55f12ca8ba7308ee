"""Words for reasons, states and labels. A refusal carries a stable English name; the sentence is looked up here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from prakerja.incentives.labels import incentive_label
from prakerja.kernel import dates
from prakerja.kernel.errors import Refused
from prakerja.kernel.figures import figures
from prakerja.reporting.dashboard import Incentive

# Sentences that need nothing but themselves.
SENTENCES = {
    "phone_format": gettext_lazy("Nomor ponsel tidak benar. Contoh: 0812 3456 7890."),
    "otp_format": gettext_lazy("Kode terdiri dari 6 angka. Ketik seperti pada SMS."),
    "code_just_sent": gettext_lazy("Kode baru belum dikirim: yang terakhir baru saja dikirim."),
    "otp_expired": gettext_lazy("Kode OTP sudah kedaluwarsa. Minta kode baru."),
    "otp_of_other_browser": gettext_lazy(
        "Kode ini diminta dari ponsel atau peramban lain. Ketik kode dari SMS yang datang setelah Anda memintanya di sini."
    ),
    "otp_daily_limit": gettext_lazy("Batas permintaan kode hari ini tercapai. Coba lagi besok."),
    "video_order": gettext_lazy("Tonton video sesuai urutan."),
    "video_unknown": gettext_lazy("Video itu tidak ada."),
    "no_award": gettext_lazy("Anda belum menjadi peserta."),
    "video_not_started": gettext_lazy("Mulai video ini dahulu."),
    "award_ended": gettext_lazy("Kepesertaan sudah berakhir atau dicabut."),
    "award_suspended": gettext_lazy("Kepesertaan Anda sedang dibekukan."),
    "rated_already": gettext_lazy("Anda sudah memberi ulasan untuk pelatihan ini."),
    "certificate_not_visible": gettext_lazy("Ulasan dapat diberikan setelah sertifikat muncul."),
    "review_closed": gettext_lazy("Batas waktu memberi ulasan sudah lewat."),
    "review_empty": gettext_lazy("Tulis ulasan Anda."),
    "review_too_long": gettext_lazy("Ulasan terlalu panjang. Tulis paling banyak 2.000 huruf."),
    "stars_range": gettext_lazy("Pilih satu sampai lima bintang."),
    "provider_unknown": gettext_lazy("Pilih bank atau e-wallet."),
    "number_format": gettext_lazy("Nomor hanya berisi angka. Periksa panjangnya."),
    "wallet_phone": gettext_lazy("Nomor e-wallet harus sama dengan nomor ponsel yang terdaftar."),
    "account_not_found": gettext_lazy("Nomor tidak ditemukan. Periksa kembali bank atau e-wallet dan nomornya."),
    "account_blocked": gettext_lazy("Rekening ini diblokir. Hubungi bank atau e-wallet itu, atau pakai yang lain."),
    "account_linked": gettext_lazy("Sudah ada rekening yang tersambung. Putuskan dahulu."),
    "account_unknown": gettext_lazy("Tidak ada rekening yang tersambung."),
    "account_still_linked": gettext_lazy("Putuskan rekening atau e-wallet dahulu, lalu ganti nomor ponsel."),
    "email_format": gettext_lazy("Alamat email tidak benar. Contoh: nama@contoh.id."),
    "contact_same": gettext_lazy("Itu sudah nomor atau alamat Anda sekarang."),
    "contact_of_other_person": gettext_lazy(
        "Nomor atau alamat ini sudah dipakai akun lain, jadi akun Anda tidak berubah. Pakai yang lain, atau masuk ke akun itu."
    ),
    "link_closed": gettext_lazy("Batas waktu menyambungkan rekening sudah lewat."),
    "provider_unavailable": gettext_lazy("Bank atau e-wallet sedang tidak dapat dihubungi. Coba lagi sebentar lagi."),
    "survey_closed": gettext_lazy("Survei ini sudah ditutup."),
    "survey_not_open": gettext_lazy("Survei ini belum dibuka."),
    "survey_order": gettext_lazy("Isi dahulu survei sebelumnya."),
    "survey_unknown": gettext_lazy("Survei itu tidak ada."),
    "survey_submitted": gettext_lazy("Anda sudah mengisi survei ini."),
    "survey_consent_needed": gettext_lazy(
        "Untuk menyimpan jawaban sebelum dikirim, centang dahulu persetujuan ini. Tanpa itu, tidak ada yang disimpan."
    ),
    "survey_incomplete": gettext_lazy("Jawab semua pertanyaan."),
    "consent_words_changed": gettext_lazy("Kalimat persetujuan baru saja berubah. Baca lagi, lalu kirim."),
    "lost_phone_unknown": gettext_lazy("Tidak ada penggantian nomor yang sedang berjalan."),
    "lost_phone_many": gettext_lazy(
        "Beberapa permintaan untuk NIK ini sedang diperiksa. Tunggu jawabannya, atau hubungi layanan."
    ),
    "lost_phone_open": gettext_lazy("Permintaan dengan nomor baru ini sudah kami terima. Tunggu jawaban lewat SMS."),
    "erasure_open": gettext_lazy("Permintaan hapus Anda sudah kami terima dan sedang ditangani."),
    "erasure_unknown": gettext_lazy("Tidak ada permintaan hapus yang sedang ditangani."),
    "topic_unknown": gettext_lazy("Pilih tentang apa pertanyaan Anda."),
    "words_too_long": gettext_lazy("Terlalu panjang. Persingkat tulisan Anda, lalu kirim lagi."),
    "words_missing": gettext_lazy("Tulis pertanyaan Anda, paling sedikit 10 huruf."),
    "contact_format": gettext_lazy("Tulis nomor ponsel Indonesia atau satu alamat email, atau kosongkan."),
    "cases_too_many": gettext_lazy(
        "Hari ini sudah banyak pertanyaan dari sini. Tulis lagi besok, atau lanjutkan kasus yang sudah ada dengan nomornya."
    ),
    "cases_in_turn": gettext_lazy(
        "Banyak pertanyaan datang dari jaringan ini, jadi kami menerimanya bergiliran. Tulisan Anda belum terkirim: kirim lagi beberapa menit lagi, atau pakai jaringan lain."
    ),
    "office_case_unknown": gettext_lazy("Nomor kasus itu tidak kami kenal. Periksa huruf demi huruf."),
    "codes_queue_full": gettext_lazy(
        "Terlalu banyak kode diminta dari jaringan ini. Coba lagi 10 menit lagi, atau pakai jaringan lain, misalnya Wi-Fi."
    ),
    "office_case_of_account": gettext_lazy(
        "Kasus ini dikirim dari akun. Masuk, lalu buka Akun saya, Kasus saya, untuk membacanya."
    ),
    "photo_missing": gettext_lazy("File itu kosong. Pilih file yang lain."),
    "photo_too_big": gettext_lazy("File ini terlalu besar. Kirim foto atau PDF paling besar 2 MB."),
    "photo_unreadable": gettext_lazy("Foto ini rusak atau tidak lengkap. Ambil foto baru, lalu kirim lagi."),
    "case_file_kind": gettext_lazy("File ini bukan foto dan bukan PDF. Kirim JPG, PNG, atau PDF."),
    "case_file_active": gettext_lazy(
        "PDF ini terkunci, atau berisi lebih dari halaman saja. Kirim foto layarnya, atau cetak ke PDF lalu kirim lagi."
    ),
    "case_files_too_many": gettext_lazy(
        "Kasus ini sudah berisi file sebanyak yang boleh. Buat kasus baru dan sebutkan nomornya."
    ),
    "office_case_closed": gettext_lazy("Kasus ini sudah selesai. Buat kasus baru."),
    "case_too_long": gettext_lazy("Kasus ini sudah panjang. Buat kasus baru dan sebutkan nomornya."),
    "already_bought": gettext_lazy("Anda sudah membeli pelatihan, jadi tidak dapat mengundurkan diri."),
}


def sentence(refused: Refused) -> str:
    """What a participant reads when a rule said no."""
    figures().count("prakerja_refusals_total", ("reason", refused.reason))
    details: dict[str, Any] = refused.details
    if refused.reason == "otp_wrong":
        left = int(details.get("left", 0))
        return ngettext("Kode OTP salah. Sisa percobaan: %(n)s.", "Kode OTP salah. Sisa percobaan: %(n)s.", left) % {
            "n": left
        }
    if refused.reason == "otp_locked":
        return _("Terlalu banyak kode salah. Coba lagi setelah %(when)s.") % {"when": dates.instant(details["until"])}
    if refused.reason == "otp_too_soon":
        return _("Tunggu %(seconds)s detik sebelum meminta kode baru.") % {"seconds": details.get("seconds", 60)}
    if refused.reason == "video_too_soon":
        return _("Video belum selesai. Sisa %(seconds)s detik.") % {"seconds": details.get("seconds", "")}
    known = SENTENCES.get(refused.reason)
    return str(known) if known else _("Permintaan ini tidak dapat dilakukan sekarang.")


INCENTIVE_COLOURS = {
    "planned": "grey",
    "due": "blue",
    "instructed": "blue",
    "paid": "green",
    "held": "orange",
    "checking": "yellow",
    "failed": "red",
    "lapsed": "red",
    "cancelled": "red",
}


def incentive_tag(*, incentive: Incentive, at: datetime) -> tuple[str, str]:
    """An incentive's label and the colour of its tag."""
    label = incentive_label(
        status=incentive.status,
        last_problem=incentive.last_problem,
        scheduled_date=incentive.scheduled_date,
        recheck_at=incentive.recheck_at,
        at=at,
    )
    return str(label.text), INCENTIVE_COLOURS[label.key]


HOLD_REASONS = {
    "account_changed": gettext_lazy("Rekening diganti dekat tanggal pembayaran."),
    "nik_mismatch": gettext_lazy("NIK pemilik rekening berbeda dengan NIK Anda."),
    "kyc_incomplete": gettext_lazy("E-wallet belum ditingkatkan."),
    "wallet_phone": gettext_lazy("Nomor e-wallet bukan nomor ponsel Anda yang terdaftar."),
    "no_account": gettext_lazy("Belum ada rekening yang tersambung."),
    "account_blocked": gettext_lazy("Rekening diblokir atau sudah ditutup."),
    "held_by_provider": gettext_lazy("Bank atau e-wallet menahan pembayaran ini."),
    "award_suspended": gettext_lazy("Saldo Anda sedang dibekukan."),
}

# Why a wave was not won, in the words of the result page (rules.md 3.4).
VOUCHER_LABELS = {
    "issued": (gettext_lazy("Belum ditukar"), "blue"),
    "redeemed": (gettext_lazy("Sudah ditukar"), "green"),
    "cancelled": (gettext_lazy("Dibatalkan"), "red"),
    "expired": (gettext_lazy("Kedaluwarsa"), "red"),
}

DELIVERY = {
    "live": gettext_lazy("Kelas terjadwal"),
    "self_paced": gettext_lazy("Belajar mandiri"),
}
MODE = {
    "online": gettext_lazy("Daring"),
    "onsite": gettext_lazy("Tatap muka"),
    "blended": gettext_lazy("Daring dan tatap muka"),
}
# In which a course is taught.
TONGUES = {
    "id": gettext_lazy("Bahasa Indonesia"),
    "en": gettext_lazy("Bahasa Inggris"),
}
# The levels of `people.policies.EDUCATION`, by their numbers.
EDUCATION_WORDS = {
    0: gettext_lazy("tidak disyaratkan"),
    1: gettext_lazy("SD atau sederajat"),
    2: gettext_lazy("SMP atau sederajat"),
    3: gettext_lazy("SMA atau sederajat"),
    4: gettext_lazy("Diploma"),
    5: gettext_lazy("S1"),
    6: gettext_lazy("S2"),
}
CERTIFICATE = {
    "completion": gettext_lazy("Sertifikat penyelesaian"),
    "excellence": gettext_lazy("Sertifikat kompetensi lulusan"),
    "competence": gettext_lazy("Sertifikat kompetensi"),
}

# What an institution may be allowed to know (`grants.policies.FACTS`).
FACT_WORDS = {
    "name": gettext_lazy("nama Anda"),
    "email": gettext_lazy("alamat email Anda"),
    "phone": gettext_lazy("nomor ponsel Anda"),
    "card": gettext_lazy("nomor Kartu Prakerja Anda, dan akun Anda di platform tempat Anda membeli kelasnya"),
}

ERASURE_LABELS = {
    "open": gettext_lazy("Menunggu jawaban"),
    "partly": gettext_lazy("Sebagian dihapus"),
    "erased": gettext_lazy("Sudah dihapus"),
    "refused": gettext_lazy("Tidak dapat dipenuhi"),
    "taken_back": gettext_lazy("Dibatalkan"),
}

NOTICES = {
    "registered": gettext_lazy("Selamat, Anda terdaftar. Sekarang Anda dapat bergabung ke gelombang yang dibuka."),
    "video_finished": gettext_lazy("Video selesai."),
    "all_read": gettext_lazy("Semua pesan ditandai sudah dibaca."),
    "videos_done": gettext_lazy("Ketiga video selesai. Nomor kartu dan saldo Anda sekarang terlihat."),
    "rated": gettext_lazy("Terima kasih. Ulasan Anda tersimpan."),
    "certificate_shared": gettext_lazy("Tautan dibuka. Siapa pun yang mendapatkannya dapat memeriksa sertifikat ini."),
    "certificate_unshared": gettext_lazy("Tautan ditutup. Tidak ada yang dapat membukanya lagi."),
    "email_changed": gettext_lazy("Alamat email Anda sudah diganti."),
    "linked": gettext_lazy("Rekening tersambung."),
    "unlinked": gettext_lazy("Rekening diputuskan."),
    "survey_sent": gettext_lazy("Terima kasih. Jawaban survei Anda tersimpan."),
    "case_sent": gettext_lazy(
        "Kasus Anda sudah kami terima. Kami menjawab pada hari kerja, dan memberi tahu Anda dengan SMS."
    ),
    "case_written": gettext_lazy("Tulisan Anda sudah kami terima."),
    "survey_half": gettext_lazy(
        "Jawaban Anda sampai di sini tersimpan, tetapi belum dikirim. Lanjutkan kapan saja sebelum batasnya, juga di ponsel lain."
    ),
    "survey_sent_unkept": gettext_lazy("Terima kasih. Survei dihitung terjawab; jawaban Anda tidak disimpan."),
    "answers_wiped": gettext_lazy("Persetujuan dicabut. Jawaban survei itu sudah dihapus; pembayarannya tetap."),
    "lost_phone_stopped": gettext_lazy("Penggantian nomor dihentikan. Nomor Anda tetap."),
    "erasure_asked": gettext_lazy("Permintaan hapus data sudah kami terima."),
    "erasure_taken_back": gettext_lazy("Permintaan hapus data dibatalkan."),
    "withdrawn": gettext_lazy("Anda sudah mengundurkan diri."),
    "consent_withdrawn": gettext_lazy("Izin dicabut. Lembaga itu tidak dapat lagi menanyakan data Anda."),
    "session_ended": gettext_lazy("Sesi diakhiri."),
    "session_over": gettext_lazy("Sesi itu sudah berakhir."),
    "sessions_ended": gettext_lazy("Semua sesi lain diakhiri."),
    "signed_out": gettext_lazy("Anda sudah keluar."),
    "code_sent_again": gettext_lazy("Kode baru sudah dikirim. Kode sebelumnya tidak berlaku lagi."),
}
