"""The other side of `slow-clients`, in a process of its own: connections that send a body byte by byte, or never."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection

BYTES = 4_000
# Every second one sends a byte this often (seconds); the others send nothing after their headers.
EVERY = 0.25
_HEAD = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: %d\r\n\r\n" % BYTES
)


def beset(ports: Sequence[int], each: int, orders: Connection) -> None:
    """Hold `each` connections at every port until told to stop; whoever is put out comes again. Says None when all are there.

    In the end it says how often it was put out.
    """
    links: dict[socket.socket, tuple[int, bool]] = {}
    put_out = 0
    with selectors.DefaultSelector() as selector:

        def come(port: int, *, sends: bool) -> None:
            link = socket.create_connection(("127.0.0.1", port), timeout=30)
            link.sendall(_HEAD)
            link.setblocking(False)
            selector.register(link, selectors.EVENT_READ)
            links[link] = (port, sends)

        for port in ports:
            for number in range(each):
                come(port, sends=number % 2 == 0)
        orders.send(None)
        following = time.perf_counter()
        while not orders.poll(0):
            for key, _ in selector.select(max(0.0, following - time.perf_counter())):
                link = key.fileobj
                assert isinstance(link, socket.socket)
                if not _is_over(link):
                    continue
                selector.unregister(link)
                port, sends = links.pop(link)
                link.close()
                put_out += 1
                come(port, sends=sends)
            if time.perf_counter() >= following:
                following += EVERY
                for link, (_, sends) in links.items():
                    if sends:
                        # One that was put out is noticed by its end.
                        with contextlib.suppress(OSError):
                            link.send(b"x")
        for link in links:
            link.close()
    orders.send(put_out)


def _is_over(link: socket.socket) -> bool:
    try:
        return not link.recv(65_536)
    except BlockingIOError:
        return False
    except OSError:
        return True
