"""What is counted for whoever watches: requests, refusals, how long, how many wait. In memory, and told in Prometheus' text format.

The processes of one door write into one memory that they share, each its own region, so that any of them can tell the figures of
the whole door; a process that takes a dead one's place goes on counting where it was. A name and its labels are words of ours
(the name of a route, a code): never an address, a code of somebody's, a number.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

# Where whoever finds the route of a request writes its name, in the environment of that request.
ROUTE = "prakerja.route"
# Bytes of one process: some three thousand series of a hundred bytes.
REGION = 512 * 1024
# Wall seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_HEAD = struct.Struct("=HH")
_WORD = 8

Labels = tuple[tuple[str, str], ...]


class Family(NamedTuple):
    """What one name means: `kind` is counter, gauge or histogram."""

    kind: str
    meaning: str


FAMILIES = {
    "prakerja_requests_total": Family("counter", "Requests that were answered, by the name of the route and the status."),
    "prakerja_request_seconds": Family("histogram", "Wall seconds from the whole request to its answer, by the name of the route."),
    "prakerja_refusals_total": Family("counter", "What a rule refused, by its reason."),
    "prakerja_unread_total": Family("counter", "Requests that the server refused before the door saw them, by the status."),
    "prakerja_connections": Family("gauge", "Clients that are connected."),
    "prakerja_pool_connections": Family("gauge", "Connections to the database that the pool has."),
    "prakerja_pool_in_use": Family("gauge", "Connections to the database that are in use."),
    "prakerja_pool_waiting": Family("gauge", "Requests that wait for a connection to the database."),
    "prakerja_pool_timeouts_total": Family("counter", "Requests that got no connection to the database."),
    "prakerja_clock_off_seconds": Family("gauge", "Seconds by which the worker's clock runs ahead of the database's."),
    "prakerja_due_lag_seconds": Family("gauge", "For how long what falls due has waited, by task; 0 when nothing does."),
    "prakerja_due_done_total": Family("counter", "Pieces of work that fell due and were done, by task."),
    "prakerja_due_failures_total": Family("counter", "Turns of a task that failed."),
    "prakerja_messages_waiting": Family("gauge", "Messages that wait to be sent, by lane; 10000 is 10000 or more."),
    "prakerja_messages_oldest_seconds": Family("gauge", "For how long the oldest message that may leave has waited, by lane."),
    "prakerja_messages_in_hand": Family("gauge", "Messages that a gateway has without having said so; 10000 is 10000 or more."),
    "prakerja_messages_undelivered": Family("gauge", "Messages set aside for an operator; 10000 is 10000 or more."),
    "prakerja_webhooks_waiting": Family("gauge", "Messages to partners that wait; 10000 is 10000 or more."),
    "prakerja_webhooks_oldest_seconds": Family("gauge", "For how long the oldest message to a partner that is due has waited."),
    "prakerja_payments_unknown": Family("gauge", "Payments that left and whose fate no rail has told; 10000 is 10000 or more."),
    "prakerja_payments_unknown_oldest_seconds": Family("gauge", "For how long the question about a payment has been overdue."),
    "prakerja_discrepancies_open": Family("gauge", "Payments of which a rail says something else than our books; an operator decides."),
    "prakerja_last_proof_age_seconds": Family("gauge", "Wall seconds since the books were proved."),
    "prakerja_last_proof_differences": Family("gauge", "Checks of the last proof that did not hold."),
    "prakerja_last_backup_age_seconds": Family("gauge", "Wall seconds since the last backup was whole."),
    "prakerja_figures_stale": Family("gauge", "1 when the database did not answer and its figures are those of before."),
    "prakerja_figures_lost_total": Family("counter", "Series for which there was no room: the figures are not whole."),
}  # fmt: skip


class Figures:
    """The figures of a door, or of a program that is alone. `memory`: shared by `processes` of them, ours at `place`."""

    def __init__(self, memory: memoryview | None = None, *, place: int = 0, processes: int = 1) -> None:
        """What an earlier process at this place counted is gone on with; what it last measured is forgotten."""
        self._memory = memory if memory is not None else memoryview(bytearray(REGION * processes))
        self._processes = processes
        self._region = self._memory[place * REGION : (place + 1) * REGION]
        self._words = self._region.cast("d")
        self._lock = threading.Lock()
        # (name, labels) → where its first word is.
        self._places: dict[tuple[str, Labels], int] = {}
        for name, labels, at, words in _entries(self._region):
            self._places[name, labels] = at
            if FAMILIES[name].kind == "gauge":
                self._words[at : at + words] = memoryview(struct.pack(f"={words}d", *[0.0] * words)).cast("d")

    def count(self, name: str, *labels: tuple[str, str], by: float = 1.0) -> None:
        """Add to a counter."""
        with self._lock:
            place = self._place(name, labels, 1)
            if place is not None:
                self._words[place] += by

    def set(self, name: str, *labels: tuple[str, str], to: float) -> None:
        """Say what was measured. Processes of one door are added up."""
        with self._lock:
            place = self._place(name, labels, 1)
            if place is not None:
                self._words[place] = to

    def observe(self, name: str, *labels: tuple[str, str], seconds: float) -> None:
        """Add one to a histogram."""
        with self._lock:
            place = self._place(name, labels, len(BUCKETS) + 2)
            if place is not None:
                index = 0
                while index < len(BUCKETS) and seconds > BUCKETS[index]:
                    index += 1
                self._words[place + index] += 1.0
                self._words[place + len(BUCKETS) + 1] += seconds

    def _place(self, name: str, labels: Labels, words: int) -> int | None:
        found = self._places.get((name, labels))
        if found is None:
            found = self._make(name, labels, words)
            if found is None:
                lost = self._make("prakerja_figures_lost_total", (), 1, spare=0)
                if lost is not None:
                    self._words[lost] += 1.0
        return found

    def _make(self, name: str, labels: Labels, words: int, *, spare: int = 256) -> int | None:
        """Room for one more series, None when there is none. The length is written last: a reader sees whole ones only."""
        if (name, labels) in self._places:
            return self._places[name, labels]
        text = "\0".join((name, *(part for label in labels for part in label))).encode()
        used = int.from_bytes(self._region[:_WORD], "little") or _WORD
        begins = used + _words_of(_HEAD.size + len(text)) * _WORD
        ends = begins + words * _WORD
        if ends + spare > REGION:
            return None
        _HEAD.pack_into(self._region, used, len(text), words)
        self._region[used + _HEAD.size : used + _HEAD.size + len(text)] = text
        self._region[:_WORD] = ends.to_bytes(_WORD, "little")
        self._places[name, labels] = begins // _WORD
        return begins // _WORD

    def read(self) -> dict[str, dict[Labels, list[float]]]:
        """The figures of all processes together: name → labels → words."""
        found: dict[str, dict[Labels, list[float]]] = {}
        for number in range(self._processes):
            region = self._memory[number * REGION : (number + 1) * REGION]
            values = region.cast("d")
            for name, labels, at, words in _entries(region):
                there = found.setdefault(name, {}).setdefault(labels, [0.0] * words)
                for index in range(words):
                    there[index] += values[at + index]
        return found

    def text(self) -> str:
        """All of it in Prometheus' text format, version 0.0.4."""
        return exposition(self.read())


def exposition(found: Mapping[str, Mapping[Labels, Sequence[float]]]) -> str:
    """Figures as text: each family once, with what it means, in the order of the names."""
    lines: list[str] = []
    for name in sorted(found):
        family = FAMILIES[name]
        lines += [f"# HELP {name} {family.meaning}", f"# TYPE {name} {family.kind}"]
        for labels, words in sorted(found[name].items()):
            if family.kind == "histogram":
                lines += _histogram(name, labels, words)
            else:
                lines.append(f"{name}{_labelled(labels)} {_number(words[0])}")
    return "\n".join(lines) + "\n"


def _histogram(name: str, labels: Labels, words: Sequence[float]) -> Iterable[str]:
    total = 0.0
    for edge, count in zip((*map(str, BUCKETS), "+Inf"), words, strict=False):
        total += count
        yield f"{name}_bucket{_labelled((*labels, ('le', edge)))} {_number(total)}"
    yield f"{name}_sum{_labelled(labels)} {_number(words[-1])}"
    yield f"{name}_count{_labelled(labels)} {_number(total)}"


def _labelled(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _words_of(size: int) -> int:
    return (size + _WORD - 1) // _WORD


def _entries(region: memoryview) -> Iterable[tuple[str, Labels, int, int]]:
    """Every series of a region: name, labels, its first word and how many it has."""
    ends = int.from_bytes(region[:_WORD], "little")
    at = _WORD
    while at < ends:
        size, words = _HEAD.unpack_from(region, at)
        name, *parts = bytes(region[at + _HEAD.size : at + _HEAD.size + size]).decode().split("\0")
        at += _words_of(_HEAD.size + size) * _WORD
        yield name, tuple(zip(parts[::2], parts[1::2], strict=True)), at // _WORD, words
        at += words * _WORD


_figures = Figures()


def figures() -> Figures:
    """Those of this process."""
    return _figures


def share(memory: memoryview, *, place: int, processes: int) -> None:
    """Count from now on in memory that others at the same door count in too: once, before anything is counted."""
    global _figures
    _figures = Figures(memory, place=place, processes=processes)
