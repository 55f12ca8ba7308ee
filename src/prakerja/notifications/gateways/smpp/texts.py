"""How a text travels: in the telephone's own alphabet of 7 bits, else in UCS-2, and in how many parts. Pure.

A part holds 160 signs of the alphabet or 70 of UCS-2, of several 152 or 66: the rest says which part of which message it is. A
sign that takes two places is never torn apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# GSM 03.38, by place; the place 1B begins a sign of the second table.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ\xa7¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_SECOND = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
_BYTES = {sign: bytes((place,)) for place, sign in enumerate(_BASIC) if sign != "\x1b"} | {
    sign: bytes((0x1B, place)) for sign, place in _SECOND.items()
}
_SIGNS = {place: sign for place, sign in enumerate(_BASIC) if sign != "\x1b"}
_SECOND_SIGNS = {place: sign for sign, place in _SECOND.items()}
# Signs that look alike and say the same; what a word processor put there does not make an SMS three times as dear.
ALIKE = str.maketrans(
    {"‘": "'", "’": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " "}
)
GSM, LATIN_1, UCS2 = 0, 3, 8
# The body begins with a header that says which part it is.
HAS_HEADER = 0x40
MOST_PARTS = 10


class TooLong(Exception):
    """A text that no telephone shows as one message."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A text as it is sent: its bytes part by part, the coding, and the class of the unit."""

    bodies: tuple[bytes, ...] = field(repr=False)
    data_coding: int
    esm_class: int


def parts_of(text: str, *, reference: int) -> Parts:
    """Divide a text. `reference` (0-65535) is what the parts of one message have in common.

    :raises TooLong: more than ten parts.
    """
    text = text.translate(ALIKE)
    signs = [_BYTES.get(sign) for sign in text]
    if None not in signs:
        bodies = _divide([sign for sign in signs if sign is not None], whole=160, part=152)
        coding = GSM
    else:
        bodies = _divide([sign.encode("utf-16-be") for sign in text], whole=140, part=132)
        coding = UCS2
    if len(bodies) > MOST_PARTS:
        raise TooLong
    if len(bodies) == 1:
        return Parts((bodies[0],), coding, 0)
    head = bytes((6, 8, 4)) + reference.to_bytes(2, "big")
    numbered = tuple(head + bytes((len(bodies), number)) + body for number, body in enumerate(bodies, start=1))
    return Parts(numbered, coding, HAS_HEADER)


def text_of(body: bytes, *, data_coding: int) -> str:
    """What a body without its header says; what cannot be read stands as a question mark."""
    if data_coding == UCS2:
        return body.decode("utf-16-be", "replace")
    if data_coding == LATIN_1:
        return body.decode("latin-1")
    found, is_second = [], False
    for place in body:
        if is_second:
            found.append(_SECOND_SIGNS.get(place, "?"))
            is_second = False
        elif place == 0x1B:
            is_second = True
        else:
            found.append(_SIGNS.get(place, "?"))
    return "".join(found)


def _divide(signs: list[bytes], *, whole: int, part: int) -> list[bytes]:
    """Join signs to one body of `whole` bytes, or to several of at most `part`: a header of seven bytes takes the room."""
    if sum(map(len, signs)) <= whole:
        return [b"".join(signs)]
    bodies, one = [], bytearray()
    for sign in signs:
        if len(one) + len(sign) > part:
            bodies.append(bytes(one))
            one = bytearray()
        one += sign
    return [*bodies, bytes(one)]
