"""Every hash of the draw. A tag says what is hashed, so that a hash of one kind is never one of another (draw.md 3)."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

NONCE_BYTES = SECRET_BYTES = 32
MARK_DIGITS = 32


def tagged(tag: str, *parts: bytes) -> bytes:
    """SHA-256 over `prakerja-v1:`, the tag, a newline and the parts."""
    return sha256(b"prakerja-v1:" + tag.encode() + b"\n" + b"".join(parts)).digest()


def ticket(*, wave: str, nik: str, nonce: bytes) -> bytes:
    """What stands in the list for an applicant: only who holds NIK and nonce can tell whose it is."""
    return tagged("ticket", f"{wave}\n{_digits(nik)}\n".encode(), _bytes(nonce, NONCE_BYTES))


def family_label(*, wave: str, card: str, nonce: bytes) -> bytes:
    """What stands in the list for a family card that has more applicants than places."""
    return tagged("family", f"{wave}\n{_digits(card)}\n".encode(), _bytes(nonce, NONCE_BYTES))


def reason_mark(*, ticket: bytes, nonce: bytes, codes: Iterable[str]) -> str:
    """What stands in the list for the reasons why somebody is excluded: they can check them, nobody else can read them."""
    told = ",".join(sorted(codes)).encode()
    return tagged("reason", ticket, _bytes(nonce, NONCE_BYTES), told).hex()[:MARK_DIGITS]


def secret_hash(*, draw: str, secret: bytes) -> bytes:
    """What is published of the secret before it is told."""
    return tagged("secret", f"{draw}\n".encode(), _bytes(secret, SECRET_BYTES))


def seed(*, commitment: bytes, values: Iterable[tuple[bytes | None, int]], secret: bytes) -> bytes:
    """What the ranks follow from. `values`: each source's value, or None where an optional one was absent, and its length."""
    parts = [sha256(commitment).digest()]
    for value, length in values:
        parts += [b"\x00", bytes(length)] if value is None else [b"\x01", _bytes(value, length)]
    return tagged("seed", *parts, _bytes(secret, SECRET_BYTES))


def rank_prefix(seed: bytes) -> bytes:
    """What comes before the ticket in `rank`: the same for all of a draw."""
    return b"prakerja-v1:rank\n" + _bytes(seed, 32)


def rank(*, seed: bytes, ticket: bytes) -> bytes:
    """The place in line: the smallest is first."""
    return sha256(rank_prefix(seed) + ticket).digest()


def _digits(text: str) -> str:
    if len(text) != 16 or not (text.isascii() and text.isdigit()):
        raise ValueError("a NIK or family card number has 16 digits")
    return text


def _bytes(value: bytes, length: int) -> bytes:
    if len(value) != length:
        raise ValueError(f"{length} bytes are needed")
    return value
