"""The two ways to sign a participant in, as an institution and a browser go them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpResponse
from django.test import Client, override_settings

from tests import builders as b
from tests.partner_api import partner as partner_door
from tests.partner_api.partner import Partner

PORTAL = "http://testserver"
LOGIN = b.RETURN_WITH_QUERY
SCOPE = "name email prakerjaid notelp"
AUTHORIZE = "/api/v1/oauth/authorize"
TOKEN = "/api/v1/oauth/token"
REFRESH = "/api/v1/oauth/token/refresh"
PROFILE = "/api/v1/resource/user_profile"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass
class SignIn:
    browser: Client
    world: b.World = field(default_factory=b.world)

    def __post_init__(self) -> None:
        self.who = b.participant(self.world)
        self.lms = Partner(self.world.institution)
        self.client_id = self.world.institution.client_code

    # --- the institution ---

    def ask(self, **changes: str | None) -> tuple[int, Any]:
        """oauth/authorize; None leaves a member out."""
        members = {"state": "s-1", "scope": SCOPE, "redirect_uri": b.RETURN_TO, "login_uri": LOGIN} | changes
        query = urlencode({name: value for name, value in members.items() if value is not None})
        with override_settings(ROOT_URLCONF="prakerja.config.partner_urls"):
            return self.lms.get(f"{AUTHORIZE}?{query}")

    def asked(self, **changes: str | None) -> str:
        """The address of the consent page, without its host."""
        status, answer = self.ask(**changes)
        assert status == 200, answer
        address = str(answer["data"]["redirect_url"])
        assert address.startswith(f"{PORTAL}/izin?permintaan=")
        return address.removeprefix(PORTAL)

    def call(
        self,
        method: str,
        path: str,
        body: Any = b"",
        *,
        client: str | None = None,
        authorization: str = "",
        content_type: str = "application/json",
    ) -> tuple[int, Any]:
        """One of the unsigned calls."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"HTTP_X_CLIENT_ID": self.client_id if client is None else client}
        if authorization:
            headers["HTTP_AUTHORIZATION"] = authorization
        headers = {name: value for name, value in headers.items() if value}
        with override_settings(ROOT_URLCONF="prakerja.config.partner_urls"):
            response = Client().generic(method, path, raw, content_type=content_type, **headers)
            status, answer = partner_door.read(response)
            partner_door.contract.check(method, path.partition("?")[0], status, answer)
        return status, answer

    def exchange(self, code: str, **more: Any) -> tuple[int, Any]:
        return self.call("POST", TOKEN, {"code": code}, **more)

    def exchanged(self, code: str) -> dict[str, str]:
        status, answer = self.exchange(code)
        assert status == 200, answer
        return dict(answer["data"])

    def profile(self, access_token: str, **more: Any) -> tuple[int, Any]:
        return self.call("GET", PROFILE, authorization=access_token, **more)

    # --- the browser ---

    def enter(self) -> None:
        """Sign the participant in without the way through the phone."""
        session = self.browser.session
        session["person_id"] = str(self.who.person_id)
        session.save()
        self.browser.cookies["portal_session"] = session.session_key

    def decide(self, address: str, decision: str = "allow") -> HttpResponse:
        return self.browser.post(address, {"decision": decision})  # type: ignore[return-value]

    def allowed(self, **changes: str | None) -> str:
        """Ask, sign in, allow: the code."""
        self.enter()
        return str(members_of(self.decide(self.asked(**changes)))["code"])

    # --- OpenID Connect ---

    def authorize(self, **changes: str | None) -> HttpResponse:
        members = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": b.RETURN_TO,
            "scope": "openid profile email phone prakerjaid",
            "state": "s-2",
            "nonce": "n-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changes
        query = {name: value for name, value in members.items() if value is not None}
        return self.browser.get("/oauth2/authorize", query)  # type: ignore[return-value]

    def openid_code(self, **changes: str | None) -> str:
        self.enter()
        led = self.authorize(**changes)
        assert led.status_code == 302, led.status_code
        return str(members_of(self.decide(led["Location"]))["code"])

    def openid_token(self, members: dict[str, str], **headers: str) -> tuple[int, Any]:
        answer = Client().post("/oauth2/token", members, headers=headers)
        return answer.status_code, answer.json()

    def openid_exchange(self, code: str, /, **changes: str) -> tuple[int, Any]:
        members = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": b.RETURN_TO,
            "code_verifier": VERIFIER,
        }
        return self.openid_token({name: value for name, value in (members | changes).items() if value})


def members_of(response: HttpResponse) -> dict[str, str]:
    """The query of the address that a browser is sent to; none of its members twice."""
    assert response.status_code == 302, response.status_code
    found = parse_qs(urlsplit(response["Location"]).query, keep_blank_values=True, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}


def address_of(response: HttpResponse) -> str:
    """The address that a browser is sent to, without what was added."""
    assert response.status_code == 302, response.status_code
    return re.sub(r"[?&](code|error)=[^#]*", "", response["Location"])
