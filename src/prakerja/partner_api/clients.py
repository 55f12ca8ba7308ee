"""Who calls, how often, and who guesses card numbers. Limits are counted by all doors together, credentials kept in each process."""

from __future__ import annotations

import logging
import threading
import uuid
from time import monotonic

from prakerja.kernel import clock
from prakerja.partners import allowances, epoch, keys
from prakerja.partners.operations import report_card_guessing, report_refused_signatures, report_wrong_codes
from prakerja.partners.queries import Credential, credential_by_client_code

logger = logging.getLogger(__name__)

# What is changed past our operations, by hand, is seen after at most this long; what they change after `epoch.READ_EVERY`.
CACHE_SECONDS = 3.0
_CACHED_AT_MOST = 1_000

# decisions.md 58: a visitor of a shop who named ten unknown cards within the hour is slowed to one call a minute, and no
# other visitor is; above 100 of all visitors an operator is told.
PROBES_OF_A_VISITOR = 10
VISITOR_SLOWED_PER_MINUTE = 1
PROBES_AN_HOUR = 100
# An operator is also told of a client whose buyers' codes are mostly wrong: as many an hour, and this part of all.
WRONG_CODES_AN_HOUR = 30
WRONG_SHARE = 0.5

_cache: dict[str, tuple[float, int, Credential]] = {}
# When the epoch was asked for last, and what it was then. One value, replaced at once: threads see one or the other.
_epoch: tuple[float, int] = (float("-inf"), 0)
_used: dict[uuid.UUID, float] = {}
# Operators are told of a partner once an hour for each thing.
TELL_EVERY = 3600.0


def client_of_code(*, client_code: str) -> Credential | None:
    """Return the client's credential as it was at most `epoch.READ_EVERY` seconds ago. Unknown ones are asked for each time."""
    moment = monotonic()
    # Read before the credential, so that one changed in between is read again.
    number = _epoch_at(moment)
    cached = _cache.get(client_code)
    if cached is not None and cached[1] == number and moment - cached[0] < CACHE_SECONDS:
        return cached[2]
    found = credential_by_client_code(client_code=client_code)
    if found is None:
        _cache.pop(client_code, None)
        return None
    if len(_cache) >= _CACHED_AT_MOST:
        _cache.clear()
    _cache[client_code] = (moment, number, found)
    return found


def _epoch_at(moment: float) -> int:
    global _epoch
    if moment - _epoch[0] >= epoch.READ_EVERY:
        # The moment is taken before the answer, so the bound holds however long the database takes.
        _epoch = (moment, epoch.number())
    return _epoch[1]


def note_key_use(*, client: Credential, key_index: int) -> None:
    """Note that a key signed a call: written by one call a minute and key, all others only look into a dictionary."""
    key_id, moment = client.key_ids[key_index], monotonic()
    last = _used.get(key_id)
    if last is None or moment - last >= keys.USED_EVERY.total_seconds():
        if len(_used) >= _CACHED_AT_MOST:
            _used.clear()
        _used[key_id] = moment
        keys.note_use(key_id=key_id, wall=clock.wall())
        sweep_now_and_then()


def _unix_seconds() -> float:
    """Now, by the machine's clock."""
    return clock.wall().timestamp()


class Leases:
    """Limits by name that all doors of all machines share: `per_second` flow in until `burst` are there, each call takes one.

    Each process takes `part` of a burst at a time from the database (`partners.allowances`), one at least, and uses that up by itself.
    """

    # A visitor's name is the shop's to choose: more than these are forgotten, the oldest first.
    AT_MOST = 20_000
    # The clock by which they count.
    seconds = staticmethod(_unix_seconds)

    def __init__(self, kind: str, *, part: float = 0.0) -> None:
        self._kind, self._part = kind, part
        self._lock = threading.Lock()
        # How many are in hand, and until when nobody need ask for more.
        self._held: dict[str, tuple[int, float]] = {}

    def take(self, *, name: str, per_second: float, burst: float) -> bool:
        """Take one; False when none is left."""
        moment = self.seconds()
        with self._lock:
            held, empty_until = self._held.get(name, (0, 0.0))
            if held:
                self._held[name] = (held - 1, empty_until)
                return True
            if moment < empty_until:
                return False
        granted, left = allowances.take(
            name=f"{self._kind}\0{name}",
            per_second=per_second,
            burst=burst,
            most=max(1, int(burst * self._part)),
            seconds=moment,
        )
        with self._lock:
            held = self._held.pop(name, (0, 0.0))[0] + max(granted - 1, 0)
            while len(self._held) >= self.AT_MOST:
                del self._held[next(iter(self._held))]
            waits = (1.0 - left) / per_second if per_second else float("inf")
            self._held[name] = (held, moment + waits if left < 1.0 else 0.0)
        return granted > 0

    def is_empty(self, *, name: str) -> bool:
        """Whether `take` would fail, as far as this process knows; without taking or asking."""
        with self._lock:
            held, empty_until = self._held.get(name, (0, 0.0))
        return not held and self.seconds() < empty_until

    def clear(self) -> None:
        with self._lock:
            self._held.clear()


# A tenth of a burst is a second's worth of a client's calls.
_calls = Leases("calls", part=0.1)
_probes = Leases("probes")
_visitors = Leases("visitors")
_slowed = Leases("slowed")
_wrong = Leases("wrong")
_notes = Leases("notes")
_tellings = Leases("told")
# How many refused signatures of a client came since the last was noted.
_forged: dict[uuid.UUID, int] = {}
FORGED_EVERY = 60.0
_codes: dict[uuid.UUID, tuple[float, int, int]] = {}
# When this process last swept what nobody asks for any more.
_swept = float("-inf")
SWEEP_EVERY = 3600.0


def take_call(*, client: Credential) -> bool:
    """Count one call against the client's calls a minute; a limit of 0 means none is set."""
    limit = client.rate_limit_per_minute
    if limit <= 0:
        return True
    return _calls.take(name=client.client_code, **_allowance(limit))


def has_calls_left(*, client: Credential) -> bool:
    """Whether `take_call` would admit a call now. Nothing is counted, so that this can be asked before the signature."""
    limit = client.rate_limit_per_minute
    return limit <= 0 or not _calls.is_empty(name=client.client_code)


def _allowance(limit: int) -> dict[str, float]:
    # A burst of ten seconds' worth: a shop's queue empties at once after a pause, a runaway loop does not.
    return {"per_second": limit / 60, "burst": max(limit / 6, 1.0)}


def take_card_call(*, client: Credential, visitor: str) -> bool:
    """False when this visitor of the client named too many unknown cards within the hour and called within the last minute."""
    name = _visitor(client, visitor)
    return not _visitors.is_empty(name=name) or _may_one_of_the_slowed(name)


def count_unknown_card(*, client: Credential, visitor: str) -> bool:
    """Count an unknown card, and tell the operators when a client named too many: their console lists it.

    False when it turns out that the visitor named too many elsewhere, at a door that this one heard nothing of.
    """
    name = _visitor(client, visitor)
    was_known = _visitors.is_empty(name=name)
    is_left = _visitors.take(name=name, per_second=PROBES_OF_A_VISITOR / 3600, burst=PROBES_OF_A_VISITOR)
    _count_probe(client)
    return is_left or was_known or _may_one_of_the_slowed(name)


def _may_one_of_the_slowed(name: str) -> bool:
    return _slowed.take(name=name, per_second=VISITOR_SLOWED_PER_MINUTE / 60, burst=1.0)


def _count_probe(client: Credential) -> None:
    if _probes.take(name=client.client_code, per_second=PROBES_AN_HOUR / 3600, burst=PROBES_AN_HOUR):
        return
    if _may_tell(client, "cards"):
        logger.warning("client %s named more than %s unknown cards within an hour", client.code, PROBES_AN_HOUR)
        report_card_guessing(partner_id=client.partner_id, named=PROBES_AN_HOUR, at=clock.now())


def count_code(*, client: Credential, is_right: bool) -> None:
    """Count a buyer's code, and tell the operators of a client whose codes within an hour are mostly wrong.

    The wrong ones are counted by all doors together; what part they are, each door looks at its own.
    """
    moment = monotonic()
    since, right, wrong = _codes.get(client.partner_id, (moment, 0, 0))
    if moment - since >= 3600:
        since, right, wrong = moment, 0, 0
    right, wrong = right + is_right, wrong + (not is_right)
    _codes[client.partner_id] = (since, right, wrong)
    if is_right:
        return
    name = client.client_code
    _wrong.take(name=name, per_second=WRONG_CODES_AN_HOUR / 3600, burst=WRONG_CODES_AN_HOUR)
    if _wrong.is_empty(name=name) and wrong >= WRONG_SHARE * (right + wrong) and _may_tell(client, "codes"):
        logger.warning("client %s: %s of %s codes within an hour were wrong", client.code, wrong, right + wrong)
        report_wrong_codes(partner_id=client.partner_id, wrong=wrong, of=right + wrong, at=clock.now())


def count_refused_signature(*, client: Credential) -> None:
    """Note a refused signature in the trail: the first at once, then how many more there were, once a minute at most."""
    count = _forged.get(client.partner_id, 0) + 1
    if _notes.take(name=client.client_code, per_second=1 / FORGED_EVERY, burst=1.0):
        report_refused_signatures(partner_id=client.partner_id, count=count, at=clock.now())
        count = 0
    _forged[client.partner_id] = count


def _visitor(client: Credential, visitor: str) -> str:
    return f"{client.client_code}\0{visitor}"


def _may_tell(client: Credential, what: str) -> bool:
    """Whether operators were not told of this within the last hour; they are told now."""
    name = f"{client.client_code}\0{what}"
    return not _tellings.is_empty(name=name) and _tellings.take(name=name, per_second=1 / TELL_EVERY, burst=1.0)


def sweep_now_and_then() -> None:
    """Forget what nobody has asked for in days, once an hour and process."""
    global _swept
    moment = monotonic()
    if moment - _swept >= SWEEP_EVERY:
        _swept = moment
        allowances.sweep(seconds=_unix_seconds())


def forget_clients() -> None:
    """Forget every credential and count: for tests, and for the process that has just changed a credential."""
    global _epoch
    _epoch = (float("-inf"), 0)
    _cache.clear()
    _used.clear()
    _codes.clear()
    _forged.clear()
    for leases in (_calls, _probes, _visitors, _slowed, _wrong, _notes, _tellings):
        leases.clear()
