"""Threads that serve whoever is ready. No thread ever waits for a client.

Every thread waits for the next socket on which something happened, reads what is there, and goes on to the next one unless a
whole request has come: then it answers it. So a client that sends a byte now and then costs those bytes and no thread, and
an answer that nobody takes stays with its connection. The main thread ends what takes too long (`limits.py`).
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from prakerja.kernel.figures import figures
from prakerja.serving.answering import Application, answer, environment, next_piece, own_words, refusal
from prakerja.serving.limits import LIMITS, Limits
from prakerja.serving.reading import Malformed, Reader
from prakerja.serving.waiting import Readiness

_LOG = logging.getLogger("prakerja.serving")
_RECEIVE = 65_536
_LOOK_EVERY = 0.25
# After an answer that came before the whole request: so long is the rest thrown away, that the answer may be read.
_LINGER = 2.0
_GIVE_WAY = 0.001
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# Numbers of files that are not a client's: the database's, logs, the loop's own.
_OWN_FILES = 100


class Connection:
    """One client. Whoever serves it has said so under `mutex`; nobody else touches the rest meanwhile."""

    __slots__ = (
        "afterwards",
        "again",
        "ends",
        "is_served",
        "linger",
        "more",
        "mutex",
        "number",
        "out",
        "out_since",
        "out_size",
        "reader",
        "refused",
        "socket",
    )

    def __init__(self, link: socket.socket, reader: Reader) -> None:
        self.socket = link
        self.number = link.fileno()
        self.reader = reader
        self.mutex = threading.Lock()
        self.is_served = False
        self.again = False
        # What is still to be sent, since when, and how much it was at first.
        self.out: memoryview | None = None
        self.out_since = 0.0
        self.out_size = 0
        # What follows, and what to do when the answer is over, however it ends.
        self.more: Iterator[bytes] | None = None
        self.afterwards: Callable[[], None] | None = None
        # When what is to be sent was sent, the connection ends; `linger` when the client may still be sending.
        self.ends = False
        self.linger = False
        # What came after the last request in `reader.ready` is none; the status says why.
        self.refused = ""


class Server:
    """Serves one listening socket with a WSGI application until `stop`."""

    def __init__(
        self,
        listener: socket.socket,
        application: Application,
        *,
        threads: int,
        limits: Limits = LIMITS,
        tally: memoryview | None = None,
        place: int = 0,
        is_counted: bool = False,
    ) -> None:
        """The socket listens already, and is closed by whoever opened it. `is_counted`: its clients are a door's.

        `tally` is shared by the processes that serve the same socket: how many connections each has, ours at `place`.
        """
        listener.setblocking(False)
        self._listener = listener
        self._application = application
        self._unread = getattr(application, "unread", own_words)
        # What the application measures of itself from time to time: it takes no time and asks nobody.
        self._measure: Callable[[], None] = getattr(application, "measure", _nothing)
        # The application says where it takes more than others: {path: bytes}.
        limits = replace(limits, larger=getattr(application, "larger_bodies", limits.larger))
        self._limits = limits
        self._ready = Readiness()
        self._connections: dict[int, Connection] = {}
        self._host, self._port = listener.getsockname()[:2]
        self._bell, self._ring = os.pipe()
        self._stopping = threading.Event()
        self._most = _most_connections(limits)
        self._tally, self._place = tally if tally is not None else memoryview(bytearray(8)).cast("q"), place
        self._tally[place] = 0
        self._is_counted = is_counted
        self._threads = [threading.Thread(target=self._work, name=f"door-{n}", daemon=True) for n in range(threads)]

    def run(self, *, finish_seconds: float = 5.0) -> None:
        """Serve until `stop`; requests in hand are then answered, for so many seconds at most."""
        self._ready.add_listener(self._listener.fileno())
        self._ready.add_bell(self._bell)
        for thread in self._threads:
            thread.start()
        while not self._stopping.wait(_LOOK_EVERY):
            self._end_overdue(time.monotonic())
            self._measure()
            if self._is_counted:
                figures().set("prakerja_connections", to=len(self._connections))
        os.write(self._ring, b"!")
        deadline = time.monotonic() + finish_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for connection in list(self._connections.values()):
            if not connection.is_served:
                connection.socket.close()
        if not any(thread.is_alive() for thread in self._threads):
            self._ready.close()
            os.close(self._bell)
            os.close(self._ring)

    def stop(self) -> None:
        """From any thread; never from a signal's handler, which may have interrupted the thread that waits."""
        self._stopping.set()

    # --- threads ---

    def _work(self) -> None:
        listens = self._listener.fileno()
        while True:
            number, is_hanging_up = self._ready.wait()
            if number == self._bell or self._stopping.is_set():
                return
            try:
                if number == listens:
                    self._accept()
                elif (connection := self._connections.get(number)) is not None:
                    self._serve(connection, is_hanging_up)
            except Exception:
                _LOG.exception("a connection failed")

    def _accept(self) -> None:
        if self._tally[self._place] > min(self._tally):
            # Whoever has fewer goes first: clients keep their connections, and one process would have them all.
            time.sleep(_GIVE_WAY)
        try:
            link, peer = self._listener.accept()
        except BlockingIOError:
            link = None
        except OSError as error:
            link = None
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._put_one_out()
        finally:
            self._ready.listen_again(self._listener.fileno())
        if link is None:
            return
        link.setblocking(False)
        with contextlib.suppress(OSError):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if len(self._connections) >= self._most:
            self._put_one_out()
        base = environment(self._host, self._port, peer)
        connection = Connection(link, Reader(base, self._limits, moment=time.monotonic()))
        self._connections[connection.number] = connection
        self._tally[self._place] = len(self._connections)
        self._ready.add(connection.number)

    def _serve(self, connection: Connection, is_hanging_up: bool) -> None:
        """Do what can be done for a connection now, unless somebody is at it: then that one looks again."""
        with connection.mutex:
            connection.again = True
            if connection.is_served:
                return
            connection.is_served = True
        stays = False
        try:
            while True:
                with connection.mutex:
                    if not connection.again:
                        connection.is_served = False
                        return
                    connection.again = False
                stays = False
                stays = self._step(connection, is_hanging_up)
                if not stays:
                    return
        except OSError:
            stays = False
        finally:
            if not stays:
                # Still marked as served: nobody else may use it any more.
                self._close(connection)

    def _step(self, connection: Connection, is_hanging_up: bool) -> bool:
        """Send what waits, read what came, answer what is whole. False: the connection is done with."""
        reader, link = connection.reader, connection.socket
        if connection.out is not None and not self._send_rest(connection):
            return self._is_sending(connection)
        if connection.ends:
            return self._drain(connection)
        is_all_read = False
        while True:
            while reader.ready:
                received = reader.ready.popleft()
                made = answer(self._application, received, may_stay=not self._stopping.is_set())
                connection.more, connection.afterwards = made.more, made.close
                goes_on = self._send(connection, made.text, ends=not made.keeps, linger=not received.is_whole)
                if connection.more is None:
                    # Nothing more is asked of the application, whether or not the client has taken everything.
                    _finish(connection)
                if not goes_on:
                    # What else was asked waits until the client has taken this.
                    return self._is_sending(connection)
            if connection.refused:
                self._send(connection, self._refusal(connection.refused), ends=True, linger=True)
                return self._is_sending(connection)
            if is_all_read:
                return True
            try:
                data = link.recv(_RECEIVE)
            except BlockingIOError:
                return True
            if not data:
                return False
            try:
                reader.feed(data, time.monotonic())
            except Malformed as malformed:
                connection.refused = malformed.status
            if reader.wants_to_continue():
                link.send(_CONTINUE)
            # Less than there was room for: what comes next is told anew, unless the end has come already.
            is_all_read = len(data) < _RECEIVE and not is_hanging_up

    def _is_sending(self, connection: Connection) -> bool:
        """After an answer that was not all taken, or was the last: whether there is still something to wait for."""
        return connection.out is not None or (connection.linger and self._drain(connection))

    def _send(self, connection: Connection, text: bytes, *, ends: bool, linger: bool = False) -> bool:
        """Send as much as the other side takes. True: all was sent, and the connection goes on."""
        connection.ends, connection.linger = ends, linger
        try:
            sent = connection.socket.send(text)
        except BlockingIOError:
            sent = 0
        if sent == len(text) and connection.more is None:
            connection.reader.since = time.monotonic()
            return not ends
        _hold(connection, memoryview(text)[sent:])
        # Whoever waits for it is told of the next change only: there may be room already.
        return self._send_rest(connection)

    def _send_rest(self, connection: Connection) -> bool:
        """The same for what is left."""
        while True:
            while connection.out is not None:
                try:
                    sent = connection.socket.send(connection.out)
                except BlockingIOError:
                    return False
                connection.out = connection.out[sent:] if sent < len(connection.out) else None
            if connection.more is None:
                break
            following = next_piece(connection.more)
            if following:
                _hold(connection, memoryview(following))
            else:
                _finish(connection)
        connection.reader.since = time.monotonic()
        return not connection.ends

    def _drain(self, connection: Connection) -> bool:
        """Throw away what still comes after the last answer, so that the answer is not lost with the connection."""
        if connection.reader.stage != "lingering":
            connection.reader.stage, connection.reader.since = "lingering", time.monotonic()
            connection.socket.shutdown(socket.SHUT_WR)
        while True:
            try:
                if not connection.socket.recv(_RECEIVE):
                    return False
            except BlockingIOError:
                return True

    def _close(self, connection: Connection) -> None:
        self._connections.pop(connection.number, None)
        self._tally[self._place] = len(self._connections)
        connection.socket.close()
        _finish(connection)

    # --- what takes too long ---

    def _end_overdue(self, moment: float) -> None:
        for connection in list(self._connections.values()):
            if moment > self._deadline(connection):
                self._put_out(connection, "408 Request Timeout" if self._is_asking(connection) else "")

    def _deadline(self, connection: Connection) -> float:
        limits, reader = self._limits, connection.reader
        if connection.out is not None:
            return connection.out_since + limits.answer_seconds + connection.out_size / limits.answer_bytes_a_second
        waits = {
            "idle": limits.idle_seconds,
            "head": limits.head_seconds,
            "body": limits.body_seconds + (reader.most_body - limits.body_bytes) / limits.body_bytes_a_second,
            "lingering": _LINGER,
        }
        return reader.since + waits[reader.stage]

    def _is_asking(self, connection: Connection) -> bool:
        return connection.out is None and connection.reader.stage in ("head", "body")

    def _put_one_out(self) -> None:
        """Make room: first whoever asks nothing, then whoever has been at it for longest."""
        waiting = [one for one in list(self._connections.values()) if not one.is_served]
        if waiting:
            longest = min(
                waiting, key=lambda one: (one.out is not None or one.reader.stage != "idle", one.reader.since)
            )
            self._put_out(longest, "503 Service Unavailable" if self._is_asking(longest) else "")

    def _put_out(self, connection: Connection, status: str) -> None:
        with connection.mutex:
            if connection.is_served:
                return
            connection.is_served = True
        if status:
            with contextlib.suppress(OSError):
                connection.socket.send(self._refusal(status, **({"Retry_After": "1"} if status[:3] == "503" else {})))
        self._close(connection)

    def _refusal(self, status: str, **fields: str) -> bytes:
        if self._is_counted:
            figures().count("prakerja_unread_total", ("status", status[:3]))
        return refusal(self._unread, status, **fields)


def _nothing() -> None:
    pass


def _hold(connection: Connection, text: memoryview) -> None:
    """Keep what the client has not taken yet; its time begins now."""
    connection.out = text if text else None
    connection.out_since, connection.out_size = time.monotonic(), len(text)


def _finish(connection: Connection) -> None:
    """Let the application clear up after an answer, once."""
    afterwards, connection.afterwards, connection.more = connection.afterwards, None, None
    if afterwards is not None:
        afterwards()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError: the address is taken, or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    link = socket.socket(family, socket.SOCK_STREAM)
    try:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        link.bind((host, port))
        link.listen(1024)
    except OSError:
        link.close()
        raise
    return link


def _most_connections(limits: Limits) -> int:
    """As many as are wished for, if the system lets us open so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = limits.connections + _OWN_FILES
    if soft != resource.RLIM_INFINITY and soft < wished:
        soft = wished if hard == resource.RLIM_INFINITY else min(wished, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        return max(10, min(limits.connections, soft - _OWN_FILES))
    return limits.connections
