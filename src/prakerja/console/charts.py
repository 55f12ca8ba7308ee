"""Bars drawn on the server, each chart beside the table that says the same: nothing is read from a picture alone.

Only numbers are reckoned here; words and colours stand in the template and the style sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prakerja.console.texts import counted

# In units of the drawing, which is as wide as a cheap phone's page and grows with the page.
WIDTH = 320
_LABEL, _BAR, _GAP = 15, 12, 8
# What a number beside a bar takes at most.
_ROOM = 84


@dataclass(frozen=True)
class Bars:
    """A chart of one or two series: `lines` are a label and a number of each series, None where there is none."""

    title: Any
    heading: Any
    series: tuple[Any, ...]
    lines: Sequence[tuple[Any, tuple[int | None, ...]]]

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def height(self) -> int:
        return len(self.lines) * self._step

    @property
    def _step(self) -> int:
        return _LABEL + _BAR * len(self.series) + _GAP

    def drawn(self) -> list[dict[str, Any]]:
        """Each line with its place, its bars, and its numbers as text."""
        most = max((value or 0 for _, values in self.lines for value in values), default=0)
        found = []
        for place, (label, values) in enumerate(self.lines):
            top = place * self._step
            found.append(
                {
                    "label": label,
                    "y": top + 11,
                    "numbers": [counted(value) if value is not None else "–" for value in values],
                    "bars": [
                        {
                            "kind": f"series{number + 1}",
                            "y": top + _LABEL + number * _BAR,
                            "text_y": top + _LABEL + number * _BAR + 9,
                            "width": _length(value, most),
                            "text_x": _length(value, most) + 4,
                            "height": _BAR - 2,
                            "number": counted(value),
                        }
                        for number, value in enumerate(values)
                        if value is not None
                    ],
                }
            )
        return found


def _length(value: int, most: int) -> int:
    """Somebody is seen, however many others there are."""
    return max(round((WIDTH - _ROOM) * value / most), 1 if value else 0) if most else 0
