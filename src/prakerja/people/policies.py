"""What a NIK, a family card and a name look like. Pure. Phones and e-mail addresses: `kernel.typed`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

# Levels, so that "at least" is a comparison.
EDUCATION = {"none": 0, "sd": 1, "smp": 2, "sma": 3, "diploma": 4, "s1": 5, "s2": 6}

# What we do only with a person's yes (rules.md 11.2). Everything else rests on the law or on what the person asked for.
CONSENT_PURPOSES = ("survey", "institution", "identity_check", "special_needs")

# What spreadsheets and programs write where they have no name.
_NO_NAMES = frozenset(
    (
        "null",
        "none",
        "nan",
        "n/a",
        "#n/a",
        "undefined",
        "(null)",
        "<null>",
        "(blank)",
        "kosong",
        "tidak ada",
        "nihil",
        "tba",
        "-",
    )
)
_FORMULA = ("=", "+", "@")
# Also what a program writes for a letter that it could not read: nobody's name has it.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]")


@dataclass(frozen=True)
class Identity:
    """What a person is registered with. `phone` and `email` are normalised; `education` is a key of EDUCATION."""

    nik: str
    family_card_number: str
    name: str
    birth_date: date
    phone: str
    email: str
    province_code: str
    education: str
    language: str = "id"


def nik_problem(nik: str, *, birth_date: date | None = None) -> str:
    """Why this cannot be a NIK, or "". 16 digits; digits 7-12 are the birth date, day + 40 for women.

    The region prefix is a hint and never a refusal: real people come from regencies newer than any list (decisions.md 63).
    """
    if len(nik) != 16 or not nik.isascii() or not nik.isdigit():
        return "nik_format"
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    day = day - 40 if day > 40 else day
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return "nik_format"
    if birth_date is not None and (day, month, year) != (
        birth_date.day,
        birth_date.month,
        birth_date.year % 100,
    ):
        return "nik_birth_date"
    return ""


def is_family_card_number(number: str) -> bool:
    """Whether this can be the number of a family card: 16 digits."""
    return len(number) == 16 and number.isascii() and number.isdigit()


def is_name(text: str) -> bool:
    """Whether this can stand for a name: any letters, but no controls (NUL cannot even be stored), at most 150 characters."""
    return len(text) <= 150 and _CONTROL.search(text) is None


def name_problem(text: str) -> str:
    """Why this is not how somebody is called, or "": what programs write where there is no name is none, nor is a number.

    A name may have any letters of any people, and digits beside them (`Peserta Ke-1`); a formula is never one.
    """
    name = text.strip()
    if not name:
        return "name_missing"
    if not is_name(name):
        return "name_format"
    if not any(sign.isalpha() for sign in name) or name.casefold() in _NO_NAMES or name.startswith("#"):
        return "name_placeholder"
    return "name_format" if name.startswith(_FORMULA) else ""


def is_province_code(text: str) -> bool:
    """Whether this can be the code of a province: two digits. Provinces are split now and then, so there is no list."""
    return len(text) == 2 and text.isascii() and text.isdigit()
