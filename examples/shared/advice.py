"""What a visitor can do after Prakerja refused: the next step, by error code. The reason is Prakerja's own sentence."""

from __future__ import annotations

from collections.abc import Callable

CHECK_CARD = "Periksa lagi 16 angka Nomor Kartu Prakerja di dashboard Prakerja Anda, lalu ketik ulang tanpa tertukar."
CHOOSE_OTHER_RUN = "Kembali ke halaman pelatihan dan pilih jadwal lain."
CHOOSE_OTHER_COURSE = "Pilih pelatihan lain."
OPEN_DASHBOARD = "Buka dashboard Prakerja untuk melihat status kepesertaan Anda."
NEW_OTP = "Tekan “Kirim ulang OTP”, lalu ketik kode yang baru."
START_AGAIN = "Ulangi pembelian dari halaman pelatihan."
CHECK_CODE = "Periksa lagi 12 huruf dan angka pada halaman pesanan di toko, atau pada transaksi di dashboard Prakerja."
TRY_AGAIN = "Mulai verifikasi sekali lagi bila Anda siap."
ASK_SCHOOL = "Hubungi lembaga pelatihan: pengaturannya di Prakerja belum lengkap."
ASK_SHOP = "Hubungi toko tempat Anda membeli bila Anda merasa ini keliru."

NEXT_STEP = {
    "ERRPLT40490": CHOOSE_OTHER_RUN,
    "ERRPLT40491": CHOOSE_OTHER_COURSE,
    "ERRPLT40090": CHOOSE_OTHER_RUN,
    "ERRPLT40396": CHOOSE_OTHER_COURSE,
    "ERRPLT40091": CHOOSE_OTHER_RUN,
    "ERRPLT40990": CHOOSE_OTHER_RUN,
    "ERRPLT40390": CHOOSE_OTHER_COURSE,
    "ERRPLT40492": CHECK_CARD,
    "ERRPLT40391": OPEN_DASHBOARD,
    "ERRPLT40392": "Buka dashboard Prakerja, tonton ketiga video sampai selesai, lalu kembali ke sini.",
    "ERRPLT40394": OPEN_DASHBOARD,
    "ERRPLT40395": OPEN_DASHBOARD,
    "ERRPLT40393": (
        "Masuk dengan akun toko yang pertama kali Anda pakai bersama nomor kartu ini, atau buka akun sendiri."
    ),
    "ERRPLT40991": CHOOSE_OTHER_COURSE,
    "ERRPLT40992": "Selesaikan dahulu pelatihan yang sudah dibeli. Statusnya ada di dashboard Prakerja.",
    "ERRPLT40092": "Harga baru saja berubah. Muat ulang halaman pelatihan dan lihat harga yang berlaku.",
    "ERRPLT40093": "Lihat sisa saldo di dashboard Prakerja dan pilih pelatihan yang lebih murah.",
    "ERRPLT42990": "Tunggu satu menit, lalu minta OTP lagi.",
    "ERRPLT42991": "Coba lagi besok.",
    "ERRPLT42390": "Tunggu sampai jam itu, lalu minta OTP baru.",
    "ERRPLT40094": "Periksa SMS terbaru di ponsel yang terdaftar di Prakerja, lalu ketik keenam angkanya.",
    "ERRPLT40095": NEW_OTP,
    "ERRPLT40190": NEW_OTP,
    "ERRPLT40993": START_AGAIN,
    "ERRPLT40994": START_AGAIN,
    "ERRPLT40995": START_AGAIN,
    "ERRPLT40493": START_AGAIN,
    "ERRVOD40001": OPEN_DASHBOARD,
    "ERRPLT40028": "Tidak ada yang perlu dilakukan. Ke mana dananya kembali tertulis di dashboard Prakerja Anda.",
    "ERRVOD40990": "Lanjutkan kelas di situs lembaga pelatihan.",
    "ERRVOD40991": "Kode yang tidak ditukar sampai kelas berakhir tidak dapat dikembalikan.",
    "ERRTRX40020": CHECK_CODE,
    "ERRTRX40001": CHECK_CODE,
    "ERRTRX40027": "Lihat jadwal pelatihan di dashboard Prakerja dan kembali ke sini pada waktunya.",
    "ERRTRX40028": "Buka situs lembaga pelatihan yang tertulis pada pesanan Anda dan masukkan kode di sana.",
    "ERRTRX40022": ASK_SHOP,
    "ERRTRX40101": ASK_SHOP,
    "ERRTRX40021": "Masuk dengan akun yang Anda pakai ketika memasukkan kode ini, lalu buka “Kelas saya”.",
    "ERRTRX40090": "Buka kelas Anda dan pilih pertemuan dari daftarnya.",
    "ERRTRX40990": "Verifikasi dahulu kehadiran pada pertemuan sebelumnya.",
    "ERRTRX40091": ASK_SCHOOL,
    "ERRTRX40991": "Email akun ini sudah dipakai untuk pelatihan yang sama. Masuk dengan akun Anda yang lain.",
    "ERRTRX40092": TRY_AGAIN,
    "ERRTRX40390": ASK_SCHOOL,
    "ERRTRX40392": "Ulangi dengan wajah Anda sendiri, di tempat yang terang.",
    "ERRTRX41090": TRY_AGAIN,
    "ERRTRX40995": "Verifikasi kehadiran pertama dahulu, lalu kirim tugas.",
    "ERRTRX40996": "Tunggu peserta mengirim tugasnya.",
    "ERRPRT40993": "Kirim laporan lagi setelah kelas berakhir.",
    "ERRPRT40994": "Lengkapi dahulu kehadiran dan tugas di halaman kelas, lalu kirim laporan lagi.",
    "ERRPRT40992": "Masukkan kode kelas terlebih dahulu.",
    "ERRTRX40096": "Pilih nomor tugas dari daftarnya, lalu kirim lagi.",
    "ERRTRX40097": ASK_SCHOOL,
    "ERRTRX40098": ASK_SCHOOL,
    "ERRTRX40391": ASK_SCHOOL,
    "ERRPRT40990": ASK_SCHOOL,
    "ERRPRT40991": ASK_SCHOOL,
    "ERRPRT40098": ASK_SCHOOL,
    "ERRPRT40492": ASK_SCHOOL,
    "ERRPRT40390": ASK_SCHOOL,
}
# A request that the site itself made wrongly, or without a right to it: nothing that a visitor could mend.
OUR_FAULT = "Kesalahannya ada pada situs ini, bukan pada Anda. Beri tahu pengelola situs ini."
OUR_FAULTS = ("ERRINT400", "ERRINT401", "ERRINT403", "ERRINT404", "ERRINT405", "ERRINT413", "ERROAUTH", "ERRPLT40036")
WAIT = "Tunggu beberapa saat, lalu coba lagi."
WAITS = ("ERRINT429", "ERRINT500", "ERRINT503")
ANY = "Coba lagi beberapa saat. Bila tetap gagal, hubungi layanan pengaduan Prakerja."


# Where Prakerja's own sentence speaks to programs: what a visitor reads instead.
PLAIN = {
    "ERRTRX40020": "Kode ini tidak dikenal.",
    "ERRTRX40027": "Kelas ini belum dimulai atau sudah selesai.",
}


def plain_sentence(code: str, message: str, say: Callable[[str], str]) -> str:
    """Return what a visitor reads: ours where there is one, with what Prakerja adds (from when a code works), else theirs."""
    if code not in PLAIN:
        return message
    return f"{say(PLAIN[code])} {message.partition('. ')[2]}".strip()


def next_step(code: str) -> str:
    """Return the Indonesian next step for an error code."""
    if code.startswith(OUR_FAULTS):
        return OUR_FAULT
    if code.startswith(WAITS):
        return WAIT
    return NEXT_STEP.get(code, ANY)
