"""The callbacks door: signed results go in once read, everything else gets its status and changes nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from prakerja.callbacks.bank import bank_results
from prakerja.disbursements.results import ReportedResult

SAID = {
    "reference": "p-1",
    "status": "settled",
    "reason": "",
    "at": "2021-10-12T03:00:00Z",
    "sent_at": datetime.now(tz=UTC).isoformat(),
}
KNOWN = ReportedResult(reference="p-1", status="settled", reason=None)


class Book:
    """Stands for the payments that exist: one reference, and what was reported of it."""

    def __init__(self) -> None:
        self.results: list[ReportedResult] = []

    def record(self, *, rail: str, result: ReportedResult, at: datetime) -> bool:
        assert rail == "sandbox"
        assert at.utcoffset() is not None
        if result.reference == "p-1":
            self.results.append(result)
        return result.reference == "p-1"


@pytest.fixture
def book() -> Book:
    return Book()


def post(
    book: Book, settings: Settings, monkeypatch: pytest.MonkeyPatch, body: bytes, key: str = "k"
) -> tuple[int, object]:
    monkeypatch.setenv("PRAKERJA_CLOCK", "system")
    settings.BANK_URL, settings.BANK_KEY = "http://127.0.0.1:9", "k"
    signature = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    request = RequestFactory().post(
        "/bank/results", body, content_type="application/json", headers={"X-Bank-Signature": signature}
    )
    answer = bank_results(rail="sandbox", record=book.record)(request)
    return answer.status_code, json.loads(answer.content)


@pytest.mark.parametrize(
    ("body", "key", "status", "answer"),
    [
        (json.dumps(SAID).encode(), "k", 200, {"accepted": True}),
        (json.dumps(SAID).encode(), "x", 401, {"error": "signature"}),
        (b"{", "k", 400, {"error": "malformed"}),
        (b"[" * 60_000, "k", 400, {"error": "malformed"}),
        (json.dumps(SAID | {"reference": "p-2"}).encode(), "k", 404, {"error": "reference_unknown"}),
        (b"", "k", 413, {"error": "too_large"}),
        (b"x" * 65_537, "k", 413, {"error": "too_large"}),
    ],
)
def test_what_the_door_answers(
    book: Book,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    body: bytes,
    key: str,
    status: int,
    answer: dict[str, object],
) -> None:
    assert post(book, settings, monkeypatch, body, key) == (status, answer)
    assert book.results == ([KNOWN] if status == 200 else [])


def test_only_post_is_taken(book: Book) -> None:
    assert bank_results(rail="sandbox", record=book.record)(RequestFactory().get("/bank/results")).status_code == 405
