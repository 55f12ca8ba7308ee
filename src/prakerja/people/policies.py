"""What a NIK, a family card and a phone number look like. Pure."""

from __future__ import annotations

import re
from datetime import date

import phonenumbers

# Levels, so that "at least" is a comparison.
EDUCATION = {"none": 0, "sd": 1, "smp": 2, "sma": 3, "diploma": 4, "s1": 5, "s2": 6}

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


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


def is_province_code(text: str) -> bool:
    """Whether this can be the code of a province: two digits. Provinces are split now and then, so there is no list."""
    return len(text) == 2 and text.isascii() and text.isdigit()


def normal_phone(text: str) -> str | None:
    """`0812…` or `+62812…` → `+62812…`; None when it is no possible Indonesian mobile number."""
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 62 or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_email(text: str) -> str | None:
    """The address with its domain in small letters; None when it is none. What stands before the @ is its owner's."""
    text = text.strip()
    local, at, domain = text.rpartition("@")
    is_blank = any(c.isspace() for c in text) or _CONTROL.search(text) is not None
    if not at or not local or "." not in domain or is_blank or len(text) > 254:
        return None
    return f"{local}@{domain.lower()}"


def age_on(birth_date: date, day: date) -> int:
    """Full years on `day` (WIB)."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
