"""The callbacks door: what it answers to what it cannot take; none of that is written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from prakerja.callbacks.bank import bank_results
from prakerja.disbursements.models import Discrepancy, PaymentAttempt
from tests.callbacks.signed import callback_signature

pytestmark = pytest.mark.django_db


def said(**more: object) -> bytes:
    stamp = datetime.now(tz=UTC).isoformat()
    fields = {"reference": "p-1", "status": "settled", "reason": "", "at": "2021-10-12T03:00:00Z", "sent_at": stamp}
    return json.dumps(fields | more).encode()


def post(settings: Settings, monkeypatch: pytest.MonkeyPatch, body: bytes, key: str = "k") -> tuple[int, Any]:
    monkeypatch.setenv("PRAKERJA_CLOCK", "system")
    settings.BANK_URL, settings.BANK_KEY = "http://127.0.0.1:9", "k"
    request = RequestFactory().post(
        "/bank/results",
        body,
        content_type="application/json",
        headers={"X-Bank-Signature": callback_signature(key, body)},
    )
    answer = bank_results(rail="sandbox")(request)
    return answer.status_code, json.loads(answer.content)


def said_long_ago() -> bytes:
    return said(sent_at=(datetime.now(tz=UTC) - timedelta(minutes=6)).isoformat())


# Each is said when its test runs: what was said when the tests were collected may be old by then.
@pytest.mark.parametrize(
    ("say", "key", "status", "error"),
    [
        (said, "x", 401, "signature"),
        (said_long_ago, "k", 401, "stale"),
        # Nobody learns from us whether a forgery was old.
        (said_long_ago, "x", 401, "signature"),
        (lambda: said(sent_at=None), "k", 400, "malformed"),
        (lambda: said(status="held"), "k", 400, "malformed"),
        (lambda: b"{", "k", 400, "malformed"),
        (lambda: b"[" * 60_000, "k", 400, "malformed"),
        (said, "k", 404, "reference_unknown"),
        (lambda: b"", "k", 413, "too_large"),
        (lambda: b"x" * 65_537, "k", 413, "too_large"),
    ],
)
def test_what_the_door_does_not_take(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, say: Callable[[], bytes], key: str, status: int, error: str
) -> None:
    assert post(settings, monkeypatch, say(), key) == (status, {"error": error})
    assert (PaymentAttempt.objects.count(), Discrepancy.objects.count()) == (0, 0)


def test_only_post_is_taken() -> None:
    assert bank_results(rail="sandbox")(RequestFactory().get("/bank/results")).status_code == 405
