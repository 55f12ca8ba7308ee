"""Every message that is sent is one that the OpenAPI file describes."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from prakerja.developer_site import openapi
from prakerja.kernel.db import transaction
from prakerja.purchases.class_cancelling import cancel_class
from prakerja.purchases.operations import void_purchase
from prakerja.training.cancelled_classes import run_refunds
from prakerja.training.operations import correct_report, record_completion, redeem_code, withdraw_report
from tests.partner_api import contract
from tests.webhooks.conftest import LATER, Receiver, Scene

pytestmark = pytest.mark.django_db


def check(receiver: Receiver) -> set[tuple[str, str]]:
    """Hold what was received against the file; returns (path, event) of each message."""
    found = set()
    for message in receiver.messages:
        body = json.loads(message["body"])
        described = openapi.document("id")["webhooks"][body["type"]]["post"]["requestBody"]
        contract.schema_validator(described["content"]["application/json"]["schema"]).validate(body)
        found.add((message["path"], body["type"]))
    return found


def test_messages_of_a_whole_life(scene: Scene) -> None:
    code = scene.buy()
    redeem_code(institution_id=scene.institution, code=code, at=LATER)
    record_completion(
        institution_id=scene.institution,
        code=code,
        completed_date=None,
        score=None,
        certificate_number="S-1",
        certificate_kind="completion",
        idempotency_key="k",
        at=LATER,
    )
    scene.work()
    events = ("voucher.issued", "voucher.redeemed", "completion.accepted")
    assert check(scene.receiver) == {(path, event) for path in ("/platform", "/lembaga") for event in events}


def test_the_message_of_a_void(scene: Scene) -> None:
    scene.buy()
    void_purchase(platform_id=scene.platform, invoice_code="INV-1", reference=scene.receipt.reference, at=LATER)
    scene.work()
    assert ("/platform", "transaction.voided") in check(scene.receiver)


def test_the_message_of_a_cancelled_class(scene: Scene) -> None:
    scene.buy()
    with transaction():
        cancel_class(institution_id=scene.institution, schedule_code=scene.run.code, at=LATER)
    run_refunds(LATER)
    scene.work()
    found = check(scene.receiver)
    events = ("class.cancelled", "transaction.voided")
    assert {(path, event) for path in ("/platform", "/lembaga") for event in events} <= found
    bodies = [json.loads(message["body"]) for message in scene.receiver.messages]
    (told,) = {one["data"]["class_cancelled_at"] for one in bodies if one["type"] == "class.cancelled"}
    assert told == "2021-09-25T13:30:00Z"


def test_the_messages_of_a_wrong_report(scene: Scene) -> None:
    """What was told when it was accepted stays true of that moment, whatever the report says since, and after it is gone."""
    code = scene.buy()
    redeem_code(institution_id=scene.institution, code=code, at=LATER)
    about = {"institution_id": scene.institution, "code": code, "certificate_kind": "completion"}
    report = {**about, "certificate_number": "RK-1", "completed_date": None}
    record_completion(**report, score=8, idempotency_key="k-1", at=LATER)
    day = date(2021, 9, 25)
    later = LATER + timedelta(days=1)
    with transaction():
        correct_report(**report | {"completed_date": day + timedelta(days=1)}, score=80, at=later)
    with transaction():
        withdraw_report(institution_id=scene.institution, code=code, reason="Keliru.", at=later)
    scene.work()
    events = ("completion.accepted", "completion.corrected", "completion.withdrawn")
    assert {(path, event) for path in ("/platform", "/lembaga") for event in events} <= check(scene.receiver)
    bodies = [json.loads(message["body"]) for message in scene.receiver.messages]
    told = {one["type"]: one["data"] for one in bodies}
    assert told["completion.accepted"]["completed_date"] == "2021-09-25"
    assert told["completion.accepted"]["source"] == "reported"
    assert told["completion.corrected"]["completed_date"] == "2021-09-26"
    assert told["completion.withdrawn"]["withdrawn_at"] == "2021-09-26T13:30:00Z"


def test_a_message_outside_the_file_is_seen() -> None:
    described = openapi.document("id")["webhooks"]["voucher.redeemed"]["post"]["requestBody"]
    content = described["content"]["application/json"]
    wrong = content["example"] | {"data": content["example"]["data"] | {"name": "Budi"}}
    with pytest.raises(Exception, match="Additional properties"):
        contract.schema_validator(content["schema"]).validate(wrong)
