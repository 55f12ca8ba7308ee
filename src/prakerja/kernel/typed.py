"""What people type and paste, as they meant it: phones, e-mail addresses, codes, card numbers, text with lines. Pure.

One rule for the whole product. Every door, list and command reads these things here, so that a number which one place
takes is never refused, or understood as another one, by the next.
"""

from __future__ import annotations

import re

import phonenumbers

# What copying brings along and nobody sees: signs without width, marks of writing direction, soft hyphens.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_LINE_ENDS = re.compile(r"\r\n|[\r\n\t]")
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
# Between the digits of a number: blanks of every kind, dashes, dots, brackets.
_BETWEEN_DIGITS = re.compile(rf"[\s.(){re.escape(_DASHES)}]+")
# +62, 62, 0062 or nothing; a zero or nothing; then 8 and what follows. Some write "+62 (0)812".
_MOBILE = re.compile(r"(?:(?:\+|00)?62)?0?(8[1-35-9][0-9]{7,10})")
# What follows a whole number and would become its last digit: the fraction of `81234567890.0`, the count of `08123456789 (2)`.
_MORE_THAN_A_NUMBER = re.compile(r"[0-9]{9}[.,][0-9]{1,2}$|(?:[0-9][^0-9(]*){5}\(")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LAST_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{2,59}")

# A code that was bought has twelve signs (rules.md 12.14), so the two kinds cannot meet.
_TEST_CODE, _TEST_CODE_SIGNS = "PRAT", 10


def without_unseen(text: str) -> str:
    """The text without signs that have no width: they come along with what is copied from a page or a chat."""
    return _UNSEEN.sub("", text)


def normal_phone(text: str) -> str | None:
    """`0812…`, `62812…`, `+62812…`, `0062812…` or `812…` → `+62812…`; None when it is no Indonesian mobile number.

    Digits with blanks, dashes, dots and brackets between them, and nothing else: a letter is never a key of a telephone.
    A fixed line is refused, because what we send is SMS (rules.md 3.1).
    """
    written = without_unseen(text)
    digits = _BETWEEN_DIGITS.sub("", written)
    found = _MOBILE.fullmatch(digits) if digits.isascii() else None
    if found is None or _MORE_THAN_A_NUMBER.search(written):
        return None
    number = phonenumbers.parse(f"+62{found[1]}")
    if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_email(text: str) -> str | None:
    """The address in small letters, both sides of the @; None when it is not exactly one address.

    No mail system of today tells `Siti@` from `siti@`, and people do not either: whoever types it the other way is the
    same person, everywhere in the product (decisions.md 85).
    """
    address = without_unseen(text).strip().lower()
    local, at, domain = address.rpartition("@")
    if not at or len(address) > 254 or len(local) > 64 or _LOCAL.fullmatch(local) is None:
        return None
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    labels = domain.split(".")
    if len(labels) < 2 or len(domain) > 253 or any(_LABEL.fullmatch(label) is None for label in labels):
        return None
    return f"{local}@{domain}" if _LAST_LABEL.fullmatch(labels[-1]) else None


def normal_code(text: str) -> str:
    """A code as it is printed, from what was pasted: letters and digits in capitals, without anything between or around.

    Codes have letters and digits only, so blanks, line ends, dashes, quotes and the full stop of a sentence are never part of
    one. The test codes of institutions have one dash (`PRAT-UJ0EEQ`, contract.md 2.9) and get it back.
    """
    pasted = without_unseen(text).upper()
    code = re.sub(r"[^A-Z0-9]+", "", pasted)
    is_test_code = code.startswith(_TEST_CODE) and len(code) == _TEST_CODE_SIGNS
    return f"{_TEST_CODE}-{code.removeprefix(_TEST_CODE)}" if is_test_code else code


def normal_digits(text: str) -> str:
    """A card's or an account's number without the blanks, dots and dashes that people put between its digits."""
    return _BETWEEN_DIGITS.sub("", without_unseen(text))


def normal_lines(text: str) -> str:
    """Text of several lines with one kind of line end: a browser sends CR LF, a programme LF, an old file CR."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    """What belongs on one line, on one line: a line end or tab that came along with the copying is a blank."""
    if not _LINE_ENDS.search(text):
        return text
    return " ".join(_LINE_ENDS.split(text)).strip(" ")
