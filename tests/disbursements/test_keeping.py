"""Answered questions to a rail are forgotten after two years; orders, open questions and contradicted payments keep theirs."""

from __future__ import annotations

from datetime import timedelta

from prakerja.disbursements.discrepancies import note_discrepancy
from prakerja.disbursements.keeping import QUESTIONS_KEPT, forget_old_questions
from prakerja.disbursements.models import Discrepancy, PaymentAttempt, PaymentInstruction
from prakerja.kernel.clock import wall
from prakerja.kernel.db import transaction
from prakerja.kernel.ids import first_id_of
from tests.builders import World
from tests.money import participant_with_phone, reviewed, run_until, wib


def test_only_what_was_asked_and_answered_long_ago_goes(g21: World) -> None:
    who = participant_with_phone(g21, phone="081210000033")
    reviewed(g21, who)
    run_until(wib("2021-10-12 10:00"))
    payment = PaymentInstruction.objects.get(person_id=who.person_id)
    moment = wall()

    def asked(
        minute: int, *, kind: str = "ask", age: timedelta = timedelta(days=1), answered: bool = True
    ) -> PaymentAttempt:
        return PaymentAttempt.objects.create(
            id=first_id_of(moment - QUESTIONS_KEPT - age + timedelta(minutes=minute)),
            person_id=who.person_id,
            instruction=payment,
            rail="sandbox",
            kind=kind,
            made_at=payment.sent_at or moment,
            answered_at=moment if answered else None,
            answer="settled" if answered else "",
        )

    goes = asked(0)
    stays = [asked(1, kind="send"), asked(2, answered=False), asked(3, age=-timedelta(days=1))]
    with transaction():
        note_discrepancy(instruction=payment, said="failed", found_by="ask", at=wib("2021-10-13 06:00"))
    assert forget_old_questions(wall=moment).gone == 0

    Discrepancy.objects.all().delete()
    found = forget_old_questions(wall=moment)
    assert (found.gone, forget_old_questions(wall=moment, after=found.last)) == (1, (0, None))
    left = set(PaymentAttempt.objects.values_list("id", flat=True))
    assert goes.id not in left
    assert {one.id for one in stays} < left
