"""What a telephone company says afterwards of a part that it took: its delivery receipt. Pure.

The same words come in another order, in other letters, with or without seconds, and the id in another notation than the answer's:
hexadecimal there and decimal here, or with zeros before it. Which, is a setting of each company.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from prakerja.notifications.gateways.smpp.pdus import ShortMessage, Tag

IdNotation = Literal["raw", "hex_to_decimal", "strip_zeros"]
Word = Literal["delivered", "failed", "under_way"]
# esm_class of a unit that is a receipt; bits beside these say other things.
_KIND, _IS_RECEIPT = 0x3C, 0x04
_STATES: dict[int, Word] = {
    1: "under_way", 2: "delivered", 3: "failed", 4: "failed", 5: "failed", 6: "under_way", 7: "under_way", 8: "failed",
}  # fmt: skip
_NAMES: dict[str, Word] = {
    "DELIVRD": "delivered",
    "EXPIRED": "failed",
    "DELETED": "failed",
    "UNDELIV": "failed",
    "REJECTD": "failed",
    "ACCEPTD": "under_way",
    "ENROUTE": "under_way",
    "UNKNOWN": "under_way",
}
_ID = re.compile(r"\bid\s*:\s*([^\s:]+)", re.IGNORECASE)
_STATE = re.compile(r"\bstat\s*:\s*([a-z]+)", re.IGNORECASE)
_ERROR = re.compile(r"\berr\s*:\s*([0-9a-z]{1,8})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Receipt:
    """`message_id` is in the answer's notation, empty when it has none; `phone` is the digits of the number it speaks of.

    `reference`: what we gave the part, where the company repeats it. `code`: its own number or word of a failure.
    """

    message_id: str
    word: Word
    phone: str = field(repr=False)
    reference: int | None = None
    code: str = ""


def read_receipt(said: ShortMessage, *, notation: IdNotation) -> Receipt | None:
    """The receipt in a deliver_sm; None when it is none, or says nothing that can be read."""
    if said.esm_class & _KIND != _IS_RECEIPT:
        return None
    text = said.text.decode("latin-1")
    in_tag = said.tags.get(Tag.RECEIPTED_MESSAGE_ID, b"").split(b"\0")[0].decode("latin-1")
    found = _ID.search(text)
    message_id = in_tag or (found[1] if found else "")
    state = _state(said, text)
    reference = said.tags.get(Tag.USER_MESSAGE_REFERENCE, b"")
    if state is None or not (message_id or reference):
        return None
    error = _ERROR.search(text)
    # A tag repeats the answer's own id; only the text is written in another way.
    told = kept(message_id if in_tag else noted(message_id, notation=notation), notation=notation)
    return Receipt(
        message_id=told[:64],
        word=state[0],
        phone=digits(said.source),
        reference=int.from_bytes(reference, "big") if len(reference) == 2 else None,
        code="" if state[0] != "failed" else _failure(state[1], error[1] if error else ""),
    )


def noted(message_id: str, *, notation: IdNotation) -> str:
    """An id of a receipt's text as the answer to the submission wrote it."""
    if notation == "hex_to_decimal" and message_id.isdecimal():
        return f"{int(message_id):X}"
    return message_id


def kept(message_id: str, *, notation: IdNotation) -> str:
    """An id of an answer as it is compared: letters are one size, and zeros before it nothing, where the company mixes them."""
    raw = message_id.strip()
    return raw if notation == "raw" else raw.lstrip("0").upper() or "0"


def word_of_state(state: int) -> Word | None:
    """What a number of `message_state` means."""
    return _STATES.get(state)


def digits(address: str) -> str:
    """A number as it is compared: 62812…, without plus or zeros before it."""
    found = re.sub(r"\D", "", address).lstrip("0")
    return found if found.startswith("62") else f"62{found}"


def _state(said: ShortMessage, text: str) -> tuple[Word, str] | None:
    in_tag = said.tags.get(Tag.MESSAGE_STATE, b"")
    found = _STATE.search(text)
    name = found[1].upper() if found else ""
    known = _STATES.get(in_tag[0]) if len(in_tag) == 1 else None
    if known is None:
        known = _NAMES.get(name)
    return None if known is None else (known, name)


def _failure(name: str, error: str) -> str:
    word = {"EXPIRED": "sms_expired", "REJECTD": "sms_rejected", "DELETED": "sms_deleted"}.get(
        name, "sms_undeliverable"
    )
    return f"{word}_{error.lower()}" if error.strip("0") else word
