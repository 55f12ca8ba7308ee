"""The published vectors, the mismatches seen in real clients, and what must hold for every body."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prakerja.partner_api import json_text, signing
from prakerja.partner_api.signing import AuthorizationForm, BodyForm

KEY = "my_sign_key"
COMMIT = "/api/v1/integration/payment/redeem-code/commit"
STATUS = "/api/v1/integration/payment/redeem-code/status"
VECTOR_1 = "943c20a8e36b6243f576404b00fffdc86411ce1f"
VECTOR_3 = "ab176812770ce5336cccabdf045a84292493ec72"
VECTOR_4_SPACED = "09daa8acc5a0077a999d5778d8e9cf8fb811a198"


def request(body: bytes, **changes: Any) -> signing.Request:
    values: dict[str, Any] = {
        "client_code": "client_code",
        "timestamp": "1698289216",
        "method": "POST",
        "paths": (STATUS,),
        "body": body,
    }
    return signing.Request(**(values | changes))


def matched(body: bytes, signed: str, **changes: Any) -> BodyForm | None:
    """Which form verifies `body` when the client signed the text `signed`."""
    signature = signing.sign(
        client_code="client_code",
        timestamp="1698289216",
        method="POST",
        path=STATUS,
        body=signed.encode(),
        sign_key=KEY,
    )
    found = signing.verify(request=request(body, **changes), signature=signature, sign_keys=(KEY,), algorithm="sha1")
    return found.body if found else None


def test_published_vector_of_seven_languages() -> None:
    assert (
        signing.sign(
            client_code="myclient_code",
            timestamp="1516239022",
            method="POST",
            path=COMMIT,
            body=b'{"redeem_code":"code"}',
            sign_key=KEY,
        )
        == VECTOR_1
    )


def test_documented_raw_text() -> None:
    body = b'{"redeem_code":"GHOPNYXUVMT0","sequence":1}'
    found = signing.verify(request=request(body), signature=VECTOR_3, sign_keys=(KEY,), algorithm="sha1")
    assert found == signing.Match(BodyForm.RAW, STATUS, AuthorizationForm.EMPTY, 0)


@pytest.mark.parametrize(("signature", "form"), [(VECTOR_3, BodyForm.COMPACT), (VECTOR_4_SPACED, BodyForm.RAW)])
def test_python_sends_spaces_and_signs_without(signature: str, form: BodyForm) -> None:
    body = b'{"redeem_code": "GHOPNYXUVMT0", "sequence": 1}'
    found = signing.verify(request=request(body), signature=signature, sign_keys=(KEY,), algorithm="sha1")
    assert found is not None
    assert found.body is form


# What each language's encoder really writes for the same value, and the text that its client signed.
REAL_CLIENTS = [
    (
        "PHP, both escaped",
        rb'{"redirect_uri":"https:\/\/lms.id\/a"}',
        r'{"redirect_uri":"https:\/\/lms.id\/a"}',
        "raw",
    ),
    (
        "PHP signs escaped",
        b'{"redirect_uri":"https://lms.id/a"}',
        r'{"redirect_uri":"https:\/\/lms.id\/a"}',
        "slashed",
    ),
    (
        "PHP sends escaped",
        rb'{"redirect_uri":"https:\/\/lms.id\/a"}',
        '{"redirect_uri":"https://lms.id/a"}',
        "compact",
    ),
    ("Go", b'{"url":"https://x.id/?a=1&b=<2>"}', r'{"url":"https://x.id/?a=1\u0026b=\u003c2\u003e"}', "go"),
    ("Go, separators", '{"u":"a\u2028b\u2029"}'.encode(), r'{"u":"a\u2028b\u2029"}', "go"),
    ("Go, backslash before b", rb'{"u":"\\b&"}', r'{"u":"\\b\u0026"}', "go"),
    ("Go, control characters", rb'{"u":"\b\f\n"}', r'{"u":"\u0008\u000c\n"}', "go"),
    ("Node", '{"name":"Siti é","n":1}'.encode(), '{"name":"Siti é","n":1}', "raw"),
    ("Node signs literal", rb'{"name":"Siti \u00e9"}', '{"name":"Siti é"}', "compact"),
    ("Python", '{"name": "Siti é 🎓"}'.encode(), r'{"name":"Siti \u00e9 \ud83c\udf93"}', "ascii"),
    ("PHP, all", '{"name": "é/"}'.encode(), r'{"name":"\u00e9\/"}', "ascii_slashed"),
    ("pretty printer", b'{\n  "a" : [ 1 , 2.0 ],\t"b" : { }\r\n}', '{"a":[1,2.0],"b":{}}', "compact"),
]


@pytest.mark.parametrize(
    ("body", "signed", "form"), [row[1:] for row in REAL_CLIENTS], ids=[r[0] for r in REAL_CLIENTS]
)
def test_real_clients(body: bytes, signed: str, form: str) -> None:
    assert matched(body, signed) == form


@pytest.mark.parametrize(
    "number", ["1", "-0", "1.0", "1e3", "1E+3", "20000.50", "123456789012345678901234567890", "0.1"]
)
def test_numbers_keep_the_senders_text(number: str) -> None:
    assert matched(f'{{"amount": {number} }}'.encode(), f'{{"amount":{number}}}') is BodyForm.COMPACT


def test_another_spelling_of_a_number_is_another_text() -> None:
    assert matched(b'{"amount": 1.0}', '{"amount":1}') is None


def test_order_of_members_is_the_senders() -> None:
    assert matched(b'{"b": 1, "a": 2}', '{"b":1,"a":2}') is BodyForm.COMPACT
    assert matched(b'{"b": 1, "a": 2}', '{"a":2,"b":1}') is None


@pytest.mark.parametrize(
    ("body", "signed"),
    [
        (b'{"a": 1, "a": 2}', '{"a":1,"a":2}'),
        (b'{"a": 1, "\\u0061": 2}', '{"a":1,"a":2}'),
        (b'{"a": 1 2}', '{"a":12}'),
        (b'{"a": NaN}', '{"a":NaN}'),
        (b'{"a": "\\ud800"}', '{"a":"\\ud800"}'),
        (b'{"a": "\\u0000 x"}', '{"a":"\x00 x"}'),
        (b"[" * 40 + b" " + b"]" * 40, "[" * 40 + "]" * 40),
        (b"[" * 30000, ""),
    ],
)
def test_no_other_form_of_a_body_that_is_not_accepted_json(body: bytes, signed: str) -> None:
    assert matched(body, signed) is None


def test_duplicate_keys_still_verify_raw_so_that_the_reader_says_what_is_wrong() -> None:
    assert matched(b'{"a":1,"a":2}', '{"a":1,"a":2}') is BodyForm.RAW


@pytest.mark.parametrize(
    ("slot", "form"),
    [("Payment t0k", "header"), ("t0k", "token"), ("", "empty"), ("Payment", None), ("T0K", None)],
)
def test_authorization_slot(slot: str, form: str | None) -> None:
    signature = signing.sign(
        client_code="client_code",
        timestamp="1698289216",
        method="POST",
        path=STATUS,
        authorization=slot,
        body=b"{}",
        sign_key=KEY,
    )
    found = signing.verify(
        request=request(b"{}", authorization="Payment t0k"),
        signature=signature,
        sign_keys=(KEY,),
        algorithm="sha1",
    )
    assert (found.authorization if found else None) == form


def test_no_slot_where_none_is_asked_for() -> None:
    signature = signing.sign(
        client_code="client_code",
        timestamp="1698289216",
        method="POST",
        path=STATUS,
        authorization="Payment t0k",
        body=b"{}",
        sign_key=KEY,
    )
    assert signing.verify(request=request(b"{}"), signature=signature, sign_keys=(KEY,), algorithm="sha1") is None


@pytest.mark.parametrize(
    ("signature", "ok"),
    [
        (VECTOR_3.upper(), True),
        (VECTOR_3[:-1], False),
        (VECTOR_3 + "0", False),
        (" " + VECTOR_3[1:], False),
        (VECTOR_3[:38] + "  ", False),
        ("", False),
        ("ＡＢ" * 20, False),
        (VECTOR_3[:-1] + "g", False),
    ],
)
def test_only_whole_hexadecimal_of_either_case(signature: str, ok: bool) -> None:
    body = b'{"redeem_code":"GHOPNYXUVMT0","sequence":1}'
    found = signing.verify(request=request(body), signature=signature, sign_keys=(KEY,), algorithm="sha1")
    assert (found is not None) is ok


def test_sha256_is_another_signature() -> None:
    def by(algorithm: signing.Algorithm) -> str:
        return signing.sign(
            client_code="client_code",
            timestamp="1698289216",
            method="POST",
            path=STATUS,
            body=b"{}",
            sign_key=KEY,
            algorithm=algorithm,
        )

    def verified(signature: str, algorithm: signing.Algorithm) -> bool:
        return (
            signing.verify(request=request(b"{}"), signature=signature, sign_keys=(KEY,), algorithm=algorithm)
            is not None
        )

    assert verified(by("sha256"), "sha256")
    assert not verified(by("sha1"), "sha256")
    assert not verified(by("sha256"), "sha1")


def test_any_of_the_clients_keys_verifies() -> None:
    body = b'{"redeem_code": "GHOPNYXUVMT0", "sequence": 1}'
    found = signing.verify(request=request(body), signature=VECTOR_3, sign_keys=("old", KEY), algorithm="sha1")
    assert found is not None
    assert found.key_index == 1
    assert signing.verify(request=request(body), signature=VECTOR_3, sign_keys=(), algorithm="sha1") is None


@pytest.mark.parametrize(
    ("path", "query", "signed", "expected"),
    [
        ("//api/v1/x", "", True, ("/api/v1/x",)),
        ("///api//x", "", True, ("/api//x",)),
        ("/api/v1/x", "a=1&b=%20", True, ("/api/v1/x?a=1&b=%20",)),
        ("/api/v1/x", "a=1", False, ("/api/v1/x", "/api/v1/x?a=1")),
        ("/t/INV 1/é", "", True, ("/t/INV 1/é", "/t/INV%201/%C3%A9")),
    ],
)
def test_path_spellings(path: str, query: str, signed: bool, expected: tuple[str, ...]) -> None:
    assert signing.path_spellings(path=path, query=query, query_is_signed=signed) == expected


def test_spellings_of_a_free_text_in_the_path() -> None:
    assert signing.path_spellings(path="/t/a/b!(é", query="", query_is_signed=True, tail="a/b!(é") == (
        "/t/a/b!(é",
        "/t/a/b!(%C3%A9",
        "/t/a/b%21%28%C3%A9",
        "/t/a%2Fb%21%28%C3%A9",
        "/t/a%2Fb!(%C3%A9",
    )
    assert signing.path_spellings(path="/t/INV-1", query="", query_is_signed=True, tail="INV-1") == ("/t/INV-1",)


# --- what must hold for every body ---

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
OBJECT = st.dictionaries(TEXT, JSON, max_size=4)
SPACING = st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}, {"separators": (" , ", " : ")}])


def spelt(value: Any, spacing: Any, ascii_only: bool) -> bytes:
    return json.dumps(value, ensure_ascii=ascii_only, **spacing).encode()


def canonical(body: bytes) -> bytes | None:
    try:
        return json_text.write(json_text.read_tree(body), json_text.plain)
    except json_text.BrokenJson:
        return None


@given(OBJECT, SPACING, st.booleans(), SPACING, st.booleans())
def test_spacing_and_escapes_do_not_change_the_canonical_text(
    value: Any, one: Any, one_ascii: bool, two: Any, two_ascii: bool
) -> None:
    assert canonical(spelt(value, one, one_ascii)) == canonical(spelt(value, two, two_ascii))


@given(OBJECT, OBJECT)
def test_two_bodies_share_a_form_only_if_they_are_the_same_value(one: Any, two: Any) -> None:
    first, second = spelt(one, {}, True), spelt(two, {}, False)
    assume(canonical(first) is not None and canonical(second) is not None)
    same = json.dumps(one) == json.dumps(two)  # order of members and text of numbers count
    share = {text for _, text in signing.body_forms(first)} & {text for _, text in signing.body_forms(second)}
    assert bool(share) is same


@given(OBJECT, SPACING, st.booleans())
def test_every_form_is_the_same_json_value(value: Any, spacing: Any, ascii_only: bool) -> None:
    for _, text in signing.body_forms(spelt(value, spacing, ascii_only)):
        assert json.dumps(json.loads(text)) == json.dumps(value)


@given(OBJECT, st.booleans(), st.data())
def test_a_flipped_byte_never_verifies(value: Any, ascii_only: bool, data: st.DataObject) -> None:
    body = spelt(value, {"separators": (",", ":")}, ascii_only)
    where = data.draw(st.integers(0, len(body) - 1))
    flipped = bytearray(body)
    flipped[where] ^= 1 << data.draw(st.integers(0, 7))
    # A flip that only respells the same value (a letter of \u00e9 changing case) is no forgery.
    assume(canonical(bytes(flipped)) is None or canonical(bytes(flipped)) != canonical(body))
    assert matched(bytes(flipped), body.decode()) is None


@given(st.binary(max_size=60))
def test_forms_never_raise(body: bytes) -> None:
    assert next(iter(signing.body_forms(body))) == (BodyForm.RAW, body)
    assert len(list(signing.body_forms(body))) >= 1


@given(
    st.sampled_from(["client_code", "timestamp", "method", "paths", "body"]),
    st.integers(0, 39),
    st.integers(1, 15),
)
def test_every_part_is_covered_by_the_signature(part: str, digit: int, change: int) -> None:
    other: dict[str, Any] = {
        "client_code": "client_codd",
        "timestamp": "1698289217",
        "method": "PUT",
        "paths": (COMMIT,),
        "body": b'{"redeem_code":"GHOPNYXUVMT1","sequence":1}',
    }
    body = b'{"redeem_code":"GHOPNYXUVMT0","sequence":1}'
    values = {"body": body} | {part: other[part]}
    changed = request(values.pop("body"), **values)
    assert signing.verify(request=changed, signature=VECTOR_3, sign_keys=(KEY,), algorithm="sha1") is None
    wrong = VECTOR_3[:digit] + f"{int(VECTOR_3[digit], 16) ^ change:x}" + VECTOR_3[digit + 1 :]
    assert signing.verify(request=request(body), signature=wrong, sign_keys=(KEY,), algorithm="sha1") is None
