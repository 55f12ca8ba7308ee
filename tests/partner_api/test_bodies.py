"""Strict reading: what is refused and by which name, what is tolerated, what is only data."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from prakerja.kernel.errors import Refused
from prakerja.partner_api import bodies

OTP = {
    "user_platform_id": "u-1",
    "prakerja_id": "9360000000000000",
    "course_code": "lkpis_1_9d680615-4048-11e",
    "schedule_code": "9d683f80404811ed",
    "amount": 250000,
}
AUTHORIZE = {"otp": "123456", "invoice_url": "https://x.id/i/1", "invoice_code": "invoice-testing-ops-111"}
COMPLETION = {
    "redeem_code": "GHOPNYXUVMT2",
    "completed_date": "2021-10-04",
    "score": 90,
    "certificate_number": "IS/2021/0001",
    "certificate_kind": "competence",
}


def refusal(body: bytes, kind: type[bodies.Body]) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refused) as caught:
        bodies.read_body(body=body, kind=kind)
    return caught.value.reason, caught.value.details


def encoded(members: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps(members | changes).encode()


MALFORMED = {
    "empty": b"",
    "broken": b'{"invoice_code": ',
    "trailing comma": b'{"invoice_code": "x",}',
    "two values": b'{"invoice_code": "x"}{}',
    "array": b'["x"]',
    "text": b'"x"',
    "null": b"null",
    "duplicate key": b'{"invoice_code": "x", "invoice_code": "x"}',
    "duplicate key, escaped": b'{"invoice_code": "x", "invoice\\u005fcode": "y"}',
    "duplicate key, nested": b'{"invoice_code": "x", "y": {"a": 1, "a": 2}}',
    "NUL escaped": b'{"invoice_code": "x\\u0000"}',
    "NUL in a key": b'{"invoice_code": "x", "\\u0000": 1}',
    "NUL raw": b'{"invoice_code": "x\x00"}',
    "line feed in a string": b'{"invoice_code": "x\n"}',
    "half a surrogate pair": b'{"invoice_code": "\\ud83c"}',
    "not UTF-8": b'{"invoice_code": "\xff"}',
    "UTF-16": '{"invoice_code": "x"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"invoice_code": "x"}',
    "NaN": b'{"invoice_code": "x", "y": NaN}',
    "Infinity": b'{"invoice_code": "x", "y": -Infinity}',
    "too deep": b'{"invoice_code": "x", "y": ' + b"[" * 9 + b"]" * 9 + b"}",
    "far too deep": b'{"a":' * 12000,
    "too many digits": b'{"invoice_code": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed(body: bytes) -> None:
    assert refusal(body, bodies.PaymentStatus) == ("body_malformed", {})


def test_depth_that_is_allowed() -> None:
    assert (
        bodies.read_body(body=b'{"invoice_code":"x","y":[[[[[[[]]]]]]]}', kind=bodies.PaymentStatus).invoice_code == "x"
    )
    many = json.dumps({"invoice_code": "[{[{[{[{[{", "y": [[], [], [], [], [], [], [], [], []]}).encode()
    assert bodies.read_body(body=many, kind=bodies.PaymentStatus).invoice_code == "[{[{[{[{[{"


def test_escaped_backslash_before_u0000_is_text() -> None:
    assert bodies.read_body(body=rb'{"invoice_code": "x\\u0000"}', kind=bodies.PaymentStatus).invoice_code == r"x\u0000"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("TOKPED-XB9C89BXBJL7X", "TOKPED-XB9C89BXBJL7X"),
        (1234567, 1234567),
        ("🎓 invoice'; DROP TABLE purchases_purchase; --", "🎓 invoice'; DROP TABLE purchases_purchase; --"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_invoice_code_is_free_text_or_an_integer(value: Any, wanted: Any) -> None:
    body = encoded({}, invoice_code=value)
    assert bodies.read_body(body=body, kind=bodies.PaymentStatus).invoice_code == wanted


@pytest.mark.parametrize(
    "value", [None, "", " ", "\t", "a\x1b[2Jb", "a\x7f", "x" * 129, -1, 10**19, 1.5, True, [], {}, ["x"]]
)
def test_invoice_code_refused(value: Any) -> None:
    assert refusal(encoded({}, invoice_code=value), bodies.PaymentStatus) == (
        "field_invalid",
        {"field": "invoice_code"},
    )


def test_a_long_hostile_text_is_refused_at_once() -> None:
    body = encoded({}, invoice_code="a b" * 20000 + "\x7f")
    assert refusal(body, bodies.PaymentStatus) == ("field_invalid", {"field": "invoice_code"})


@pytest.mark.parametrize("amount", [250000, "250000", 0])
def test_amount(amount: Any) -> None:
    assert int(bodies.read_body(body=encoded(OTP, amount=amount), kind=bodies.SendOtp).amount) == int(amount)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", -1),
        ("amount", 10**13),
        ("amount", "-1"),
        ("amount", "1e3"),
        ("amount", "٢٥"),
        ("amount", ""),
        ("amount", 1.5),
        ("amount", None),
        ("amount", True),
        ("prakerja_id", 9360000000000000),
        ("prakerja_id", "936000000000000"),
        ("prakerja_id", "9360000000000000\n"),
        ("prakerja_id", "９３６００００００００００００００"),
        ("prakerja_id", None),
        ("user_platform_id", 5),
        ("user_platform_id", ""),
        ("course_code", "' OR 1=1 --"),
        ("course_code", "<b>"),
        ("course_code", "🎓"),
        ("course_code", 7),
        ("course_code", "x" * 65),
        ("schedule_code", "a b"),
        ("schedule_code", ["a"]),
    ],
)
def test_send_otp_refuses_by_name(field: str, value: Any) -> None:
    assert refusal(encoded(OTP, **{field: value}), bodies.SendOtp) == ("field_invalid", {"field": field})


@pytest.mark.parametrize("field", ["user_platform_id", "prakerja_id", "amount"])
def test_send_otp_names_what_is_missing(field: str) -> None:
    body = json.dumps({name: value for name, value in OTP.items() if name != field}).encode()
    assert refusal(body, bodies.SendOtp) == ("field_invalid", {"field": field})


@pytest.mark.parametrize("field", ["course_code", "schedule_code"])
@pytest.mark.parametrize("kind", [bodies.SendOtp, bodies.QuotaSchedule])
def test_empty_codes_are_the_published_error(field: str, kind: type[bodies.Body]) -> None:
    for value in ("", None):
        assert refusal(encoded(OTP, **{field: value}), kind) == ("codes_empty", {})
    body = json.dumps({name: value for name, value in OTP.items() if name != field}).encode()
    assert refusal(body, kind) == ("codes_empty", {})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("otp", "12345"),
        ("otp", 123456),
        ("otp", "12345a"),
        ("otp", "１２３４５６"),
        ("invoice_url", "javascript:alert(1)"),
        ("invoice_url", "https://"),
        ("invoice_url", "https://x.id/ a"),
        ("invoice_url", "https://x.id/" + "a" * 2000),
        ("invoice_url", None),
    ],
)
def test_authorize_refuses_by_name(field: str, value: Any) -> None:
    assert refusal(encoded(AUTHORIZE, **{field: value}), bodies.Authorize) == (
        "field_invalid",
        {"field": field},
    )


def test_unknown_members_are_ignored() -> None:
    assert bodies.read_body(body=encoded(AUTHORIZE, more={"a": [1]}), kind=bodies.Authorize).otp == "123456"


@pytest.mark.parametrize(("members", "sequence"), [({}, 1), ({"sequence": None}, None), ({"sequence": 999}, 999)])
def test_sequence_may_be_left_out(members: dict[str, Any], sequence: int | None) -> None:
    body = encoded({"redeem_code": "GHOPNYXUVMT0"}, **members)
    assert bodies.read_body(body=body, kind=bodies.RedeemCodeStatus).sequence == sequence


@pytest.mark.parametrize("sequence", [0, 11, 998, 1000, -1])
def test_sequence_invalid(sequence: int) -> None:
    body = encoded({"redeem_code": "GHOPNYXUVMT0"}, sequence=sequence)
    assert refusal(body, bodies.RedeemCodeStatus) == ("sequence_invalid", {})


def test_sequence_of_another_type() -> None:
    body = encoded({"redeem_code": "GHOPNYXUVMT0"}, sequence="1")
    assert refusal(body, bodies.RedeemCodeStatus) == ("field_invalid", {"field": "sequence"})


@pytest.mark.parametrize(
    "code",
    [
        "GHOPNYXUVMT0",
        "PRAT-UJ0EEQ",
        "PRAT-1675400000",
        "9d680615-4048-11ed-b878-0242ac120002",
        "ERRTRX40020",
        # Whatever else somebody typed is a code that nobody was given, and is looked for.
        " GHOPNYXUVMT0 ",
        "A B",
        "A'B",
        "🎓",
        "<b>",
    ],
)
def test_redeem_codes_of_every_age(code: str) -> None:
    assert bodies.read_body(body=encoded({}, redeem_code=code), kind=bodies.RedeemCodeCommit).redeem_code == code
    assert bodies.read_body(body=encoded({}, code=code), kind=bodies.RedeemCodeCommit).code == code


@pytest.mark.parametrize("code", ["", " ", "A\nB", "A\x7f", "A" * 65, 5, None])
def test_redeem_code_refused(code: Any) -> None:
    assert refusal(encoded({}, redeem_code=code), bodies.RedeemCodeCommit) == (
        "field_invalid",
        {"field": "redeem_code"},
    )
    assert refusal(encoded({}, redeem_code=code), bodies.RedeemCodeStatus) == (
        "field_invalid",
        {"field": "redeem_code"},
    )


def test_completion() -> None:
    found = bodies.read_body(body=encoded(COMPLETION), kind=bodies.Completion)
    assert found.completed_date == date(2021, 10, 4)
    assert found.score == 90
    empty = bodies.read_body(body=encoded(COMPLETION, completed_date=None, score=None), kind=bodies.Completion)
    assert (empty.completed_date, empty.score) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("completed_date", "04/10/2021"),
        ("completed_date", "2021-02-30"),
        ("completed_date", 20211004),
        ("score", 101),
        ("score", -1),
        ("score", "90"),
        ("score", 90.5),
        ("certificate_number", ""),
        ("certificate_number", "x" * 129),
        ("certificate_kind", "Competence!"),
        ("certificate_kind", None),
    ],
)
def test_completion_refuses_by_name(field: str, value: Any) -> None:
    assert refusal(encoded(COMPLETION, **{field: value}), bodies.Completion) == (
        "field_invalid",
        {"field": field},
    )


def test_page() -> None:
    assert bodies.read_query(members={}, kind=bodies.Page) == bodies.Page(cursor=None, limit=50)
    assert bodies.read_query(members={"limit": "2", "cursor": "a-1"}, kind=bodies.Page) == bodies.Page("a-1", 2)


@pytest.mark.parametrize(
    ("field", "value"), [("limit", "0"), ("limit", "101"), ("limit", "x"), ("cursor", "'"), ("cursor", "")]
)
def test_page_refuses_by_name(field: str, value: str) -> None:
    with pytest.raises(Refused) as caught:
        bodies.read_query(members={field: value}, kind=bodies.Page)
    assert caught.value.details == {"field": field}
