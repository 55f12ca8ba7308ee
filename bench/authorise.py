"""`authorise`: OTP → debit, seat, voucher, messages, durable. Each intent is used once, each by another person."""

from __future__ import annotations

import json

from bench import verify, world
from bench.harness import Bench
from bench.hot_call import HotCall, measure
from bench.report import Result
from bench.signed import Request
from prakerja.kernel.clock import now
from prakerja.purchases import operations


def run(bench: Bench, seconds: float) -> Result:
    """Measure it over 200 classes and over one popular class of 16 slices of seats."""
    return measure(
        HotCall(
            name="authorise",
            unit="purchases/s",
            target=0.25,
            function="authorise",
            stage=world.intended,
            module=operations,
            operate=_operate,
            request=_request,
            verify=lambda attempted: verify.money() | verify.purchases(attempted=attempted),
        ),
        bench,
        seconds,
    )


def _operate(who: world.Person) -> object:
    return operations.authorise_purchase(
        platform_id=who.platform.partner_id,
        token=who.token,
        otp=world.OTP,
        invoice_code=f"INV-{who.number}",
        invoice_url=f"https://platform.example/invoice/{who.number}",
        at=now(),
    )


def _request(who: world.Person) -> Request:
    body = {
        "otp": world.OTP,
        "invoice_url": f"https://platform.example/invoice/{who.number}",
        "invoice_code": f"INV-{who.number}",
    }
    return Request(
        client_code=who.platform.client_code,
        sign_key=who.platform.sign_key,
        path="/api/v1/integration/payment/authorize",
        body=json.dumps(body, separators=(",", ":")).encode(),
        authorization=f"Payment {who.token}",
    )
