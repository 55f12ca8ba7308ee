"""How each institution's site looks, as data: colour, sheet, picture, words, and in which order it shows things."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
# What a first page, a card in its list and a class page are put together of; each institution names its own order.
# A first page may go without a picture; nothing else is ever left out.
HOME = frozenset(("picture", "welcome", "steps", "search", "classes"))
CARD = frozenset(("title", "tags", "when"))
CLASS_PAGE = frozenset(("facts", "place", "summary", "code", "sessions", "contents"))
WIDTH, HEIGHT = 640, 120


@dataclass(frozen=True)
class Dress:
    """One institution's look. `sign`: strokes on a field of 64 by 64; `ground`: what stands behind it in the picture."""

    accent: str
    look: str
    ground: str
    sign: str
    code_heading: str
    greeting: str
    home: tuple[str, ...]
    card: tuple[str, ...]
    class_page: tuple[str, ...]

    @property
    def sheet(self) -> str:
        """Return the style sheet of the look, with the institution's colour before it."""
        own = (HERE / "looks" / f"{self.look}.css").read_text(encoding="utf-8")
        return f":root {{ --accent: {self.accent}; }}\n{own}"

    @property
    def picture(self) -> str:
        """Return the picture of the first page: the sign, large and small, on the ground. SVG, about a kilobyte."""
        signs = "".join(
            f'<use href="#s" transform="translate({x} {y}) scale({size})"/>'
            for x, y, size in ((30, 16, 1.4), (190, 52, 0.8), (290, 8, 1), (410, 44, 0.7), (510, 14, 1.4))
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{self.accent}" fill-opacity=".1"/>'
            f'<path d="{_ground(self.ground)}" fill="none" stroke="{self.accent}" stroke-opacity=".2" stroke-width="2"/>'
            f'<defs><path id="s" d="{self.sign}"/></defs><g fill="none" stroke="{self.accent}" stroke-width="3"'
            f' stroke-linecap="round" stroke-linejoin="round">{signs}</g></svg>'
        )


def _ground(kind: str) -> str:
    marks = {
        "dots": [f"M{x} {y}h2v2h-2z" for y in range(10, HEIGHT, 24) for x in range(10 + y % 48 // 2, WIDTH, 32)],
        "grid": [
            *(f"M{x} 0v{HEIGHT}" for x in range(20, WIDTH, 40)),
            *(f"M0 {y}h{WIDTH}" for y in range(20, HEIGHT, 40)),
        ],
        "lines": [f"M0 {y}h{WIDTH}" for y in range(15, HEIGHT, 15)],
        "stripes": [f"M{x} {HEIGHT}l{HEIGHT} -{HEIGHT}" for x in range(-HEIGHT, WIDTH, 28)],
        "waves": [f"M-20 {y}" + "q20 -16 40 0t40 0" * 9 for y in range(20, HEIGHT, 28)],
    }
    return "".join(marks[kind])


@cache
def dresses() -> dict[str, Dress]:
    """Return every look by the code of its institution."""
    lists = ("home", "card", "class_page")
    entries = json.loads((HERE / "dresses.json").read_text(encoding="utf-8"))
    return {code: Dress(**entry | {name: tuple(entry[name]) for name in lists}) for code, entry in entries.items()}


def dress_of(code: str) -> Dress:
    """Return an institution's look; one that chose none wears another's, always the same, without its greeting."""
    known = dresses()
    if code in known:
        return known[code]
    lent = list(known.values())[zlib.crc32(code.encode()) % len(known)]
    return Dress(**vars(lent) | {"greeting": ""})
