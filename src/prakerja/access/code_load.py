"""How many codes leave for numbers that never show their code, counted by who asks: one sender who asks for thousands of numbers
waits in a queue of its own (rules.md 12.40, decisions.md 58).

What is counted are codes that were asked for and not used, and wrong ones that were typed: whoever holds the phone uses the code, so
a village behind one address pays its count back, slips included, and whoever tries numbers or guesses codes does not. Beyond the limit
nobody is refused at once: each gets a turn, the turns lie apart, wider the more is tried, and the code leaves at the turn. Browsers that somebody signed in with before have a count of their own and stand in
nobody's queue. No sum is worked and no picture looked at: waiting is the same for a cheap phone and a fast machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from prakerja.access.models import CodeLoad
from prakerja.access.sign_in_codes import Asker
from prakerja.audit.operations import record
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import mark

# The whole office is counted in so many parts, so that no two sign-ins wait for one row; each holds its share of the limit.
_PARTS = 16


@dataclass(frozen=True)
class Pace:
    """`unused`: so many codes an hour may be asked for and not used, wrong ones counted like them, before turns are given, `apart` from
    one another; beyond twice as many twice as far apart, and so on."""

    unused: int
    apart: timedelta


@dataclass(frozen=True)
class LoadRules:
    """From a day (WIB) on. Of a browser that was signed in with before; of an IPv6 /64, a household's; of an IPv4 address, which may be
    a village's or a carrier's; of all others together. A turn is `soonest` away at least, and none is given beyond `farthest`; who
    does not take it for `kept` asks anew."""

    since: date
    browser: Pace
    household: Pace
    address: Pace
    everybody: Pace
    soonest: timedelta = timedelta(seconds=30)
    farthest: timedelta = timedelta(minutes=10)
    kept: timedelta = timedelta(minutes=10)


# A change is a new line.
RULES = (
    LoadRules(
        since=date(2020, 4, 11),
        browser=Pace(10, timedelta(minutes=1)),
        household=Pace(20, timedelta(seconds=30)),
        address=Pace(200, timedelta(seconds=2)),
        everybody=Pace(20_000, timedelta(milliseconds=50)),
    ),
)


def rules_at(at: datetime) -> LoadRules:
    """The rule at an instant."""
    held = [one for one in RULES if one.since <= at.astimezone(WIB).date()]
    return max(held or RULES[:1], key=lambda one: one.since)


def note_asked(*, asker: Asker, at: datetime, gives_turn: bool = True, rules: LoadRules | None = None) -> None:
    """Count a code that is asked for, in a transaction of its own, before anything is looked up: whoever the number belongs to.

    Raises Refused: codes_queued (turn_at: from then on the code may be asked for with `has_waited`), codes_queue_full (until), which is
    also what a door hears that knows no turns: there the next one is taken when the time between two turns is over, counted apart, so
    that a crowd at the other doors does not close it.
    """
    rules = rules or rules_at(at)
    turns, full = [], False
    with transaction():
        for index, pace in _counted(asker, rules, what="" if gives_turn else "without turns "):
            load = _locked(index, at)
            _count(load, pace, at)
            if load.asked - load.used > pace.unused:
                apart = pace.apart * ((load.asked - load.used - 1) // pace.unused)
                turn_at = max(at + rules.soonest if gives_turn else at, load.next_at or at)
                if turn_at > (at + rules.farthest if gives_turn else at):
                    full = True
                else:
                    load.next_at = turn_at + apart
                    if gives_turn:
                        turns.append(turn_at)
            load.save(update_fields=["hour", "asked", "used", "next_at"])
    if full:
        raise Refused("codes_queue_full", until=at + rules.farthest)
    if turns:
        raise Refused("codes_queued", turn_at=max(turns))


def note_used(*, asker: Asker, at: datetime, wrong: int = 0) -> None:
    """Somebody showed the code that was sent to them: what was counted for it, and for the `wrong` ones before it, is paid back."""
    with transaction():
        for index, _pace in _counted(asker, rules_at(at)):
            load = _locked(index, at)
            # Of an hour ago: it was counted there.
            load.used = min(load.used + 1 + wrong, load.asked)
            load.save(update_fields=["hour", "asked", "used", "next_at"])


def note_wrong(*, asker: Asker, at: datetime) -> None:
    """Somebody typed a wrong code: whoever guesses at many numbers is slowed by it where the next codes are asked for."""
    with transaction():
        for index, pace in _counted(asker, rules_at(at)):
            load = _locked(index, at)
            _count(load, pace, at)
            load.save(update_fields=["hour", "asked", "used", "next_at"])


def is_turn(*, turn_at: datetime, at: datetime) -> bool:
    """Whether somebody who was given this turn may ask now."""
    return turn_at <= at < turn_at + rules_at(turn_at).kept


def _counted(asker: Asker, rules: LoadRules, *, what: str = "") -> list[tuple[bytes, Pace]]:
    """What is counted when this browser asks, always in the same order. A known one stands in nobody's queue but its own."""
    if asker.marks:
        return [(mark(f"code load {what}browser", asker.browser), rules.browser)]
    part = int(mark("code load part", asker.browser).hex(), 16) % _PARTS
    everybody = Pace(rules.everybody.unused // _PARTS, rules.everybody.apart * _PARTS)
    found = [(mark(f"code load {what}everybody", str(part)), everybody)]
    if asker.network:
        pace = rules.household if ":" in asker.network else rules.address
        found.append((mark(f"code load {what}network", asker.network), pace))
    return found


@requires_transaction
def _count(load: CodeLoad, pace: Pace, at: datetime) -> None:
    load.asked += 1
    if load.asked - load.used == pace.unused + 1:
        # For operators: that turns began, and how wide; never whose network it is.
        record(action="sign_in.turns_began", at=at, data={"unused": pace.unused})


@requires_transaction
def _locked(index: bytes, at: datetime) -> CodeLoad:
    """The count of this hour, locked; what was counted in an hour gone by counts no more. A turn that was given stands."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    while True:
        CodeLoad.objects.bulk_create([CodeLoad(index=index, hour=hour)], ignore_conflicts=True)
        found = CodeLoad.objects.select_for_update(no_key=True).filter(index=index).first()
        if found is not None:
            break
    if found.hour != hour:
        found.hour, found.asked, found.used = hour, 0, 0
    return found
