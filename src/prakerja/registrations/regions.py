"""Provinces, regencies and cities by the codes of the statistics office, as they were in 2021. Data: `regions.csv`."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from prakerja.kernel.forgiving import nearest, words_of


@functools.cache
def _all() -> Mapping[str, str]:
    with (Path(__file__).parent / "regions.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType(dict(csv.reader(file)))


PROVINCES: Mapping[str, str] = MappingProxyType({code: name for code, name in _all().items() if len(code) == 2})


@functools.cache
def regencies_of(province_code: str) -> Mapping[str, str]:
    """Code → name of the regencies and cities of a province; empty when there is no such province."""
    return MappingProxyType(
        {code: name for code, name in _all().items() if len(code) == 4 and code[:2] == province_code}
    )


def province_name(code: str) -> str:
    """What the province of this code is called; the code itself where it is not known."""
    return PROVINCES.get(code, code)


@functools.cache
def _by_words() -> Mapping[str, tuple[str, str]]:
    """`kupang` → (`Kupang`, `53`): regencies, cities and provinces by what people call them."""
    found: dict[str, tuple[str, str]] = {}
    for code, name in _all().items():
        called = name.removeprefix("Kabupaten ").removeprefix("Kota ")
        found.setdefault(" ".join(words_of(called)), (called, code[:2]))
    return MappingProxyType(found)


@functools.cache
def place_words() -> frozenset[str]:
    """Every word of the name of a region: typed, it means a place and is no slip of something else."""
    return frozenset(word for called in _by_words() for word in called.split())


def region_called(text: str) -> tuple[str, str] | None:
    """The region that somebody means (its name, its province's code), slips forgiven; None when it is none."""
    typed = " ".join(word for word in words_of(text) if word not in ("kabupaten", "kota"))
    known = _by_words()
    near = [typed] if typed in known else nearest(typed, list(known))
    return known[near[0]] if len(near) == 1 else None
