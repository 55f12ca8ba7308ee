"""One sender who asks for codes for thousands of numbers waits; a village that uses its codes does not, nor who was here before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from prakerja.access.code_load import RULES, is_turn, note_asked, note_used, note_wrong
from prakerja.access.forgetting import forget_old
from prakerja.access.models import CodeLoad
from prakerja.access.sign_in_codes import Asker
from prakerja.audit.models import Record
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2021, 10, 1, 9, tzinfo=WIB)
CARRIER, HOUSE = "203.0.113.7", "2001:db8::/64"
RULE = RULES[0]


def ask(name: str, network: str = CARRIER, *, at: datetime = AT, marks: tuple[str, ...] = ()) -> Refused | None:
    try:
        note_asked(asker=Asker(browser=name, network=network, marks=marks), at=at)
    except Refused as refused:
        return refused
    return None


def test_who_uses_their_codes_never_waits() -> None:
    for number in range(RULE.household.unused * 3):
        someone = Asker(browser=f"warga-{number}", network=HOUSE)
        assert ask(someone.browser, HOUSE) is None
        note_used(asker=someone, at=AT)


def test_who_tries_numbers_gets_turns_that_lie_apart_and_others_elsewhere_do_not() -> None:
    for number in range(RULE.household.unused):
        assert ask(f"mesin-{number}", HOUSE) is None
    first, second = ask("mesin", HOUSE), ask("mesin-lain", HOUSE)
    assert first is not None
    assert second is not None
    assert (first.reason, first.details["turn_at"]) == ("codes_queued", AT + RULE.soonest)
    assert second.details["turn_at"] == AT + RULE.soonest + RULE.household.apart
    assert not is_turn(turn_at=AT + RULE.soonest, at=AT + timedelta(seconds=29))
    assert is_turn(turn_at=AT + RULE.soonest, at=AT + timedelta(seconds=30))
    assert not is_turn(turn_at=AT + RULE.soonest, at=AT + RULE.soonest + RULE.kept)
    assert Record.objects.filter(action="sign_in.turns_began").count() == 1
    # Another network, and somebody of this one who signed in here before.
    assert ask("jauh", "198.51.100.1") is None
    assert ask("lama", HOUSE, marks=("tanda",)) is None
    said = [ask(f"mesin-{number}", HOUSE) for number in range(30)]
    assert said[-1] is not None
    assert (said[-1].reason, said[-1].details["until"]) == ("codes_queue_full", AT + RULE.farthest)
    # The next hour begins anew; a turn that was given stands.
    assert ask("besok", HOUSE, at=AT + timedelta(hours=1)) is None


def test_who_guesses_at_many_numbers_is_slowed_and_who_slips_and_then_is_right_is_not() -> None:
    for number in range(RULE.household.unused * 2):
        someone = Asker(browser=f"warga-{number}", network=HOUSE)
        assert ask(someone.browser, HOUSE) is None
        note_wrong(asker=someone, at=AT)
        note_wrong(asker=someone, at=AT)
        note_used(asker=someone, at=AT, wrong=2)
    # Each from a browser of its own: what they have in common is where they come from.
    for number in range(RULE.household.unused // 4):
        guesser = Asker(browser=f"mesin-{number}", network=HOUSE)
        assert ask(guesser.browser, HOUSE) is None
        for _ in range(3):
            note_wrong(asker=guesser, at=AT)
    assert Record.objects.filter(action="sign_in.turns_began").count() == 0
    for number in range(RULE.household.unused):
        note_wrong(asker=Asker(browser=f"mesin-{number}", network=HOUSE), at=AT)
    assert Record.objects.filter(action="sign_in.turns_began").count() == 1
    # Beyond twice the limit turns lie twice as far apart.
    turns = [ask(f"mesin-{number}", HOUSE) for number in range(2)]
    assert [one and one.details["turn_at"] for one in turns] == [
        AT + RULE.soonest,
        AT + RULE.soonest + 2 * RULE.household.apart,
    ]
    assert ask("jauh", "198.51.100.1") is None


def test_a_browser_that_somebody_signed_in_with_is_counted_for_itself() -> None:
    for _ in range(RULE.browser.unused):
        assert ask("lama", marks=("tanda",)) is None
    waits = ask("lama", marks=("tanda",))
    assert waits is not None
    assert waits.reason == "codes_queued"
    assert ask("lain", marks=("tanda",)) is None


def test_everybody_together_has_a_limit_where_no_network_is_known() -> None:
    tight = replace(RULE, everybody=replace(RULE.everybody, unused=32))
    for _ in range(2):
        note_asked(asker=Asker(browser="satu"), at=AT, rules=tight)
    with pytest.raises(Refused, match="codes_queued"):
        note_asked(asker=Asker(browser="satu"), at=AT, rules=tight)


def test_a_door_without_turns_says_no_and_old_counts_are_forgotten() -> None:
    asker = Asker(browser="x", network=HOUSE)
    for _ in range(RULE.household.unused + 1):
        note_asked(asker=asker, at=AT, gives_turn=False)
    with pytest.raises(Refused, match="codes_queue_full"):
        note_asked(asker=asker, at=AT, gives_turn=False)
    # Slowed, not shut out; and the other doors have counts of their own.
    note_asked(asker=asker, at=AT + RULE.household.apart, gives_turn=False)
    with pytest.raises(Refused, match="codes_queue_full"):
        note_asked(asker=asker, at=AT + RULE.household.apart, gives_turn=False)
    assert ask("x", HOUSE) is None
    assert CodeLoad.objects.count() == 4
    assert forget_old(at=AT + timedelta(days=3), wall=AT) == 4
