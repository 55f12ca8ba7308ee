"""The brands as data: name, colour, words, and in which order they show things. No logo, nothing of the real shops."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

# What a home page, a card in a list and a course's page are put together of; each brand names its own order.
HOME = frozenset(("tagline", "search", "results", "deals", "categories", "institutions", "jobs", "ways"))
CARD = frozenset(("picture", "title", "institution", "job", "tags", "price", "rating", "when"))
COURSE = frozenset(("picture", "price", "buy", "facts", "syllabus", "after"))


@dataclass(frozen=True)
class Brand:
    """One brand; its position in the file is its position in PORTS. `motif`: what its pictures are drawn on, "" for none."""

    code: str
    name: str
    accent: str
    invoice_prefix: str
    tagline: str
    sort: str
    promise: str
    buy: str
    motif: str
    home: tuple[str, ...]
    card: tuple[str, ...]
    course: tuple[str, ...]

    @property
    def look(self) -> str:
        """Return the brand's own style sheet."""
        return (Path(__file__).with_name("looks") / f"{self.code}.css").read_text(encoding="utf-8")


def read_brands() -> list[Brand]:
    """Return the brands in the order of their ports."""
    path = Path(__file__).with_name("brands.json")
    lists = ("home", "card", "course")
    return [
        Brand(**entry | {name: tuple(entry[name]) for name in lists})
        for entry in json.loads(path.read_text(encoding="utf-8"))
    ]
