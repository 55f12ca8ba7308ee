"""Read scheme versions. They never change, so a process keeps what it has read."""

from __future__ import annotations

import uuid
from functools import lru_cache

from prakerja.kernel.db import rows
from prakerja.programmes.models import SchemeVersion
from prakerja.programmes.operations import differences
from prakerja.programmes.schemes import Scheme, UnknownScheme, scheme_by_key


@lru_cache(maxsize=64)
def scheme(*, scheme_version_id: uuid.UUID) -> Scheme:
    """The rules of a version. Raises SchemeVersion.DoesNotExist for an unknown id."""
    return Scheme.from_data(SchemeVersion.objects.values_list("data", flat=True).get(id=scheme_version_id))


def schemes() -> dict[uuid.UUID, Scheme]:
    """Every stored version, in the order of their names."""
    ids = rows("SELECT id FROM programmes_schemeversion ORDER BY code")
    return {version_id: scheme(scheme_version_id=version_id) for (version_id,) in ids}


def scheme_keys() -> list[str]:
    """The keys of every stored version, in their order."""
    return list(SchemeVersion.objects.order_by("code").values_list("code", flat=True))


def changed_schemes() -> dict[str, list[str]]:
    """The stored versions that are not what this program publishes under their key, each with where they differ."""
    found = {}
    for version in SchemeVersion.objects.order_by("code"):
        try:
            names = differences(version=version, scheme=scheme_by_key(version.code))
        except UnknownScheme:
            names = ["key"]
        if names:
            found[version.code] = names
    return found
