"""`send-otp`: every check of a purchase → intent, OTP hash, SMS row, durable. Each person asks once."""

from __future__ import annotations

import json

from bench import verify, world
from bench.harness import Bench
from bench.hot_call import HotCall, measure
from bench.report import Result
from bench.signed import Request
from prakerja.awards.queries import award_of_card
from prakerja.kernel.clock import now
from prakerja.purchases import operations


def run(bench: Bench, seconds: float) -> Result:
    """Measure it over 200 classes and over one popular class."""
    return measure(
        HotCall(
            name="send-otp",
            unit="OTPs/s",
            target=0.32,
            function="send_otp",
            stage=world.ready,
            module=operations,
            operate=_operate,
            request=request,
            verify=lambda attempted: verify.money() | verify.intents(attempted=attempted),
            looked_up=_looked_up,
        ),
        bench,
        seconds,
    )


def _operate(who: world.Person) -> object:
    return operations.send_otp(
        platform_id=who.platform.partner_id,
        platform_user=who.platform_user,
        card_number=who.card,
        course_code=who.lesson.course_code,
        schedule_code=who.lesson.run_code,
        amount=world.PRICE,
        at=now(),
    )


def _looked_up(who: world.Person) -> dict[str, object]:
    route = award_of_card(card_number=who.card)
    # By steps, so that the function is called by itself.
    return {"award_of_card": lambda *, card_number: route, "is_split": lambda: True}


def request(who: world.Person) -> Request:
    body = {
        "user_platform_id": who.platform_user,
        "prakerja_id": who.card,
        "course_code": who.lesson.course_code,
        "schedule_code": who.lesson.run_code,
        "amount": world.PRICE,
    }
    return Request(
        client_code=who.platform.client_code,
        sign_key=who.platform.sign_key,
        path="/api/v1/integration/payment/send-otp",
        body=json.dumps(body, separators=(",", ":")).encode(),
    )
