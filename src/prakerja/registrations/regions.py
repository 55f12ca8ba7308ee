"""Provinces, regencies and cities by the codes of the statistics office, as they were in 2021. Data: `regions.csv`."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType


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
