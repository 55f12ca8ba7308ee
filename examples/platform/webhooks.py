"""What Prakerja tells a shop without being asked: `POST /webhooks/prakerja`, in the Standard Webhooks format.

A message counts only with a right signature and a fresh timestamp. It may come twice, late and out of order, so each is
known by its id and changes an order only in the direction of time: unpaid → paid → void. A class that the institution
called off asks for an answer: the shop voids the transaction, so that the buyer has the money back without doing anything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, current_app, request

from examples.platform.checkout import Checkout
from examples.shared import web
from examples.shared.prakerja_client import PartnerRefusal, PartnerUnavailable

FRESH_S = 300
SCHEMA = """
CREATE TABLE IF NOT EXISTS webhook_messages (
    id TEXT PRIMARY KEY,
    received_at INTEGER NOT NULL
);
"""
KEPT_S = 40 * 24 * 3600

pages = Blueprint("webhooks", __name__)


def is_signed(*, headers: Mapping[str, str], body: bytes, secrets: Iterable[str], now: float) -> bool:
    """Say whether one of the secrets signed this body, not more than five minutes ago (or ahead of our clock)."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (message_id and timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13):
        return False
    if abs(now - int(timestamp)) > FRESH_S:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    given = [
        part.removeprefix("v1,").encode() for part in headers.get("webhook-signature", "").split() if part[:3] == "v1,"
    ]
    expected = [base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()) for secret in secrets]
    return any(hmac.compare_digest(one, other) for one in given for other in expected)


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook secret is whsec_ and base64") from error


@pages.post("/webhooks/prakerja")
def receive() -> Response:
    """Check, apply, remember. 204: done, or done before; 401: not Prakerja; 400: not a message; 503: tell us again."""
    shop = current_app.extensions["shop"]
    brand = web.site().code
    body = request.get_data(cache=False)
    if not is_signed(
        headers=request.headers, body=body, secrets=shop.partners.webhook_secrets("platforms", brand), now=time.time()
    ):
        return Response(status=401)
    try:
        message = json.loads(body)
        kind, data, at = str(message["type"]), dict(message["data"]), str(message["timestamp"])
        invoice_code = str(data["invoice_code"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return Response(status=400)
    database = web.database()
    known = "SELECT 1 FROM webhook_messages WHERE id = ?"
    if database.execute(known, (request.headers["webhook-id"],)).fetchone() is None:
        try:
            apply(shop.checkout(), kind=kind, invoice_code=invoice_code, data=data, at=at)
        except (PartnerRefusal, PartnerUnavailable):
            return Response(status=503)
        now = int(time.time())
        # Written last: a message that could not be applied comes again.
        database.execute("INSERT OR IGNORE INTO webhook_messages VALUES (?, ?)", (request.headers["webhook-id"], now))
        database.execute("DELETE FROM webhook_messages WHERE received_at < ?", (now - KEPT_S,))
    return Response(status=204)


def apply(steps: Checkout, *, kind: str, invoice_code: str, data: Mapping[str, Any], at: str) -> None:
    """Change the order that a message is about. Orders of others and kinds that we do not know are left alone.

    Raises what the partner API raises when something had to be done there and was not."""
    orders = steps.orders
    order = orders.of_brand(brand=steps.brand, invoice_code=invoice_code)
    if order is None:
        return
    if kind == "voucher.issued" and order.status != "void":
        orders.change(
            order,
            status="paid",
            payment_token=None,
            transaction_code=data.get("transaction_code") or order.transaction_code,
            voucher_code=data.get("voucher_code") or order.voucher_code,
            paid_at=order.paid_at or at,
        )
    elif kind == "transaction.voided":
        orders.change(order, status="void", payment_token=None)
    elif kind == "class.cancelled":
        steps.class_cancelled(order)
