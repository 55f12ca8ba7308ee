"""The one form that an index has at a moment, also while all of them get another.

A new index key does not replace the one before: it hashes what that one made. So every stored index can get its new form from its
old one, without the value behind it, which nobody has for a NIK that only stands on another office's list.

They get it in the order of their bytes, everywhere at once: below a watermark the new form counts in every table, from it on the old
one. A value has one form at each moment, so look-ups, joins and unique keys mean the same as ever. What is about to move is said
beforehand; whoever needs a value of that part waits for the end of the move, a second or two (ADR 0040).
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass

from prakerja.kernel.errors import CannotRun

INDEX_BYTES = 16
# A watermark behind everything.
END = b"\xff" * INDEX_BYTES + b"\x00"
# Processes know a new watermark or a coming move after this many seconds at most.
REREAD_SECONDS = 0.2
# A move that was said counts for so long; whoever moves commits sooner or not at all. Then nobody waits for somebody dead.
MOVE_SECONDS = 5.0
_LOOKS_EVERY = 0.02


@dataclass(frozen=True)
class Link:
    """An index key: it makes the first form from a text, or the next form from the one before."""

    id: int
    key: bytes
    # The first form bears none: it is older than the chain.
    prefix: bytes

    def body(self, text: bytes) -> bytes:
        return hmac.digest(self.key, text, "sha256")[:INDEX_BYTES]


@dataclass(frozen=True)
class Forms:
    """Which forms count. `level`: so many links of the chain are behind everything. `until` is the watermark of the next
    one, `moving` where the present move ends; both are bodies of the last full form. None: nothing changes.
    """

    level: int = 1
    until: bytes | None = None
    moving: bytes | None = None


_FIRST = Forms()
_fixed: Forms | None = None
_cached: tuple[float, int, Forms] | None = None


def form_of(text: bytes, chain: Sequence[Link]) -> bytes:
    """The form of this text's index that counts now."""
    if len(chain) == 1:
        return chain[0].body(text)
    forms = _known(current_forms(len(chain)), chain)
    body = chain[0].body(text)
    for link in chain[1 : forms.level]:
        body = link.body(body)
    level = forms.level
    while forms.until is not None and forms.until <= body < (forms.moving or b""):
        time.sleep(_LOOKS_EVERY)
        forms = _known(current_forms(len(chain), fresh=True), chain)
    # The change may have ended meanwhile: then everything has the next form.
    if forms.level > level or (forms.until is not None and body < forms.until):
        return chain[level].prefix + chain[level].body(body)
    return body if level == 1 else chain[level - 1].prefix + body


def _known(forms: Forms, chain: Sequence[Link]) -> Forms:
    """What is not found must not be told as nobody's: without the newest key nothing is looked up."""
    if forms.level + (forms.until is not None) > len(chain):
        raise CannotRun(
            "Folder kunci di mesin ini belum memuat kunci index yang terbaru. Salin dari mesin yang menggantinya.",
            "The folder of keys on this machine lacks the newest index key. Copy it from the machine that changed it.",
        )
    return forms


def current_forms(links: int, *, fresh: bool = False) -> Forms:
    """What counts now, at most a fifth of a second old. `links`: of the chain; when all are behind everything nothing is asked."""
    global _cached
    if _fixed is not None:
        return _fixed
    if links == 1:
        return _FIRST
    cached, moment = _cached, time.monotonic()
    is_known = cached is not None and not fresh and cached[1] == links
    if cached is not None and is_known and (cached[2].level == links or moment - cached[0] < REREAD_SECONDS):
        return cached[2]
    found = _read()
    _cached = (moment, links, found)
    return found


def forget() -> None:
    """Ask again at the next look-up: for tests, and for whoever has just changed it."""
    global _cached
    _cached = None


def fix(forms: Forms | None) -> None:
    """For a process without a database: what counted when it was begun, for as long as it lives."""
    global _fixed
    _fixed = forms


def _read() -> Forms:
    from prakerja.kernel.db import row, rows

    there = row("SELECT to_regclass('kernel_keyrecord') IS NOT NULL")
    if not there or not there[0]:
        # Tables from before there were roots.
        return _FIRST
    found = rows(
        "SELECT swept_until, moving_until, clock_timestamp() - moving_since < make_interval(secs => %s), ended_at IS NOT NULL"
        " FROM kernel_keyrecord WHERE root = 'index' ORDER BY noted_at, key_id",
        [MOVE_SECONDS],
    )
    level = max(1, sum(1 for *_, is_ended in found if is_ended))
    for until, moving, is_fresh, is_ended in found:
        if not is_ended:
            return Forms(level, bytes(until or b""), bytes(moving) if moving is not None and is_fresh else None)
    return Forms(level)
