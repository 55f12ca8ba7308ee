"""`redeem`: attendance verified, voucher redeemed, institution owed, durable. Each code is entered once."""

from __future__ import annotations

import json

from bench import verify, world
from bench.harness import Bench
from bench.hot_call import HotCall, measure
from bench.report import Result
from bench.signed import Request
from prakerja.kernel.clock import now
from prakerja.training import redemption
from prakerja.vouchers.queries import CodeRoute


def run(bench: Bench, seconds: float) -> Result:
    """Measure it over 200 classes of 20 institutions and over one popular class."""
    return measure(
        HotCall(
            name="redeem",
            unit="redemptions/s",
            target=0.32,
            function="redeem",
            stage=world.bought,
            module=redemption,
            operate=_operate,
            request=_request,
            verify=lambda attempted: verify.money() | verify.redemptions(attempted=attempted),
            looked_up=_looked_up,
        ),
        bench,
        seconds,
    )


def _operate(who: world.Person) -> object:
    return redemption.redeem_code(institution_id=who.lesson.institution.partner_id, code=who.code, at=now())


def _looked_up(who: world.Person) -> dict[str, object]:
    # By steps, so that the function is called by itself.
    return {"route_of_code": lambda *, code: CodeRoute(who.person_id, who.voucher_id), "is_split": lambda: True}


def _request(who: world.Person) -> Request:
    return Request(
        client_code=who.lesson.institution.client_code,
        sign_key=who.lesson.institution.sign_key,
        path="/api/v1/integration/payment/redeem-code/commit",
        body=json.dumps({"redeem_code": who.code}, separators=(",", ":")).encode(),
    )
