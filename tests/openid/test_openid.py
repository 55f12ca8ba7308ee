"""OpenID Connect: an independent client (authlib, joserfc) signs in, and every refusal of the standard."""

from __future__ import annotations

import base64
import json
import os
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import time_machine
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from django.test import Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from prakerja.access.actors import SYSTEM
from prakerja.cli import key_changes
from prakerja.cli.arguments import CommandError
from prakerja.grants.models import Grant
from prakerja.grants.policies import SCOPES
from prakerja.kernel import clock, secrets
from prakerja.partners.operations import add_partner
from prakerja.people.models import Person
from tests import builders as b
from tests.grants.sign_in import CHALLENGE, PORTAL, TOKEN, VERIFIER, SignIn, address_of, members_of
from tests.partner_api.partner import refused


class Door(httpx2.BaseTransport):
    """The portal as a transport: what the library puts on the wire arrives as it is."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = Client().generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            content_type=request.headers.get("Content-Type", ""),
            headers={
                name: value for name, value in request.headers.items() if name.lower() not in ("host", "content-type")
            },
        )
        return httpx2.Response(answer.status_code, headers=list(answer.items()), content=answer.content)


def library(sign_in: SignIn, **options: Any) -> OAuth2Client:
    """The other side: a client that knows the standard and nothing of us."""
    options = {"token_endpoint_auth_method": "none", "redirect_uri": b.RETURN_TO} | options
    return OAuth2Client(
        sign_in.client_id,
        scope="openid profile email phone prakerjaid",
        code_challenge_method="S256",
        transport=Door(),
        **options,
    )


def served(client: OAuth2Client) -> dict[str, Any]:
    found = client.request("GET", f"{PORTAL}/.well-known/openid-configuration", withhold_token=True)
    assert found.status_code == 200
    document: dict[str, Any] = found.json()
    return document


@pytest.mark.parametrize("method", ["none", "client_secret_basic", "client_secret_post"])
def test_an_independent_client_signs_in(sign_in: SignIn, method: str) -> None:
    """From nothing but the address of the portal, by the standard alone."""
    secret = None if method == "none" else sign_in.world.institution.sign_key
    with library(sign_in, client_secret=secret, token_endpoint_auth_method=method) as client:
        found = served(client)
        assert method in found["token_endpoint_auth_methods_supported"]
        address, state = client.create_authorization_url(
            found["authorization_endpoint"], code_verifier=VERIFIER, nonce="n-77"
        )
        sign_in.enter()
        led = sign_in.browser.get(address.removeprefix(PORTAL))
        back = sign_in.decide(led["Location"])
        assert members_of(back)["iss"] == found["issuer"] == PORTAL
        token = client.fetch_token(
            found["token_endpoint"], authorization_response=back["Location"], state=state, code_verifier=VERIFIER
        )
        keys = KeySet.import_key_set(client.request("GET", found["jwks_uri"], withhold_token=True).json())
        decoded = jwt.decode(token["id_token"], keys, algorithms=found["id_token_signing_alg_values_supported"])
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": found["issuer"]},
                "aud": {"essential": True, "value": sign_in.client_id},
            },
            params={"nonce": "n-77", "client_id": sign_in.client_id},
        )
        claims.validate(now=time.time(), leeway=0)
        told = client.get(found["userinfo_endpoint"]).json()
        assert told == {
            "sub": claims["sub"],
            "name": Person.objects.get(id=sign_in.who.person_id).name,
            "email": told["email"],
            "phone_number": sign_in.who.phone,
            "no_prakerja": sign_in.who.card,
        }
        assert told["email"].endswith("@contoh.id")
        # Nothing of a person stands in the token that travels through logs and libraries.
        assert set(claims) == {"iss", "sub", "aud", "exp", "iat", "nonce"}
        fresh = client.refresh_token(found["token_endpoint"], refresh_token=token["refresh_token"])
        assert fresh["access_token"] != token["access_token"]
        assert client.get(found["userinfo_endpoint"]).json()["sub"] == told["sub"]
        client.revoke_token(found["revocation_endpoint"], token=fresh["refresh_token"])
        assert client.get(found["userinfo_endpoint"]).status_code == 401
    assert Grant.objects.get().end_reason == "institution"


def test_the_configuration_is_true(sign_in: SignIn) -> None:
    """Every endpoint that it names answers, and every choice that it offers is one that works."""
    answer = sign_in.browser.get("/.well-known/openid-configuration")
    assert (answer["Content-Type"], answer["Access-Control-Allow-Origin"]) == ("application/json", "*")
    found = answer.json()
    endpoints = {name: address for name, address in found.items() if name.endswith(("_endpoint", "_uri"))}
    assert len(endpoints) == 5
    for name, address in endpoints.items():
        assert address.startswith(PORTAL + "/oauth2/"), name
        for method in ("get", "post"):
            assert getattr(Client(), method)(address.removeprefix(PORTAL)).status_code != 404, name
    assert found["scopes_supported"] == list(SCOPES)
    assert found["code_challenge_methods_supported"] == ["S256"]
    keys = sign_in.browser.get("/oauth2/keys").json()["keys"]
    assert [(key["kty"], key["alg"], key["use"], key["key_ops"]) for key in keys] == [
        ("RSA", "RS256", "sig", ["verify"])
    ]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(keys[0])


def test_without_a_name_of_its_own_there_is_no_such_service(sign_in: SignIn, settings: Any) -> None:
    """The issuer is configuration: a request's Host header never becomes one."""
    settings.PORTAL_URL = ""
    for address in ("/.well-known/openid-configuration", "/oauth2/authorize"):
        assert sign_in.browser.get(address).status_code == 404
    assert Client().post("/oauth2/token").status_code == 404


# --- asking ---


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"client_id": "x\x00"},
        {"redirect_uri": None},
        {"redirect_uri": "https://jahat.example/"},
        {"redirect_uri": b.RETURN_TO + "/"},
        {"redirect_uri": b.RETURN_TO + "#x"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
def test_nobody_is_sent_where_nobody_registered(sign_in: SignIn, changes: dict[str, Any]) -> None:
    answer = sign_in.authorize(**changes)
    assert answer.status_code == 400
    assert "Location" not in answer
    assert 'href="https://jahat' not in answer.text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"nonce": "a\nb"}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://jahat.example/r"}, "request_uri_not_supported"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
)
def test_what_is_wrong_is_told_to_the_institution(sign_in: SignIn, changes: dict[str, Any], error: str) -> None:
    answer = sign_in.authorize(**changes)
    assert address_of(answer) == b.RETURN_TO
    found = members_of(answer)
    assert (found["error"], found["state"], found["iss"]) == (error, "s-2", PORTAL)
    assert Grant.objects.count() == 0


def test_a_state_that_could_split_a_header_is_not_sent_back(sign_in: SignIn) -> None:
    found = members_of(sign_in.authorize(state="a\r\nSet-Cookie: x=1"))
    assert found["error"] == "invalid_request"
    assert "state" not in found


@pytest.mark.parametrize("name", ["scope", "nonce", "code_challenge", "response_type"])
def test_a_parameter_that_comes_twice_is_refused(sign_in: SignIn, name: str) -> None:
    led = sign_in.authorize()
    assert led["Location"].startswith("/izin?permintaan=")
    members = {
        "response_type": ["code"],
        "client_id": [sign_in.client_id],
        "redirect_uri": [b.RETURN_TO],
        "scope": ["openid"],
        "nonce": ["n"],
        "code_challenge": [CHALLENGE],
        "code_challenge_method": ["S256"],
    }
    members[name] *= 2
    assert members_of(sign_in.browser.get("/oauth2/authorize", members))["error"] == "invalid_request"  # type: ignore[arg-type]
    for twice in ("client_id", "redirect_uri"):
        members[twice] *= 2
        assert sign_in.browser.get("/oauth2/authorize", members).status_code == 400
        members[twice] = members[twice][:1]


def test_the_request_may_be_posted_by_another_site(sign_in: SignIn) -> None:
    strict = Client(enforce_csrf_checks=True)
    members = {
        "response_type": "code",
        "client_id": sign_in.client_id,
        "redirect_uri": b.RETURN_TO,
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    assert strict.post("/oauth2/authorize", members)["Location"].startswith("/izin?permintaan=")


def test_who_is_signed_in_is_asked_all_the_same(sign_in: SignIn) -> None:
    sign_in.enter()
    assert members_of(sign_in.authorize(prompt="none"))["error"] == "consent_required"


def test_a_no_goes_back_with_the_standards_error(sign_in: SignIn) -> None:
    sign_in.enter()
    answer = sign_in.decide(sign_in.authorize()["Location"], "deny")
    assert address_of(answer) == b.RETURN_TO
    assert members_of(answer) == {"error": "access_denied", "state": "s-2", "iss": PORTAL}


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "60"}, {"max_age": "nonsense"}])
def test_an_institution_may_ask_for_a_fresh_sign_in(sign_in: SignIn, asked: dict[str, str]) -> None:
    sign_in.enter()
    address = sign_in.authorize(**asked)["Location"]
    led = sign_in.browser.get(address)
    assert led.status_code == 302
    assert led["Location"].startswith("/masuk?next=%2Fizin")
    # A yes from the old session counts no more than the page does.
    sign_in.enter()
    assert sign_in.decide(address)["Location"] == "/masuk"
    phone = "0" + sign_in.who.phone.removeprefix("+62")
    sign_in.browser.post("/masuk", {"phone": phone})
    otp = b.otp_of(sign_in.who.person_id, "otp_sign_in")
    sign_in.browser.post("/masuk/kode", {"phone": phone, "otp": otp})
    assert sign_in.browser.get(address).status_code == 200
    status, answer = sign_in.openid_exchange(members_of(sign_in.decide(address))["code"])
    assert status == 200
    assert time.time() - 60 < payload(answer["id_token"])["auth_time"] <= time.time()


def payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


# --- the token endpoint ---


def test_the_answer_of_the_token_endpoint(sign_in: SignIn) -> None:
    status, answer = sign_in.openid_exchange(sign_in.openid_code())
    assert status == 200
    assert set(answer) == {"access_token", "token_type", "expires_in", "refresh_token", "scope", "id_token"}
    # A duration here, as the standard has it; a point in time in the published call.
    assert (answer["token_type"], 3590 <= answer["expires_in"] <= 3600) == ("Bearer", True)
    found = payload(answer["id_token"])
    assert (found["iss"], found["aud"], found["nonce"]) == (PORTAL, sign_in.client_id, "n-1")
    assert abs(found["iat"] - time.time()) < 60


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": CHALLENGE}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": b.RETURN_WITH_QUERY}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"code": "invented"}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_id": ""}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client"),
    ],
)
def test_a_wrong_exchange_changes_nothing(sign_in: SignIn, changes: dict[str, str], error: str) -> None:
    code = sign_in.openid_code()
    status, answer = sign_in.openid_exchange(code, **changes)
    assert (status, answer["error"]) == (401 if error == "invalid_client" else 400, error)
    assert sign_in.openid_exchange(code)[0] == 200


def test_a_second_use_of_a_code_ends_the_grant(sign_in: SignIn) -> None:
    code = sign_in.openid_code()
    pair = sign_in.openid_exchange(code)[1]
    assert sign_in.openid_exchange(code)[1] == {"error": "invalid_grant"}
    told = Client().get("/oauth2/userinfo", headers={"Authorization": f"Bearer {pair['access_token']}"})
    assert told.status_code == 401


def test_a_code_of_one_way_is_worth_nothing_in_the_other(sign_in: SignIn) -> None:
    """Without this a thief could take PKCE off a code by exchanging it at the published call."""
    code = sign_in.openid_code()
    assert refused(sign_in.exchange(code)) == (400, "ERROAUTH4031", "Unauthorized")
    assert sign_in.openid_exchange(code)[0] == 200
    published = sign_in.allowed()
    assert sign_in.openid_exchange(published)[1] == {"error": "invalid_grant"}
    assert sign_in.call("POST", TOKEN, {"code": published})[0] == 200


def test_one_store_for_both(sign_in: SignIn) -> None:
    """A token of the standard reads the published profile; both know the participant by the same identifier."""
    pair = sign_in.openid_exchange(sign_in.openid_code())[1]
    told = Client().get("/oauth2/userinfo", headers={"Authorization": f"Bearer {pair['access_token']}"}).json()
    assert sign_in.profile(pair["access_token"])[1]["data"]["user_id"] == told["sub"]
    published = sign_in.exchanged(sign_in.allowed())
    refusal = Client().get("/oauth2/userinfo", headers={"Authorization": f"Bearer {published['access_token']}"})
    assert (refusal.status_code, refusal["WWW-Authenticate"]) == (
        403,
        'Bearer realm="userinfo", error="insufficient_scope"',
    )


def test_a_stolen_code_is_worth_nothing_to_another_client(sign_in: SignIn) -> None:
    thief = add_partner(
        actor=SYSTEM, kind="institution", code="maling", name="Maling", at=b.ANNOUNCED, redirect_uris=(b.RETURN_TO,)
    )
    code = sign_in.openid_code()
    assert sign_in.openid_exchange(code, client_id=thief.client_code)[1] == {"error": "invalid_grant"}
    pair = sign_in.openid_exchange(code)[1]
    stolen = {"grant_type": "refresh_token", "client_id": thief.client_code, "refresh_token": pair["refresh_token"]}
    assert sign_in.openid_token(stolen) == (400, {"error": "invalid_grant"})
    Client().post("/oauth2/revoke", {"client_id": thief.client_code, "token": pair["refresh_token"]})
    mine = {"grant_type": "refresh_token", "client_id": sign_in.client_id, "refresh_token": pair["refresh_token"]}
    assert sign_in.openid_token(mine)[0] == 200


def test_a_platform_signs_nobody_in(sign_in: SignIn) -> None:
    assert sign_in.authorize(client_id=sign_in.world.platform.client_code).status_code == 400
    answer = sign_in.openid_exchange(sign_in.openid_code(), client_id=sign_in.world.platform.client_code)
    assert answer == (401, {"error": "invalid_client"})


@pytest.mark.parametrize("header", ["Basic !", "Basic " + base64.b64encode(b"nobody").decode(), "Bearer x", "Basic"])
def test_broken_credentials(sign_in: SignIn, header: str) -> None:
    answer = sign_in.openid_token({"grant_type": "authorization_code", "code": "x"}, Authorization=header)
    assert answer == (401, {"error": "invalid_client"})


def test_codes_and_tokens_end_by_the_wall_clock(sign_in: SignIn) -> None:
    with time_machine.travel(clock.wall().replace(microsecond=0), tick=False) as travel:
        late = sign_in.openid_code()
        pair = sign_in.openid_exchange(sign_in.openid_code())[1]
        assert pair["expires_in"] == 3600
        assert payload(pair["id_token"])["exp"] == clock.wall().timestamp() + 3600
        travel.shift(timedelta(seconds=60))
        assert sign_in.openid_exchange(late)[1] == {"error": "invalid_grant"}
        bearer = {"Authorization": f"Bearer {pair['access_token']}"}
        travel.shift(timedelta(seconds=3539))
        assert Client().get("/oauth2/userinfo", headers=bearer).status_code == 200
        travel.shift(timedelta(seconds=1))
        assert Client().get("/oauth2/userinfo", headers=bearer).status_code == 401


def test_another_key_signs_once_every_institution_can_know_it(
    sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is published before it signs, and the one before until the last of its tokens has lapsed (ADR 0040)."""
    folder = Path(shutil.copytree(os.environ["PRAKERJA_KEYS"], tmp_path / "keys"))
    monkeypatch.setenv("PRAKERJA_KEYS", str(folder))
    caches = (secrets.keys, secrets.signing_keys)
    try:
        for cache in caches:
            cache.cache_clear()
        key_changes.upgrade(folder=folder, wrapping=None)
        with time_machine.travel(clock.wall().replace(microsecond=0), tick=False) as travel:
            first = _signed(sign_in)
            key_changes.rotate(folder=folder, roots=["identity"])
            # A process looks at its folder once a second.
            secrets.signing_keys().refresh(now=True)
            with pytest.raises(CommandError, match="new key of identity counts from"):
                key_changes.rotate(folder=folder, roots=key_changes.CHANGED)
            assert {one.state for one in key_changes.shown(folder)} == {"counts", "coming"}
            travel.shift(timedelta(minutes=9))
            late = _signed(sign_in)
            assert _verifying(first, late) == [True, True]
            assert _kid(late) == _kid(first)
            travel.shift(timedelta(minutes=1))
            second = _signed(sign_in)
            assert _kid(second) != _kid(first)
            assert _verifying(first, late, second) == [True, True, True]
            older = next(one.key_id for one in key_changes.shown(folder) if one.state == "older")
            with pytest.raises(CommandError, match="may be under way"):
                key_changes.retire(folder=folder, key_id=older, kept=(), although=False)
            travel.shift(timedelta(hours=1))
            assert _verifying(first, late, second) == [False, False, True]
            assert key_changes.retire(folder=folder, key_id=older, kept=(), although=False) == ("identity", True)
            secrets.signing_keys().refresh(now=True)
            assert _verifying(second, _signed(sign_in)) == [True, True]
    finally:
        monkeypatch.undo()
        for cache in caches:
            cache.cache_clear()


def _signed(sign_in: SignIn) -> str:
    status, answer = sign_in.openid_exchange(sign_in.openid_code())
    assert status == 200, answer
    return str(answer["id_token"])


def _verifying(*tokens: str) -> list[bool]:
    """Whether each is signed by a key that is published now."""
    published = KeySet.import_key_set(Client().get("/oauth2/keys").json())
    found = []
    for token in tokens:
        try:
            jwt.decode(token, published, algorithms=["RS256"])
        except (JoseError, ValueError):
            found.append(False)
        else:
            found.append(True)
    return found


def _kid(token: str) -> str:
    head = token.split(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        ("", 'Bearer realm="userinfo"'),
        ("Basic eDp5", 'Bearer realm="userinfo"'),
        ("Bearer", 'Bearer realm="userinfo"'),
        ("Bearer x", 'Bearer realm="userinfo", error="invalid_token"'),
        ("Bearer é", 'Bearer realm="userinfo", error="invalid_token"'),
    ],
)
def test_userinfo_of_nobody(sign_in: SignIn, header: str, challenge: str) -> None:
    answer = Client().get("/oauth2/userinfo", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer["WWW-Authenticate"], answer.content) == (401, challenge, b"")


def test_revoking_tells_nothing(sign_in: SignIn) -> None:
    for token in ("invented", sign_in.openid_code()):
        answer = Client().post("/oauth2/revoke", {"client_id": sign_in.client_id, "token": token})
        assert (answer.status_code, answer.content) == (200, b"")
    assert Grant.objects.get().ended_at is None
    assert Client().post("/oauth2/revoke", {"client_id": "nobody", "token": "x"}).status_code == 401
    assert Client().post("/oauth2/revoke", {"client_id": sign_in.client_id}).status_code == 400


def test_answers_with_tokens_are_not_kept(sign_in: SignIn) -> None:
    answer = Client().post("/oauth2/token", {"grant_type": "x", "client_id": sign_in.client_id})
    assert answer["Cache-Control"] == "no-store"
    pair = sign_in.openid_exchange(sign_in.openid_code())[1]
    told = Client().get("/oauth2/userinfo", headers={"Authorization": f"Bearer {pair['access_token']}"})
    assert told["Cache-Control"] == "no-store"
    sign_in.enter()
    assert "no-store" in sign_in.decide(sign_in.authorize()["Location"])["Cache-Control"]
