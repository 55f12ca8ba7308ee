"""What operators read when a rule says no, and how instants are written for them."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.kernel.figures import figures

SENTENCES = {
    "sign_in_wrong": gettext_lazy("Alamat email atau kata sandi salah."),
    "code_wrong": gettext_lazy("Kode salah. Masukkan kode yang sekarang terlihat di aplikasi autentikator."),
    "code_used": gettext_lazy("Kode ini sudah dipakai. Tunggu kode berikutnya di aplikasi autentikator."),
    "password_wrong": gettext_lazy("Kata sandi sekarang salah."),
    "not_permitted": gettext_lazy("Peran Anda tidak mengizinkan ini."),
    "reason_missing": gettext_lazy("Tulis alasannya."),
    "nothing_undelivered": gettext_lazy("Tidak ada pesan yang menunggu keputusan."),
    "discrepancy_resolved": gettext_lazy("Perbedaan ini sudah diputuskan."),
    "decision_impossible": gettext_lazy(
        "Jawaban bank ini tidak dapat dibukukan. Selesaikan dengan bank, lalu pilih bahwa pembukuan benar."
    ),
    "phone_format": gettext_lazy("Itu bukan nomor ponsel Indonesia; contohnya 0812-3456-7890."),
    "email_format": gettext_lazy("Itu bukan satu alamat email yang lengkap; contohnya siti@contoh.id."),
    "phone_needs_two": gettext_lazy(
        "Nomor itu sudah dibuktikan pemiliknya, jadi satu petugas tidak dapat menggantinya. Minta orang itu mengirim permintaan nomor hilang dari halaman masuk; dua petugas memutuskannya."
    ),
    "contact_same": gettext_lazy("Orang itu memang memakainya."),
    "contact_of_other_person": gettext_lazy("Nomor atau alamat itu milik orang lain yang terdaftar."),
    "completion_rated": gettext_lazy("Peserta sudah memberi ulasan, jadi laporan ini tidak dapat ditarik lagi."),
    "certificate_kind_unknown": gettext_lazy("Pelatihan ini tidak memberi sertifikat jenis itu."),
    "certificate_number_used": gettext_lazy("Nomor sertifikat itu sudah dipakai untuk orang lain."),
    "run_unknown": gettext_lazy("Tidak ada kelas dengan kode jadwal itu, atau kelasnya sudah dibatalkan."),
    "case_resolved": gettext_lazy("Kasus ini sudah diputuskan."),
    "class_completed": gettext_lazy("Peserta ini sudah menyelesaikan kelasnya, jadi dananya tetap pada lembaga."),
    "operator_needed": gettext_lazy("Ini hanya dapat dilakukan oleh seorang petugas."),
    "answer_missing": gettext_lazy("Tulis jawaban untuk peserta, 10 sampai 500 huruf."),
    "same_operator": gettext_lazy("Petugas lain yang harus menyetujui usulan Anda."),
    "lost_phone_unknown": gettext_lazy("Permintaan ganti nomor itu tidak ada."),
    "lost_phone_answered": gettext_lazy("Permintaan ini sudah diputuskan, dihentikan, atau belum diusulkan."),
    "lost_phone_nobody": gettext_lazy("NIK itu bukan milik siapa pun yang punya akun. Tolak permintaan ini."),
    "lost_phone_taken": gettext_lazy("Nomor baru itu sudah dipakai akun lain."),
    "lost_phone_decided": gettext_lazy("Permintaan lain untuk orang ini sudah diusulkan. Putuskan dahulu yang itu."),
    "erasure_unknown": gettext_lazy("Permintaan hapus itu tidak ada."),
    "erasure_answered": gettext_lazy("Permintaan ini sudah dijawab atau dibatalkan pesertanya."),
    "case_unknown": gettext_lazy("Kasus itu tidak ada."),
    "case_answered": gettext_lazy("Kasus ini sudah dijawab."),
    "case_still_claimed": gettext_lazy(
        "NIK atau nomor ponsel itu masih milik akun lain. Ganti dahulu nomor ponsel akun itu, atau jawab dengan cara lain."
    ),
    "participation_runs": gettext_lazy("Kepesertaan masih berjalan: sekarang tidak ada lagi yang boleh dihapus."),
    "office_case_unknown": gettext_lazy("Tidak ada kasus dengan nomor itu."),
    "office_case_closed": gettext_lazy("Kasus ini sudah selesai."),
    "case_too_long": gettext_lazy("Kasus ini sudah terlalu panjang: selesaikan."),
    "words_missing": gettext_lazy("Tulis jawabannya, paling sedikit 10 huruf."),
    "words_too_long": gettext_lazy("Jawaban ini terlalu panjang."),
    "review_unknown": gettext_lazy("Ulasan itu tidak ada."),
    "review_hidden": gettext_lazy("Ulasan ini sudah disembunyikan."),
    "review_shown": gettext_lazy("Ulasan ini sudah terlihat."),
    "field_invalid": gettext_lazy("Isian ini tidak mungkin untuk kelas itu."),
}


def sentence(refused: Refused) -> str:
    """A refusal in words."""
    figures().count("prakerja_refusals_total", ("reason", refused.reason))
    if refused.reason == "sign_in_locked":
        return _("Terlalu banyak percobaan masuk. Coba lagi setelah %(when)s.") % {
            "when": written(refused.details["until"])
        }
    known = SENTENCES.get(refused.reason)
    return str(known) if known else _("Permintaan ini tidak dapat dilakukan sekarang.")


def counted(number: int) -> str:
    """`4210` → `4.210`; in English `4,210`."""
    return f"{number:,}" if get_language() == "en" else f"{number:,}".replace(",", ".")


def written(at: datetime) -> str:
    """`2021-10-22 00.05 WIB`."""
    return f"{at.astimezone(WIB):%Y-%m-%d %H.%M} WIB"
