"""Where a partner's call comes from: whom the doorstep found behind our proxies (`config/wsgi/doorstep.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prakerja.kernel.addresses import Network, is_in, read_address


def is_allowed(meta: Mapping[str, Any], networks: Sequence[Network]) -> bool:
    """Whether the caller's address is in one of the networks; an address that cannot be read is in none."""
    found = read_address(meta.get("REMOTE_ADDR", ""))
    return found is not None and is_in(found, networks)
