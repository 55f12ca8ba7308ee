"""Calls to addresses that a stranger chose: a partner's file, a partner's webhook.

An address may lead only to the public internet. The name is resolved once, every address that it has is checked, and the
connection is made to the checked one, so that a name cannot point elsewhere a moment later. Each redirect is a new address
and passes the same checks. Origins that somebody registered (a sandbox partner's own machine) are trusted as they are.
"""

from __future__ import annotations

import functools
import ipaddress
import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import httpcore
import httpx

from prakerja.kernel.http import NetworkFailure, NoAnswer, NotSent, refuse_inside_transaction

_LOG = logging.getLogger(__name__)

# (name, port) → the addresses that the name has now, as text.
Resolver = Callable[[str, int], Sequence[str]]

# A public server of files or webhooks answers here. Anything else is more likely a mail server than a file.
_PORTS = frozenset((80, 443, 8080, 8443))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
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


class TooLarge(NetworkFailure):
    """The answer is longer than the caller takes; the rest was not read."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`total_seconds` (wall) covers everything: the name, the connection, every redirect, the last byte."""

    most_bytes: int
    total_seconds: float
    connect_seconds: float = 5.0
    most_redirects: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the stranger answered. Header names are lower case; neither headers nor content are represented."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the machine's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def origin_of(url: str) -> str:
    """`https://host` or `https://host:port` (when it is not the usual one), in one spelling. Raises AddressRefused."""
    parsed = _parsed(url)
    return f"{parsed.scheme}://{_netloc(parsed)}"


def check(url: str, *, trusted_origins: Iterable[str] = (), https_only: bool = False) -> None:
    """Refuse what can be refused by looking at the address alone; nothing is resolved and nothing called.

    `https_only` asks for TLS, except at a trusted origin. Raises AddressRefused.
    """
    parsed = _parsed(url)
    if origin_of(url) in trusted_origins:
        return
    if https_only and parsed.scheme != "https":
        raise AddressRefused("scheme")
    host = parsed.raw_host.decode().rstrip(".")
    literal = _literal(host)
    if literal is not None:
        refuse_private(str(literal))
        if str(literal) != host:
            raise AddressRefused("host")
    elif host == "localhost" or ("." + host).endswith(_PRIVATE_NAMES):
        raise AddressRefused("private")
    elif not _NAME.fullmatch(host) or len(host) > 253:
        raise AddressRefused("host")
    if _port(parsed) not in _PORTS:
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


def call(
    method: str,
    url: str,
    *,
    limits: Limits,
    content: bytes = b"",
    headers: Mapping[str, str] | None = None,
    trusted_origins: Iterable[str] = (),
    https_only: bool = False,
    resolve: Resolver = system_resolver,
) -> Reply:
    """Make one call and return its answer, whatever its status, with the body as it was sent: nothing is unpacked.

    Redirects are followed up to `limits.most_redirects` times, each checked anew. `resolve` looks names up.

    :raises NetworkInsideTransaction: a transaction of the calling thread is open (architecture.md "Transactions").
    :raises AddressRefused: this address, or one that it leads to, may not be called.
    :raises NotSent: nobody was reached.
    :raises NoAnswer: no complete answer in time.
    :raises TooLarge: more than `limits.most_bytes`.
    """
    refuse_inside_transaction()
    trusted = frozenset(trusted_origins)
    deadline = time.monotonic() + limits.total_seconds
    for _ in range(limits.most_redirects + 1):
        check(url, trusted_origins=trusted, https_only=https_only)
        is_trusted = origin_of(url) in trusted
        backend = _Backend(deadline, limits.connect_seconds, resolve, is_trusted=is_trusted)
        reply = _once(method, url, content, dict(headers or {}), backend, limits)
        target = reply.headers.get("location", "")
        if limits.most_redirects == 0 or reply.status not in _REDIRECTS or not target:
            return reply
        url = _joined(url, target)
    raise AddressRefused("redirects")


def _once(method: str, url: str, content: bytes, headers: dict[str, str], backend: _Backend, limits: Limits) -> Reply:
    parsed = _parsed(url)
    sent: dict[bytes | str, bytes | str] = {
        "Host": _netloc(parsed),
        "Accept-Encoding": "identity",
        "User-Agent": "prakerja/1",
    }
    sent.update(headers)
    if content:
        sent["Content-Length"] = str(len(content))
    began = time.monotonic()
    outcome = "failed"
    try:
        with httpcore.ConnectionPool(
            ssl_context=_tls(), max_connections=1, network_backend=backend, retries=0, http2=False
        ) as pool:
            request = httpcore.Request(
                method,
                httpcore.URL(
                    scheme=parsed.raw_scheme, host=parsed.raw_host, port=_port(parsed), target=parsed.raw_path
                ),
                headers=sent,
                content=content,
                extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), limits.total_seconds)},
            )
            response = pool.handle_request(request)
            try:
                body = _read(response, limits.most_bytes)
            finally:
                response.close()
        outcome = str(response.status)
        return Reply(
            response.status, {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}, body
        )
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        raise NotSent(f"nobody was reached ({type(error).__name__})") from None
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise NoAnswer(f"no complete answer ({type(error).__name__})") from None
    finally:
        _LOG.debug("%s %s %s in %d ms", method, parsed.host, outcome, (time.monotonic() - began) * 1000)


def _read(response: httpcore.Response, most: int) -> bytes:
    for name, value in response.headers:
        if name.lower() == b"content-length" and value.isdigit() and int(value) > most:
            raise TooLarge("the answer says that it is too long")
    content = bytearray()
    for piece in response.iter_stream():
        content += piece
        if len(content) > most:
            raise TooLarge("the answer is too long")
    return bytes(content)


class _Backend(httpcore.NetworkBackend):
    """Connects to checked addresses only, and ends everything at the deadline, however slowly it drips."""

    def __init__(self, deadline: float, connect_seconds: float, resolve: Resolver, *, is_trusted: bool) -> None:
        self._deadline = deadline
        self._connect_seconds = connect_seconds
        self._resolve = resolve
        self._is_trusted = is_trusted
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._addresses(host, port)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses[:3]:
            try:
                stream = self._sockets.connect_tcp(address, port, timeout=self._seconds(), local_address=local_address)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure or httpcore.ConnectError("the name has no address")

    def connect_unix_socket(self, *args: Any, **options: Any) -> NoReturn:
        raise httpcore.ConnectError("only TCP leads outside")

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Every address of the name, all of them public: one that is not tells what the others are for."""
        literal = _literal(host)
        addresses = (str(literal),) if literal is not None else _in_time(self._resolve, host, port, self._seconds())
        if not self._is_trusted:
            for address in addresses:
                refuse_private(address)
        return addresses

    def _seconds(self) -> float:
        left = min(self._connect_seconds, self._deadline - time.monotonic())
        if left <= 0:
            raise httpcore.ConnectTimeout("out of time")
        return left


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def _left(self, error: type[httpcore.TimeoutException]) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise error("out of time")
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, timeout=self._left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=self._left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._left(httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout=left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _in_time(resolve: Resolver, host: str, port: int, seconds: float) -> Sequence[str]:
    """Look a name up, but no longer than this: the machine's resolver itself knows no end."""
    found: list[Sequence[str]] = []

    def look() -> None:
        try:
            found.append(resolve(host, port))
        except (OSError, UnicodeError):
            found.append(())

    thread = threading.Thread(target=look, name="resolver", daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise httpcore.ConnectTimeout("the name was not found in time")
    return found[0]


def _parsed(url: str) -> httpx.URL:
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
    if not 1 <= _port(parsed) <= 65535:
        raise AddressRefused("port")
    return parsed


def _port(parsed: httpx.URL) -> int:
    if parsed.port is not None:
        return parsed.port
    return 443 if parsed.scheme == "https" else 80


def _netloc(parsed: httpx.URL) -> str:
    """Host and port, the port only where it is not the scheme's own."""
    host = parsed.raw_host.decode()
    host = f"[{host}]" if ":" in host else host
    return host if _port(parsed) == {"http": 80, "https": 443}[parsed.scheme] else f"{host}:{parsed.port}"


def _joined(url: str, target: str) -> str:
    try:
        return str(httpx.URL(url).join(target))
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("host") from None


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host is. `127.1`, `0177.0.0.1` and `2130706433` are what the C library takes them for."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpcore.default_ssl_context()
