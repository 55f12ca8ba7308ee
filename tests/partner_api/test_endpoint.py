"""What every request goes through, in its order, before a view is called. The endpoint here echoes."""

from __future__ import annotations

import gzip
import io
import json
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from prakerja.audit.models import Record
from prakerja.kernel import clock
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.partner_api import bodies, clients, errors
from prakerja.partner_api.endpoint import MAX_BODY_BYTES, Call, Endpoint, Route
from prakerja.partners.models import ApiCredential, Partner
from prakerja.partners.operations import NewCredential, mint_key
from prakerja.partners.queries import partners_guessing_cards
from tests.partner_api.signer import AT, Signer, read, send

PATH = "/api/v1/test/echo"


def echo(call: Call[bodies.PaymentStatus]) -> Any:
    return {"invoice_code": call.body.invoice_code, "token": call.token, "key": call.idempotency_key}


def page(call: Call[bodies.Page]) -> Any:
    return {"cursor": call.body.cursor, "limit": call.body.limit}


def route(answer: Callable[[Call[Any]], Any] = echo, **changes: Any) -> Route:
    values: dict[str, Any] = {
        "method": "POST",
        "path": PATH,
        "kind": "platform",
        "body": bodies.PaymentStatus,
        "algorithm": "sha1",
        "message": errors.OK,
        "has_authorization": False,
        "is_idempotent": False,
        "names_a_card": False,
        "answer": answer,
    }
    declared = Endpoint(**(values | changes))
    return Route({declared.method: declared})


def code_of(response: HttpResponse) -> str:
    status, answer = read(response)
    assert answer["success"] is False
    assert "data" not in answer
    row = errors.BY_CODE[answer["code"]]
    assert status == row.status
    return row.name


BODY = {"invoice_code": "i-1"}


def test_a_good_request(platform: NewCredential) -> None:
    assert read(send(route(), platform, body=BODY)) == (
        200,
        {"success": True, "message": "OK", "data": {"invoice_code": "i-1", "token": "", "key": ""}},
    )


def test_an_exact_repetition_is_not_refused(platform: NewCredential) -> None:
    stamp = str(int(time.time()))
    first = send(route(), platform, body=BODY, timestamp=stamp)
    assert send(route(), platform, body=BODY, timestamp=stamp).content == first.content


def test_upper_case_hex_and_other_body_forms(platform: NewCredential) -> None:
    compact = b'{"invoice_code":"i-1"}'
    headers = Signer(platform).headers("POST", PATH, compact)
    headers["signature"] = headers["signature"].upper()
    assert send(route(), None, body=b'{ "invoice_code" : "i-1" }', headers=headers).status_code == 200


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("content_type", [FORM, "text/plain", "application/json; charset=utf-8", "text/xml", ""])
def test_json_is_read_whatever_the_content_type_says(platform: NewCredential, content_type: str) -> None:
    """curl says "form" of everything that it posts, so real clients send JSON under that name (contract.md 2.14)."""
    assert send(route(), platform, body=BODY, content_type=content_type).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, b"invoice_code=i-1"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="invoice_code"\r\n\r\ni-1\r\n--x--',
        ),
        ("text/xml", b"<invoice_code>i-1</invoice_code>"),
        ("application/json; charset=utf-16", '{"invoice_code":"i-1"}'.encode("utf-16")),
        ("application/json", gzip.compress(b'{"invoice_code":"i-1"}', mtime=0)),
    ],
    ids=["form", "multipart", "XML", "UTF-16", "gzip"],
)
def test_what_is_no_json_is_refused_whatever_the_content_type_says(
    platform: NewCredential, content_type: str, body: bytes
) -> None:
    assert code_of(send(route(), platform, body=body, content_type=content_type)) == "body_malformed"


@pytest.mark.parametrize("missing", ["client_code", "timestamp", "signature"])
def test_missing_headers(platform: NewCredential, missing: str) -> None:
    assert code_of(send(route(), platform, body=BODY, headers={missing: ""})) == "headers_missing"


@pytest.mark.parametrize("client_code", ["nobody", "Tokopedia", "' OR 1=1", "tokopedia\x00", "tok\u00e9", "x" * 5000])
def test_unknown_client(platform: NewCredential, client_code: str) -> None:
    assert code_of(send(route(), platform, body=BODY, headers={"client_code": client_code})) == "client_unknown"


def revoke(partner: NewCredential) -> None:
    ApiCredential.objects.filter(partner_id=partner.partner_id).update(revoked_at=AT)
    clients.forget_clients()


def test_revoked_key(platform: NewCredential) -> None:
    revoke(platform)
    assert code_of(send(route(), platform, body=BODY)) == "key_revoked"


def test_a_partner_rotates_its_key_without_a_gap(platform: NewCredential) -> None:
    with transaction():
        fresh = mint_key(partner=Partner.objects.get(id=platform.partner_id), at=AT)
    new = NewCredential(platform.partner_id, platform.client_code, fresh)
    assert send(route(), platform, body=BODY).status_code == 200
    assert send(route(), new, body=BODY).status_code == 200
    ApiCredential.objects.filter(partner_id=platform.partner_id).order_by("id")[:1].get().delete()
    clients.forget_clients()
    assert code_of(send(route(), platform, body=BODY)) == "signature_wrong"
    assert send(route(), new, body=BODY).status_code == 200


# Ahead by more than a second: one may pass before the call is looked at, and 300 are allowed.
@pytest.mark.parametrize("shift", [-301, 305, -86400])
def test_timestamp_outside_the_window(platform: NewCredential, shift: int) -> None:
    stamp = str(int(time.time()) + shift)
    assert code_of(send(route(), platform, body=BODY, timestamp=stamp)) == "timestamp_outside"


@pytest.mark.parametrize("shift", [-298, 298])
def test_timestamp_inside_the_window(platform: NewCredential, shift: int) -> None:
    stamp = str(int(time.time()) + shift)
    assert send(route(), platform, body=BODY, timestamp=stamp).status_code == 200


@pytest.mark.parametrize(
    "text", ["now", "-1", "1e9", "1632704400.0", "9" * 13, "9" * 4000, "１６３２７０４４００", " 1"]
)
def test_timestamps_that_are_no_seconds(platform: NewCredential, text: str) -> None:
    assert code_of(send(route(), platform, body=BODY, timestamp=text)) == "timestamp_outside"


def test_window_off_replays_published_vectors(platform: NewCredential, settings: Any) -> None:
    settings.PARTNER_API_TIMESTAMP_WINDOW = None
    assert send(route(), platform, body=BODY, timestamp="1516239022").status_code == 200
    settings.PARTNER_API_TIMESTAMP_WINDOW = 10
    assert code_of(send(route(), platform, body=BODY, timestamp=str(int(time.time()) - 15))) == "timestamp_outside"


def test_wrong_signature(platform: NewCredential) -> None:
    assert code_of(send(route(), platform, body=BODY, headers={"signature": "0" * 40})) == "signature_wrong"
    assert code_of(send(route(), platform, body=BODY, signed_path="/api/v1/test/other")) == "signature_wrong"
    assert code_of(send(route(), platform, body=BODY, algorithm="sha256")) == "signature_wrong"


def test_own_endpoints_take_sha256_only(platform: NewCredential) -> None:
    own = route(algorithm="sha256")
    assert send(own, platform, body=BODY, algorithm="sha256").status_code == 200
    assert code_of(send(own, platform, body=BODY, algorithm="sha1")) == "signature_wrong"


def test_kind_of_partner(platform: NewCredential, institution: NewCredential) -> None:
    assert code_of(send(route(), institution, body=BODY)) == "partner_kind"
    assert send(route(kind="institution"), institution, body=BODY).status_code == 200


def test_the_order_of_checks(platform: NewCredential, institution: NewCredential) -> None:
    """Each request carries every later fault too, so the first one in the order must be what is said."""
    bad_body = b'{"invoice_code": '
    stale = "1516239022"
    view = route(kind="institution")
    huge = {"CONTENT_LENGTH": str(MAX_BODY_BYTES + 1)}
    request = RequestFactory().generic("POST", PATH, data=bad_body)
    request.META |= huge
    assert code_of(view(request)) == "body_too_large"
    assert code_of(send(view, None, body=bad_body)) == "headers_missing"
    unknown = {"client_code": "nobody", "signature": "0", "timestamp": stale}
    assert code_of(send(view, None, body=bad_body, headers=unknown)) == "client_unknown"
    assert code_of(send(view, platform, body=bad_body, timestamp=stale)) == "timestamp_outside"
    assert code_of(send(view, platform, body=bad_body, headers={"signature": "0"})) == "signature_wrong"
    assert code_of(send(view, platform, body=bad_body)) == "partner_kind"
    assert code_of(send(view, institution, body=bad_body)) == "body_malformed"
    revoke(platform)
    assert code_of(send(view, platform, body=bad_body, timestamp=stale)) == "key_revoked"


def test_another_method(platform: NewCredential) -> None:
    response = send(route(), platform, method="PUT", body=BODY)
    assert code_of(response) == "method_not_allowed"
    assert response["Allow"] == "POST"


def test_who_is_refused_before_the_body_is_read_is_told_that_the_connection_ends(platform: NewCredential) -> None:
    """A server drops a connection whose request was not read; unannounced, a client would lose its next call."""
    early = [
        send(route(), None, body=BODY),
        send(route(), platform, body=BODY, timestamp="1516239022"),
        send(route(), platform, body=b"x" * (MAX_BODY_BYTES + 1)),
        send(route(), platform, method="PUT", body=BODY),
    ]
    assert [response["Connection"] for response in early] == ["close"] * 4
    late = [
        send(route(), platform, body=BODY),
        send(route(), platform, body=BODY, headers={"signature": "0"}),
        send(route(), platform, body=b"{"),
        send(route(method="GET"), None, method="GET"),
    ]
    assert not any(response.has_header("Connection") for response in late)


# --- bodies by length and in chunks ---


def raw_request(platform: NewCredential, body: bytes, *, announced: str | None, chunked: bool = False) -> Any:
    meta = Signer(platform).headers("POST", PATH, body)
    request = RequestFactory().generic("POST", PATH, data=b"")
    for name, value in meta.items():
        request.META["HTTP_" + name.upper()] = value
    request.META["wsgi.input"] = io.BytesIO(body)
    request.META["wsgi.input_terminated"] = True
    request.META.pop("CONTENT_LENGTH", None)
    if announced is not None:
        request.META["CONTENT_LENGTH"] = announced
    if chunked:
        request.META["HTTP_TRANSFER_ENCODING"] = "chunked"
    return request


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_without_a_length_is_read(platform: NewCredential, chunked: bool) -> None:
    request = raw_request(platform, b'{"invoice_code":"i-1"}', announced=None, chunked=chunked)
    assert route()(request).status_code == 200


def test_the_largest_body(platform: NewCredential) -> None:
    body = b'{"invoice_code":"i-1"' + b" " * (MAX_BODY_BYTES - 22) + b"}"
    assert len(body) == MAX_BODY_BYTES
    assert route()(raw_request(platform, body, announced=str(len(body)))).status_code == 200
    assert route()(raw_request(platform, body, announced=None, chunked=True)).status_code == 200


class Unread(io.BytesIO):
    """A stream that tells how much of it was read."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.size = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.size += len(found)
        return found


@pytest.mark.parametrize(("announced", "at_most"), [(str(10**6), 0), ("9" * 30, 0), (None, MAX_BODY_BYTES + 1)])
def test_a_body_that_is_too_large_is_not_read(platform: NewCredential, announced: str | None, at_most: int) -> None:
    request = raw_request(platform, b"", announced=announced, chunked=announced is None)
    stream = request.META["wsgi.input"] = Unread(b"x" * 10**6)
    assert code_of(route()(request)) == "body_too_large"
    assert stream.size <= at_most


@pytest.mark.parametrize("announced", ["-1", "1.5", "x", "+4", "٣"])
def test_a_length_that_is_no_number(platform: NewCredential, announced: str) -> None:
    assert code_of(route()(raw_request(platform, b"{}", announced=announced))) == "body_malformed"


def test_a_body_shorter_than_announced(platform: NewCredential) -> None:
    assert code_of(route()(raw_request(platform, b"{}", announced="10"))) == "body_malformed"


# --- the payment token and the idempotency key ---


@pytest.mark.parametrize("header", ["Payment t0k-en", "payment t0k-en", "t0k-en", "  Payment   t0k-en "])
def test_payment_token(platform: NewCredential, header: str) -> None:
    response = send(route(has_authorization=True), platform, body=BODY, headers={"authorization": header})
    assert read(response)[1]["data"]["token"] == "t0k-en"


@pytest.mark.parametrize(
    "header", ["", " ", "Bearer t0k", "Payment a b", "Payment " + "x" * 501, "Payment tök", "a b c"]
)
def test_payment_token_refused(platform: NewCredential, header: str) -> None:
    response = send(route(has_authorization=True), platform, body=BODY, headers={"authorization": header})
    assert code_of(response) == "token_invalid"


def test_idempotency_key(platform: NewCredential) -> None:
    own = route(is_idempotent=True, algorithm="sha256")
    response = send(own, platform, body=BODY, algorithm="sha256", headers={"idempotency-key": "k-1"})
    assert read(response)[1]["data"]["key"] == "k-1"
    for key in ("", " ", "a\tb", "x" * 129):
        response = send(own, platform, body=BODY, algorithm="sha256", headers={"idempotency-key": key})
        assert read(response)[1]["message"] == "Isian Idempotency-Key tidak sesuai."


# --- paths and queries ---


def test_double_slash_is_signed_as_one(platform: NewCredential) -> None:
    request = raw_request(platform, b'{"invoice_code":"i-1"}', announced="22")
    request.path_info = "/" + PATH
    assert route()(request).status_code == 200


def test_get_signs_path_and_raw_query(platform: NewCredential) -> None:
    own = route(page, method="GET", body=bodies.Page, algorithm="sha256")
    ask = {"method": "GET", "algorithm": "sha256"}
    assert read(send(own, platform, query="limit=2&cursor=a-1", **ask))[1]["data"] == {"cursor": "a-1", "limit": 2}
    assert read(send(own, platform, **ask))[1]["data"] == {"cursor": None, "limit": 50}
    assert code_of(send(own, platform, query="limit=2", signed_path=PATH, **ask)) == "signature_wrong"
    assert code_of(send(own, platform, query="limit=0", **ask)) == "field_invalid"
    assert code_of(send(own, platform, query="limit=1&limit=2", **ask)) == "body_malformed"
    assert code_of(send(own, platform, query="limit=%ff", **ask)) == "body_malformed"
    assert code_of(send(own, platform, query="&".join(f"a{n}=1" for n in range(30)), **ask)) == "body_malformed"


# --- refusals, faults, languages ---


def refusing(reason: str, **details: Any) -> Route:
    def answer(call: Call[Any]) -> Any:
        raise Refused(reason, **details)

    return route(answer)


def test_a_refusal_is_looked_up(platform: NewCredential) -> None:
    response = send(refusing("otp_wrong", left=2), platform, body=BODY)
    assert response.status_code == 400
    assert response.content == (b'{"code":"ERRPLT40094","message":"OTP salah. Sisa percobaan 2.","success":false}')


def test_english_when_asked_for(platform: NewCredential) -> None:
    response = send(refusing("class_full"), platform, body=BODY, headers={"accept-language": "en-US,en;q=0.9"})
    assert read(response)[1]["message"] == "The class is full."


def test_a_reason_without_a_row_is_a_fault(platform: NewCredential, caplog: pytest.LogCaptureFixture) -> None:
    assert code_of(send(refusing("moon_full"), platform, body=BODY)) == "internal"
    assert "moon_full" in caplog.text


@pytest.mark.parametrize("error", [OperationalError("card 9360000000000000"), InterfaceError("gone")])
def test_a_busy_database(platform: NewCredential, error: Exception) -> None:
    def answer(call: Call[Any]) -> Any:
        raise error

    response = send(route(answer), platform, body=BODY)
    assert code_of(response) == "busy"
    assert response["Retry-After"] == "1"


def test_a_fault_is_logged_without_what_was_sent(platform: NewCredential, caplog: pytest.LogCaptureFixture) -> None:
    def answer(call: Call[Any]) -> Any:
        raise RuntimeError(f"secret {call.body.invoice_code}")

    with caplog.at_level(logging.DEBUG):
        response = send(route(answer), platform, body={"invoice_code": "GHOPNYXUVMT0"})
    assert code_of(response) == "internal"
    assert "RuntimeError" in caplog.text
    assert "test_endpoint.py" in caplog.text
    assert "GHOPNYXUVMT0" not in caplog.text
    assert "secret" not in caplog.text
    assert platform.sign_key not in caplog.text


def test_other_forms_are_noted_once(platform: NewCredential, caplog: pytest.LogCaptureFixture) -> None:
    view = route(path="/api/v1/test/noted")
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            headers = Signer(platform).headers("POST", PATH, b'{"invoice_code":"i-1"}')
            assert send(view, None, body=b'{"invoice_code": "i-1"}', headers=headers).status_code == 200
    assert caplog.text.count("tokopedia signs /api/v1/test/noted: body compact") == 1


# --- how often ---


def limit(partner: NewCredential, per_minute: int) -> None:
    Partner.objects.filter(id=partner.partner_id).update(rate_limit_per_minute=per_minute)
    clients.forget_clients()


def test_calls_a_minute(platform: NewCredential, institution: NewCredential, let_pass: Callable[[float], None]) -> None:
    limit(platform, 30)
    assert [send(route(), platform, body=BODY).status_code for _ in range(7)] == [200] * 5 + [429] * 2
    # Another client is not concerned. What comes in this one's name is not even looked at: a flood must be cheap to refuse.
    assert send(route(kind="institution"), institution, body=BODY).status_code == 200
    assert code_of(send(route(), platform, body=BODY, headers={"signature": "0" * 40})) == "rate_limited"
    let_pass(2)
    assert [send(route(), platform, body=BODY).status_code for _ in range(2)] == [200, 429]


def test_a_forged_request_uses_no_call_up(platform: NewCredential, let_pass: Callable[[float], None]) -> None:
    limit(platform, 6)
    for _ in range(5):
        assert code_of(send(route(), platform, body=BODY, headers={"signature": "0" * 40})) == "signature_wrong"
    assert send(route(), platform, body=BODY).status_code == 200


def test_no_limit(platform: NewCredential) -> None:
    limit(platform, 0)
    assert {send(route(), platform, body=BODY).status_code for _ in range(50)} == {200}


@pytest.mark.parametrize("reason", ["card_unknown", "award_ended"])
def test_who_tries_card_numbers_out_learns_nothing_and_is_slowed(
    platform: NewCredential, caplog: pytest.LogCaptureFixture, reason: str, let_pass: Callable[[float], None]
) -> None:
    known = {"user_platform_id": "pembeli", "prakerja_id": "9360000000000000"}

    def answer(call: Call[Any]) -> Any:
        if call.body.prakerja_id != known["prakerja_id"]:
            raise Refused(reason)
        return {}

    def ask(user: str, card: str = "9360000000000001") -> str:
        body = {"course_code": "k", "schedule_code": "j", "amount": 1, "user_platform_id": user, "prakerja_id": card}
        response = send(view, platform, body=body)
        return "found" if response.status_code == 200 else code_of(response)

    limit(platform, 0)
    view = route(answer, names_a_card=True, body=bodies.SendOtp)
    # The eleventh is the one call of this minute.
    assert [ask("penebak") for _ in range(13)] == ["card_unknown"] * 11 + ["rate_limited"] * 2
    let_pass(60)
    assert [ask("penebak") for _ in range(2)] == ["card_unknown", "rate_limited"]
    # Neither a hundred other guesses nor a slip of one's own stops an honest buyer of the same shop.
    assert {ask(f"karangan-{number}") for number in range(120)} == {"card_unknown"}
    assert ask("pembeli") == "card_unknown"
    assert {ask(f"pembeli-{number}", known["prakerja_id"]) for number in range(30)} == {"found"}
    assert ask("pembeli", known["prakerja_id"]) == "found"
    # Told once an hour, where operators look.
    assert caplog.text.count("tokopedia named more than 100 unknown cards") == 1
    told = partners_guessing_cards(since=clock.wall() - timedelta(minutes=5), most=10)
    assert [(one.partner_id, one.name) for one in told] == [(platform.partner_id, "Tokopedia")]


def test_operators_are_told_of_a_platform_whose_codes_are_mostly_wrong(platform: NewCredential) -> None:
    found = clients.client_of_code(client_code=platform.client_code)
    assert found is not None
    for is_right in [True] * 30 + [False] * 31:
        clients.count_code(client=found, is_right=is_right)
    told = Record.objects.get(action="partner.codes_wrong")
    assert (told.subject_id, told.data) == (platform.partner_id, {"wrong": 30, "of": 60})


def test_a_flood_of_refused_signatures_is_one_row_a_minute(
    platform: NewCredential, let_pass: Callable[[float], None]
) -> None:
    forged = {"signature": "0" * 40}
    for _ in range(50):
        assert code_of(send(route(), platform, body=BODY, headers=forged)) == "signature_wrong"
    let_pass(61)
    send(route(), platform, body=BODY, headers=forged)
    noted = Record.objects.filter(action="partner.signature_refused").order_by("id")
    assert [(one.subject_id, one.data) for one in noted] == [
        (platform.partner_id, {"count": 1}),
        (platform.partner_id, {"count": 50}),
    ]


@pytest.mark.django_db
def test_a_shop_cannot_fill_our_memory_with_visitors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients.Leases, "AT_MOST", 20)
    leases = clients.Leases("t")
    for number in range(25):
        leases.take(name=str(number), per_second=0.0, burst=1.0)
    assert len(leases._held) == 20
    # Whoever is forgotten here is not forgotten where all doors count.
    assert not leases.take(name="0", per_second=0.0, burst=1.0)


def test_leases_refill_with_wall_time(let_pass: Callable[[float], None]) -> None:
    leases = clients.Leases("t")
    assert [leases.take(name="x", per_second=50.0, burst=2.0) for _ in range(3)] == [True, True, False]
    assert leases.is_empty(name="x")
    let_pass(0.02)
    assert leases.take(name="x", per_second=50.0, burst=2.0)
    assert not leases.is_empty(name="y")


def test_two_doors_share_a_limit_and_ask_for_a_part_of_it_at_a_time(
    let_pass: Callable[[float], None], django_assert_num_queries: Any
) -> None:
    here, there = clients.Leases("t", part=0.25), clients.Leases("t", part=0.25)
    limit = {"name": "x", "per_second": 1.0, "burst": 20.0}
    with django_assert_num_queries(2):
        assert [one.take(**limit) for one in (here, there) for _ in range(5)] == [True] * 10
    with django_assert_num_queries(3):
        assert sum(one.take(**limit) for one in (here, there) * 10) == 10
    # Nothing is left, and neither asks for it again before it can be there.
    with django_assert_num_queries(0):
        assert here.is_empty(name="x")
        assert there.is_empty(name="x")
        assert not any(one.take(**limit) for one in (here, there) * 10)
    let_pass(3)
    assert sum(one.take(**limit) for one in (here, there) * 10) == 3


def test_a_machine_whose_clock_is_off_gives_nobody_more(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    moment = 1_000.0
    ahead, behind = clients.Leases("t"), clients.Leases("t")
    limit = {"name": "x", "per_second": 0.1, "burst": 2.0}
    taken = 0
    for _ in range(15):
        moment += 1
        for leases, off in ((ahead, 60.0), (behind, -60.0)):
            monkeypatch.setattr(leases, "seconds", partial(float, moment + off))
            taken += leases.take(**limit)
    # Two at first, and one in ten seconds.
    assert taken == 3


def test_bodies_never_echo_html(platform: NewCredential) -> None:
    response = send(route(), platform, body={"invoice_code": "<script>alert(1)</script>🎓"})
    assert response["Content-Type"] == "application/json"
    assert json.loads(response.content)["data"]["invoice_code"] == "<script>alert(1)</script>🎓"
