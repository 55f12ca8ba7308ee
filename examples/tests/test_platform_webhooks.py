"""What Prakerja tells the shop: only with a right and fresh signature, once, and in the direction of time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from examples.shared.config import Settings
from examples.tests.conftest import PORTS, Visitor
from examples.tests.fake_prakerja import OTP, FakePrakerja
from examples.tests.test_platform_checkout import reach_otp

OLD = "whsec_" + base64.b64encode(b"rahasia lama, 24 byte...").decode()
NEW = "whsec_" + base64.b64encode(b"rahasia baru, 24 byte...").decode()
PATH = "/webhooks/prakerja"
BASE = f"http://127.0.0.1:{PORTS[-1]}"


@pytest.fixture(autouse=True)
def _secrets(settings: Settings) -> None:
    """Give the last shop two live secrets."""
    content = json.loads(settings.partners_file.read_text())
    content["platforms"]["tokopedia"]["webhook_secrets"] = [NEW, OLD]
    Path(settings.partners_file).write_text(json.dumps(content))


def signed(body: bytes, *secrets: str, message_id: str = "evt_1", at: float | None = None) -> dict[str, str]:
    """Return the headers of a message."""
    stamp = str(int(time.time() if at is None else at))
    signatures = [
        base64.b64encode(
            hmac.digest(base64.b64decode(secret[6:]), f"{message_id}.{stamp}.".encode() + body, hashlib.sha256)
        ).decode()
        for secret in secrets or (NEW,)
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join("v1," + signature for signature in signatures),
        "Content-Type": "application/json",
    }


def message(kind: str, invoice: str, **data: Any) -> bytes:
    """Return the body of a message."""
    return json.dumps(
        {"type": kind, "timestamp": "2021-09-25T12:31:00Z", "data": {"invoice_code": invoice} | data}
    ).encode()


def tell(shop: Flask, body: bytes, headers: dict[str, str] | None = None, base: str = BASE) -> int:
    """Post a message as Prakerja would; return the status."""
    made = headers if headers is not None else signed(body)
    answer = shop.test_client().post(PATH, base_url=base, data=body, headers=made)
    assert answer.data == b""
    assert "Set-Cookie" not in answer.headers
    return answer.status_code


def test_a_lost_answer_is_made_good(buyer: Visitor, platform: Flask, fake: FakePrakerja) -> None:
    """The buyer's page says "waiting" until Prakerja tells that the payment went through."""
    invoice = reach_otp(buyer).split("/")[2]
    body = message("voucher.issued", invoice, transaction_code="TRX0000000000009", voucher_code="KODE23456789")
    assert tell(platform, body) == 204
    buyer.get(f"/orders/{invoice}")
    assert buyer.text("order-status") == "Berhasil dibayar"
    assert buyer.text("transaction-code") == "TRX0000000000009"
    # Told of once more, under the same id: nothing is done twice.
    assert tell(platform, message("transaction.voided", invoice), signed(message("transaction.voided", invoice))) == 204
    buyer.get("/orders")
    assert 'data-status="paid"' in buyer.html


def test_a_void_stays_void(buyer: Visitor, platform: Flask) -> None:
    path = reach_otp(buyer)
    buyer.send(path, otp=OTP)
    invoice = path.split("/")[2]
    voided, issued = message("transaction.voided", invoice), message("voucher.issued", invoice, voucher_code=None)
    assert tell(platform, voided, signed(voided, message_id="evt_2")) == 204
    # The older event comes later.
    assert tell(platform, issued, signed(issued, message_id="evt_1")) == 204
    buyer.get("/orders")
    assert 'data-status="void"' in buyer.html


def test_a_cancelled_class_is_voided_by_itself(buyer: Visitor, platform: Flask, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    buyer.send(path, otp=OTP)
    invoice = path.split("/")[2]
    body = message("class.cancelled", invoice, class_cancelled_at="2021-10-02T03:00:00Z")
    fake.refusals["payment/void"] = (503, {})
    # Not settled: the same message must come again.
    assert tell(platform, body) == 503
    fake.refusals.clear()
    assert tell(platform, body) == 204
    assert fake.transactions[invoice]["status"] == "VOID"
    assert tell(platform, body) == 204
    buyer.get(f"/orders/{invoice}")
    assert buyer.text("order-status") == "Dibatalkan"
    assert "Anda tidak perlu melakukan apa pun." in buyer.text("class-was-cancelled")
    assert [name for _, name, _ in fake.calls].count("payment/void") == 2


def test_either_secret_is_good_while_rotating(platform: Flask) -> None:
    body = message("voucher.redeemed", "TIDAK-ADA")
    for number, secrets in enumerate(((NEW,), (OLD,), (NEW, OLD))):
        assert tell(platform, body, signed(body, *secrets, message_id=f"evt_{number}")) == 204


def test_what_is_not_prakerjas(platform: Flask) -> None:
    body = message("transaction.voided", "X")
    good = signed(body)
    other = "whsec_" + base64.b64encode(b"rahasia orang lain......").decode()
    for headers in (
        {},
        signed(body, other),
        signed(body, at=time.time() - 301),
        signed(body, at=time.time() + 301),
        good | {"webhook-id": "evt_2"},
        good | {"webhook-timestamp": str(int(good["webhook-timestamp"]) + 1)},
        good | {"webhook-timestamp": "x"},
        good | {"webhook-timestamp": "9" * 400},
        good | {"webhook-signature": ""},
        good | {"webhook-signature": "v1,"},
        good | {"webhook-signature": good["webhook-signature"].replace("v1,", "v1a,")},
        good | {"webhook-signature": "v1,\xe9"},
    ):
        assert tell(platform, body, headers) == 401
    assert tell(platform, body + b" ", good) == 401


def test_another_brand_has_other_secrets(platform: Flask) -> None:
    body = message("transaction.voided", "X")
    assert tell(platform, body, base=f"http://127.0.0.1:{PORTS[0]}") == 401


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"type": "x"}', b'{"type":"x","timestamp":"","data":[1]}', b"\xff"]
)
def test_what_is_no_message(platform: Flask, body: bytes) -> None:
    assert tell(platform, body) == 400


def test_other_orders_and_unknown_kinds_are_left_alone(buyer: Visitor, platform: Flask) -> None:
    invoice = reach_otp(buyer).split("/")[2]
    for number, (kind, about) in enumerate((("voucher.sold", invoice), ("voucher.issued", "LAIN-1"))):
        body = message(kind, about)
        assert tell(platform, body, signed(body, message_id=f"evt_{number}")) == 204
    buyer.get("/orders")
    assert 'data-status="waiting"' in buyer.html


def test_only_a_post(platform: Flask) -> None:
    assert platform.test_client().get(PATH, base_url=BASE).status_code == 405
