"""Telephone numbers and e-mail addresses, brought to one spelling; and how little of them a page shows."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s().-]+")
_EMAIL = re.compile(r"[^@\s/\\<>\"';,:()]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,63}")


def phone_number(text: str) -> str | None:
    """The number as ``+62…``: 0812…, 62812… and +62812… are the same phone. None when it is no number."""
    digits = _SEPARATORS.sub("", text)
    digits = digits.removeprefix("+").removeprefix("00")
    if not (digits.isascii() and digits.isdigit()):
        return None
    if digits.startswith("0"):
        digits = "62" + digits[1:]
    return f"+{digits}" if 9 <= len(digits) <= 15 else None


def address(text: str) -> str | None:
    """A number as ``phone_number`` writes it, or an e-mail address in small letters; None when neither."""
    text = text.strip()
    if "@" in text:
        return text.lower() if len(text) <= 254 and _EMAIL.fullmatch(text) else None
    return phone_number(text)


def masked(number: str) -> str:
    """The last four digits of an account number, which is what a list shows."""
    return "•••• " + number[-4:]
