"""Strict reading: what is refused and by which name, what is tolerated, what is only data."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import msgspec
import pytest

from prakerja.kernel.errors import Refused
from prakerja.partner_api import bodies, extension_bodies
from prakerja.partner_api.endpoint import ENDPOINTS
from prakerja.partner_api.v1 import tpm

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


@pytest.mark.parametrize("code", ["", " ", "A\x7f", "A" * 65, 5, None])
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


@pytest.mark.parametrize(
    ("code", "read"), [("GHOPNYXUVMT0\n", "GHOPNYXUVMT0"), ("GHOPNY\r\nXUVMT0", "GHOPNY XUVMT0"), ("A\tB", "A B")]
)
def test_a_line_end_in_a_pasted_code_is_a_blank(code: str, read: str) -> None:
    assert bodies.read_body(body=encoded({}, redeem_code=code), kind=bodies.RedeemCodeStatus).redeem_code == read


@pytest.mark.parametrize(
    "card", ["9360 1234 1234 1238", "9360-1234-1234-1238", "9360\u00a01234\u00a01234\u00a01238", " 9360123412341238 "]
)
def test_a_card_number_in_groups(card: str) -> None:
    assert bodies.read_body(body=encoded(OTP, prakerja_id=card), kind=bodies.SendOtp).prakerja_id == "9360123412341238"


@pytest.mark.parametrize("text", ["250000.0", "250000.00", "2.5e5", "2500e2"])
def test_a_number_without_a_fraction_is_an_integer(text: str) -> None:
    body = encoded(OTP).replace(b"250000", text.encode())
    assert bodies.read_body(body=body, kind=bodies.SendOtp).amount == 250_000
    score = encoded(COMPLETION).replace(b"90", text.encode()).replace(b"250000", b"90")
    assert (
        bodies.read_body(body=score.replace(b"2.5e5", b"9e1").replace(b"2500e2", b"90.0"), kind=bodies.Completion).score
        == 90
    )


@pytest.mark.parametrize("text", ["250000.5", "250000.01", "1e400", "9007199254740993.0", '"250000.0"'])
def test_any_other_number_is_none(text: str) -> None:
    body = encoded(OTP).replace(b"250000", text.encode())
    assert refusal(body, bodies.SendOtp) == ("field_invalid", {"field": "amount"})


def test_every_text_takes_every_kind_of_line_end() -> None:
    content = {
        "title": "Dasar\r\nExcel",
        "category": "Komputer\r\n",
        "mode": "online",
        "delivery": "live",
        "duration_hours": 8.0,
        "summary": "Satu\r\nDua\rTiga\n\tEmpat",
        "syllabus": ["Bab\r\n1", "Bab 2"],
        "target_job": "Staf\r\n",
        "competency_standard": "SKKNI\r\n1",
        "certificate_kinds": ["completion"],
    }
    read = bodies.read_body(body=json.dumps(content).encode(), kind=extension_bodies.CourseContent)
    assert (read.title, read.category, read.duration_hours) == ("Dasar Excel", "Komputer", 8)
    assert read.summary == "Satu\nDua\nTiga\n Empat"
    assert (read.syllabus, read.target_job, read.competency_standard) == (["Bab 1", "Bab 2"], "Staf", "SKKNI 1")
    feedback = {"redeem_code": "A", "scope": "tpm", "sequence": 1, "notes": "Bagus.\r\nLanjutkan.\r\n"}
    notes = bodies.read_body(body=json.dumps(feedback).encode(), kind=tpm.FeedbackSubmission).notes
    assert notes == "Bagus.\nLanjutkan.\n"


def test_every_free_text_of_every_call_says_how_it_is_pasted() -> None:
    """A new member that people write is a `Line`, a `LongText` or notes; an identifier is compared to the letter."""
    identifiers = {"user_platform_id", "invoice_code", "transaction_code", "scope", "client_id", "state", "cursor"}
    identifiers |= {"redirect_uri", "login_uri", "invoice_url", "url_file", "url", "code", "token", "email", "otp"}
    identifiers |= {"course_code", "schedule_code", "certificate_kind", "certificate_kinds", "webhook_id", "amount"}
    silent = {
        (kind.__name__, member.encode_name)
        for kind in {declared.body for declared in ENDPOINTS}
        for member in msgspec.structs.fields(kind)
        if "str" in str(member.type)
        and "Literal" not in str(member.type)
        and member.encode_name not in identifiers
        and member.encode_name not in bodies._pasted(kind)
    }
    assert silent == set()
