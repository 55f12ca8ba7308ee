"""Calendar files (RFC 5545) that a phone takes: folded at 75 octets, escaped, instants in UTC, which every calendar shows by
its own clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

CONTENT_TYPE = "text/calendar; charset=utf-8"
_LINE_OCTETS = 75


@dataclass(frozen=True)
class Event:
    """An entry: from `begins` until `ends` (exclusive), or a whole day when `begins` is a date. `uid` is the same for ever.

    `warns` are the times before it at which a phone rings.
    """

    uid: str
    begins: datetime | date
    ends: datetime | None
    title: str
    words: str = ""
    place: str = ""
    address: str = ""
    warns: tuple[timedelta, ...] = ()


def calendar_file(*, name: str, events: Iterable[Event], at: datetime, language: str) -> bytes:
    """The file: one calendar called `name`, made at the instant `at`."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Prakerja//Dashboard//{language.upper()}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
    ]
    for event in events:
        lines += _event(event, at)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines).encode()


def escaped(text: str) -> str:
    """A text value: backslash, semicolon, comma and line ends are written with a backslash (RFC 5545 3.3.11)."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def folded(line: str) -> str:
    """A content line in pieces of at most 75 octets; a piece never ends inside a sign (RFC 5545 3.1)."""
    pieces: list[str] = []
    piece, room = "", _LINE_OCTETS
    for sign in line:
        size = len(sign.encode())
        if size > room:
            pieces.append(piece)
            # The space that begins a continued line counts.
            piece, room = "", _LINE_OCTETS - 1
        piece += sign
        room -= size
    return "\r\n ".join([*pieces, piece])


def _event(event: Event, at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_instant(at)}"
    if isinstance(event.begins, datetime):
        yield f"DTSTART:{_instant(event.begins)}"
        if event.ends is not None:
            yield f"DTEND:{_instant(event.ends)}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.begins:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.begins + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(event.title)}"
    for name, value in (("DESCRIPTION", event.words), ("LOCATION", event.place)):
        if value:
            yield f"{name}:{escaped(value)}"
    if event.address:
        yield f"URL:{event.address}"
    yield "TRANSP:TRANSPARENT"
    for before in event.warns:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"TRIGGER:-PT{int(before.total_seconds()) // 60}M"
        yield f"DESCRIPTION:{escaped(event.title)}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _instant(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"
