"""A small wave that lives its whole life, so that everything that can fall due falls due: for tests of what disturbs it.

Whoever plays it says how a task is run (`Run`); what happened to each of them is read after each act (`happened`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prakerja.access.actors import SYSTEM
from prakerja.awards.operations import begin_deadline_move, reinstate_award, suspend_award
from prakerja.config.due import due_tasks
from prakerja.incentives.operations import unlink_account
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.due import DueTask
from prakerja.purchases.class_cancelling import cancel_class
from prakerja.reporting.proof import prove
from tests import builders as b
from tests.money import buy_class, link, participant_with_phone, redeem_class, report, review, wib

Run = Callable[[DueTask, datetime], object]
Happened = dict[str, Counter[tuple[object, ...]]]

# What was done for a person, by kind: told, moved, written in the trail, and the states that things are in. Attempts at a rail
# are not among it: a worker that was killed asks once more.
_HAPPENED = {
    "told": "SELECT person_id, template, channel FROM notifications_message",
    "moved": "SELECT person_id, kind, amount FROM ledger_transfer WHERE person_id IS NOT NULL",
    "audited": "SELECT person_id, action FROM audit_record WHERE person_id IS NOT NULL",
    "awards": "SELECT person_id, status, end_reason FROM awards_award",
    "codes": "SELECT person_id, status FROM vouchers_voucher",
    "incentives": "SELECT person_id, kind, number, status, scheduled_date, pay_date FROM incentives_incentive",
    "payments": "SELECT person_id, payer, status, reason, amount FROM disbursements_paymentinstruction",
    "surveys": "SELECT person_id, opens_at, closed_at IS NULL FROM surveys_response",
    "unwelcome": "SELECT person_id, reason FROM awards_blacklist",
    "codes sent": "SELECT person_id, purpose FROM access_otpchallenge WHERE person_id IS NOT NULL",
}


@dataclass
class Life:
    """Nine people and what they do, each act at its instant."""

    world: b.World
    people: dict[str, b.Participant]
    acts: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)

    def happened(self) -> Happened:
        """What has happened to whom up to now."""
        names = {who.person_id: name for name, who in self.people.items()}
        return {
            kind: Counter((names[person_id], *what) for person_id, *what in rows(sql))
            for kind, sql in _HAPPENED.items()
        }

    def play(self, go: Callable[[datetime], object]) -> Iterator[tuple[datetime, Happened]]:
        """Let everybody act; `go` lets the time up to each act pass, with everything that falls due in it."""
        for at, act in self.acts:
            go(at)
            assert [check for check in prove().checks if not check.ok] == []
            yield at, self.happened()
            act()


def a_life() -> Life:
    """Two who do everything, one whose account is gone for a while, two who buy nothing, and one of each who falls short."""
    world = b.world()
    names = ("good", "better", "unlinked", "absent", "away", "unused", "cancelled", "unreviewed", "accountless")
    people = {name: participant_with_phone(world, phone=f"08121000{number}011") for number, name in enumerate(names)}
    life = Life(world, people)

    def act(at: str, what: Callable[[datetime], object]) -> None:
        instant = wib(at)
        life.acts.append((instant, lambda: what(instant)))

    def each(names: str, what: Callable[[b.Participant, datetime], object]) -> Callable[[datetime], object]:
        return lambda at: [what(people[name], at) for name in names.split()]

    def number_of(who: b.Participant) -> str:
        return f"77001234{[*people.values()].index(who)}0"

    learners = "good better unlinked unreviewed accountless"
    dates = {"starts_at": wib("2021-10-14 09:00"), "ends_at": wib("2021-10-16 12:00")}
    _, called_off = b.course(world, delivery="live", **dates)

    def call_off(at: datetime) -> None:
        with transaction():
            cancel_class(institution_id=world.institution.partner_id, schedule_code=called_off.code, at=at)

    act("2021-09-24 10:00", each("good better unlinked", lambda who, at: link(who, number=number_of(who), at=at)))
    act("2021-09-25 19:30", each(learners, lambda who, at: buy_class(world, who, price=475_000, at=at)))
    act(
        "2021-09-25 19:45",
        each("unused", lambda who, at: buy_class(world, who, price=475_000, at=at, delivery="live", **dates)),
    )
    act(
        "2021-09-25 20:00",
        each("cancelled", lambda who, at: b.buy(world, who, called_off, at=at - timedelta(seconds=30))),
    )
    act("2021-09-26 09:00", each(learners, lambda who, at: redeem_class(world, who, at=at)))
    act("2021-10-04 09:00", each(learners, lambda who, at: report(world, who, at=at, completed="2021-10-02")))
    act("2021-10-06 19:00", each("good better unlinked accountless", lambda who, at: review(who, at=at)))
    act("2021-10-11 15:00", call_off)
    act("2021-10-11 16:00", each("unlinked", _unlink))
    act("2021-10-13 10:00", lambda at: _move_deadline(world, people=3, at=at))
    act("2021-10-15 10:00", each("away", _suspend))
    act("2021-10-17 10:00", each("away", _reinstate))
    act("2021-11-05 09:00", each("unlinked", lambda who, at: link(who, number="7700123499", at=at)))
    act("2022-02-20 00:00", lambda at: None)
    return life


def _unlink(who: b.Participant, at: datetime) -> None:
    unlink_account(person_id=who.person_id, at=at)


def _move_deadline(world: b.World, *, people: int, at: datetime) -> None:
    """A week more to buy, for who has not bought; who moved it is interrupted before any award has followed."""
    with transaction():
        begin_deadline_move(
            wave_id=world.wave.id,
            before=wib("2021-10-22 00:00"),
            deadline=wib("2021-10-29 00:00"),
            people=people,
            reason="salah tanggal",
            actor=SYSTEM,
            at=at,
        )


def _suspend(who: b.Participant, at: datetime) -> None:
    suspend_award(person_id=who.person_id, award_id=who.award.id, reason="diperiksa", actor=SYSTEM, at=at)


def _reinstate(who: b.Participant, at: datetime) -> None:
    reinstate_award(person_id=who.person_id, award_id=who.award.id, reason="sudah jelas", actor=SYSTEM, at=at)


class Time:
    """Goes from one due instant to the next, as the clock that moves does; `run` does each task's work."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.did: list[tuple[datetime, str]] = []
        self._now = b.ANNOUNCED

    def go(self, until: datetime) -> None:
        """Up to `until`. A task that still waits at its instant when it was run would stop the clock for ever."""
        while True:
            due = [(instant, task) for task in due_tasks() if (instant := task.next_due()) is not None]
            if not due or min(instant for instant, _ in due) > until:
                self._now = until
                return
            at = self._now = max(self._now, min(instant for instant, _ in due))
            for instant, task in due:
                if instant <= at:
                    self._run(task, at)
                    self.did.append((at, task.name))
                    following = task.next_due()
                    assert following is None or following > at, f"{task.name} stands still at {at}"
