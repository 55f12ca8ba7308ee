"""The questions and answers of the help page, and a search of them that forgives slips and knows other forms of a word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from prakerja.kernel.dates import written_language
from prakerja.kernel.forgiving import asked_words, nearest, roots, words_of
from prakerja.programmes.schemes import Scheme, scheme_by_key


@dataclass(frozen=True)
class Question:
    """`anchor` stands in addresses, so it stays. `also` are words that people use for it and that do not stand in it."""

    anchor: str
    title: str
    answer: str
    also: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class _Indexed:
    question: Question
    title: frozenset[str]
    all: frozenset[str]


def sections(scheme: Scheme) -> tuple[Section, ...]:
    """All questions in the language of the page, with the numbers of this scheme."""
    return _sections(scheme.key, written_language())


@lru_cache(maxsize=16)
def _sections(key: str, _language: str) -> tuple[Section, ...]:
    scheme = scheme_by_key(key)
    numbers = {
        "days": scheme.first_purchase.days,
        "hours": scheme.schedule_sync_hours,
        "first": scheme.payout_working_days[0],
        "last": scheme.payout_working_days[-1],
        "age": scheme.eligibility.age_min,
        "most": scheme.eligibility.kk_max_recipients,
    }
    return tuple(
        Section(
            str(title),
            tuple(
                Question(anchor, str(asked), str(answer) % numbers if "%(" in str(answer) else str(answer), also)
                for anchor, asked, answer, also in found
            ),
        )
        for title, found in _TEXTS
    )


def find_questions(text: str, *, scheme: Scheme) -> list[Question]:
    """The questions that have most of the words asked for, those that have them in their title first; [] for none.

    A word counts when the question has it, another form of it, something that it begins, or, if no question has any of these, what
    comes nearest to it (ADR 0032).
    """
    asked = asked_words(text)
    found = _index(scheme.key, written_language())
    known = frozenset[str]().union(*(one.all for one in found))
    meant = [_meant(word, known) for word in asked]
    scored = [
        (
            sum(bool(words & one.all) for words in meant),
            sum(bool(words & one.title) for words in meant),
            -place,
            one.question,
        )
        for place, one in enumerate(found)
    ]
    best = max((score[0] for score in scored), default=0)
    return [
        question
        for count, _titles, _place, question in sorted(scored, key=lambda one: one[:3], reverse=True)
        if count == best > 0
    ]


def guessed_words(text: str, *, scheme: Scheme) -> dict[str, list[str]]:
    """The words asked for that no question has, with the nearest ones that are taken instead ([]: nothing comes near)."""
    known = frozenset[str]().union(*(one.all for one in _index(scheme.key, written_language())))
    return {word: nearest(word, known) for word in asked_words(text) if not _as_asked(word, known)}


def _as_asked(word: str, known: frozenset[str]) -> frozenset[str]:
    mine = roots(word)
    return frozenset(one for one in known if mine & roots(one) or (len(word) >= 3 and one.startswith(word)))


def _meant(word: str, known: frozenset[str]) -> frozenset[str]:
    return _as_asked(word, known) or frozenset(nearest(word, known))


@lru_cache(maxsize=16)
def _index(key: str, language: str) -> tuple[_Indexed, ...]:
    return tuple(
        _Indexed(
            question,
            frozenset(words_of(f"{question.title} {question.also}")),
            frozenset(words_of(f"{question.title} {question.also} {question.answer}")),
        )
        for section in _sections(key, language)
        for question in section.questions
    )


# In the language of whoever asks: a section, and its questions as anchor, question, answer, and other words for it.
_TEXTS = [
    (
        _("Mendaftar dan bergabung"),
        [
            (
                "siapa",
                _("Siapa yang boleh ikut?"),
                _(
                    "Warga negara Indonesia berumur %(age)s tahun atau lebih yang tidak sedang sekolah atau kuliah. Beberapa pekerjaan dan penerima bantuan lain tidak boleh ikut. Periksa diri dalam dua menit di beranda: semua alasan langsung terlihat."
                ),
                "syarat umur usia eligible requirements age",
            ),
            (
                "mendaftar",
                _("Bagaimana cara mendaftar?"),
                _(
                    "Siapkan ponsel yang selalu Anda pegang, KTP, dan kartu keluarga, lalu pilih “Daftar” di beranda. Satu halaman satu pertanyaan, dan setiap jawaban disimpan: Anda boleh berhenti dan melanjutkan nanti, juga di ponsel lain. Tanpa email pun bisa."
                ),
                "registrasi akun buat syarat register sign up account",
            ),
            (
                "foto-ktp",
                _("Foto KTP saya ditolak"),
                _(
                    "Letakkan KTP di meja yang terang, tanpa lampu kilat. Pegang ponsel dengan tenang dan foto dari dekat, sampai semua tulisan terbaca dan keempat sudut terlihat. Kirim JPG atau PNG, bukan PDF."
                ),
                "upload unggah kabur gelap silau besar blur photo picture",
            ),
            (
                "tes",
                _("Apa isi tesnya, dan apakah saya bisa gagal?"),
                _(
                    "Membaca, berhitung, dan beberapa pertanyaan tentang diri Anda. Tes diikuti satu kali, tidak memengaruhi seleksi, dan tidak ada yang gagal karenanya. Bila sinyal hilang, lanjutkan di ponsel mana pun selama waktunya belum habis."
                ),
                "motivasi kemampuan dasar soal waktu nilai test questions score",
            ),
            (
                "kebutuhan",
                _("Saya penyandang disabilitas. Apa yang disesuaikan?"),
                _(
                    "Tulis kebutuhan Anda saat mendaftar, di halaman “Kebutuhan khusus”. Untuk tes, pilih waktu tambahan sebelum mulai: tidak perlu bukti. Situs ini dapat dipakai dengan pembaca layar, tanpa tetikus, dan dengan huruf besar."
                ),
                "difabel cacat tunanetra tuli netra bisu kursi roda bahasa isyarat disability screen reader deaf blind wheelchair",
            ),
            (
                "gelombang",
                _("Kapan gelombang berikutnya dibuka?"),
                _(
                    "Gelombang yang sedang dibuka atau terakhir ditutup tertulis di beranda. Begitu tanggal berikutnya ditetapkan, tanggal itu muncul di sana."
                ),
                "jadwal daftar wave open",
            ),
            (
                "tidak-lolos",
                _("Saya tidak lolos. Apa yang dapat saya lakukan?"),
                _(
                    "Data dan tes Anda tetap tersimpan. Bergabunglah lagi pada gelombang berikutnya; urutan bergabung tidak menentukan. Alasan tidak lolos tertulis di dashboard, dengan apa yang dapat Anda perbaiki."
                ),
                "gagal belum berhasil failed",
            ),
            (
                "nik",
                _("NIK saya tidak valid atau tidak cocok"),
                _(
                    "Periksa lagi 16 angka NIK dan nomor kartu keluarga, huruf demi huruf seperti di KTP. Data yang baru berubah perlu waktu sampai masuk ke catatan Dukcapil. Bila tetap salah, hubungi Dukcapil setempat; bila Dukcapil mengatakan datanya benar, tulis kepada kami."
                ),
                "ktp kk kartu keluarga dukcapil terdaftar di lembaga lain identity number",
            ),
            (
                "kk-penuh",
                _("Mengapa kartu keluarga saya penuh?"),
                _("Dari satu kartu keluarga paling banyak %(most)s orang menjadi penerima, pada tahun mana pun."),
                "kk keluarga family card",
            ),
            (
                "biaya",
                _("Apakah ada biaya?"),
                _(
                    "Tidak. Mendaftar, bergabung, dan menerima insentif gratis. Siapa pun yang meminta bayaran adalah penipu."
                ),
                "bayar gratis joki calo jasa penipuan fee fraud",
            ),
        ],
    ),
    (
        _("Masuk dan kode OTP"),
        [
            (
                "otp",
                _("Kode OTP tidak datang"),
                _(
                    "Pastikan ponsel aktif dan punya sinyal. Tunggu 60 detik lalu minta kode baru. Kode berlaku 5 menit dan hanya kode terakhir yang berlaku. Tetap tidak datang? Pada halaman kode ada jalan lain, misalnya kode lewat email."
                ),
                "sms verifikasi kirim ulang",
            ),
            (
                "otp-salah",
                _("Kode salah tiga kali"),
                _("Permintaan terkunci selama 60 menit. Setelah itu minta kode baru."),
                "otp terkunci locked",
            ),
            (
                "nomor-ganti",
                _("Nomor ponsel saya hilang atau ganti"),
                _(
                    "Nomor lama masih menerima SMS? Masuk, buka “Akun saya”, dan ganti nomornya di sana. Nomor lama hilang? Minta operator seluler mencetak lagi kartunya. Tidak bisa? Pada halaman “Masuk” pilih “Minta nomor diganti”; petugas memeriksa foto KTP dan KK Anda."
                ),
                "hp handphone hilang dicuri ganti nomor lost phone change number",
            ),
            (
                "rahasia",
                _("Siapa yang boleh tahu kode dan nomor kartu saya?"),
                _(
                    "Hanya Anda. Petugas, platform, dan lembaga pelatihan tidak pernah meminta kode OTP lewat telepon atau pesan."
                ),
                "penipuan fraud otp",
            ),
        ],
    ),
    (
        _("Membeli pelatihan"),
        [
            (
                "cari",
                _("Bagaimana mencari pelatihan?"),
                _(
                    "Buka “Pelatihan”, ketik keterampilan, lembaga, atau kota, lalu saring menurut harga, jadwal, atau tempat. Salah ketik sedikit tidak apa-apa."
                ),
                "kursus kelas daftar find course",
            ),
            (
                "kartu",
                _("Di mana nomor kartu saya?"),
                _("Di dashboard, setelah ketiga video selesai ditonton. Tidak ada kartu fisik."),
                "card number",
            ),
            (
                "batas",
                _("Sampai kapan saya dapat membeli pelatihan pertama?"),
                _(
                    "Sampai akhir hari ke-%(days)s; hari pengumuman adalah hari pertama. Tanggal dan jam tepatnya ada di dashboard dan di SMS."
                ),
                "30 hari deadline tenggat",
            ),
            (
                "terlewat",
                _("Bagaimana bila terlewat?"),
                _(
                    "Kepesertaan dicabut, saldo kembali ke program, dan Anda tidak dapat ikut lagi di gelombang mana pun."
                ),
                "hangus dicabut batas revoked",
            ),
            (
                "keberatan",
                _("Kepesertaan saya dicabut. Bagaimana mengajukan keberatan?"),
                _(
                    "Masuk: dashboard menulis kapan dan mengapa dicabut. Di sana tekan “Ajukan keberatan”, dan tulis apa yang terjadi. Anda mendapat nomor kasus, dan seorang petugas memeriksanya."
                ),
                "banding protes blokir dibekukan objection appeal blocked",
            ),
            (
                "uang-sendiri",
                _("Boleh menambah dengan uang sendiri?"),
                _("Tidak. Harga tidak boleh melebihi saldo, dan saldo tidak harus dihabiskan."),
                "saldo kurang",
            ),
            (
                "tukar-pelatihan",
                _("Boleh menukar pelatihan yang sudah dibeli?"),
                _(
                    "Tidak. Pelatihan berikutnya dapat dibeli setelah pelatihan sebelumnya selesai. Bila kelasnya dibatalkan lembaga, harganya kembali ke saldo Anda."
                ),
                "batal refund ganti",
            ),
        ],
    ),
    (
        _("Kode voucher dan kelas"),
        [
            (
                "kode",
                _("Di mana kode voucher saya?"),
                _("Di riwayat pesanan platform, di email, dan di dashboard pada bagian Transaksi."),
                "kupon voucer redeem",
            ),
            (
                "menukar-kode",
                _("Bagaimana menukar kode voucher?"),
                _(
                    "Salin kode itu. Daftar atau masuk di situs lembaga pelatihan, cari kelas yang Anda beli, lalu masukkan kode. Setelah itu pelatihan dapat dimulai. Rinciannya berbeda di setiap lembaga; caranya tertulis di halaman pelatihan dan transaksi."
                ),
                "redeem kupon voucer tukar",
            ),
            (
                "kode-ditolak",
                _("Kode ditolak lembaga pelatihan"),
                _(
                    "Periksa huruf demi huruf, lembaga dan kelasnya, serta jam mulai berlakunya. Semua tertulis di halaman transaksi."
                ),
                "kupon voucer salah invalid",
            ),
            (
                "sertifikat",
                _("Sertifikat belum muncul"),
                _("Lembaga melaporkan kelulusan Anda; sertifikat muncul dua hari kerja sesudah laporan."),
                "ijazah lulus certificate",
            ),
        ],
    ),
    (
        _("Insentif"),
        [
            (
                "insentif-kapan",
                _("Kapan insentif dibayar?"),
                _(
                    "Setelah pelatihan pertama selesai, diberi bintang dan ulasan, dan rekening tersambung: jadwal muncul dalam %(hours)s jam, pembayaran %(first)s sampai %(last)s hari kerja sesudah tanggal jadwal."
                ),
                "cair uang transfer",
            ),
            (
                "insentif-terlambat",
                _("Insentif belum masuk tujuh hari sesudah perkiraan dibayar"),
                _(
                    "Lihat statusnya di halaman Insentif. Sedang diproses: bank belum menjawab; petugas kami menanyakannya, dan uang tidak dikirim dua kali. Dana tertahan atau Gagal: periksa rekening Anda; kami mengirim lagi pada tanggal yang tertulis. Berhasil tetapi tidak ada di rekening: tanyakan kepada bank atau e-wallet Anda dengan tanggal, jumlah, dan empat angka terakhir rekening dari SMS kami; bila mereka tidak menemukannya, minta mereka mengembalikannya: begitu kembali kepada kami, kami mengirim lagi."
                ),
                "belum cair terlambat late",
            ),
            (
                "tertahan",
                _("Mengapa dana saya tertahan?"),
                _(
                    "Rekening diganti dekat tanggal bayar, NIK pemilik berbeda, atau e-wallet belum ditingkatkan. Kami memeriksa ulang dan menjadwalkan lagi. Dana baru hangus bila sampai batas akhir tahun tidak ada rekening yang siap menerima."
                ),
                "rekening wallet ovo gopay dana linkaja bank held",
            ),
            (
                "rekening-ganti",
                _("Bagaimana mengganti rekening atau e-wallet?"),
                _(
                    "Di dashboard, pada bagian “Rekening atau e-wallet”, tekan “Lihat atau ubah”. Rekening harus atas nama dan NIK Anda sendiri. Jangan ganti menjelang tanggal bayar: pembayarannya mundur sampai rekening baru selesai diperiksa."
                ),
                "ubah sambungkan putuskan bank ovo gopay dana linkaja change account",
            ),
            (
                "status",
                _("Apa arti status insentif?"),
                _(
                    "Menunggu diproses: jadwal sudah ada. Dijadwalkan: menunggu tanggal bayar. Sedang diproses: sudah dikirim ke bank. Berhasil: sudah masuk. Dana tertahan, Gagal, Dalam pengecekan: kami periksa dan jadwalkan ulang."
                ),
                "",
            ),
            (
                "survei",
                _("Apakah jawaban survei memengaruhi insentif?"),
                _("Tidak. Yang dihitung hanya apakah semua pertanyaan dijawab."),
                "survey kuesioner",
            ),
        ],
    ),
]
