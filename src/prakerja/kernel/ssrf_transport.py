"""Calls to addresses that a stranger chose (a partner's file, a partner's webhook), guarded against SSRF.

The name is resolved once, every address that it has is checked (`ssrf_policy`), and the connection is made to the checked one,
so that a name cannot point elsewhere a moment later. Each redirect is a new address and passes the same checks.
"""

from __future__ import annotations

import functools
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import httpcore

from prakerja.kernel import ssrf_policy
from prakerja.kernel.http import NetworkFailure, NoAnswer, NotSent, refuse_inside_transaction

_LOG = logging.getLogger(__name__)

# (name, port) → the addresses that the name has now, as text.
Resolver = Callable[[str, int], Sequence[str]]

_REDIRECTS = frozenset((301, 302, 303, 307, 308))


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
        ssrf_policy.check(url, trusted_origins=trusted, https_only=https_only)
        is_trusted = ssrf_policy.origin_of(url) in trusted
        backend = _Backend(deadline, limits.connect_seconds, resolve, is_trusted=is_trusted)
        reply = _once(method, url, content, dict(headers or {}), backend, limits)
        target = reply.headers.get("location", "")
        if limits.most_redirects == 0 or reply.status not in _REDIRECTS or not target:
            return reply
        url = ssrf_policy.joined(url, target)
    raise ssrf_policy.AddressRefused("redirects")


def _once(method: str, url: str, content: bytes, headers: dict[str, str], backend: _Backend, limits: Limits) -> Reply:
    parsed = ssrf_policy.parse(url)
    sent: dict[bytes | str, bytes | str] = {
        "Host": ssrf_policy.netloc(parsed),
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
                    scheme=parsed.raw_scheme,
                    host=parsed.raw_host,
                    port=ssrf_policy.port_of(parsed),
                    target=parsed.raw_path,
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
        literal = ssrf_policy.literal_of(host)
        addresses = (str(literal),) if literal is not None else _in_time(self._resolve, host, port, self._seconds())
        if not self._is_trusted:
            for address in addresses:
                ssrf_policy.refuse_private(address)
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


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpcore.default_ssl_context()
