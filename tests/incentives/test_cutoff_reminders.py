"""Whoever loses something at a cut-off of the year is told a week and a day before, and nobody else (rules.md 13.1)."""

from __future__ import annotations

from prakerja.incentives.cutoff_reminders import next_cutoff_reminder, remind_of_cutoffs
from prakerja.kernel.due import Turn, taking
from prakerja.notifications.models import Message
from tests.builders import Participant, World
from tests.money import (
    buy_class,
    link,
    opened,
    participant_with_phone,
    redeem_class,
    report,
    review,
    reviewed,
    run_until,
    wib,
)


def reminded(who: Participant) -> list[tuple[str, str, int]]:
    """[(WIB, template, rupiah at stake)] of the SMS to one person, in order."""
    sent = Message.objects.filter(person_id=who.person_id, channel="sms", template__endswith="_ending").exclude(
        template="code_ending"
    )
    return [
        (f"{one.created_at.astimezone(wib('2021-01-01').tzinfo):%m-%d %H:%M}", one.template, opened(one)["amount"])
        for one in sent.order_by("created_at", "template")
    ]


def test_each_is_told_of_what_would_be_taken_from_them(g21: World) -> None:
    done, unlinked, learning, unfinished = (
        participant_with_phone(g21, phone=f"08121000006{number}") for number in range(4)
    )
    # Reviewed and linked, with something left to spend.
    reviewed(g21, done, price=475_000)
    # Reviewed; no account; nothing left.
    buy_class(g21, unlinked, price=1_000_000, at=wib("2021-10-07 19:30"))
    redeem_class(g21, unlinked, at=wib("2021-10-08 09:00"))
    report(g21, unlinked, at=wib("2021-10-12 09:00"))
    run_until(wib("2021-10-15 19:00"))
    review(unlinked, at=wib("2021-10-15 19:00"))
    # Learning: an open training keeps them from buying.
    buy_class(g21, learning, price=600_000, at=wib("2021-10-16 19:30"))
    redeem_class(g21, learning, at=wib("2021-10-17 09:00"))
    # Bought and never begun: their code still waits on the last days.
    buy_class(g21, unfinished, price=1_000_000, at=wib("2021-10-16 19:30"))
    assert next_cutoff_reminder() == wib("2021-11-23 09:00")
    run_until(wib("2021-12-10 09:00"))
    link(unlinked, number="7700123457", at=wib("2021-12-10 09:00"))
    run_until(wib("2022-02-01 00:00"))
    assert reminded(done) == [("11-23 09:00", "balance_ending", 525_000), ("11-29 09:00", "balance_ending", 525_000)]
    assert reminded(unlinked) == [("12-08 09:00", "link_ending", 2_550_000)]
    assert reminded(learning) == [
        ("12-03 09:00", "review_ending", 2_550_000),
        ("12-09 09:00", "review_ending", 2_550_000),
    ]
    assert reminded(unfinished) == []
    assert next_cutoff_reminder() is None


def test_a_late_worker_tells_the_last_one_and_nobody_after_the_end(g21: World) -> None:
    who = participant_with_phone(g21, phone="081210000066")
    reviewed(g21, who)
    assert remind_of_cutoffs(wib("2021-11-29 15:00")) == 1
    assert reminded(who) == [("11-29 15:00", "balance_ending", 525_000)]
    Message.objects.all().delete()
    remind_of_cutoffs(wib("2021-12-16 00:00"))
    assert (reminded(who), next_cutoff_reminder()) == ([], None)


def test_a_turn_that_is_over_is_gone_on_with(g21: World) -> None:
    """A wave was told in one piece, and nothing else fell due meanwhile. Who is started anew tells nobody twice."""
    people = [participant_with_phone(g21, phone=f"08121000007{number}") for number in range(3)]
    for who in people:
        buy_class(g21, who, price=475_000, at=wib("2021-10-16 19:30"))
        redeem_class(g21, who, at=wib("2021-10-17 09:00"))
        report(g21, who, at=wib("2021-10-20 09:00"))
    at = wib("2021-11-23 09:00")
    run_until(wib("2021-11-23 08:59"))
    told = []
    while next_cutoff_reminder() == at:
        with taking(Turn(ends_at=0.0)) as turn:
            told.append((remind_of_cutoffs(at, chunk=1), turn.done))
    assert told == [(1, 1), (1, 1), (1, 1), (1, 0)]
    assert [reminded(who) for who in people] == [[("11-23 09:00", "balance_ending", 525_000)]] * 3
