"""The three evaluation surveys: consent first, then the themes of the real ones (rules.md 7). Wording is ours.

Consent is asked before every survey, may be refused, and is no question of it. A question's `kind` is choice (one of its options),
number (whole, 0 or more) or text.
"""

from __future__ import annotations

from typing import Any

Question = dict[str, Any]


def _question(key: str, kind: str, indonesian: str, english: str, **more: Any) -> Question:
    return {"id": key, "kind": kind, "text": {"id": indonesian, "en": english}, **more}


def _choice(key: str, indonesian: str, english: str, *options: tuple[str, str, str]) -> Question:
    listed = [{"value": value, "text": {"id": id_text, "en": en_text}} for value, id_text, en_text in options]
    return _question(key, "choice", indonesian, english, options=listed)


YES_NO = (("yes", "Ya", "Yes"), ("no", "Tidak", "No"))
AGREEMENT = (
    ("agree", "Setuju", "Agree"),
    ("neutral", "Netral", "Neutral"),
    ("disagree", "Tidak setuju", "Disagree"),
)
WORK = (
    ("employed", "Bekerja sebagai karyawan atau buruh", "Employed"),
    ("self_employed", "Berwirausaha", "Self-employed"),
    ("looking", "Sedang mencari kerja", "Looking for work"),
    ("other", "Lainnya", "Other"),
)

QUESTIONNAIRES: tuple[dict[str, Any], ...] = (
    {
        "number": 1,
        "title": {"id": "Survei 1: sebelum dan sesudah pelatihan", "en": "Survey 1: before and after the training"},
        "questions": [
            _choice(
                "work_before", "Apa kegiatan utama Anda sebelum pelatihan?", "Your work before the training?", *WORK
            ),
            _choice("work_now", "Apa kegiatan utama Anda sekarang?", "Your work now?", *WORK),
            _choice(
                "had_account",
                "Apakah Anda sudah punya rekening atau e-wallet sebelum program ini?",
                "Did you have a bank account or e-wallet before this programme?",
                *YES_NO,
            ),
            _choice("trained_before", "Pernah ikut pelatihan kerja sebelumnya?", "Any job training before?", *YES_NO),
            _choice(
                "incentive_use",
                "Untuk apa insentif terutama dipakai?",
                "What did you mainly use the incentive for?",
                ("food", "Kebutuhan sehari-hari", "Daily needs"),
                ("job_search", "Mencari kerja", "Looking for work"),
                ("business", "Modal usaha", "Business capital"),
                ("saving", "Ditabung", "Saved"),
            ),
        ],
    },
    {
        "number": 2,
        "title": {"id": "Survei 2: manfaat pelatihan", "en": "Survey 2: what the training was good for"},
        "questions": [
            _choice("work_now", "Apa kegiatan utama Anda sekarang?", "Your work now?", *WORK),
            _choice("skills", "Pelatihan menambah keterampilan saya.", "The training added to my skills.", *AGREEMENT),
            _choice(
                "certificate_used",
                "Apakah sertifikat dipakai untuk melamar kerja?",
                "Did you use the certificate to apply for work?",
                *YES_NO,
            ),
            _question(
                "applications", "number", "Berapa kali Anda melamar kerja bulan lalu?", "Applications last month?"
            ),
        ],
    },
    {
        "number": 3,
        "title": {"id": "Survei 3: keadaan sekarang", "en": "Survey 3: how things are now"},
        "questions": [
            _choice("work_now", "Apa kegiatan utama Anda sekarang?", "Your work now?", *WORK),
            _choice(
                "income",
                "Pendapatan Anda dibandingkan sebelum pelatihan?",
                "Your income compared with before the training?",
                ("higher", "Lebih tinggi", "Higher"),
                ("same", "Sama", "The same"),
                ("lower", "Lebih rendah", "Lower"),
            ),
            _choice("recommend", "Saya menyarankan program ini.", "I recommend the programme.", *AGREEMENT),
            _question("suggestion", "text", "Apa saran Anda untuk program ini?", "What do you suggest?"),
        ],
    },
)
