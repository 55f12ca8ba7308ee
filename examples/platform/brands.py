"""The brands as data: name, colour, words and invoice prefix. No logo, nothing of the real shops."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Brand:
    """One brand; its position in the file is its position in PORTS."""

    code: str
    name: str
    accent: str
    invoice_prefix: str
    tagline: str
    sort: str


def read_brands() -> list[Brand]:
    """Return the brands in the order of their ports."""
    path = Path(__file__).with_name("brands.json")
    return [Brand(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
