"""The published sign-in through both doors: answers, refusals, and what a thief of a code or token gets."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.grants.models import Grant
from prakerja.grants.queries import pairwise_id
from prakerja.kernel import clock
from prakerja.partner_api import clients
from prakerja.partners.models import ApiCredential
from prakerja.partners.models import Partner as PartnerRow
from prakerja.partners.operations import add_partner
from prakerja.people.models import Person
from prakerja.people.queries import contact_of
from tests import builders as b
from tests.grants.sign_in import AUTHORIZE, LOGIN, PROFILE, REFRESH, TOKEN, SignIn, address_of, members_of
from tests.partner_api.partner import Partner, refused
from tests.partner_api.signer import Signer

UNKNOWN = (400, "ERROAUTH4031", "Unauthorized")
NOBODY = (400, "ERROAUTH4030", "Unauthorized")


def test_the_whole_way(sign_in: SignIn) -> None:
    status, answer = sign_in.ask()
    assert status == 200
    assert {name: answer[name] for name in ("message", "success", "errorCode")} == {
        "message": "no error",
        "success": True,
        "errorCode": "0",
    }
    code = sign_in.allowed()
    before = clock.wall().timestamp()
    status, answer = sign_in.exchange(code)
    assert (status, answer["success"], answer["message"], answer["errorCode"]) == (200, True, "no error", "0")
    pair = answer["data"]
    assert set(pair) == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
    assert (pair["scope"], pair["token_type"]) == ("name email prakerjaid notelp", "Bearer")
    # A text with a point in time on the wall clock, whatever year the sandbox plays in.
    assert isinstance(pair["expires_in"], str)
    assert 3590 <= int(pair["expires_in"]) - before <= 3600
    status, answer = sign_in.profile(pair["access_token"])
    assert (status, answer["message"], answer["errorCode"]) == (200, "no error", "0")
    found = answer["data"]
    assert str(uuid.UUID(found.pop("user_id"))) == pairwise_id(
        person_id=sign_in.who.person_id, partner_id=sign_in.world.institution.partner_id
    )
    assert found == {
        "dp_user_id": "",
        "email": contact_of(person_id=sign_in.who.person_id, kind="email"),
        "name": Person.objects.get(id=sign_in.who.person_id).name,
        "no_prakerja": sign_in.who.card,
        "phone_number": sign_in.who.phone,
    }
    actions = Record.objects.filter(person_id=sign_in.who.person_id, action__startswith="grant.")
    assert [(record.action, record.actor_kind) for record in actions] == [("grant.allowed", "participant")]


# --- asking ---


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"redirect_uri": "https://jahat.example/"}, "ERRTRX40091"),
        ({"redirect_uri": b.RETURN_TO + "/"}, "ERRTRX40091"),
        ({"redirect_uri": b.RETURN_TO + "?x=1"}, "ERRTRX40091"),
        ({"redirect_uri": b.RETURN_TO.upper()}, "ERRTRX40091"),
        ({"redirect_uri": "//jahat.example/"}, "ERRTRX40091"),
        ({"redirect_uri": ""}, "ERRTRX40091"),
        ({"login_uri": "https://jahat.example/"}, "ERRTRX40091"),
        ({"login_uri": "javascript:alert(1)"}, "ERRTRX40091"),
        ({"scope": "everything"}, "ERRINT40091"),
        ({"scope": ""}, "ERRINT40091"),
        ({"scope": None}, "ERRINT40091"),
        ({"state": None}, "ERRINT40091"),
        ({"state": ""}, "ERRINT40091"),
        ({"state": "a\r\nSet-Cookie: x=1"}, "ERRINT40091"),
        ({"state": "a" * 1001}, "ERRINT40091"),
        ({"client_id": "somebody-else"}, "ERRINT40091"),
        ({"redirect_uri": None}, "ERRINT40091"),
        ({"login_uri": None}, "ERRINT40091"),
    ],
)
def test_what_may_not_be_asked(sign_in: SignIn, changes: dict[str, Any], code: str) -> None:
    status, answer = sign_in.ask(**changes)
    assert (status, answer["code"]) == (400, code)


def test_what_is_registered_but_no_web_address_is_refused(sign_in: SignIn) -> None:
    for broken in (
        "javascript:alert(1)",
        "https://lms.example/\r\nX: y",
        "data:text/html,x",
        "https://u:p@lms.example/",
    ):
        PartnerRow.objects.filter(id=sign_in.world.institution.partner_id).update(redirect_uris=[broken, LOGIN])
        assert sign_in.ask(redirect_uri=broken)[1]["code"] == "ERRTRX40091", broken


def test_the_query_may_be_signed_or_not_and_the_client_may_be_named_twice(sign_in: SignIn, settings: Any) -> None:
    settings.ROOT_URLCONF = "prakerja.config.partner_urls"
    query = f"state=s&scope=name&redirect_uri={b.RETURN_TO}&login_uri={b.RETURN_TO}&client_id={sign_in.client_id}"
    assert sign_in.lms.get(f"{AUTHORIZE}?{query}")[0] == 200
    sent = Signer(sign_in.world.institution).headers("GET", AUTHORIZE, b"")
    meta = {
        "HTTP_X_CLIENT_ID": sent["client_code"],
        "HTTP_X_TIMESTAMP": sent["timestamp"],
        "HTTP_X_SIGNATURE": sent["signature"],
    }
    assert Client().get(f"{AUTHORIZE}?{query}", **meta).status_code == 200
    assert Client().get(f"{AUTHORIZE}?{query}", **(meta | {"HTTP_X_SIGNATURE": "0" * 40})).status_code == 401
    # The names of the other family mean nothing here.
    plain = {"HTTP_CLIENT_CODE": sent["client_code"], "HTTP_TIMESTAMP": sent["timestamp"]}
    refusal = Client().get(f"{AUTHORIZE}?{query}", HTTP_SIGNATURE=sent["signature"], **plain)
    assert (refusal.status_code, refusal.json()["code"]) == (400, "ERROAUTH4024")


@pytest.mark.parametrize("missing", ["HTTP_X_TIMESTAMP", "HTTP_X_SIGNATURE"])
def test_the_first_call_must_be_signed(sign_in: SignIn, settings: Any, missing: str) -> None:
    settings.ROOT_URLCONF = "prakerja.config.partner_urls"
    meta = {"HTTP_X_CLIENT_ID": sign_in.client_id, "HTTP_X_TIMESTAMP": "1", "HTTP_X_SIGNATURE": "0" * 40}
    del meta[missing]
    refusal = Client().get(AUTHORIZE, **meta)
    assert (refusal.status_code, refusal.json()["code"]) == (401, "ERRINT40190")


# --- coming back ---


@pytest.mark.parametrize("state", ["s-1", "a&b=c#d?e", "kata sandi%0d%0aX: y", "日本", "<script>", "a" * 1000])
def test_state_comes_back_as_it_went(sign_in: SignIn, state: str) -> None:
    sign_in.enter()
    answer = sign_in.decide(sign_in.asked(state=state))
    assert members_of(answer)["state"] == state
    assert "\r" not in answer["Location"]
    assert "\n" not in answer["Location"]


def test_a_return_address_with_a_query_keeps_it(sign_in: SignIn) -> None:
    sign_in.enter()
    answer = sign_in.decide(sign_in.asked(redirect_uri=b.RETURN_WITH_QUERY))
    assert address_of(answer) == b.RETURN_WITH_QUERY
    assert answer["Location"].count("?") == 1
    plain = sign_in.decide(sign_in.asked())
    assert plain["Location"].startswith(b.RETURN_TO + "?code=")


def test_a_no_leads_to_the_sign_in_page_of_the_institution(sign_in: SignIn) -> None:
    sign_in.enter()
    answer = sign_in.decide(sign_in.asked(), "deny")
    assert address_of(answer) == LOGIN
    found = members_of(answer)
    assert (found["error"], found["state"]) == ("access_denied", "s-1")
    assert "code" not in found
    assert Grant.objects.count() == 0


# --- the code ---


@pytest.mark.parametrize(
    ("body", "content_type", "query"),
    [
        (b'{"code":"%s"}', "application/json", ""),
        (b' {"code": "%s"}', "application/x-www-form-urlencoded", ""),
        (b'{"code":"%s"}', "text/plain", ""),
        (b"code=%s", "application/x-www-form-urlencoded", ""),
        (b"code=%s", "application/json", ""),
        (b"", "", "?code=%s"),
        (b"{}", "application/json", "?code=%s"),
    ],
)
def test_a_code_may_come_in_every_published_form(sign_in: SignIn, body: bytes, content_type: str, query: str) -> None:
    code = sign_in.allowed()
    filled = body.replace(b"%s", code.encode())
    status, answer = sign_in.call("POST", TOKEN + query.replace("%s", code), filled, content_type=content_type)
    assert status == 200, answer


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", UNKNOWN[:2]),
        (b"{}", UNKNOWN[:2]),
        (b'{"code":""}', UNKNOWN[:2]),
        (b'{"code":"x"}', UNKNOWN[:2]),
        (b'{"code":null,"token":null}', UNKNOWN[:2]),
        ('{"code":"é"}'.encode(), UNKNOWN[:2]),
        (b'{"code":1}', (400, "ERRINT40091")),
        (b'{"code":"' + b"a" * 501 + b'"}', (400, "ERRINT40091")),
        (b'{"code":"a","code":"b"}', (400, "ERRINT40090")),
        (b"code=a&code=b", (400, "ERRINT40090")),
        (b"\xff\xfe", (400, "ERRINT40090")),
        (b"{", (400, "ERRINT40090")),
        (b"[]", UNKNOWN[:2]),
        (b'{"code":"' + b"a" * 70_000 + b'"}', (413, "ERRINT41390")),
    ],
)
def test_broken_bodies(sign_in: SignIn, body: bytes, expected: tuple[int, str]) -> None:
    status, answer = sign_in.call("POST", TOKEN, body)
    assert (status, answer["code"]) == expected


def test_a_second_use_of_a_code_ends_what_the_first_one_got(sign_in: SignIn) -> None:
    code = sign_in.allowed()
    pair = sign_in.exchanged(code)
    assert refused(sign_in.exchange(code)) == UNKNOWN
    assert refused(sign_in.profile(pair["access_token"])) == UNKNOWN
    assert refused(sign_in.call("POST", REFRESH, {"token": pair["refresh_token"]})) == UNKNOWN
    assert Grant.objects.get().end_reason == "code_reused"
    assert Record.objects.filter(action="grant.ended").count() == 1
    # The end stands, whatever comes after it.
    assert refused(sign_in.exchange(code)) == UNKNOWN
    assert Record.objects.filter(action="grant.ended").count() == 1


def test_a_code_lives_for_sixty_seconds(sign_in: SignIn) -> None:
    with time_machine.travel(clock.wall(), tick=False) as travel:
        early, late = sign_in.allowed(), sign_in.allowed()
        travel.shift(timedelta(seconds=59.999))
        sign_in.exchanged(early)
        travel.shift(timedelta(seconds=0.001))
        assert refused(sign_in.exchange(late)) == UNKNOWN


def test_a_stolen_code_is_worth_nothing_to_another_client(sign_in: SignIn) -> None:
    thief = add_partner(actor=SYSTEM, kind="institution", code="maling", name="Maling", at=b.ANNOUNCED)
    code = sign_in.allowed()
    assert refused(sign_in.exchange(code, client=thief.client_code)) == UNKNOWN
    # A refusal changes nothing: the owner still can.
    pair = sign_in.exchanged(code)
    assert refused(sign_in.profile(pair["access_token"], client=thief.client_code)) == UNKNOWN
    stolen = {"token": pair["refresh_token"]}
    assert refused(sign_in.call("POST", REFRESH, stolen, client=thief.client_code)) == UNKNOWN
    assert sign_in.profile(pair["access_token"])[0] == 200


def test_one_kind_of_secret_does_not_pass_for_another(sign_in: SignIn) -> None:
    code = sign_in.allowed()
    assert refused(sign_in.profile(code)) == UNKNOWN
    pair = sign_in.exchanged(code)
    for wrong in (pair["access_token"], pair["refresh_token"]):
        assert refused(sign_in.exchange(wrong)) == UNKNOWN
    for wrong in (pair["access_token"], code):
        assert refused(sign_in.call("POST", REFRESH, {"token": wrong})) == UNKNOWN
    assert refused(sign_in.profile(pair["refresh_token"])) == UNKNOWN
    assert sign_in.profile(pair["access_token"])[0] == 200


def test_a_changed_letter_opens_nothing(sign_in: SignIn) -> None:
    code = sign_in.allowed()
    for place in range(0, len(code), 7):
        changed = code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]
        assert refused(sign_in.exchange(changed)) == UNKNOWN
    sign_in.exchanged(code)


# --- refreshing ---


@pytest.mark.parametrize("path", [REFRESH, TOKEN])
def test_a_refresh_replaces_both_tokens(sign_in: SignIn, path: str) -> None:
    first = sign_in.exchanged(sign_in.allowed())
    status, answer = sign_in.call("POST", path, {"token": first["refresh_token"]})
    assert (status, answer["message"], answer["errorCode"]) == (200, "no error", "0")
    second = answer["data"]
    assert set(second) == set(first)
    assert not {second["access_token"], second["refresh_token"]} & {first["access_token"], first["refresh_token"]}
    assert refused(sign_in.profile(first["access_token"])) == UNKNOWN
    assert sign_in.profile(second["access_token"])[0] == 200


def test_an_old_refresh_token_ends_the_family(sign_in: SignIn) -> None:
    first = sign_in.exchanged(sign_in.allowed())
    second = sign_in.call("POST", REFRESH, {"token": first["refresh_token"]})[1]["data"]
    assert refused(sign_in.call("POST", REFRESH, {"token": first["refresh_token"]})) == UNKNOWN
    assert refused(sign_in.profile(second["access_token"])) == UNKNOWN
    assert refused(sign_in.call("POST", REFRESH, {"token": second["refresh_token"]})) == UNKNOWN
    assert Grant.objects.get().end_reason == "token_reused"


def test_tokens_end_by_the_wall_clock(sign_in: SignIn) -> None:
    with time_machine.travel(clock.wall().replace(microsecond=0), tick=False) as travel:
        pair = sign_in.exchanged(sign_in.allowed())
        travel.shift(timedelta(seconds=3599))
        assert sign_in.profile(pair["access_token"])[0] == 200
        travel.shift(timedelta(seconds=1))
        assert int(pair["expires_in"]) == clock.wall().timestamp()
        assert refused(sign_in.profile(pair["access_token"])) == UNKNOWN
        pair = sign_in.call("POST", REFRESH, {"token": pair["refresh_token"]})[1]["data"]
        travel.shift(timedelta(days=30))
        assert refused(sign_in.call("POST", REFRESH, {"token": pair["refresh_token"]})) == UNKNOWN


# --- the profile ---


@pytest.mark.parametrize("header", ["{}", "Bearer {}", "bearer {}", "BEARER  {}"])
def test_the_token_with_or_without_its_word(sign_in: SignIn, header: str) -> None:
    pair = sign_in.exchanged(sign_in.allowed())
    assert sign_in.profile(header.format(pair["access_token"]))[0] == 200


@pytest.mark.parametrize("header", ["", "x", "Bearer", "Bearer x", "Payment x", "Basic eDp5", "a b c", "é", "A" * 600])
def test_no_token_is_nobody(sign_in: SignIn, header: str) -> None:
    assert refused(sign_in.profile(header)) == NOBODY


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("name", {"name"}),
        ("email", {"email"}),
        ("notelp", {"phone_number"}),
        ("prakerjaid", {"no_prakerja"}),
        ("name notelp", {"name", "phone_number"}),
        ("name unknown name", {"name"}),
        ("openid", set()),
    ],
)
def test_only_what_was_allowed_is_told(sign_in: SignIn, scope: str, told: set[str]) -> None:
    pair = sign_in.exchanged(sign_in.allowed(scope=scope))
    found = sign_in.profile(pair["access_token"])[1]["data"]
    assert {name for name, value in found.items() if value} - {"user_id"} == told
    assert set(found) == {"dp_user_id", "email", "name", "no_prakerja", "phone_number", "user_id"}


def test_the_card_is_told_after_the_videos(sign_in: SignIn) -> None:
    sign_in.who = b.participant(sign_in.world, ready=False)
    pair = sign_in.exchanged(sign_in.allowed())
    assert sign_in.profile(pair["access_token"])[1]["data"]["no_prakerja"] == ""
    b.watch_videos(sign_in.who.person_id)
    assert sign_in.profile(pair["access_token"])[1]["data"]["no_prakerja"] == sign_in.who.card


def test_the_shop_account_is_that_of_a_class_of_this_institution(sign_in: SignIn) -> None:
    _, run = b.course(sign_in.world)
    b.buy(sign_in.world, sign_in.who, run, user="akun-toko-7")
    pair = sign_in.exchanged(sign_in.allowed())
    assert sign_in.profile(pair["access_token"])[1]["data"]["dp_user_id"] == "akun-toko-7"
    pair = sign_in.exchanged(sign_in.allowed(scope="name"))
    assert sign_in.profile(pair["access_token"])[1]["data"]["dp_user_id"] == ""


def test_institutions_cannot_compare_their_visitors(sign_in: SignIn) -> None:
    """The identifier is the same at every sign-in, another at another institution, and never the person's own."""
    first = sign_in.exchanged(sign_in.allowed())
    again = sign_in.exchanged(sign_in.allowed())
    here = {sign_in.profile(pair["access_token"])[1]["data"]["user_id"] for pair in (first, again)}
    assert len(here) == 1
    other = add_partner(
        actor=SYSTEM, kind="institution", code="lain", name="Lain", at=b.ANNOUNCED, redirect_uris=(b.RETURN_TO, LOGIN)
    )
    sign_in.lms, sign_in.client_id = Partner(other), other.client_code
    pair = sign_in.exchanged(sign_in.allowed())
    there = sign_in.profile(pair["access_token"])[1]["data"]["user_id"]
    assert there not in here
    assert str(sign_in.who.person_id) not in {*here, there}


# --- clients ---


@pytest.mark.parametrize(("method", "path"), [("POST", TOKEN), ("POST", REFRESH), ("GET", PROFILE)])
def test_callers_who_are_not_known(sign_in: SignIn, method: str, path: str) -> None:
    assert refused(sign_in.call(method, path, client="")) == (400, "ERROAUTH4024", "Unauthorized")
    for nobody in ("nobody", "x" * 300, "é", "a b"):
        assert refused(sign_in.call(method, path, client=nobody)) == (400, "ERROAUTH4029", "Unauthorized")
    platform = sign_in.world.platform.client_code
    assert refused(sign_in.call(method, path, client=platform))[:2] == (403, "ERRINT40390")


def test_a_client_whose_keys_are_revoked_is_unknown(sign_in: SignIn) -> None:
    pair = sign_in.exchanged(sign_in.allowed())
    ApiCredential.objects.filter(partner_id=sign_in.world.institution.partner_id).update(revoked_at=b.BUY_AT)
    clients.forget_clients()
    assert refused(sign_in.profile(pair["access_token"])) == (400, "ERROAUTH4029", "Unauthorized")


def test_only_what_we_made_uses_up_a_clients_calls(sign_in: SignIn) -> None:
    pair = sign_in.exchanged(sign_in.allowed())
    PartnerRow.objects.filter(id=sign_in.world.institution.partner_id).update(rate_limit_per_minute=6)
    clients.forget_clients()
    for _ in range(5):
        assert refused(sign_in.exchange("invented")) == UNKNOWN
        assert refused(sign_in.profile("invented")) == NOBODY
    assert sign_in.profile(pair["access_token"])[0] == 200
    assert refused(sign_in.profile(pair["access_token"]))[:2] == (429, "ERRINT42990")


def test_nothing_readable_is_stored(sign_in: SignIn) -> None:
    code = sign_in.allowed()
    pair = sign_in.exchanged(code)
    row = Grant.objects.values().get()
    secrets = (code, pair["access_token"], pair["refresh_token"])
    text = " ".join(
        bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value) for value in row.values()
    )
    assert not any(secret in text for secret in secrets)
    assert len({bytes(row[name]) for name in ("code_hash", "access_hash", "refresh_hash")}) == 3
    assert all(len(row[name]) == 32 for name in ("code_hash", "access_hash", "refresh_hash"))
