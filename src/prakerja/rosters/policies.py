"""Which rosters there are, what standing on one means, and what a line of one must hold. Pure (rules.md 3.2, 4.6).

A roster is a list of people that another office keeps and hands over: who receives its aid, holds a post, goes to school. We know
nothing of them but that they stand on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from prakerja.lists import Column, Row
from prakerja.people.policies import nik_problem

# What standing on a roster means: one of the facts that `intake.eligibility` judges, or a priority.
Meaning = Literal["aid", "post", "enrolled", "recipient", "revoked", "priority"]


@dataclass(frozen=True, slots=True)
class Kind:
    """`what` says which aid or post; "" where the meaning says all."""

    meaning: Meaning
    what: str = ""


# By the names that the programme's rules give them (rules.md 3.2); priorities are our names.
KINDS = MappingProxyType(
    {
        "DTKS": Kind("aid", "DTKS"),
        "BSU": Kind("aid", "BSU"),
        "BPUM": Kind("aid", "BPUM"),
        "DAPODIK": Kind("enrolled"),
        "PEJABAT_NEGARA": Kind("post", "state_official"),
        "DPRD": Kind("post", "legislator"),
        "ASN": Kind("post", "civil_servant"),
        "TNI": Kind("post", "army"),
        "POLRI": Kind("post", "police"),
        "PERANGKAT_DESA": Kind("post", "village"),
        "BUMN_BUMD": Kind("post", "state_company"),
        "PERNAH_MENERIMA": Kind("recipient"),
        "BLACKLIST": Kind("revoked"),
        "PEKERJA_PHK": Kind("priority"),
        "CALON_PMI": Kind("priority"),
        "DISABILITAS": Kind("priority"),
        "MISKIN_EKSTREM": Kind("priority"),
    }
)
CODES = tuple(KINDS)
PRIORITIES = tuple(code for code, kind in KINDS.items() if kind.meaning == "priority")

# A roster holds NIKs; whatever else its office wrote beside them is not read.
COLUMNS = (Column("nik", "identity", ("no nik", "nomor nik", "nomor induk kependudukan", "no ktp", "nomor ktp")),)


def line_problem(row: Row, *, is_demo: bool) -> str:
    """The rule that a line breaks, by its name in `REASONS`; "" for none.

    A line whose cells were pushed along is not taken: the number of a family card looks like a NIK.
    """
    if row.problem:
        return row.problem
    nik = row.values["nik"]
    if not nik:
        return "nik_missing"
    return nik_problem(nik) or ("not_a_demo_nik" if is_demo and not nik.startswith("99") else "")


# Why a line was rejected and what to do: Indonesian and English.
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
    "nik_missing": ("NIK kosong. Isi NIK, atau hapus baris ini.", "The NIK is empty. Fill it in, or delete the line."),
    "nik_format": (
        "NIK terdiri dari 16 angka; angka 7-12 tanggal lahir (perempuan: hari + 40).",
        "A NIK has 16 digits; digits 7-12 are the date of birth (women: day + 40).",
    ),
    "not_a_demo_nik": (
        "Sandbox hanya menerima NIK yang berawalan 99; orang sungguhan tidak boleh masuk.",
        "A sandbox accepts only NIKs that begin with 99; no real person may enter.",
    ),
}


def excluding(codes: Iterable[str]) -> tuple[str, ...]:
    """Of these rosters those that may exclude somebody, in the order of `KINDS`."""
    named = set(codes)
    return tuple(code for code in CODES if code in named and KINDS[code].meaning != "priority")
