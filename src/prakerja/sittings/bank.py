"""The questions: data of our own (`bank.json`), in both languages. Pure."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

KINDS = ("literacy", "numeracy", "motivation")
# How far somebody agrees with a sentence about themselves; no step is wrong.
STEPS = 5


class Wording(msgspec.Struct, frozen=True):
    """A question in one language. `passage` is read before it, "" for none; choices keep their order in both languages."""

    text: str
    choices: tuple[str, ...] = ()
    passage: str = ""


class Question(msgspec.Struct, frozen=True):
    """`right` is the index of the right choice, None where no choice is wrong; `sum` computes it where that can be done."""

    key: str
    kind: str
    id: Wording
    en: Wording
    right: int | None = None
    sum: str = ""

    def wording(self, language: str) -> Wording:
        return self.en if language == "en" else self.id

    @property
    def choices(self) -> int:
        return STEPS if self.kind == "motivation" else len(self.id.choices)


# Made now, by one thread: msgspec ends a process in which two work out at once how a type is read.
_decoder = msgspec.json.Decoder(list[Question])


@functools.cache
def bank() -> Mapping[str, Question]:
    """Every question by its key."""
    text = (Path(__file__).parent / "bank.json").read_bytes()
    return MappingProxyType({one.key: one for one in _decoder.decode(text)})
