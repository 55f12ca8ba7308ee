"""The published scheme versions, resolved, and the choice of one by wave."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from prakerja.programmes.schemes.data import GOVERNED_WAVES, NO_CUTOFFS, SCHEME_DATA
from prakerja.programmes.schemes.model import Scheme, SchemeDataError

REPLACED_AS_A_WHOLE = frozenset({"cutoffs", "payout_pause"})


class UnknownWave(LookupError):
    """No scheme version governs this wave number."""


class UnknownScheme(LookupError):
    """No scheme version has this key."""


def resolve(*, key: str, versions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Merge version `key` with what it extends into plain, complete scheme data.

    `extends` merges deeply; `cutoffs` and `payout_pause` replace as a whole; `<name>_remove` takes items away
    from the inherited list (rules.md 13). Raises UnknownScheme, or SchemeDataError when versions
    extend in a circle.
    """
    return _resolve(key, versions, seen=()) | {"key": key}


def _resolve(key: str, versions: Mapping[str, Mapping[str, Any]], seen: tuple[str, ...]) -> dict[str, Any]:
    if key in seen:
        raise SchemeDataError(f"scheme {key}: extends itself through {' → '.join(seen)}")
    if key not in versions:
        raise UnknownScheme(key)
    own = dict(versions[key])
    parent = own.pop("extends", None)
    merged = _merge(_resolve(parent, versions, (*seen, key)), own) if parent is not None else own
    return merged | {"cutoffs": NO_CUTOFFS | merged["cutoffs"]}


def _merge(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in own.items():
        inherited = merged.get(name)
        if name.endswith("_remove"):
            name = name.removesuffix("_remove")
            merged[name] = [item for item in merged[name] if item not in value]
        elif name not in REPLACED_AS_A_WHOLE and isinstance(value, Mapping) and isinstance(inherited, Mapping):
            merged[name] = _merge(inherited, value)
        else:
            merged[name] = value
    return merged


@cache
def published_schemes() -> tuple[Scheme, ...]:
    """Every published version, in the order of their waves."""
    return tuple(Scheme.from_data(resolve(key=key, versions=SCHEME_DATA)) for key in GOVERNED_WAVES)


def scheme_by_key(key: str) -> Scheme:
    """The published version called `key` (2020A, 2020B, 2021, 2022, 2023). Raises UnknownScheme."""
    for scheme in published_schemes():
        if scheme.key == key:
            return scheme
    raise UnknownScheme(key)


def scheme_for_wave(number: int) -> Scheme:
    """The version that governs wave `number` (rules.md 13). Raises UnknownWave."""
    for key, (first, last) in GOVERNED_WAVES.items():
        if first <= number and (last is None or number <= last):
            return scheme_by_key(key)
    raise UnknownWave(number)
