"""`prakerja partner key …`, `partner rules` and `curation …` beside a running system: rotation without a gap, an end at once."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest

from prakerja.partners.operations import NewCredential
from tests import running
from tests.partner_api.signer import Signer
from tests.partner_api.test_courses import CONTENT, dates
from tests.waiting import LIMIT

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]
PREFIX = "/api/v1/partner"


def ask(system: running.System, given: dict[str, Any], method: str, path: str, members: Any = None) -> httpx.Response:
    who = NewCredential(uuid.UUID(int=0), given["client_code"], given["sign_key"])
    body = b"" if members is None else json.dumps(members, separators=(",", ":")).encode()
    headers = Signer(who, "sha256").headers(method, path, body) | {"Idempotency-Key": uuid.uuid4().hex}
    return httpx.request(method, system.urls["partner_api"] + path, content=body, headers=headers, timeout=LIMIT)


def test_rotation_without_a_gap_and_an_end_at_once(system: running.System) -> None:
    old = system.json("partner", "add", "--kind", "platform", "--code", "putar", "--name", "Toko Putar")
    assert ask(system, old, "GET", f"{PREFIX}/listings").status_code == 200
    fresh = system.json("partner", "key", "add", "--code", "putar")
    assert set(fresh) == {"client_code", "key", "sign_key"}
    for key in (old, fresh):
        assert ask(system, key, "GET", f"{PREFIX}/listings").status_code == 200
    listed = system.json("partner", "key", "list", "--code", "putar")["keys"]
    assert [set(one) for one in listed] == [{"key", "created_at", "revoked_at", "last_used_at"}] * 2
    assert [one["revoked_at"] for one in listed] == [None, None]
    assert listed[0]["last_used_at"] is not None
    revoked = system.json("partner", "key", "revoke", "--code", "putar", "--key", listed[0]["key"])
    assert revoked == {"key": listed[0]["key"], "revoked": True, "was_live": True}
    # At once: the very next call.
    assert ask(system, old, "GET", f"{PREFIX}/listings").json()["code"] == "ERRINT40192"
    assert ask(system, fresh, "GET", f"{PREFIX}/listings").status_code == 200
    system.json("partner", "key", "revoke", "--code", "putar", "--key", fresh["key"])
    assert ask(system, fresh, "GET", f"{PREFIX}/listings").json()["code"] == "ERRINT40194"


def test_what_cannot_be_done_is_said(system: running.System) -> None:
    nobody = system.run("partner", "key", "list", "--code", "tiada")
    assert (nobody.code, nobody.out) == (2, "")
    assert "No partner has that code." in nobody.err
    foreign = system.run("partner", "key", "revoke", "--code", "tokopedia", "--key", str(uuid.UUID(int=1)))
    assert (foreign.code, foreign.out) == (2, "")


def test_networks(system: running.System) -> None:
    shop = system.json("partner", "add", "--kind", "platform", "--code", "pagar", "--name", "Toko Pagar")
    rules = system.json("partner", "rules", "--code", "pagar", "--network", "203.0.113.0/24", "--rate", "600")
    assert rules == {
        "allowed_networks": ["203.0.113.0/24"],
        "rate_limit_per_minute": 600,
        "legacy_commit": True,
        "accepts_weaker_forms": False,
        "strong_forms": [],
    }
    loosened = system.json("partner", "rules", "--code", "pagar", "--signatures", "any")
    assert loosened["accepts_weaker_forms"] is True
    held = system.json("partner", "rules", "--code", "pagar", "--signatures", "strongest")
    assert held["accepts_weaker_forms"] is False
    assert ask(system, shop, "GET", f"{PREFIX}/listings").json()["code"] == "ERRINT40391"
    system.json("partner", "rules", "--code", "pagar", "--network", "127.0.0.0/8", "--network", "::1/128")
    assert ask(system, shop, "GET", f"{PREFIX}/listings").status_code == 200
    assert system.json("partner", "rules", "--code", "pagar", "--any-network")["allowed_networks"] == []
    assert system.run("partner", "rules", "--code", "pagar", "--network", "rumah").code == 2


def test_curation(system: running.System) -> None:
    school = system.json("partner", "add", "--kind", "institution", "--code", "sekolah-baru", "--name", "Sekolah Baru")
    shop = system.json("partner", "add", "--kind", "platform", "--code", "toko-baru", "--name", "Toko Baru")
    code = ask(system, school, "POST", f"{PREFIX}/courses", CONTENT).json()["data"]["course_code"]
    assert ask(system, school, "POST", f"{PREFIX}/course-runs", dates(900, course_code=code)).status_code == 200
    assert ask(system, school, "POST", f"{PREFIX}/courses/{code}/submit", {}).status_code == 200
    assert code in [one["course_code"] for one in system.json("curation", "list")["courses"]]
    assert system.run("curation", "return", "--course", code).code == 2
    returned = system.json(
        "curation", "return", "--course", code, "--note", "Lengkapi.", "--operator", "menyetujui@prakerja.example"
    )
    assert returned == {"course_code": code, "platform": None, "status": "returned"}
    assert ask(system, school, "POST", f"{PREFIX}/courses/{code}/submit", {}).status_code == 200
    assert system.json("curation", "accept", "--course", code)["status"] == "accepted"
    wish = {"price": 400_000, "outside_price": 450_000}
    assert ask(system, shop, "PUT", f"{PREFIX}/listings/{code}", wish).json()["data"]["status"] == "submitted"
    prices = [one for one in system.json("curation", "list")["prices"] if one["course_code"] == code]
    assert prices == [wish | {"course_code": code, "platform": "toko-baru", "live_price": None}]
    accepted = system.json("curation", "accept", "--course", code, "--platform", "toko-baru")
    assert accepted["status"] == "accepted"
    listed = ask(system, shop, "GET", f"{PREFIX}/listings?limit=100").json()["data"]["items"]
    assert [one["price"] for one in listed if one["course_code"] == code] == [400_000]
    assert system.run("curation", "accept", "--course", code).code == 2
