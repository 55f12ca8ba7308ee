"""What a brand puts before its list of courses: few things, from what it sells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from examples.platform.catalogue import Listing

FEW, TILES = 3, 8


@dataclass(frozen=True)
class Shelves:
    """What the first page of one brand may show; each brand names what it does show."""

    deals: list[Listing]
    institutions: list[tuple[str, int]]
    jobs: list[tuple[str, int]]
    ways: list[tuple[str, int]]


def arrange(listings: Sequence[Listing]) -> Shelves:
    """Fill the shelves with what can be bought now: the lowest prices, and who and what occurs most often."""
    sold = [entry for entry in listings if entry.open_runs]
    return Shelves(
        deals=sorted(sold, key=lambda entry: (-entry.discount, entry.amount, entry.title))[:FEW],
        institutions=_most(entry.institution_name for entry in sold),
        jobs=_most(entry.target_job for entry in sold if entry.target_job),
        ways=_most(entry.delivery for entry in sold),
    )


def _most(names: Iterable[str]) -> list[tuple[str, int]]:
    counted = Counter(names)
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:TILES]
