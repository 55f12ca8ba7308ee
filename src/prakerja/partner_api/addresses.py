"""Where a partner's call comes from: the peer itself, or what proxies that the settings name say of it (`kernel.addresses`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from prakerja.kernel.addresses import Address, Network, is_in
from prakerja.kernel.addresses import caller as caller_behind


def is_allowed(meta: Mapping[str, Any], networks: Sequence[Network]) -> bool:
    """Whether the caller's address is in one of the networks; an address that cannot be read is in none."""
    found = caller(meta)
    return found is not None and is_in(found, networks)


def caller(meta: Mapping[str, Any]) -> Address | None:
    """The caller's address, or None when it cannot be known."""
    return caller_behind(meta, trusted=getattr(settings, "PARTNER_API_TRUSTED_PROXIES", ()))
