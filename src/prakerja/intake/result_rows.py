"""One line of a list of results: what it must hold, and why it is rejected. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from prakerja.kernel.typed import normal_email, normal_phone
from prakerja.lists import Row
from prakerja.people.policies import (
    EDUCATION,
    Identity,
    is_family_card_number,
    is_province_code,
    name_problem,
    nik_problem,
)


@dataclass(frozen=True)
class ResultRow:
    """One line of the results file, as text. `line` is its number there, 0 for a row that comes from elsewhere.

    `problem` is what the reader found wrong with the line as a whole, `cells` how it stood.
    """

    nik: str
    family_card_number: str
    name: str
    birth_date: str
    phone: str
    email: str
    province_code: str
    education: str
    line: int = 0
    problem: str = ""
    cells: tuple[str, ...] = ()


def result_row(row: Row) -> ResultRow:
    """A row of a list as a line of results."""
    return ResultRow(**row.values, line=row.line, problem=row.problem, cells=row.cells)


def identity_of(row: ResultRow, *, is_demo: bool) -> tuple[Identity | None, str]:
    """Who this line names, or None with the first rule that it breaks."""
    if row.problem:
        return None, row.problem
    if not (row.nik or row.name):
        return None, "row_without_person"
    try:
        birth_date = date.fromisoformat(row.birth_date)
    except ValueError:
        return None, "birth_date_format"
    # Nobody needs an e-mail address (rules.md 3.6): an empty cell is none.
    phone, email = normal_phone(row.phone), normal_email(row.email) if row.email.strip() else ""
    nik, name = nik_problem(row.nik, birth_date=birth_date), name_problem(row.name)
    # Demo people are nobody: their region does not exist, and no other person may enter a sandbox (architecture.md "Secrets").
    checks = (
        (bool(nik), nik),
        (is_demo and not row.nik.startswith("99"), "not_a_demo_nik"),
        (not is_family_card_number(row.family_card_number), "family_card_format"),
        (bool(name), name),
        (phone is None, "phone_format"),
        (email is None, "email_format"),
        (not is_province_code(row.province_code), "province_format"),
        (row.education not in EDUCATION, "education_unknown"),
    )
    for failed, reason in checks:
        if failed:
            return None, reason
    return Identity(
        nik=row.nik,
        family_card_number=row.family_card_number,
        name=row.name.strip(),
        birth_date=birth_date,
        phone=phone or "",
        email=email or "",
        province_code=row.province_code,
        education=row.education,
    ), ""


# Why a line was rejected and the form that is wanted: Indonesian and English.
REASONS: dict[str, tuple[str, str]] = {
    "cells_too_many": (
        'Selnya lebih banyak daripada judul kolom, misalnya karena koma di dalam nama. Beri tanda kutip: "Aminah, S.Pd".',
        'It has more cells than the header, by a comma in a name, say. Put quotes around it: "Aminah, S.Pd".',
    ),
    "cells_too_few": (
        "Selnya kurang daripada judul kolom. Isi semua kolom.",
        "It has fewer cells than the header. Fill every column.",
    ),
    "cell_error": (
        "Ada sel berisi kesalahan Excel seperti #N/A. Isi dengan nilai aslinya.",
        "A cell holds an error of Excel's, like #N/A. Fill in what it should be.",
    ),
    "row_without_person": (
        "Tidak ada NIK dan nama. Hapus baris ini bila hanya catatan, jumlah, atau tanda tangan.",
        "There is neither NIK nor name. Delete the line if it is a note, a total or a signature.",
    ),
    "birth_date_format": (
        "Tanggal lahir ditulis 1995-04-15, 15/04/1995, atau 15-Apr-95; hari sebelum bulan.",
        "A date of birth is written 1995-04-15, 15/04/1995 or 15-Apr-95; the day before the month.",
    ),
    "nik_format": (
        "NIK terdiri dari 16 angka, misalnya 3171015504950001; angka 7-12 tanggal lahir (perempuan: hari + 40).",
        "A NIK has 16 digits, 3171015504950001 say; digits 7-12 are the date of birth (women: day + 40).",
    ),
    "nik_birth_date": (
        "Tanggal lahir tidak sama dengan yang ada di NIK (angka 7-12). Periksa keduanya pada KTP.",
        "The date of birth is not the one in the NIK (digits 7-12). Check both on the identity card.",
    ),
    "not_a_demo_nik": (
        "Sandbox hanya menerima NIK yang berawalan 99; orang sungguhan tidak boleh masuk.",
        "A sandbox accepts only NIKs that begin with 99; no real person may enter.",
    ),
    "family_card_format": (
        "Nomor kartu keluarga terdiri dari 16 angka.",
        "The number of a family card has 16 digits.",
    ),
    "name_missing": (
        "Nama kosong. Tulis nama seperti pada KTP.",
        "The name is empty. Write it as on the identity card.",
    ),
    "name_format": (
        "Nama seperti pada KTP, paling banyak 150 huruf, tanpa rumus dan tanda kendali.",
        "A name as on the identity card, at most 150 letters, without formulas and control characters.",
    ),
    "name_placeholder": (
        "Itu bukan nama (misalnya NULL, -, #N/A, 12345). Tulis nama seperti pada KTP.",
        "That is no name (NULL, -, #N/A, 12345, say). Write it as on the identity card.",
    ),
    "phone_format": (
        "Nomor ponsel Indonesia, misalnya 0812-3456-7890 atau +6281234567890; satu nomor, hanya angka dan pemisah.",
        "An Indonesian mobile number, 0812-3456-7890 or +6281234567890 say; one number, digits and separators only.",
    ),
    "email_format": (
        "Satu alamat email yang lengkap, misalnya siti@contoh.id; kosongkan bila tidak punya.",
        "One whole e-mail address, siti@contoh.id say; leave it empty for who has none.",
    ),
    "province_format": (
        "Kode provinsi dua angka, misalnya 31 untuk DKI Jakarta.",
        "A province's code of two digits, 31 for Jakarta say.",
    ),
    "education_unknown": (
        f"Pendidikan salah satu dari: {', '.join(EDUCATION)}; huruf besar atau kecil sama saja.",
        f"Education is one of: {', '.join(EDUCATION)}; in capitals or not.",
    ),
    "twice_in_file": (
        "NIK, nomor ponsel, atau alamat email ini sudah ada di baris sebelumnya. Setiap orang dihubungi di alamatnya sendiri.",
        "This NIK, phone or e-mail address stands on a line above. Each person is reached at their own.",
    ),
    "contact_of_other_person": (
        "Nomor ponsel atau alamat email ini milik orang lain yang sudah terdaftar.",
        "This phone or e-mail address belongs to somebody else who is registered.",
    ),
    "BLACKLIST": ("Kepesertaannya pernah dicabut.", "Their participation was revoked before."),
    "PERNAH_MENERIMA": ("Sudah pernah menerima Kartu Prakerja.", "They were a recipient before."),
    "USIA": (
        "Umurnya di luar batas skema pada hari pengumuman.",
        "Their age is outside the scheme's on the day of the announcement.",
    ),
    "withdrawn": (
        "Orang ini mundur dari gelombang ini sebelum hasilnya ada.",
        "This person withdrew from the wave before its results were there.",
    ),
    "KK_PENUH": ("Sudah dua penerima di kartu keluarga ini.", "The family card has two recipients already."),
}
