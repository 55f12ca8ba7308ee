"""The centre: takes what is submitted, answers, and says later what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import wire
from .outcomes import Settings

_KEPT = 100_000
# Under which a programme sends the instant that a message tells of: a demo's clock is not the wall's.
_INSTANT = 0x1401
_STATES = {"deliver": (2, "DELIVRD", "000"), "fail": (5, "UNDELIV", "001"), "expire": (3, "EXPIRED", "002")}


@dataclass
class Taken:
    """A part that was taken."""

    id: str
    part: wire.Submission
    state: int = 1
    at: str = ""


@dataclass
class Bound:
    """A client that was let in."""

    writer: asyncio.StreamWriter
    user: str = ""
    kind: int = 0
    sequence: int = 0
    waiting: int = 0
    # Receipts that were sent and are not acknowledged yet.
    receipts: dict[int, bytes] = field(default_factory=dict)


class Centre:
    """One company. ``arrived`` is given (id, number, text, instant) of each message that reaches its phone."""

    def __init__(
        self, settings: Settings, *, user: str, password: str, arrived: Callable[[str, str, str, str], None]
    ) -> None:
        self.settings = settings
        self.counts: Counter[str] = Counter()
        # (number, text) of whatever was taken, in order: what a test compares.
        self.taken: deque[tuple[str, str]] = deque(maxlen=_KEPT)
        self._user, self._password, self._arrived = user, password, arrived
        self._bound: list[Bound] = []
        # Parts of messages that are not whole yet: as they were taken, and as they reach the phone.
        self._parts: dict[str, dict[int, wire.Submission]] = {}
        self._shown: dict[str, dict[int, wire.Submission]] = {}
        self._known: dict[str, Taken] = {}
        self._numbers = itertools.count(int(time.time() * 1000) % 1_000_000_000)
        self._throttled: Counter[str] = Counter()
        self._owed: deque[bytes] = deque()
        self._second, self._in_second = 0, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one client until either hangs up."""
        client, buffer = Bound(writer), bytearray()
        try:
            while data := await reader.read(65536):
                buffer += data
                while (unit := wire.take(buffer)) is not None:
                    self._unit(client, *unit)
                await writer.drain()
        except (OSError, wire.Broken, IndexError):
            self.counts["broken"] += 1
        finally:
            self._leave(client)

    def _leave(self, client: Bound) -> None:
        if client in self._bound:
            self._bound.remove(client)
        # What was not acknowledged is said again to whoever binds next.
        self._owed.extend(client.receipts.values())
        client.receipts.clear()
        client.writer.close()

    def _write(self, client: Bound, data: bytes) -> None:
        if client.writer.is_closing():
            return
        if self.settings.split_writes:
            for begin in range(0, len(data), 7):
                client.writer.write(data[begin : begin + 7])
            return
        client.writer.write(data)

    def _unit(self, client: Bound, command: int, status: int, sequence: int, body: bytes) -> None:
        answer = command | wire.ANSWER
        if command in (wire.BIND_RECEIVER, wire.BIND_TRANSMITTER, wire.BIND_TRANSCEIVER):
            self._bind(client, command, sequence, body)
        elif command == wire.ENQUIRE_LINK:
            self._write(client, wire.pack(answer, sequence))
        elif command == wire.UNBIND:
            self._write(client, wire.pack(answer, sequence))
            self._leave(client)
        elif command == wire.DELIVER_SM | wire.ANSWER:
            client.receipts.pop(sequence, None)
        elif command in (wire.SUBMIT_SM, wire.QUERY_SM) and not client.user:
            self._write(client, wire.pack(answer, sequence, status=wire.NOT_BOUND))
        elif command == wire.SUBMIT_SM:
            self._submit(client, sequence, wire.submission(body))
        elif command == wire.QUERY_SM:
            self._query(client, sequence, body)
        elif not command & wire.ANSWER:
            self._write(client, wire.pack(wire.NACK, sequence, status=wire.BAD_COMMAND))

    def _bind(self, client: Bound, command: int, sequence: int, body: bytes) -> None:
        user, at = wire.text(body, 0)
        password, _ = wire.text(body, at)
        status = wire.OK
        if user != self._user:
            status = wire.BAD_USER
        elif password != self._password or self.settings.refuses:
            status = wire.BAD_PASSWORD
        self._write(
            client, wire.pack(command | wire.ANSWER, sequence, wire.string("smsc") if not status else b"", status)
        )
        if status:
            self.counts["refused_binds"] += 1
            return
        self.counts["binds"] += 1
        client.user, client.kind = user, command
        self._bound.append(client)
        while self._owed and self._listener(client) is client:
            self._say(client, self._owed.popleft())

    def _submit(self, client: Bound, sequence: int, part: wire.Submission) -> None:
        self.counts["submitted"] += 1
        settings, answer = self.settings, wire.SUBMIT_SM | wire.ANSWER
        if settings.die_after and self.counts["submitted"] % settings.die_after == 0:
            # In the middle of the window: what came before it in the same breath may be answered or not.
            client.writer.transport.abort()
            return
        outcome = settings.outcome_of(part.number)
        refusal = self._refusal(client, part, outcome)
        if refusal:
            self.counts[f"refused_{refusal:02x}"] += 1
            self._write(client, wire.pack(answer, sequence, status=refusal))
            return
        if outcome == "no_answer":
            return
        if outcome in ("hang_up", "unbind"):
            if outcome == "unbind":
                self._write(client, wire.pack(wire.UNBIND, self._next(client)))
            else:
                client.writer.transport.abort()
            return
        one = self._take(part, decimal=outcome == "decimal_id" or settings.ids == "decimal")
        if outcome == "receipt_first":
            self._become(one, outcome, client)
        if outcome == "taken_without_answer":
            self._later(settings.receipt_after, lambda: self._become(one, outcome, client))
            return
        said = wire.pack(answer, sequence, wire.string(one.id))
        if settings.answer_after:
            client.waiting += 1

            def late() -> None:
                client.waiting -= 1
                self._write(client, said)

            self._later(settings.answer_after, late)
        else:
            self._write(client, said)
        if outcome not in ("never", "receipt_first"):
            self._later(settings.receipt_after + settings.answer_after, lambda: self._become(one, outcome, client))

    def _refusal(self, client: Bound, part: wire.Submission, outcome: str) -> int:
        if self.settings.rate:
            second = int(time.monotonic())
            if second != self._second:
                self._second, self._in_second = second, 0
            self._in_second += 1
            if self._in_second > self.settings.rate:
                return wire.THROTTLED
        if self.settings.window and client.waiting >= self.settings.window:
            return wire.THROTTLED
        if outcome == "throttle_thrice":
            self._throttled[part.number] += 1
            return wire.THROTTLED if self._throttled[part.number] <= 3 else 0
        return {
            "bad_number": wire.BAD_NUMBER,
            "throttle": wire.THROTTLED,
            "queue_full": wire.QUEUE_FULL,
            "system_error": wire.SYSTEM_ERROR,
        }.get(outcome, 0)

    def _take(self, part: wire.Submission, *, decimal: bool) -> Taken:
        number = next(self._numbers)
        one = Taken(f"{number:010d}" if decimal else f"{number:X}", part)
        self._known[one.id] = one
        if len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        self.counts["taken"] += 1
        whole = _whole(self._parts, part)
        if whole is not None:
            self.taken.append((part.number, whole))
        return one

    def _become(self, one: Taken, outcome: str, client: Bound) -> None:
        kind = outcome if outcome in _STATES else "deliver"
        one.state, word, error = _STATES[kind]
        if kind == "deliver":
            self._reach_phone(one)
        if not one.part.wants_receipt:
            return
        body = self._receipt(one, outcome, word, error)
        for _ in range(2 if outcome == "receipt_twice" else 1):
            listener = self._listener(client)
            if listener is None:
                self._owed.append(body)
            else:
                self._say(listener, body)

    def _reach_phone(self, one: Taken) -> None:
        self.counts["reached"] += 1
        whole = _whole(self._shown, one.part)
        if whole is not None:
            self._arrived(one.id, one.part.number, whole, one.part.tags.get(_INSTANT, b"").decode("ascii", "replace"))

    def _receipt(self, one: Taken, outcome: str, word: str, error: str) -> bytes:
        said_id = {"wrong_id": "FFFFFFFF" + one.id[-2:], "another_id": next(reversed(self._known))}.get(outcome, one.id)
        if self.settings.ids == "decimal_in_receipts":
            said_id = str(int(one.id, 16))
        now = time.strftime("%y%m%d%H%M")
        said = (
            f"id:{said_id} sub:001 dlvrd:{'001' if word == 'DELIVRD' else '000'} submit date:{now} done date:{now} "
            f"stat:{word} err:{error} text:"
        )
        more = b""
        if self.settings.names_id_in_tag and self.settings.ids != "decimal_in_receipts":
            more += wire.tag(wire.RECEIPTED_ID, wire.string(said_id)) + wire.tag(
                wire.MESSAGE_STATE, bytes((one.state,))
            )
        if self.settings.repeats_reference and wire.USER_REFERENCE in one.part.tags:
            more += wire.tag(wire.USER_REFERENCE, one.part.tags[wire.USER_REFERENCE])
        if self.settings.vendor_tag:
            more += wire.tag(0x1400, b"vendor")
        return wire.receipt(sender=one.part.sender, number=one.part.number, said=said, more=more)

    def _listener(self, client: Bound) -> Bound | None:
        """Whom a receipt is said to: the client itself, else another of the same user that listens."""
        can = [one for one in self._bound if one.kind != wire.BIND_TRANSMITTER]
        return client if client in can else can[-1] if can else None

    def _say(self, client: Bound, body: bytes) -> None:
        sequence = self._next(client)
        client.receipts[sequence] = body
        self.counts["receipts"] += 1
        self._write(client, wire.pack(wire.DELIVER_SM, sequence, body))

    def _query(self, client: Bound, sequence: int, body: bytes) -> None:
        message_id, _ = wire.text(body, 0)
        self.counts["queries"] += 1
        one = self._known.get(message_id)
        answer = wire.QUERY_SM | wire.ANSWER
        if one is None:
            self._write(client, wire.pack(answer, sequence, status=wire.BAD_ID))
            return
        self._write(client, wire.pack(answer, sequence, wire.string(one.id) + wire.string("") + bytes((one.state, 0))))

    def _next(self, client: Bound) -> int:
        client.sequence += 1
        return client.sequence

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        if seconds <= 0:
            asyncio.get_running_loop().call_soon(work)
        else:
            asyncio.get_running_loop().call_later(seconds, work)

    def document(self) -> dict[str, Any]:
        """How it stands, as JSON."""
        return {"settings": self.settings.document(), "counts": dict(self.counts), "bound": len(self._bound)}

    def hang_up(self) -> None:
        """Break every connection."""
        for client in list(self._bound):
            with contextlib.suppress(OSError):
                client.writer.transport.abort()


def _whole(there: dict[str, dict[int, wire.Submission]], part: wire.Submission) -> str | None:
    """What a message says once all its parts are there."""
    if len(part.header) < 6:
        return wire.read(part.text, part.coding)
    key = f"{part.number}:{part.header[3:-1].hex()}"
    parts = there.setdefault(key, {})
    parts[part.header[-1]] = part
    if len(parts) < part.header[-2]:
        return None
    del there[key]
    return wire.read(b"".join(parts[place].text for place in sorted(parts)), part.coding)
