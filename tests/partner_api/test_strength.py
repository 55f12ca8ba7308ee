"""Every accepted form stays, but whoever has signed the stronger one is not accepted with the weaker one any more."""

from __future__ import annotations

import json
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.kernel.errors import Refused
from prakerja.partner_api import clients, strength
from prakerja.partners import keys
from prakerja.partners.models import Partner
from tests import builders as b
from tests.partner_api.partner import PAYMENT, Scene
from tests.partner_api.signer import AT, Signer

AUTHORIZE = f"{PAYMENT}/authorize"
SIGN_IN = "/api/v1/oauth/authorize"
WRONG = (401, "ERRINT40192")
_numbers = count(1)


def learn() -> None:
    """What a door learns within a tenth of a second."""
    clients.forget_clients()


def ask(scene: Scene, credential: Any, method: str, target: str, signed: str, body: bytes = b"", **headers: str) -> Any:
    path, _, query = target.partition("?")
    sent = Signer(credential).headers(method, signed, body)
    if path == SIGN_IN:
        sent = {"X-Client-Id": sent["client_code"], "X-Timestamp": sent["timestamp"], "X-Signature": sent["signature"]}
    meta: dict[str, Any] = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in (sent | headers).items()}
    response = scene.shop.http.generic(method, path, body, content_type="application/json", QUERY_STRING=query, **meta)
    return response.status_code, json.loads(response.content).get("code", "")


def buy(scene: Scene, slot: str) -> Any:
    """Another person buys; `slot` is what stands between path and body of the signed text."""
    who, number = b.participant(scene.world), next(_numbers)
    token = scene.token(prakerja_id=who.card, user_platform_id=f"u-{number}")
    payment = {"otp": b.otp_of(who.person_id), "invoice_url": "https://x.id/1", "invoice_code": f"INV-{number}"}
    body = json.dumps(payment, separators=(",", ":")).encode()
    signed = AUTHORIZE + slot.format(token=token)
    return ask(scene, scene.world.platform, "POST", AUTHORIZE, signed, body, Authorization=f"Payment {token}")


def seen(scene: Scene) -> list[str]:
    return list(Partner.objects.get(id=scene.world.platform.partner_id).strong_forms)


def test_every_form_is_accepted_from_whoever_never_did_better(scene: Scene) -> None:
    assert buy(scene, "") == (200, "")
    learn()
    assert buy(scene, "") == (200, "")
    assert seen(scene) == []


@pytest.mark.parametrize("stronger", ["Payment {token}", "{token}"], ids=["header", "token"])
def test_whoever_signs_the_token_is_held_to_it(scene: Scene, stronger: str) -> None:
    assert buy(scene, stronger) == (200, "")
    learn()
    assert buy(scene, "") == WRONG
    for form in ("Payment {token}", "{token}"):
        assert buy(scene, form) == (200, "")
    # It is one call's: the others have no such slot.
    assert scene.shop.post(f"{PAYMENT}/status", {"invoice_code": "INV-none"})[0] == 404
    (row,) = Record.objects.filter(action="partner.strong_form_seen")
    assert row.data == {"form": f"token {AUTHORIZE}"}


def sign_in(scene: Scene, *, with_query: bool, state: str = "s-1") -> int:
    members = {"state": state, "scope": "name", "redirect_uri": b.RETURN_TO, "login_uri": b.RETURN_WITH_QUERY}
    target = f"{SIGN_IN}?{urlencode(members)}"
    status, _ = ask(scene, scene.world.institution, "GET", target, target if with_query else SIGN_IN)
    return int(status)


def test_whoever_signs_the_query_is_held_to_it(scene: Scene) -> None:
    assert sign_in(scene, with_query=False) == 200
    assert sign_in(scene, with_query=True) == 200
    learn()
    assert sign_in(scene, with_query=False) == 401
    assert sign_in(scene, with_query=True, state="s-2") == 200


def test_an_operator_loosens_and_tightens_it(scene: Scene) -> None:
    code = scene.world.platform.client_code
    buy(scene, "{token}")
    learn()
    rules = keys.set_rules(actor=SYSTEM, code=code, accepts_weaker_forms=True, at=AT)
    assert (rules["accepts_weaker_forms"], rules["strong_forms"]) == (True, [])
    learn()
    assert buy(scene, "{token}") == (200, "")
    assert buy(scene, "") == (200, "")
    assert Record.objects.filter(action="partner.rules_changed").count() == 1
    # What was seen is forgotten, and learnt anew.
    keys.set_rules(actor=SYSTEM, code=code, accepts_weaker_forms=False, at=AT)
    learn()
    assert buy(scene, "") == (200, "")
    assert buy(scene, "{token}") == (200, "")
    learn()
    assert buy(scene, "") == WRONG


def test_a_refused_call_teaches_nothing(scene: Scene) -> None:
    body = b'{"otp":"123456","invoice_url":"https://x.id/1","invoice_code":"INV-1"}'
    signed = f"{AUTHORIZE}nothing"
    answer = ask(scene, scene.world.platform, "POST", AUTHORIZE, signed, body, Authorization="Payment nothing")
    assert answer[0] >= 400
    assert answer != WRONG
    assert seen(scene) == []


def test_only_who_looks_after_partners_may_loosen_it(scene: Scene) -> None:
    code = scene.world.platform.client_code
    with pytest.raises(Refused, match="not_permitted"):
        keys.set_rules(actor=b.operator("viewer"), code=code, accepts_weaker_forms=True, at=AT)
    keys.set_rules(actor=b.operator("partner_manager"), code=code, accepts_weaker_forms=True, at=AT)


@pytest.fixture(autouse=True)
def nothing_noted() -> None:
    strength.forget()
