"""A small wave that lives its whole life, so that everything that can fall due falls due: for tests of what disturbs it.

Whoever plays it says how a task is run (`Run`); what happened to each of them is read after each act (`happened`).
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings

from prakerja.access.actors import SYSTEM
from prakerja.awards.operations import begin_deadline_move, reinstate_award, suspend_award
from prakerja.cases.operations import answer_case, close_case, open_case
from prakerja.config.due import due_tasks
from prakerja.incentives.operations import unlink_account
from prakerja.intake.operations import import_results, join_wave
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.due import DueTask
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, seal
from prakerja.programmes.operations import install_scheme
from prakerja.programmes.schemes import scheme_by_key
from prakerja.purchases.class_cancelling import cancel_class
from prakerja.registrations.answers import Answers, Said
from prakerja.registrations.finishing import submit_registration
from prakerja.registrations.models import Document, Registration
from prakerja.registrations.policies import DECLARATIONS
from prakerja.registrations.rows import keep_answers, place
from prakerja.reporting.proof import prove
from prakerja.sittings.operations import answer_question, begin_sitting, hand_in
from tests import builders as b
from tests.intake import joining
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
    "applications": "SELECT person_id, status, reason, decided_at::date FROM intake_application",
    "sittings": "SELECT person_id, status, ended_at,"
    " (SELECT count(*) FROM sittings_answer answer WHERE answer.sitting_id = one.id) FROM sittings_sitting one",
    "registrations": "SELECT id, status, registry_status, told_of_end_at IS NOT NULL, ended_at IS NOT NULL,"
    " (SELECT count(*) FROM registrations_document photo WHERE photo.registration_id = one.id)"
    " FROM registrations_registration one",
    "questions": "SELECT id, status, closed_at::date, wiped_at::date, browser_index IS NULL,"
    " (SELECT count(*) FROM cases_entry entry WHERE entry.case_id = one.id),"
    " (SELECT count(*) FROM audit_record said WHERE said.subject_id = one.id AND said.action = 'case.closed')"
    " FROM cases_case one",
}


@dataclass
class Life:
    """People, and others who are none yet, and what they do, each act at its instant."""

    world: b.World
    people: dict[str, b.Participant]
    # Whom or what else something happens to: who registers and who joins, a question to the office.
    others: dict[uuid.UUID, str] = field(default_factory=dict)
    acts: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)

    def happened(self) -> Happened:
        """What has happened to whom up to now."""
        names = {who.person_id: name for name, who in self.people.items()} | self.others
        return {kind: Counter((names[one], *what) for one, *what in rows(sql)) for kind, sql in _HAPPENED.items()}

    def play(self, go: Callable[[datetime], object]) -> Iterator[tuple[datetime, Happened]]:
        """Let everybody act; `go` lets the time up to each act pass, with everything that falls due in it."""
        for at, act in self.acts:
            go(at)
            assert [check.name for check in prove().checks if not check.ok] == [], at
            yield at, self.happened()
            act()


def a_life() -> Life:
    """Two who do everything, one whose account is gone for a while, two who buy nothing, and one of each who falls short.

    Besides them somebody registers while the registry is silent, another never ends that, a third joins the next wave in vain, and
    two ask the office.
    """
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

    _some_ask(life)
    _begun(life, "unsent", 1)
    late = _begun(life, "late", 2)
    in_vain, selected = _registered(life, "in vain", 3), _registered(life, "selected", 4)
    joining.wave(22, opens=wib("2021-09-28 12:00"), closes=wib("2021-10-02 23:59"))

    def join(at: datetime) -> None:
        for who in (in_vain, selected):
            join_wave(person_id=who, wave_number=22, at=at)

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
    act("2021-09-26 10:00", lambda at: _send(late, at))
    act("2021-09-27 10:00", lambda at: _registry("dukcapil"))
    act("2021-10-01 10:00", lambda at: _take_tests(selected, in_vain, at=at))
    act("2021-10-02 10:00", join)
    act("2021-10-04 09:00", each(learners, lambda who, at: report(world, who, at=at, completed="2021-10-02")))
    act("2021-10-05 20:00", lambda at: _announce(at))
    act("2021-10-06 19:00", each("good better unlinked accountless", lambda who, at: review(who, at=at)))
    act("2021-10-11 15:00", call_off)
    act("2021-10-11 16:00", each("unlinked", _unlink))
    act("2021-10-13 10:00", lambda at: _move_deadline(world, people=3, at=at))
    act("2021-10-15 10:00", each("away", _suspend))
    act("2021-10-17 10:00", each("away", _reinstate))
    act("2021-11-05 09:00", each("unlinked", lambda who, at: link(who, number="7700123499", at=at)))
    act("2022-02-20 00:00", lambda at: None)
    return life


def _some_ask(life: Life) -> None:
    """One question was closed long ago, and its words go; another is answered, and ends when nobody asks again."""
    operator = b.operator("helper")
    for name, at in (("old question", wib("2021-01-11 09:00")), ("question", wib("2021-09-20 09:00"))):
        case_id = new_id()
        life.others[case_id] = name
        open_case(
            case_id=case_id,
            topic="payment",
            words="Kapan insentif saya dibayar?",
            contact="",
            language="id",
            browser=name,
            network="10.0.0.7",
            at=at,
        )
        answer_case(
            case_id=case_id, answer="Insentif dibayar setelah ulasan.", actor=operator, at=at + timedelta(hours=1)
        )
        if name == "old question":
            close_case(case_id=case_id, actor=operator, at=at + timedelta(days=1))


def _begun(life: Life, name: str, number: int) -> uuid.UUID:
    """Somebody who has answered everything and not sent it; the registry is not asked, because it is silent."""
    _registry("none")
    at, registration_id, phone = b.ANNOUNCED, new_id(), f"+62813777{number:05d}"
    life.others[registration_id] = name
    registration = Registration(
        id=registration_id,
        phone_index=blind_index("phone", phone),
        phone_enc=seal(phone, **place("registration", "phone_enc", registration_id)),
        begun_at=at,
    )

    def said(what: str) -> Said:
        return Said(what, "1", "id", "register", at.isoformat())

    answers = Answers(
        nik=f"990102170890{number:04d}",
        family_card_number=f"990101010115{number:04d}",
        name="Siti Rekaan",
        birth_date=date(1990, 8, 17),
        has_no_email=True,
        province_code="31",
        regency_code="3171",
        district="Tebet",
        village="Manggarai",
        street="Jalan Melati 5",
        education="sma",
        is_enrolled=False,
        work_status="seeking",
        holds_excluded_post=False,
        disabilities=(),
        consents=(said("identity_check"),),
        declarations=tuple(map(said, DECLARATIONS)),
    )
    keep_answers(registration, answers, at=at)
    registration.save()
    Document.objects.create(
        id=new_id(), registration_id=registration_id, content_enc=b"sealed elsewhere", width=1, height=1, taken_at=at
    )
    return registration_id


def _registered(life: Life, name: str, number: int) -> uuid.UUID:
    """Somebody whom the registry knew before it fell silent."""
    registration_id = _begun(life, name, number)
    Registration.objects.filter(id=registration_id).update(registry_status="match")
    assert submit_registration(registration_id=registration_id, at=b.ANNOUNCED) == "registered"
    return registration_id


def _registry(name: str) -> None:
    """Which registry is asked from now on: `none` never answers."""
    settings.CIVIL_REGISTRY = name


def _send(registration_id: uuid.UUID, at: datetime) -> None:
    assert submit_registration(registration_id=registration_id, at=at) == "submitted"


def _take_tests(handed_in: uuid.UUID, left: uuid.UUID, *, at: datetime) -> None:
    """One hands in; the other gives one answer, and the time goes by."""
    with transaction():
        version = install_scheme(scheme=scheme_by_key("2021"))
    for person_id in (handed_in, left):
        begin_sitting(person_id=person_id, scheme_version_id=version.id, extra_time=False, at=at)
        answer_question(person_id=person_id, number=1, choice=0, at=at)
    hand_in(person_id=handed_in, at=at)


def _announce(at: datetime) -> None:
    """The next wave's results, in which one of two stands."""
    row = b.result_row(
        nik="9901021708900004",
        family_card_number="9901010101150004",
        name="Siti Rekaan",
        birth_date="1990-08-17",
        phone="081377700004",
        province_code="31",
    )
    outcome = import_results(
        rows=[row],
        wave_number=22,
        decree_number="SK-22",
        announced_at=at,
        actor=SYSTEM,
        at=at,
        short_deadline_confirmed_by=b.operator("approver"),
    )
    assert not outcome.rejected


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
