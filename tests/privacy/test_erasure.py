"""Erasure: asked by its owner, answered by an operator in time, and only what may be erased is erased (rules.md 11.5)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from examples.world.testing import RunningWorld
from prakerja.access.models import OtpChallenge, OtpGuard
from prakerja.audit.models import Record
from prakerja.awards.operations import withdraw_award
from prakerja.disbursements.models import PayoutAccount
from prakerja.grants.models import Grant
from prakerja.incentives.models import Incentive
from prakerja.kernel.db import rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import blind_index, unseal
from prakerja.notifications.models import Message
from prakerja.people.models import Consent, ContactClaim, ContactPoint, NikClaim, Person
from prakerja.people.queries import contact_of, person_id_by_contact
from prakerja.privacy.models import ErasureCase
from prakerja.privacy.operations import ask_for_erasure, erase_personal_data, refuse_erasure, take_back_erasure
from prakerja.privacy.queries import erasure_case, erasure_cases, own_erasure
from prakerja.purchases.models import Purchase
from prakerja.surveys.models import Response
from prakerja.training.models import Rating
from tests import builders as b
from tests.money import answer as answer_survey
from tests.money import participant_with_phone, reviewed, run_until, wib

pytestmark = pytest.mark.django_db
ASKED = wib("2021-11-15 09:00")
NEXT_DAY = ASKED + timedelta(hours=24)
SAID = "Yang boleh dihapus sudah kami hapus."


@pytest.fixture
def who() -> b.Participant:
    return b.participant(b.world())


def refused(verb: Any, **given: Any) -> str:
    with pytest.raises(Refused) as found:
        verb(**given)
    return found.value.reason


def money_of(person_id: uuid.UUID) -> list[tuple[Any, ...]]:
    tables = ("ledger_transfer", "ledger_balance", "purchases_purchase", "vouchers_voucher", "incentives_incentive",
              "disbursements_paymentinstruction", "training_rating", "training_certificate", "awards_award")  # fmt: skip
    return [
        one
        for table in tables
        for one in rows(f"SELECT to_jsonb(x)::text FROM {table} x WHERE person_id = %s ORDER BY id", [person_id])
    ]


def test_a_request_is_told_waits_and_may_be_taken_back(who: b.Participant) -> None:
    helper = b.operator("helper")
    case = ask_for_erasure(person_id=who.person_id, words="Saya pindah\r\nke luar negeri", at=ASKED)
    assert refused(ask_for_erasure, person_id=who.person_id, words="", at=ASKED) == "erasure_open"
    found = erasure_case(case_id=case)
    assert found is not None
    assert (found.words, found.answer_by - ASKED, found.unended) == (
        "Saya pindah\nke luar negeri",
        timedelta(hours=72),
        ["award"],
    )
    told = Message.objects.filter(template="erasure_asked").values_list("channel", flat=True)
    assert set(told) == {"sms", "email", "dashboard"}
    early = ASKED + timedelta(hours=23, minutes=59)
    assert refused(erase_personal_data, case_id=case, answer=SAID, actor=helper, at=early) == "erasure_too_early"
    take_back_erasure(person_id=who.person_id, at=early)
    assert refused(erase_personal_data, case_id=case, answer=SAID, actor=helper, at=NEXT_DAY) == "erasure_answered"
    assert refused(take_back_erasure, person_id=who.person_id, at=early) == "erasure_unknown"
    assert erasure_cases(most=9) == []
    assert contact_of(person_id=who.person_id, kind="phone") == who.phone
    again = ask_for_erasure(person_id=who.person_id, words="", at=NEXT_DAY)
    assert [one.case_id for one in erasure_cases(most=9)] == [again]


def test_only_a_helper_answers_and_says_something(who: b.Participant) -> None:
    case = ask_for_erasure(person_id=who.person_id, words="", at=ASKED)
    for verb in (erase_personal_data, refuse_erasure):
        given = {"case_id": case, "answer": SAID, "at": NEXT_DAY}
        assert refused(verb, **given, actor=b.operator("viewer", "approver")) == "not_permitted"
        assert refused(verb, **given, actor=b.SYSTEM) == "operator_needed"
        assert refused(verb, **{**given, "answer": " ya "}, actor=b.operator("helper")) == "answer_missing"
        assert refused(verb, **{**given, "case_id": who.person_id}, actor=b.operator("helper")) == "erasure_unknown"
    assert ErasureCase.objects.get().status == "open"
    refuse_erasure(case_id=case, answer="Anda masih wajib mengembalikan dana.", actor=b.operator("helper"), at=ASKED)
    found = own_erasure(person_id=who.person_id)
    assert found is not None
    assert (found.status, found.answer) == ("refused", "Anda masih wajib mengembalikan dana.")
    assert Message.objects.filter(template="erasure_refused").count() == 3


def test_while_the_participation_runs_only_what_rests_on_consent_goes(bank: RunningWorld) -> None:
    world = b.world()
    who = participant_with_phone(world, phone="081255500111")
    reviewed(world, who)
    run_until(wib("2021-11-12 09:00"))
    answer_survey(who, number=1, at=wib("2021-11-12 09:30"))
    assert Consent.objects.get().purpose == "survey"
    case = ask_for_erasure(person_id=who.person_id, words="", at=ASKED)
    before = money_of(who.person_id)
    helper = b.operator("helper")
    assert erase_personal_data(case_id=case, answer=SAID, actor=helper, at=NEXT_DAY) == "partly"
    response = Response.objects.get(survey__number=1)
    assert (response.answers, response.submitted_at is not None) == (None, True)
    consent = Consent.objects.get()
    assert (consent.withdrawn_at, consent.withdrawn_by) == (NEXT_DAY, "erasure")
    assert contact_of(person_id=who.person_id, kind="phone") == who.phone
    assert PayoutAccount.objects.get().unlinked_at is None
    assert money_of(who.person_id) == before
    # The survey is paid all the same.
    assert Incentive.objects.get(kind="survey").status == "due"
    waiting = erasure_cases(most=9)
    assert [(one.status, one.unended[:2]) for one in waiting] == [("partly", ["award", "incentive"])]
    assert refused(erase_personal_data, case_id=case, answer=SAID, actor=helper, at=NEXT_DAY) == "participation_runs"
    assert Message.objects.filter(template="erasure_partly").count() == 3


def test_after_the_end_they_cannot_be_reached_and_the_money_stays(who: b.Participant) -> None:
    withdraw_award(person_id=who.person_id, at=wib("2021-10-01 09:00"))
    before = money_of(who.person_id)
    case = ask_for_erasure(person_id=who.person_id, words="", at=ASKED)
    assert [one.unended for one in erasure_cases(most=9)] == [[]]
    helper = b.operator("helper")
    assert erase_personal_data(case_id=case, answer=SAID, actor=helper, at=NEXT_DAY) == "erased"
    assert person_id_by_contact(kind="phone", value=who.phone) is None
    assert not ContactPoint.objects.exists()
    assert not ContactClaim.objects.exists()
    assert not OtpChallenge.objects.exists()
    assert not OtpGuard.objects.exists()
    assert money_of(who.person_id) == before
    # The state must know whom it paid, and pays nobody twice.
    person = Person.objects.get()
    assert unseal(person.nik_enc, table="people_person", column="nik_enc", row_id=person.id) == who.nik
    assert NikClaim.objects.get(index=blind_index("nik", who.nik)).person_id == who.person_id
    # They are told where they were reached, and nothing else that was said to them is left.
    left = Message.objects.filter(parameters_enc__isnull=False).exclude(status__in=("queued", "failed_temporary"))
    assert not left.exists()
    told = {one.channel: one for one in Message.objects.filter(template="erasure_done")}
    assert set(told) == {"sms", "email"}
    sealed = unseal(
        bytes(told["sms"].parameters_enc or b""), table="notifications_message", column="parameters_enc",
        row_id=told["sms"].id,
    )  # fmt: skip
    assert who.phone in sealed
    record = Record.objects.get(action="erasure.erased")
    assert (record.actor_id, record.person_id, record.data["contacts"]) == (helper.id, who.person_id, 2)
    assert refused(erase_personal_data, case_id=case, answer=SAID, actor=helper, at=NEXT_DAY) == "erasure_answered"


def test_what_may_be_used_again_is_used_again(who: b.Participant) -> None:
    """The number is free for its next owner, who is nobody we know."""
    withdraw_award(person_id=who.person_id, at=wib("2021-10-01 09:00"))
    case = ask_for_erasure(person_id=who.person_id, words="", at=ASKED)
    erase_personal_data(case_id=case, answer=SAID, actor=b.operator("helper"), at=NEXT_DAY)
    next_owner = participant_with_phone(
        b.world(wave=22), phone=who.phone, announced_at=datetime.fromisoformat("2021-11-17T09:00+07:00")
    )
    assert person_id_by_contact(kind="phone", value=who.phone) == next_owner.person_id
    assert (Purchase.objects.count(), Rating.objects.count(), Grant.objects.count()) == (0, 0, 0)
