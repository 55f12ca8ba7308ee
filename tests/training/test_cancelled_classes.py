"""A class that is called off gives every unredeemed price back by itself, tells each buyer once, and asks about the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM, Actor
from prakerja.audit.models import Record
from prakerja.awards.models import Award
from prakerja.catalogue.models import CourseRun, CourseRunSeats
from prakerja.config.due import run_what_falls_due
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Balance, Transfer
from prakerja.notifications.inbox import open_inbox
from prakerja.notifications.models import Message
from prakerja.purchases.class_cancelling import cancel_class, cancel_silent_class
from prakerja.purchases.models import ClassCancellation, Purchase
from prakerja.purchases.operations import void_purchase
from prakerja.purchases.tasks import next_expiry, run_expiries
from prakerja.reporting.proof_checks import CHECKS
from prakerja.training.cancelled_classes import next_refund, resolve_cancellation_case, run_refunds
from prakerja.training.models import CancellationCase
from prakerja.training.operations import record_completion, redeem_code
from prakerja.vouchers.models import Voucher
from tests import builders as b

pytestmark = pytest.mark.django_db
STARTS = datetime(2021, 10, 12, 9, 0, tzinfo=WIB)
ENDS = STARTS + timedelta(hours=3)
CALLED_OFF = datetime(2021, 10, 11, 15, 0, tzinfo=WIB)
FIRST_DAY = b.BUY_AT + timedelta(days=1)


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


@dataclass
class Sold:
    world: b.World
    people: list[b.Participant]
    run: CourseRun

    def call_off(self, at: datetime = CALLED_OFF) -> None:
        with transaction():
            cancel_class(institution_id=self.world.institution.partner_id, schedule_code=self.run.code, at=at)

    def work(self, at: datetime) -> None:
        """What falls due at this instant, as the worker or a moving clock runs it."""
        list(run_what_falls_due(until=at, since=at))

    def redeem(self, number: int, *, at: datetime) -> None:
        code = b.code_of(self.people[number].person_id)
        redeem_code(institution_id=self.world.institution.partner_id, code=code, at=at)


def sold(*, count: int = 1, wave: int = 21, announced: datetime = b.ANNOUNCED, **course: Any) -> Sold:
    world = b.world(wave=wave)
    people = b.participants(world, count=count, announced_at=announced, ready=False)
    for who in people:
        b.watch_videos(who.person_id, at=announced + timedelta(hours=1))
    _, run = b.course(world, **{"delivery": "live", "starts_at": STARTS, "ends_at": ENDS} | course)
    for who in people:
        b.buy(world, who, run, at=announced + timedelta(days=3))
    return Sold(world, people, run)


def balances() -> set[int]:
    return set(Balance.objects.filter(account_id=3).values_list("amount", flat=True))


def told(who: b.Participant) -> list[str]:
    """The dashboard's sentences about the class, and that each of them went by SMS and e-mail as well."""
    about = Message.objects.filter(person_id=who.person_id, template__startswith="class_cancelled")
    assert sorted(about.values_list("channel", flat=True)) == sorted(
        ["sms", "email", "dashboard"] * (about.count() // 3)
    )
    inbox, _has_older = open_inbox(person_id=who.person_id, language="id", at=ENDS)
    return [one.text for one in inbox if one.title.startswith(("Kelas Anda dibatalkan", "Kelas Anda sudah"))]


def broken() -> list[str]:
    """The checks of the proof that find something, inside this test's own transaction."""
    return [name for name, _, sql in CHECKS if rows(sql.replace("%", "%%"))]


def test_an_institution_cancels_and_everybody_has_the_price_at_once() -> None:
    class_ = sold(count=3)
    assert next_refund() is None
    class_.call_off()
    assert next_refund() == CALLED_OFF
    class_.work(CALLED_OFF)
    assert next_refund() is None
    assert balances() == {1_000_000}
    assert set(Purchase.objects.values_list("status", "is_open", "voided_at")) == {("voided", False, CALLED_OFF)}
    assert set(Voucher.objects.values_list("status", "cancel_reason")) == {("cancelled", "session_cancelled")}
    assert list(CourseRunSeats.objects.values_list("seats_taken", "capacity")) == [(0, 0)]
    # As after a void: not revoked, and a week at least; day 30 is later here.
    assert set(Award.objects.values_list("first_purchase_at", "purchase_deadline_at")) == {
        (None, wib("2021-10-22 00:00"))
    }
    for who in class_.people:
        assert told(who) == [
            f"Kelas {class_.run.course.title} di Rasa Kata dibatalkan dan kodenya tidak berlaku lagi. Rp475.000 sudah kembali ke "
            "saldo pelatihan Anda. Beli pelatihan lain paling lambat 21 Oktober 2021 pukul 23.59 WIB. Lewat dari itu, "
            "kepesertaan Kartu Prakerja Anda dicabut."
        ]
    assert broken() == []


def test_the_partners_are_told_of_class_and_transaction() -> None:
    class_ = sold()
    class_.call_off()
    class_.work(CALLED_OFF)
    purchase = Purchase.objects.get()
    noted = Record.objects.filter(action__in=["purchase.class_cancelled", "purchase.voided"])
    assert {one.subject_id for one in noted} == {purchase.id}
    assert sorted(noted.values_list("action", "actor_kind", "actor_id")) == [
        (action, "partner", str(class_.world.institution.partner_id))
        for action in ("purchase.class_cancelled", "purchase.voided")
    ]
    with pytest.raises(Refused, match="void_twice"):
        void_purchase(
            platform_id=class_.world.platform.partner_id,
            invoice_code=purchase.invoice_code,
            reference=purchase.reference,
            at=CALLED_OFF,
        )


def test_worked_example_7_a_cancelled_class_of_2023() -> None:
    announced = wib("2023-04-28 20:00")
    class_ = sold(wave=51, announced=announced, starts_at=wib("2023-05-15 09:00"), ends_at=wib("2023-05-15 12:00"))
    class_.call_off(wib("2023-05-03 10:00"))
    class_.work(wib("2023-05-03 10:00"))
    assert balances() == {3_500_000}
    award = Award.objects.get()
    assert (award.first_purchase_at, award.purchase_deadline_at) == (None, wib("2023-05-13 00:00"))
    assert broken() == []


def test_late_in_the_window_a_week_is_left() -> None:
    class_ = sold(starts_at=wib("2021-11-01 09:00"), ends_at=wib("2021-11-01 12:00"))
    class_.call_off(wib("2021-10-28 10:00"))
    class_.work(wib("2021-10-28 10:00"))
    assert Award.objects.get().purchase_deadline_at == wib("2021-11-05 00:00")
    assert told(class_.people[0])[0].count("paling lambat 4 November 2021 pukul 23.59 WIB.") == 1


def test_after_the_balance_cut_off_the_treasury_has_it_and_the_sentence_says_so() -> None:
    class_ = sold(starts_at=wib("2021-12-05 09:00"), ends_at=wib("2021-12-05 12:00"))
    class_.work(wib("2021-12-01 00:00"))
    class_.call_off(wib("2021-12-02 10:00"))
    class_.work(wib("2021-12-02 10:00"))
    assert Transfer.objects.get(kind="void_late").credit.code == "treasury"
    # Whoever bought in time is not revoked for what was cancelled.
    assert Award.objects.get().first_purchase_at is not None
    assert told(class_.people[0]) == [
        f"Kelas {class_.run.course.title} di Rasa Kata dibatalkan dan kodenya tidak berlaku lagi. Masa pakai saldo pelatihan "
        "sudah berakhir, jadi Rp475.000 masuk ke kas negara dan tidak kembali ke saldo Anda."
    ]
    assert broken() == []


def test_a_run_that_died_goes_on_and_tells_nobody_twice() -> None:
    """Whoever was dealt with before is passed over: here by the platform's own void, which came first."""
    class_ = sold(count=3)
    class_.call_off()
    first = Purchase.objects.get(person_id=class_.people[0].person_id)
    void_purchase(
        platform_id=class_.world.platform.partner_id,
        invoice_code=first.invoice_code,
        reference=first.reference,
        at=CALLED_OFF,
    )
    class_.work(CALLED_OFF)
    assert run_refunds(CALLED_OFF) == 0
    # As if the last statement of the run before had been lost with its process.
    ClassCancellation.objects.update(finished_at=None)
    assert run_refunds(CALLED_OFF) == 1
    assert balances() == {1_000_000}
    assert [len(told(who)) for who in class_.people] == [0, 1, 1]
    assert broken() == []


def test_a_code_of_a_cancelled_class_does_not_expire() -> None:
    class_ = sold()
    assert next_expiry() == ENDS
    class_.call_off()
    assert (next_expiry(), run_expiries(ENDS)) == (None, 0)
    class_.work(ENDS)
    assert balances() == {1_000_000}


def test_a_code_that_was_entered_is_a_case_and_blocks_nothing() -> None:
    class_ = sold(count=2, delivery="self_paced", starts_at=b.BUY_AT, ends_at=wib("2021-11-20 00:00"))
    class_.redeem(0, at=FIRST_DAY)
    class_.call_off()
    class_.work(CALLED_OFF)
    case = CancellationCase.objects.get()
    assert (case.person_id, case.known, case.status) == (class_.people[0].person_id, "redeemed", "open")
    purchase = Purchase.objects.get(person_id=case.person_id)
    assert (purchase.status, purchase.is_open) == ("succeeded", False)
    assert told(class_.people[0]) == [
        f"Kelas {class_.run.course.title} di Rasa Kata dibatalkan setelah kode Anda ditukar. Petugas memeriksa apakah Rp475.000 "
        "dapat kembali ke saldo Anda, lalu kami beri tahu. Sementara itu Anda boleh membeli pelatihan lain."
    ]
    assert sorted(Balance.objects.filter(account_id=3).values_list("amount", flat=True)) == [525_000, 1_000_000]
    assert broken() == []
    # Nobody opens it again.
    ClassCancellation.objects.update(finished_at=None)
    run_refunds(CALLED_OFF)
    assert CancellationCase.objects.count() == 1


def decide(case: CancellationCase, decision: str, actor: Actor = SYSTEM, reason: str = "Telepon lembaga") -> str:
    return resolve_cancellation_case(
        person_id=case.person_id,
        case_id=case.id,
        decision=decision,
        reason=reason,
        actor=actor,
        at=CALLED_OFF + timedelta(days=1),
    )


def test_an_operator_gives_the_price_of_an_entered_code_back() -> None:
    class_ = sold(delivery="self_paced", starts_at=b.BUY_AT, ends_at=wib("2021-11-20 00:00"))
    class_.redeem(0, at=FIRST_DAY)
    class_.call_off()
    class_.work(CALLED_OFF)
    case = CancellationCase.objects.get()
    with pytest.raises(Refused, match="decision_unknown"):
        decide(case, "perhaps")
    with pytest.raises(Refused, match="reason_missing"):
        decide(case, "refunded", reason=" ")
    with pytest.raises(Refused, match="not_permitted"):
        decide(case, "refunded", actor=b.operator("helper"))
    assert decide(case, "refunded", actor=b.operator("approver")) == "wallet"
    moved = Transfer.objects.get(kind="void")
    assert (moved.debit.code, moved.credit.code, moved.amount) == (
        f"payable:{class_.world.institution.client_code}",
        "wallet",
        475_000,
    )
    assert balances() == {1_000_000}
    assert Voucher.objects.get().status == "cancelled"
    # The day of the decision counts, as the day of a void.
    assert Award.objects.get().purchase_deadline_at == wib("2021-10-22 00:00")
    assert len(told(class_.people[0])) == 2
    with pytest.raises(Refused, match="case_resolved"):
        decide(case, "kept")
    assert broken() == []


def test_an_operator_leaves_the_price_with_an_institution_that_taught() -> None:
    class_ = sold(delivery="self_paced", starts_at=b.BUY_AT, ends_at=wib("2021-11-20 00:00"))
    class_.redeem(0, at=FIRST_DAY)
    class_.call_off()
    class_.work(CALLED_OFF)
    assert decide(CancellationCase.objects.get(), "kept") == "institution"
    assert (Purchase.objects.get().status, balances()) == ("succeeded", {525_000})
    assert "tidak kembali ke saldo" in told(class_.people[0])[0]
    assert broken() == []


def test_whoever_finished_the_class_had_it() -> None:
    class_ = sold(delivery="self_paced", starts_at=b.BUY_AT, ends_at=wib("2021-11-20 00:00"))
    class_.redeem(0, at=FIRST_DAY)
    record_completion(
        institution_id=class_.world.institution.partner_id,
        code=b.code_of(class_.people[0].person_id),
        completed_date=None,
        score=None,
        certificate_number="S-1",
        certificate_kind="completion",
        idempotency_key="k",
        at=FIRST_DAY,
    )
    class_.call_off()
    class_.work(CALLED_OFF)
    assert not CancellationCase.objects.exists()
    assert told(class_.people[0]) == []
    assert broken() == []


def test_an_operator_cancels_what_never_took_place_and_expired_codes_are_paid_back() -> None:
    """The institution is silent, the class day passes, the codes expire: afterwards an operator calls the class off."""
    class_ = sold()
    class_.work(ENDS)
    assert (Voucher.objects.get().status, balances()) == ("expired", {525_000})
    later = ENDS + timedelta(days=1)
    given = {"schedule_code": class_.run.code, "at": later}
    with pytest.raises(Refused, match="not_permitted"):
        cancel_silent_class(**given, reason="Tidak ada kelas", actor=b.operator("approver"))
    with pytest.raises(Refused, match="reason_missing"):
        cancel_silent_class(**given, reason=" ", actor=SYSTEM)
    with pytest.raises(Refused, match="run_begun"):
        class_.call_off(later)
    operator = b.operator("partner_manager")
    cancel_silent_class(**given, reason="Tidak ada kelas", actor=operator)
    with pytest.raises(Refused, match="run_unknown"):
        cancel_silent_class(**given, reason="Tidak ada kelas", actor=SYSTEM)
    class_.work(later)
    moved = Transfer.objects.get(kind="void")
    assert (moved.debit.code, moved.credit.code) == ("programme_funds", "wallet")
    assert (Voucher.objects.get().status, balances()) == ("cancelled", {1_000_000})
    assert Record.objects.get(action="purchase.class_cancelled").actor_id == operator.id
    assert Award.objects.get().purchase_deadline_at == wib("2021-10-22 00:00")
    assert broken() == []


def test_what_expired_and_has_no_wallet_any_more_stays_where_it_went() -> None:
    class_ = sold()
    class_.work(ENDS)
    after_the_year = wib("2021-12-01 00:00")
    class_.work(after_the_year)
    cancel_silent_class(schedule_code=class_.run.code, reason="Tidak ada kelas", actor=SYSTEM, at=after_the_year)
    class_.work(after_the_year)
    assert next_refund() is None
    assert not Transfer.objects.filter(kind__in=["void", "void_late"]).exists()
    assert broken() == []


def test_the_proof_finds_a_price_that_a_cancelled_class_kept() -> None:
    class_ = sold(count=2)
    class_.call_off()
    # Somebody who marks classes by hand, or a worker that said it was done and was not.
    ClassCancellation.objects.update(finished_at=CALLED_OFF)
    assert broken() == ["a cancelled class leaves no price with an unredeemed code"]
    ClassCancellation.objects.update(finished_at=None)
    assert broken() == []
    class_.work(CALLED_OFF)
    assert broken() == []
