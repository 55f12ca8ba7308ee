"""What stands between the network and both programs: names that are ours, and an end to clients that never come to theirs.

waitress reads requests and sends answers without holding a thread, but it takes a hundred connections and then no more, and a
byte now and then keeps a connection for ever: a few hundred half requests would shut every shop.
"""

from __future__ import annotations

import contextlib
import ipaddress
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# Held at one time; above it those that have waited longest are put out.
CONNECTIONS = 1000
# Seconds for a whole request, for an answer to be taken on, and for a connection that asks nothing.
REQUEST_SECONDS = 20.0
ANSWER_SECONDS = 30.0
IDLE_SECONDS = 60
_LOOK_EVERY = 0.5
_STRANGE_LINE = b"This site does not answer to that name.\n"
# For whoever was led here by a name that is not ours; whose language it is nobody has looked up yet.
_STRANGE_NAME = b"""<!doctype html>
<html lang="id">
<head><meta charset="utf-8"><title>Alamat ini bukan alamat situs ini</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>
<body>
<aside aria-label="Demo"><p>Demo, bukan situs resmi; jangan masukkan data asli.
<span lang="en">Demo, not an official site; do not enter real data.</span></p></aside>
<main>
<h1>Alamat ini bukan alamat situs ini</h1>
<p>Tautan yang Anda buka menyesatkan. Ketik sendiri alamat situsnya.</p>
<div lang="en">
<h2>This is not an address of this site</h2>
<p>The link that you opened is misleading. Type the address of the site yourself.</p>
</div>
</main>
</body>
</html>
"""


def known_hosts(application: Application, *, names: Iterable[str]) -> Application:
    """Answer addresses, localhost and these names only: a stranger's name that was made to lead here reads nothing."""
    ours = {name.lower().strip("[]") for name in names if name} | {"localhost"}

    def checked(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        host = _without_port(environ.get("HTTP_HOST", "localhost")).lower().strip("[]").rstrip(".")
        if host in ours or host.endswith(".localhost") or _is_address(host):
            return application(environ, start_response)
        wants_page = "text/html" in environ.get("HTTP_ACCEPT", "")
        kind, body = ("text/html; charset=utf-8", _STRANGE_NAME) if wants_page else ("text/plain", _STRANGE_LINE)
        start_response("421 Misdirected Request", [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    return checked


def listening(
    application: Application, *, host: str, ports: Sequence[int], threads: int, names: Iterable[str] = (), **more: Any
) -> Any:
    """A waitress server on every port, watched for slow clients; call its `run`. Raises OSError: a port is taken."""
    most = _open_files()
    channels: dict[int, Any] = {}
    bracketed = f"[{host}]" if ":" in host else host
    server = create_server(
        known_hosts(application, names=(host, *names)),
        map=channels,
        listen=" ".join(f"{bracketed}:{port}" for port in ports),
        threads=threads,
        clear_untrusted_proxy_headers=True,
        # Room for a burst until the watcher has looked; with select there would be room for 1,024 in all.
        connection_limit=most * 2,
        asyncore_use_poll=True,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=5,
        **more,
    )
    watcher = Watcher(channels, most=most)
    threading.Thread(target=watcher.run, name="slow clients", daemon=True).start()
    return server


class Watcher:
    """Looks at all connections twice a second. What it knows of one is what it saw there before, and since when."""

    def __init__(self, channels: dict[int, Any], *, most: int = CONNECTIONS) -> None:
        self._channels = channels
        self._most = most
        self._seen: dict[Any, tuple[Any, float]] = {}

    def run(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY)
            self.look(time.monotonic())

    def look(self, moment: float) -> None:
        """End every connection that has shown the same half request or the same unread rest for too long."""
        open_ones = [one for one in list(self._channels.values()) if isinstance(one, HTTPChannel)]
        now: dict[Any, tuple[Any, float]] = {}
        for channel in open_ones:
            state = self._state(channel)
            before = self._seen.get(channel)
            now[channel] = before if before is not None and before[0] == state else (state, moment)
            kind = state[0]
            limit = {"asks": REQUEST_SECONDS, "takes": ANSWER_SECONDS}.get(kind)
            if limit is not None and moment - now[channel][1] > limit:
                _end(channel)
        self._seen = now
        waiting = sorted((since, id(one), one) for one, (state, since) in now.items() if state[0] != "works")
        for _, _, channel in waiting[: max(0, len(open_ones) - self._most)]:
            _end(channel)

    @staticmethod
    def _state(channel: Any) -> tuple[str, int]:
        if channel.total_outbufs_len:
            return "takes", channel.total_outbufs_len
        if channel.requests:
            return "works", 0
        # The same unfinished request, however many bytes of it have come meanwhile.
        return ("asks", id(channel.request)) if channel.request is not None else ("idle", 0)


def _end(channel: Any) -> None:
    channel.will_close = True
    # waitress looks at that word when there is something to read or room to write, and here there is neither.
    with contextlib.suppress(OSError):
        channel.socket.shutdown(socket.SHUT_RDWR)


def _open_files() -> int:
    """How many connections we may hold, after asking the system for room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = 2 * CONNECTIONS + 200
    if soft != resource.RLIM_INFINITY and soft < wished:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(
                resource.RLIMIT_NOFILE, (wished if hard == resource.RLIM_INFINITY else min(wished, hard), hard)
            )
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        return max(10, min(CONNECTIONS, (soft - 200) // 2))
    return CONNECTIONS


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isdigit() or not port) else host


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
