"""Where a call comes from: the peer itself, or what proxies that the settings name say of it.

Proxies say it in one header, which the settings name too: a proxy that writes one lets a caller's other one through. Anybody can
write it, so it is read from its end, and only for as long as those who wrote it are ours (the last hop that is none of ours).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

X_FORWARDED_FOR, FORWARDED = "X-Forwarded-For", "Forwarded"
# What each may say of one hop. RFC 7239: `for=203.0.113.7`, `for="[2001:db8::1]:4711";proto=https`. The other: an address, with a
# port or without, an IPv6 address in brackets or not.
_HOPS = {
    FORWARDED: re.compile(
        r'(?:[^;]*;)*\s*for="?(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::[0-9]+)?"?\s*(?:;.*)?', re.IGNORECASE
    ),
    X_FORWARDED_FOR: re.compile(
        r"\s*(?:([0-9.]+)(?::[0-9]+)?|\[([0-9a-f:.]+)\](?::[0-9]+)?|([0-9a-f:.]+))\s*", re.IGNORECASE
    ),
}
_SCHEME = "HTTP_X_FORWARDED_PROTO"
# What is of no use to whoever comes after us, or could be taken for ours.
_SAID = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP",
    _SCHEME,
)

# A household or a phone gets a /64 of its own: whoever has one has more addresses than there are people.
_IPV6_PREFIX = 64


@dataclass(frozen=True)
class Proxies:
    """`networks`: from where a proxy of ours calls, empty when none stands in front. `header`: the one that each of them writes."""

    networks: tuple[Network, ...] = ()
    header: str = X_FORWARDED_FOR


def settle_caller(environ: dict[str, Any], *, proxies: Proxies) -> bool:
    """Write who calls into an environment: `REMOTE_ADDR`, "" when it cannot be known, and the scheme; forwarding headers go.

    Returns whether somebody who is no proxy of ours spoke like one.
    """
    peer = read_address(environ.get("REMOTE_ADDR", ""))
    spoke = any(name in environ for name in _SAID)
    is_ours = peer is not None and is_in(peer, proxies.networks)
    if is_ours:
        environ["REMOTE_ADDR"] = str(caller(environ, proxies=proxies) or "")
        # Of several the last was written by the proxy that called us.
        if environ.get(_SCHEME, "").rpartition(",")[2].strip() == "https":
            environ["wsgi.url_scheme"] = "https"
    if spoke:
        for name in _SAID:
            environ.pop(name, None)
    return spoke and not is_ours


def caller(environ: Mapping[str, Any], *, proxies: Proxies) -> Address | None:
    """The caller's address behind our proxies, or None when it cannot be known: a proxy of ours that names nobody is no caller."""
    found = read_address(environ.get("REMOTE_ADDR", ""))
    if found is None or not is_in(found, proxies.networks):
        return found
    said = environ.get("HTTP_" + proxies.header.upper().replace("-", "_"), "")
    # Split without regard to quotes: what stands after the last comma was written by our own proxy, whatever came before.
    hops = [part for part in said.split(",") if part.strip()]
    if not hops:
        return None
    while found is not None and hops and is_in(found, proxies.networks):
        named = _HOPS[proxies.header].fullmatch(hops.pop())
        found = read_address(next(filter(None, named.groups()), "")) if named else None
    return found


def read_address(text: str) -> Address | None:
    """An address as a socket or a header writes it; None for anything else."""
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


def is_in(address: Address, networks: Iterable[Network]) -> bool:
    """Whether the address is in one of the networks."""
    return any(address in network for network in networks)
