"""Words for synthetic people: names, places, reviews. Every person made of them is invented.

The lists are data for a seeded choice; nothing here is random by itself.
"""

from __future__ import annotations

FIRST_NAMES = (
    "Adi", "Agus", "Ahmad", "Aisyah", "Alya", "Amelia", "Andi", "Anisa", "Arif", "Ayu", "Bagas", "Bayu",
    "Bella", "Bima", "Budi", "Cahya", "Candra", "Citra", "Danu", "Dewi", "Dian", "Dimas", "Dina", "Eka",
    "Elok", "Endang", "Fajar", "Farah", "Fitri", "Gilang", "Gita", "Hadi", "Hana", "Hendra", "Ika",
    "Ilham", "Indah", "Intan", "Irfan", "Jaka", "Joko", "Kartika", "Kiki", "Laras", "Lestari", "Lia",
    "Lukman", "Made", "Maya", "Melati", "Mira", "Nadia", "Nanda", "Ningsih", "Novi", "Nur", "Nyoman",
    "Oka", "Oktavia", "Putri", "Rahma", "Raka", "Rani", "Ratna", "Rendra", "Rina", "Rizky", "Sari",
    "Satria", "Sekar", "Siti", "Surya", "Tari", "Taufik", "Teguh", "Tika", "Tono", "Umar", "Vina",
    "Wahyu", "Wati", "Wayan", "Widya", "Yanti", "Yoga", "Yuni", "Yusuf", "Zahra", "Zainal",
)  # fmt: skip

LAST_NAMES = (
    "Adiwangsa", "Anggraini", "Arkananta", "Baskara", "Cahyani", "Damarjati", "Darmawan", "Effendi",
    "Firmansyah", "Gunawan", "Handayani", "Hartono", "Hidayat", "Irawan", "Jatmika", "Kartasasmita",
    "Kusuma", "Larasati", "Lesmana", "Mahardika", "Maharani", "Maulana", "Nasution", "Nugraha", "Nugroho",
    "Oktaviani", "Pamungkas", "Permana", "Pertiwi", "Pranata", "Prasetya", "Pratiwi", "Purnama",
    "Puspita", "Rahayu", "Ramadhan", "Saputra", "Saraswati", "Setiawan", "Siregar", "Subagja", "Sulistyo",
    "Suryani", "Sutanto", "Syahputra", "Tanjung", "Utami", "Wardhana", "Wibisono", "Wicaksono",
    "Wijayanti", "Wulandari", "Yudhistira", "Yulianti",
)  # fmt: skip

# City and two-digit code of its province.
CITIES = (
    ("Banda Aceh", "11"), ("Medan", "12"), ("Padang", "13"), ("Pekanbaru", "14"), ("Jambi", "15"),
    ("Palembang", "16"), ("Bengkulu", "17"), ("Bandar Lampung", "18"), ("Pangkalpinang", "19"),
    ("Tanjungpinang", "21"), ("Jakarta Timur", "31"), ("Bandung", "32"), ("Semarang", "33"),
    ("Yogyakarta", "34"), ("Surabaya", "35"), ("Serang", "36"), ("Denpasar", "51"), ("Mataram", "52"),
    ("Kupang", "53"), ("Pontianak", "61"), ("Palangka Raya", "62"), ("Banjarmasin", "63"),
    ("Samarinda", "64"), ("Tanjung Selor", "65"), ("Manado", "71"), ("Palu", "72"), ("Makassar", "73"),
    ("Kendari", "74"), ("Gorontalo", "75"), ("Mamuju", "76"), ("Ambon", "81"), ("Ternate", "82"),
    ("Manokwari", "91"), ("Jayapura", "94"),
)  # fmt: skip

# Invented reviews by stars, for seeds and for synthetic participants.
REVIEWS = {
    5: (
        "Materinya mudah diikuti dan langsung bisa saya praktikkan. Terima kasih, pengajarnya sabar sekali.",
        "Bagus. Contohnya nyata, bukan teori saja. Sekarang saya sudah berani menerima pesanan pertama.",
        "Penjelasan runtut dari awal sampai akhir. Saya mengulang video tiga kali dan semuanya jelas.",
        "Sangat terbantu untuk persiapan kerja. Latihan soalnya mirip dengan yang saya temui saat wawancara.",
        "Pelatihannya melebihi harapan saya. Sertifikatnya juga cepat muncul di dashboard.",
        "Suka sekali dengan tugas akhirnya karena membuat saya benar-benar mencoba.",
        "Bahasanya sederhana, cocok untuk orang yang sudah lama tidak belajar seperti saya.",
        "Saya menghitung ulang harga jual dan ternyata selama ini rugi. Sangat berguna.",
    ),
    4: (
        "Materi lengkap, hanya suara di satu video agak kecil. Selebihnya bagus.",
        "Pengajar ramah dan menjawab pertanyaan. Waktunya saja yang terasa kurang lama.",
        "Isinya bermanfaat. Akan lebih baik kalau ada lebih banyak latihan.",
        "Cukup lengkap untuk pemula. Bagian akhir terasa agak cepat.",
        "Bagus, tetapi saya perlu mencari alat sendiri sebelum bisa praktik.",
        "Kelasnya tertib dan jelas. Semoga ada lanjutan untuk tingkat menengah.",
    ),
    3: (
        "Materinya lumayan, tetapi banyak yang sudah saya ketahui.",
        "Penjelasan cukup baik, namun contoh kurang sesuai dengan keadaan di daerah saya.",
        "Isi kelas biasa saja. Sertifikat muncul sesuai janji.",
    ),
    2: (
        "Terlalu cepat untuk pemula, saya harus mencari penjelasan lain.",
        "Gambar sering buram sehingga sulit mengikuti langkahnya.",
    ),
    1: (
        "Materi tidak sesuai dengan judul kelas.",
        "Videonya sering berhenti dan pertanyaan saya tidak dijawab.",
    ),
}
