"""Codes that people type and numbers they are given. All from `secrets`; none is ever derived from a key or a time."""

from __future__ import annotations

import secrets

from stdnum import luhn

# A–Z and 2–9 without I, L, O and without 0, 1: what a person reads from a screen must not be misread (rules.md 12.14).
READABLE = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
VOUCHER_CODE_LENGTH = 12
# Our own issuer prefix (ours, see rules.md 6.2): no payment scheme uses 9360 for cards.
CARD_PREFIX = "9360"


# Every byte as a letter; those past the last whole alphabet are left out, so that no letter is likelier than another.
_LETTERS = bytes(ord(READABLE[byte % len(READABLE)]) for byte in range(256))
_UNFAIR_BYTES = bytes(range(256 - 256 % len(READABLE), 256))


def readable_code(length: int = VOUCHER_CODE_LENGTH) -> str:
    """Letters drawn evenly from one piece of randomness: a hot call makes two codes, and `choice` asks for each letter."""
    letters = b""
    while len(letters) < length:
        letters += secrets.token_bytes(length + 4).translate(_LETTERS, _UNFAIR_BYTES)
    return letters[:length].decode()


def card_number() -> str:
    """16 digits: our prefix, 11 random digits, a Luhn check digit."""
    body = f"{CARD_PREFIX}{secrets.randbelow(10**11):011d}"
    return body + luhn.calc_check_digit(body)


def is_card_number(text: str) -> bool:
    return len(text) == 16 and text.isascii() and text.isdigit() and bool(luhn.is_valid(text))


def one_time_password(digits: int) -> str:
    return str(secrets.randbelow(10**digits)).zfill(digits)


def new_transaction_code() -> str:
    """A transaction code in the published shape: 16 upper-case letters and digits (contract.md 1.8)."""
    return readable_code(16)
