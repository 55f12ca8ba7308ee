"""Read scheme versions. They never change, so a process keeps what it has read."""

from __future__ import annotations

import uuid
from functools import lru_cache

from prakerja.programmes.models import SchemeVersion
from prakerja.programmes.schemes import Scheme


@lru_cache(maxsize=64)
def scheme(*, scheme_version_id: uuid.UUID) -> Scheme:
    """The rules of a version. Raises SchemeVersion.DoesNotExist for an unknown id."""
    return Scheme.from_data(SchemeVersion.objects.values_list("data", flat=True).get(id=scheme_version_id))
