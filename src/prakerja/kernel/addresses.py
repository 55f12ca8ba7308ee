"""Where a call comes from: the peer itself, or what proxies that the settings name say of it.

Proxies say it in `Forwarded` (RFC 7239). Anybody can write that too, so it is read from its end, and only for as long as those
who wrote it are ours. `X-Forwarded-For` is not read at all: our doors need a server that lets underscores through, and there
`X_Forwarded_For` is the same header, which a caller can send past every proxy that sets the other one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

# One element: `for=203.0.113.7`, `for="[2001:db8::1]:4711";proto=https`.
_FOR = re.compile(r'(?:[^;]*;)*\s*for="?(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::[0-9]+)?"?\s*(?:;.*)?', re.IGNORECASE)


# A household or a phone gets a /64 of its own: whoever has one has more addresses than there are people.
_IPV6_PREFIX = 64


def caller(meta: Mapping[str, Any], *, trusted: Sequence[Network]) -> Address | None:
    """The caller's address behind proxies of the `trusted` networks, or None when it cannot be known."""
    found = _read(meta.get("REMOTE_ADDR", ""))
    if not trusted:
        return found
    # Split without regard to quotes: what stands after the last comma was written by our own proxy, whatever came before.
    hops = [part for part in meta.get("HTTP_FORWARDED", "").split(",") if part.strip()]
    while found is not None and hops and is_in(found, trusted):
        named = _FOR.fullmatch(hops.pop())
        found = _read(named[1] or named[2]) if named else None
    return found


def _read(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    # A socket for both families names an IPv4 caller `::ffff:203.0.113.7`.
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def network_of(address: Address | None) -> str:
    """What counts as one caller: an IPv4 address, the /64 of an IPv6 one; "" when the address cannot be known."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address) >> _IPV6_PREFIX << _IPV6_PREFIX, _IPV6_PREFIX)))
    return str(address or "")


def is_in(address: Address, networks: Sequence[Network]) -> bool:
    """Whether the address is in one of the networks."""
    return any(address in network for network in networks)
