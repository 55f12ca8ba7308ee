"""Scopes, state, PKCE: pure decisions, over anything that may be sent."""

from __future__ import annotations

import base64
import hashlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.grants.policies import FACTS, SCOPES, answers_challenge, facts_of, is_challenge, is_echoable, known_scopes
from prakerja.grants.requests import AuthorizationRequest
from prakerja.grants.tokens import Token

# RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


def test_the_example_of_the_standard() -> None:
    assert is_challenge(CHALLENGE)
    assert answers_challenge(challenge=CHALLENGE, verifier=VERIFIER)


@pytest.mark.parametrize(
    "verifier", [None, "", CHALLENGE, VERIFIER[:-1], VERIFIER + "k", "a" * 129, "é" * 50, VERIFIER + "\n"]
)
def test_what_is_no_answer(verifier: str | None) -> None:
    assert not answers_challenge(challenge=CHALLENGE, verifier=verifier)


def test_a_published_code_takes_no_verifier() -> None:
    assert answers_challenge(challenge="", verifier=None)
    assert not answers_challenge(challenge="", verifier="")
    assert not answers_challenge(challenge="", verifier=VERIFIER)


@given(st.text(UNRESERVED, min_size=43, max_size=128), st.text(UNRESERVED, min_size=43, max_size=128))
def test_only_the_verifier_itself_answers(verifier: str, other: str) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert is_challenge(challenge)
    assert answers_challenge(challenge=challenge, verifier=verifier)
    assert answers_challenge(challenge=challenge, verifier=other) is (other == verifier)


@given(st.text())
def test_scopes_are_known_ones_each_once_in_their_order(text: str) -> None:
    found = known_scopes(text)
    assert set(found) <= set(SCOPES)
    assert len(set(found)) == len(found)
    assert list(found) == sorted(found, key=text.split().index)


def test_every_scope_tells_facts_that_the_page_has_words_for() -> None:
    assert facts_of(tuple(SCOPES)) == set(FACTS)
    assert facts_of(("openid", "unheard-of")) == frozenset()


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "\x00", "\x7f", "\x85", "\ud800", "a" * 1001])
def test_what_is_not_echoed(text: str) -> None:
    assert not is_echoable(text)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=1000))
def test_anything_printable_survives_the_seal_and_the_address(state: str) -> None:
    assert is_echoable(state)
    asked = AuthorizationRequest(
        partner_id=uuid.uuid4(),
        redirect_uri="https://lms.example/a?b=c#d",
        failure_uri="https://lms.example/masuk",
        scopes=("name",),
        state=state,
        nonce="",
        code_challenge="",
        asked_at=1,
    )
    assert AuthorizationRequest.parse(asked.text()) == asked
    for address in (asked.success_address(code="x", issuer="i"), asked.failure_address(error="e", issuer="i")):
        assert address.isascii()
        assert address.isprintable()
        assert " " not in address


@given(st.text(max_size=300))
def test_what_we_did_not_make_opens_nothing(text: str) -> None:
    assert AuthorizationRequest.parse(text) is None
    assert [Token.parse(kind, text) for kind in ("code", "access", "refresh")] == [None] * 3


def test_a_token_finds_its_way_and_shows_it_to_nobody() -> None:
    person_id, grant_id = uuid.uuid4(), uuid.uuid4()
    token = Token.new("access", person_id=person_id, grant_id=grant_id)
    found = Token.parse("access", token.text)
    assert found is not None
    assert (found.person_id, found.grant_id, found.hash()) == (person_id, grant_id, token.hash())
    assert Token.parse("refresh", token.text) is None
    raw = base64.urlsafe_b64decode(token.text + "=" * (-len(token.text) % 4))
    assert person_id.bytes not in raw
    assert person_id.hex.encode() not in raw
    assert token.text not in repr(token)
    assert len(token.text) < 200
