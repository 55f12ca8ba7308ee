"""One session with a telephone company: bound again and again, a window of submissions under way, receipts as they come.

A thread of its own keeps it: it connects, binds, reads, asks after the link and waits longer after each failure. Whoever submits
waits for the answers. What was written and never answered is unknown, and is told apart from what never left.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from prakerja.notifications.gateways.smpp import pdus
from prakerja.notifications.gateways.smpp.bucket import Bucket
from prakerja.notifications.gateways.smpp.pdus import Command, Status, Unit

_LOG = logging.getLogger(__name__)
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
# Not answered so often in a row, a link is dead.
_LOST_LINKS = 2
_READ_EVERY = 0.5
_MOST_READ = 64 * 1024


@dataclass(frozen=True, slots=True)
class Company:
    """How a telephone company is spoken to. Seconds are wall seconds, `rate` parts a second (0: no limit)."""

    name: str
    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    sender: str = "PRAKERJA"
    window: int = 10
    rate: int = 0
    ids: str = "raw"
    answer_within: float = 10.0
    link_every: float = 30.0
    # The tag under which the instant that a message tells of is sent along; 0: it is not. Only a simulator understands it.
    instant_tag: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one unit. `status` None: no answer came. `was_sent` False: it never left, and may be given to anybody."""

    status: int | None = None
    body: bytes = b""
    was_sent: bool = True


NOT_SENT = Answer(was_sent=False)
_UNANSWERED = Answer()


class _Group:
    """Units of one caller, and how many of them are not answered yet."""

    def __init__(self, count: int) -> None:
        self.answers = [NOT_SENT] * count
        self.waiting = 0


class Session:
    """A session kept by a thread of its own from `start` to `close`: a transmitter's, or a transceiver's once somebody listens."""

    def __init__(
        self, company: Company, *, bucket: Bucket, is_urgent: bool, heard: Callable[[Session, Unit], None]
    ) -> None:
        """`heard` is told every deliver_sm, by the thread that reads: it must not wait. It, or somebody, says `acknowledge`."""
        self._company = company
        self._bucket = bucket
        self._is_urgent = is_urgent
        self._heard = heard
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        # One caller looks for room and fills it; the window is nobody's twice.
        self._filling = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_bound = False
        self._sequence = 0
        self._pending: dict[int, tuple[_Group, int]] = {}
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._links_asked = 0
        self._listens = False
        self.said = "not_tried"
        self.bound_count = 0

    @property
    def is_bound(self) -> bool:
        """Whether the company took us in."""
        return self._is_bound

    def start(self) -> None:
        """Begin to keep the session, once."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name=f"smpp {self._company.name}", daemon=True)
                self._thread.start()

    def listen(self) -> None:
        """Take receipts from now on. Whoever does not write them down does not ask for them: they are meant for another who does."""
        with self._changed:
            is_new, self._listens = not self._listens, True
        if is_new and self._socket is not None:
            self._drop("binds_again")
        self.start()

    def close(self) -> None:
        """Say goodbye and end."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._write(pdus.unit(Command.UNBIND, self._next()))
        self._drop("closed")

    def wait_until_bound(self, seconds: float) -> bool:
        """Whether it is bound within so many wall seconds."""
        self.start()
        with self._changed:
            return self._changed.wait_for(lambda: self._is_bound, seconds)

    def ask(self, command: int, bodies: Sequence[bytes]) -> list[Answer]:
        """Send units in the window and wait for their answers, as long as the company may take for each."""
        group = _Group(len(bodies))
        place = 0
        while place < len(bodies):
            with self._filling:
                count = self._room(len(bodies) - place)
                if not count or not self._hand_over(command, bodies, group, place, count):
                    break
            place += count
        with self._changed:
            self._changed.wait_for(lambda: not group.waiting, self._company.answer_within)
            if group.waiting:
                for sequence in [number for number, (whose, _) in self._pending.items() if whose is group]:
                    del self._pending[sequence]
                group.waiting = 0
                self._changed.notify_all()
        return group.answers

    def acknowledge(self, unit: Unit) -> None:
        """Tell the company that a deliver_sm is kept. When the session is gone it comes again."""
        with contextlib.suppress(OSError):
            self._write(pdus.unit(Command.DELIVER_SM | pdus.RESPONSE, unit.sequence, pdus.text_body("")))

    def _room(self, wanted: int) -> int:
        """How many units may leave now; waits while the window is full. 0: the session is gone, or the window stays full."""
        with self._changed:
            there = self._changed.wait_for(
                lambda: not self._is_bound or len(self._pending) < self._company.window, self._company.answer_within
            )
            free = self._company.window - len(self._pending) if there and self._is_bound else 0
        return min(wanted, free) and self._bucket.take(min(wanted, free), at_once=self._is_urgent)

    def _hand_over(self, command: int, bodies: Sequence[bytes], group: _Group, place: int, count: int) -> bool:
        written = []
        with self._changed:
            if not self._is_bound:
                return False
            for one in range(place, place + count):
                sequence = self._next()
                self._pending[sequence] = (group, one)
                # From here on it may have arrived.
                group.answers[one] = _UNANSWERED
                written.append(pdus.unit(command, sequence, bodies[one]))
            group.waiting += count
        try:
            self._write(b"".join(written))
        except OSError:
            self._drop("connection_lost")
            return False
        return True

    def _next(self) -> int:
        with self._changed:
            self._sequence = self._sequence % pdus.LAST_SEQUENCE + 1
            return self._sequence

    def _write(self, data: bytes) -> None:
        with self._sending:
            if self._socket is None:
                raise OSError("not connected")
            self._socket.sendall(data)

    def _keep(self) -> None:
        wait = _FIRST_WAIT
        while not self._closing.is_set():
            before = self.bound_count
            try:
                self._connect()
                self._read()
            except (OSError, pdus.Malformed, ValueError) as error:
                self._drop(
                    "refused"
                    if isinstance(error, _Refused)
                    else "not_connected"
                    if not self._is_bound
                    else "connection_lost"
                )
                if isinstance(error, _Refused):
                    _LOG.error("%s does not let us in: %s", self._company.name, self.said)
                else:
                    _LOG.warning("%s: %s", self._company.name, type(error).__name__)
            wait = _FIRST_WAIT if self.bound_count > before else min(wait * 2, _LONGEST_WAIT)
            self._closing.wait(wait)

    def _connect(self) -> None:
        there = socket.create_connection((self._company.host, self._company.port), timeout=self._company.answer_within)
        there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket, self._links_asked = there, 0
        company = self._company
        body = pdus.bind_body(system_id=company.system_id, password=company.password, system_type=company.system_type)
        self._write(pdus.unit(self._bind, self._next(), body))

    @property
    def _bind(self) -> int:
        return Command.BIND_TRANSCEIVER if self._listens else Command.BIND_TRANSMITTER

    def _read(self) -> None:
        there, buffer = self._socket, bytearray()
        if there is None:
            return
        there.settimeout(_READ_EVERY)
        heard = asked = time.monotonic()
        while not self._closing.is_set():
            try:
                data = there.recv(_MOST_READ)
            except TimeoutError:
                data = None
            if data == b"":
                raise OSError("the company hung up")
            now = time.monotonic()
            if data:
                heard = now
                buffer += data
                self._take(list(pdus.split(buffer)))
                if self._socket is not there:
                    return
            if not self._is_bound and now - asked > self._company.answer_within:
                raise OSError("no answer to the bind")
            if now - max(heard, asked) > self._company.link_every:
                if self._links_asked >= _LOST_LINKS:
                    raise OSError("the link is dead")
                self._links_asked, asked = self._links_asked + 1, now
                self._write(pdus.unit(Command.ENQUIRE_LINK, self._next()))

    def _take(self, units: Sequence[Unit]) -> None:
        answers = []
        for one in units:
            self._links_asked = 0
            if one.command in (Command.BIND_TRANSCEIVER | pdus.RESPONSE, Command.BIND_TRANSMITTER | pdus.RESPONSE):
                self._bound(one)
            elif one.command == Command.DELIVER_SM:
                self._heard(self, one)
            elif one.command == Command.ENQUIRE_LINK:
                self._write(pdus.unit(one.command | pdus.RESPONSE, one.sequence))
            elif one.command == Command.UNBIND:
                self._write(pdus.unit(one.command | pdus.RESPONSE, one.sequence))
                self._drop("unbound_by_company")
            elif one.command & pdus.RESPONSE:
                answers.append(one)
            else:
                self._write(pdus.unit(pdus.GENERIC_NACK, one.sequence, status=Status.INVALID_COMMAND))
        if answers:
            self._answered(answers)

    def _bound(self, one: Unit) -> None:
        if one.status not in (Status.OK, Status.ALREADY_BOUND):
            self.said = {Status.INVALID_PASSWORD: "wrong_password", Status.INVALID_SYSTEM_ID: "unknown_user"}.get(
                one.status,
                f"bind_{one.status:x}",  # type: ignore[call-overload]
            )
            raise _Refused
        with self._changed:
            self._is_bound, self.said = True, "bound"
            self.bound_count += 1
            self._changed.notify_all()

    def _answered(self, answers: Sequence[Unit]) -> None:
        with self._changed:
            for one in answers:
                group, place = self._pending.pop(one.sequence, (None, 0))
                if group is not None:
                    group.answers[place] = Answer(status=one.status, body=one.body)
                    group.waiting -= 1
            self._changed.notify_all()

    def _drop(self, why: str) -> None:
        """The session is gone: what was under way stays unanswered."""
        with self._changed:
            there, self._socket, self._is_bound = self._socket, None, False
            if why != "refused":
                self.said = why
            for group, _ in self._pending.values():
                group.waiting -= 1
            self._pending.clear()
            self._changed.notify_all()
        if there is not None:
            with contextlib.suppress(OSError):
                there.close()


class _Refused(OSError):
    """The company does not let us in."""
