"""What tests of the paying side share: the real bank of the example world, the steps of a participant, the books."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx

from examples.world.testing import RunningWorld, running_world
from prakerja.access.actors import SYSTEM
from prakerja.awards.models import Award
from prakerja.awards.queries import card_number
from prakerja.catalogue.models import CourseRun
from prakerja.config.due import run_what_falls_due
from prakerja.incentives.models import Incentive
from prakerja.incentives.operations import link_account, request_link, submit_survey
from prakerja.intake.operations import import_results
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import rows
from prakerja.kernel.secrets import unseal
from prakerja.kernel.typed import normal_phone
from prakerja.notifications.models import Message
from prakerja.people.queries import person_id_by_nik
from prakerja.surveys.models import Response
from prakerja.training.completion import CompletionReceipt, record_completion
from prakerja.training.models import Completion
from prakerja.training.operations import redeem_code
from prakerja.training.rating import rate_training
from tests.builders import (
    ANNOUNCED,
    Participant,
    World,
    buy,
    code_of,
    course,
    otp_of,
    result_row,
    watch_videos,
)
from tests.waiting import LIMIT


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


@contextmanager
def running_bank() -> Iterator[RunningWorld]:
    """The bank as a real program. It keeps silent (an account ending in 05) for longer than our client waits."""
    with running_world(BANK_SILENCE_SECONDS=str(LIMIT), BANK_RETURN_SECONDS="3600") as running:
        yield running


def bank_turns(bank: RunningWorld, reference: str, how: str) -> None:
    """A person at the bank sends a settled transfer back (`return`), or lets a failed one arrive (`arrive`).

    The bank of the tests knows no callbacks door: whoever wants to hear of it has to ask, or to call back in its name.
    """
    with httpx.Client(base_url=bank.url, trust_env=False, headers={"Accept": "text/html"}, timeout=LIMIT) as browser:
        token = re.search(r'name="form_token" value="([0-9a-f]+)"', browser.get("/bank/").text)
        assert token is not None
        answer = browser.post(f"/bank/transfers/{reference}/{how}", data={"form_token": token.group(1)})
        assert answer.status_code == 303


# Looks whether something can be planned now; one that finds nothing changes nothing for anybody.
_LOOKS = ("note_accounts", "plan_incentives")


def run_until(until: datetime) -> list[tuple[str, str, int]]:
    """Run what falls due, one instant after another, as the moving clock does: [(WIB, task, pieces of work)].

    A task whose next instant does not move behind the one it ran at would stop the clock for ever: that is a failure.
    """
    steps = []
    for step in run_what_falls_due(until=until):
        assert not step.still_waits, f"{step.task} stands still at {step.at}"
        # The night's signature under the ledger comes whatever happens to anybody (tests/checkpoints).
        if step.task == "sign the ledger" or (step.task in _LOOKS and not step.count):
            continue
        steps.append((f"{step.at.astimezone(WIB):%Y-%m-%d %H:%M}", step.task, step.count))
    return steps


def changed_by(until: datetime) -> list[tuple[str, str, int]]:
    """`run_until`, without the daily rounds of questions to the bank and the reminders: what changed for people."""
    return [step for step in run_until(until) if step[1] not in ("ask_payments", "remind_of_cutoffs")]


def participant_with_phone(world: World, *, phone: str, announced_at: datetime = ANNOUNCED) -> Participant:
    """Awarded, with the three videos seen, and a phone whose last digits the bank does not react to."""
    row = result_row(phone=phone)
    import_results(
        actor=SYSTEM,
        rows=[row],
        wave_number=world.wave.number,
        decree_number=f"SK-{phone}",
        announced_at=announced_at,
        at=announced_at,
    )
    person_id = person_id_by_nik(nik=row.nik)
    assert person_id is not None
    watch_videos(person_id, at=announced_at + timedelta(minutes=5))
    award = Award.objects.get(person_id=person_id)
    return Participant(
        person_id, award, card_number(person_id=award.person_id, award_id=award.id), normal_phone(phone) or "", row.nik
    )


def buy_class(world: World, who: Participant, *, price: int, at: datetime, **fields: object) -> CourseRun:
    """A new self-paced class at this price, bought at `at` (the OTP was sent half a minute before)."""
    _, run = course(world, price=price, **fields)  # type: ignore[arg-type]
    buy(world, who, run, amount=price, at=at - timedelta(seconds=30))
    return run


def report(world: World, who: Participant, *, at: datetime, completed: str | None = None) -> CompletionReceipt:
    """The institution reports the class that was bought last."""
    return record_completion(
        institution_id=world.institution.partner_id,
        code=code_of(who.person_id),
        completed_date=None if completed is None else wib(completed).date(),
        score=80,
        certificate_number=f"RK-{uuid.uuid4()}",
        certificate_kind="completion",
        idempotency_key=str(uuid.uuid4()),
        at=at,
    )


def redeem_class(world: World, who: Participant, *, at: datetime) -> None:
    redeem_code(institution_id=world.institution.partner_id, code=code_of(who.person_id), at=at)


def review(who: Participant, *, at: datetime, stars: int = 5) -> None:
    """Rate the training that was completed last."""
    completion = Completion.objects.filter(person_id=who.person_id).order_by("-reported_at")[0]
    rate_training(person_id=who.person_id, completion_id=completion.id, stars=stars, review="Sangat berguna.", at=at)


def link(who: Participant, *, provider: str = "bni", number: str = "7700123456", at: datetime) -> uuid.UUID:
    request_link(person_id=who.person_id, provider=provider, number=number, at=at)
    return link_account(
        person_id=who.person_id, provider=provider, number=number, otp=otp_of(who.person_id, "otp_link_account"), at=at
    )


def reviewed(
    world: World, who: Participant, *, price: int = 475_000, number: str = "7700123456", until: str = "2021-10-06 19:00"
) -> None:
    """The path of rules.md 14.1 up to the review of 6 October."""
    link(who, number=number, at=wib("2021-09-24 10:00"))
    buy_class(world, who, price=price, at=wib("2021-09-25 19:30"))
    redeem_class(world, who, at=wib("2021-09-26 09:00"))
    run_until(wib("2021-10-04 09:00"))
    report(world, who, at=wib("2021-10-04 09:00"), completed="2021-10-02")
    run_until(wib(until))
    review(who, at=wib(until))


def answer(who: Participant, *, number: int, at: datetime) -> None:
    """Fill the survey with this number."""
    response = Response.objects.select_related("survey").get(person_id=who.person_id, survey__number=number)
    answers = {"consent": "yes"}
    for question in response.survey.questions:
        options = question.get("options")
        answers[question["id"]] = options[0]["value"] if options else "3"
    submit_survey(person_id=who.person_id, survey_id=response.id, answers=answers, at=at)


def incentives(who: Participant) -> list[tuple[str, int, str, str]]:
    """[(kind, number, status, scheduled day → payment day)] in order."""
    found = Incentive.objects.filter(person_id=who.person_id).order_by("kind", "number")
    return [(i.kind, i.number, i.status, f"{i.scheduled_date} → {i.pay_date}") for i in found]


def transfers(who: Participant, *kinds: str) -> list[tuple[str, str, int]]:
    """[(WIB, kind, rupiah)] of a person, in order; only these kinds when given."""
    found = rows(
        "SELECT at, kind, amount FROM ledger_transfer WHERE person_id = %s ORDER BY at, kind, id", [who.person_id]
    )
    return [
        (f"{at.astimezone(WIB):%Y-%m-%d %H:%M}", kind, amount)
        for at, kind, amount in found
        if not kinds or kind in kinds
    ]


def books(who: Participant) -> dict[str, int]:
    """What a person's transfers left on each account, without empty ones. Running balances must agree with them."""
    found = rows(
        """SELECT account.code, sum(moved.amount)::bigint FROM (
               SELECT credit_id AS account_id, amount FROM ledger_transfer WHERE person_id = %(person)s
               UNION ALL SELECT debit_id, -amount FROM ledger_transfer WHERE person_id = %(person)s) moved
             JOIN ledger_account account ON account.id = moved.account_id
            GROUP BY account.code HAVING sum(moved.amount) <> 0 ORDER BY account.code""",
        {"person": who.person_id},
    )
    sums = dict(found)
    running = dict(
        rows(
            "SELECT account.code, balance.amount FROM ledger_balance balance JOIN ledger_account account"
            " ON account.id = balance.account_id WHERE balance.person_id = %s AND balance.amount <> 0",
            [who.person_id],
        )
    )
    assert {code: amount for code, amount in sums.items() if code in ("wallet", "reserve")} == running
    assert sum(sums.values()) == 0
    return sums


def opened(message: Message) -> dict[str, Any]:
    """The parameters of a message, as the outbox opens them."""
    assert message.parameters_enc is not None
    sealed = bytes(message.parameters_enc)
    text = unseal(sealed, table="notifications_message", column="parameters_enc", row_id=message.id)
    return dict(json.loads(text))
