"""What the server refuses before the door sees it is told in the door's envelope."""

from __future__ import annotations

import json

import pytest

from prakerja.partner_api.unread import unread


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [
        ("408 Request Timeout", 408, "ERRINT40890"),
        ("413 Content Too Large", 413, "ERRINT41390"),
        ("503 Service Unavailable", 503, "ERRINT50390"),
        ("400 Bad Request", 400, "ERRINT40090"),
        ("431 Request Header Fields Too Large", 400, "ERRINT40090"),
        ("501 Not Implemented", 400, "ERRINT40090"),
        ("505 HTTP Version Not Supported", 400, "ERRINT40090"),
    ],
)
def test_in_the_envelope(status: str, expected: int, code: str) -> None:
    line, kind, body = unread(status)
    answer = json.loads(body)
    assert (line[:4], kind) == (f"{expected} ", "application/json")
    assert (answer["code"], answer["success"]) == (code, False)
    assert answer["message"]
