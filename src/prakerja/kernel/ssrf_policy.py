"""Which addresses that a stranger chose may be called: the guard against requests forged in our name (SSRF), as pure rules.

An address may lead only to the public internet. What can be seen is refused by its spelling (`check`); what a name resolves
to is refused address by address (`refuse_private`). Origins that somebody registered (a sandbox partner's own machine) are
trusted as they are. Nothing is resolved and nothing called here: `ssrf_transport` does, and asks these rules.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

import httpx

from prakerja.kernel.http import NetworkFailure

# A public server of files or webhooks answers here. Anything else is more likely a mail server than a file.
_PORTS = frozenset((80, 443, 8080, 8443))
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}\.?")
# Names that belong to a machine or a house, whatever a resolver says.
_PRIVATE_NAMES = (".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home.arpa", ".onion")
# What `is_global` of some Python versions lets through, what carries an IPv4 address inside, and a cloud's metadata.
_FORBIDDEN = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "224.0.0.0/3",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
    )
)
# Everything else of IPv6 is no internet: loopback, mapped and translated IPv4, private, link-local, multicast.
_UNICAST = ipaddress.ip_network("2000::/3")


class AddressRefused(NetworkFailure):
    """The address may not be called. `reason`: scheme, credentials, host, port, private or redirects."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the address is refused ({reason})")
        self.reason = reason


def origin_of(url: str) -> str:
    """`https://host` or `https://host:port` (when it is not the usual one), in one spelling. Raises AddressRefused."""
    parsed = parse(url)
    return f"{parsed.scheme}://{netloc(parsed)}"


def check(url: str, *, trusted_origins: Iterable[str] = (), https_only: bool = False) -> None:
    """Refuse what can be refused by looking at the address alone; nothing is resolved and nothing called.

    `https_only` asks for TLS, except at a trusted origin. Raises AddressRefused.
    """
    parsed = parse(url)
    if origin_of(url) in trusted_origins:
        return
    if https_only and parsed.scheme != "https":
        raise AddressRefused("scheme")
    host = parsed.raw_host.decode().rstrip(".")
    literal = literal_of(host)
    if literal is not None:
        refuse_private(str(literal))
        if str(literal) != host:
            raise AddressRefused("host")
    elif host == "localhost" or ("." + host).endswith(_PRIVATE_NAMES):
        raise AddressRefused("private")
    elif not _NAME.fullmatch(host) or len(host) > 253:
        raise AddressRefused("host")
    if port_of(parsed) not in _PORTS:
        raise AddressRefused("port")


def refuse_private(address: str) -> None:
    """Refuse an IP address that is not one of the public internet. Raises AddressRefused."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        # A zone (`fe80::1%eth0`) or no address at all.
        raise AddressRefused("private") from None
    is_public = ip.is_global and (ip.version == 4 or ip in _UNICAST)
    if not is_public or any(ip.version == network.version and ip in network for network in _FORBIDDEN):
        raise AddressRefused("private")


def parse(url: str) -> httpx.URL:
    """An address in its parts. Raises AddressRefused when it has none that we call."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("host") from None
    if parsed.scheme not in ("http", "https"):
        raise AddressRefused("scheme")
    if parsed.userinfo:
        raise AddressRefused("credentials")
    if not parsed.raw_host:
        raise AddressRefused("host")
    if not 1 <= port_of(parsed) <= 65535:
        raise AddressRefused("port")
    return parsed


def port_of(parsed: httpx.URL) -> int:
    """The port, the scheme's own when none is named."""
    if parsed.port is not None:
        return parsed.port
    return 443 if parsed.scheme == "https" else 80


def netloc(parsed: httpx.URL) -> str:
    """Host and port, the port only where it is not the scheme's own."""
    host = parsed.raw_host.decode()
    host = f"[{host}]" if ":" in host else host
    return host if port_of(parsed) == {"http": 80, "https": 443}[parsed.scheme] else f"{host}:{parsed.port}"


def joined(url: str, target: str) -> str:
    """Where a redirect leads from an address. Raises AddressRefused."""
    try:
        return str(httpx.URL(url).join(target))
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("host") from None


def literal_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host is. `127.1`, `0177.0.0.1` and `2130706433` are what the C library takes them for."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None
