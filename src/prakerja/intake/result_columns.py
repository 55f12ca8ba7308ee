"""In which columns a list of results comes, and what may be written in them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from prakerja.lists import Agreement, Column
from prakerja.people.policies import nik_problem


def _levels() -> dict[str, str]:
    """How people, and the civil registry, write the levels of schooling: without case, blanks and dashes."""
    also = {
        "none": (
            "tidaksekolah",
            "tidaktamatsd",
            "tidakada",
            "belumsekolah",
            "tidakbelumsekolah",
            "belumtamatsd",
            "belumtamatsdsederajat",
            "tidaktamatsdsederajat",
        ),
        "sd": ("mi", "sdmi", "paketa", "tamatsd", "sdsederajat", "tamatsdsederajat"),
        "smp": ("mts", "smpmts", "sltp", "paketb", "smpsederajat", "sltpsederajat"),
        "sma": (
            "smk",
            "ma",
            "man",
            "slta",
            "smasmk",
            "smaslta",
            "smaslt",
            "smaslta",
            "smkma",
            "smamasmk",
            "smasmkma",
            "sltasma",
            "sltasmk",
            "smasederajat",
            "sltasederajat",
            "paketc",
        ),
        "diploma": (
            "d1",
            "d2",
            "d3",
            "di",
            "dii",
            "diii",
            "diplomai",
            "diplomaii",
            "diplomaiii",
            "diplomaiii",
            "diploma1",
            "diploma2",
            "diploma3",
            "akademi",
            "akademidiplomaiii",
            "akademidiplomaiiismuda",
            "akademidiplomaiiisarjanamuda",
            "sarjanamuda",
        ),
        "s1": (
            "d4",
            "div",
            "diplomaiv",
            "sarjana",
            "strata1",
            "stratai",
            "diplomaivstratai",
            "diploma4",
            "d4s1",
            "s1d4",
        ),
        # What asks for a level asks for at least that one, and nothing asks for more than this.
        "s2": ("magister", "strata2", "strataii", "s3", "doktor", "strata3", "strataiii"),
    }
    return {word: level for level, words in also.items() for word in (level, *words)}


COLUMNS = (
    Column("nik", "identity", ("no nik", "nomor nik", "nomor induk kependudukan", "no ktp", "nomor ktp")),
    Column(
        "family_card_number",
        "identity",
        ("kk", "no kk", "nomor kk", "nomor kartu keluarga", "no kartu keluarga", "family card", "nkk"),
    ),
    Column("name", "text", ("nama", "nama lengkap", "nama peserta", "nama penerima", "nama sesuai ktp", "full name")),
    Column("birth_date", "date", ("tanggal lahir", "tgl lahir", "tgl. lahir", "date of birth", "birthdate")),
    Column(
        "phone",
        "phone",
        (
            "no hp",
            "nomor hp",
            "hp",
            "no handphone",
            "no telepon",
            "nomor telepon",
            "telepon",
            "nomor ponsel",
            "ponsel",
            "no wa",
            "nomor wa",
            "no hp wa",
            "nomor hp wa",
            "whatsapp",
            "nomor whatsapp",
            "no telp",
            "nomor telp",
            "no tlp",
            "no hp aktif",
            "nomor hp aktif",
            "phone number",
        ),
    ),
    Column("email", "email", ("e-mail", "surel", "alamat email", "alamat surel", "email aktif", "email address")),
    Column("province_code", "code", ("kode provinsi", "kode prov", "province")),
    Column("education", "word", ("pendidikan", "pendidikan terakhir", "education level"), _levels()),
)


def _fits(values: Mapping[str, str]) -> bool | None:
    """Whether the date of birth is the one in the NIK; None where either cannot be read."""
    try:
        birth = date.fromisoformat(values["birth_date"])
    except ValueError:
        return None
    problem = nik_problem(values["nik"], birth_date=birth)
    return None if problem == "nik_format" else not problem


# A whole list whose dates do not fit its NIKs has day and month exchanged, or a column that slipped.
BIRTH_IN_NIK = Agreement("birth_date", "nik", _fits)
