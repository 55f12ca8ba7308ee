"""`prakerja partner …` beside a running system: files are fetched, webhooks told and replayed, by the real worker."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from prakerja.partners.operations import NewCredential
from tests import running
from tests.kernel.strangers import stranger
from tests.partner_api.signer import Signer
from tests.training.test_files import PDF
from tests.waiting import LIMIT, wait_until
from tests.webhooks.receiver import signature

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]
TPM = "/api/v1/integration/tpm"
HOOKS = "/api/v1/partner/webhooks"


def credential(given: dict[str, Any]) -> NewCredential:
    return NewCredential(uuid.UUID(int=0), given["client_code"], given["sign_key"])


def call(system: running.System, partner: NewCredential, method: str, path: str, members: Any = None) -> Any:
    """The data of an answer that must be a success."""
    body = b"" if members is None else json.dumps(members, separators=(",", ":")).encode()
    headers = Signer(partner, "sha256" if path.startswith("/api/v1/partner/") else "sha1").headers(method, path, body)
    if path.startswith("/api/v1/partner/") and method != "GET":
        headers["Idempotency-Key"] = uuid.uuid4().hex
    answer = httpx.request(method, system.urls["partner_api"] + path, content=body, headers=headers, timeout=LIMIT)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def eventually(look: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """What `look` finds once it is what is wanted."""
    found: list[Any] = []

    def is_there() -> bool:
        found[:] = [look()]
        return wanted(found[0])

    wait_until(is_there, what=found)
    return found[0]


def test_a_file_is_fetched_by_the_worker(system: running.System) -> None:
    one = system.json("sandbox", "participant", "--stage", "redeemed")
    school = credential(one["institution_credentials"])
    about = {"redeem_code": one["redeem_code"], "scope": "tpm", "sequence": 1}

    def status() -> Any:
        return call(system, school, "POST", f"{TPM}/submission/status", about)["assignment"]["status"]

    with stranger(lambda visit: visit.say(200, PDF) if visit.path == "/tugas.pdf" else visit.say(404)) as files:
        system.json("partner", "origin", "--code", school.client_code, "--origin", files.url)
        for name, expected in (("tugas.pdf", 2), ("hilang.pdf", 3)):
            made = call(system, school, "POST", f"{TPM}/submission", about | {"url_file": f"{files.url}/{name}"})
            assert (made["status"], type(made["id"])) == (1, int)
            eventually(status, lambda found, expected=expected: found == expected)  # type: ignore[misc]
    assert [visit[1] for visit in files.visits] == ["/tugas.pdf", "/hilang.pdf"]
    # It stands beside the institution's own site, which others of this run hand in files of.
    listed = system.json("partner", "origin", "list", "--code", school.client_code)["origins"]
    assert set(listed) >= {files.url, system.urls["institution"]}
    left = system.json("partner", "origin", "remove", "--code", school.client_code, "--origin", files.url)
    assert left["origins"] == [one for one in listed if one != files.url]


def test_where_browsers_come_back_to(system: running.System) -> None:
    """An institution that filed nothing at first, as somebody makes one who reads on only later."""
    system.json("partner", "add", "--kind", "institution", "--code", "lembaga-kembali", "--name", "Lembaga")
    one, two = "https://lms.example/satu", "https://lms.example/dua"
    asked = ("--code", "lembaga-kembali")
    assert system.json("partner", "redirect", "list", *asked)["redirect_uris"] == []
    assert system.json("partner", "redirect", "add", *asked, "--uri", one)["redirect_uris"] == [one]
    assert system.json("partner", "redirect", "add", *asked, "--uri", two, "--uri", one)["redirect_uris"] == [one, two]
    assert system.json("partner", "redirect", "remove", *asked, "--uri", one)["redirect_uris"] == [two]
    assert system.json("partner", "redirect", "list", *asked)["redirect_uris"] == [two]


def test_a_platform_is_told_and_told_again(system: running.System) -> None:
    began = int(time.time())
    partners = json.loads((system.data_dir / "prakerja" / "partners.json").read_text())["platforms"]
    shop = credential(partners["tokopedia"])
    assert len(partners["tokopedia"]["webhook_secrets"]) == 1
    # The shop registered itself when the system started, and takes what it is told.
    there = call(system, shop, "GET", HOOKS)
    assert there["url"] == system.urls["platforms"]["tokopedia"] + "/webhooks/prakerja"
    with stranger(lambda visit: visit.say(204)) as server:
        system.json("partner", "origin", "--code", "tokopedia", "--origin", server.url)
        made = system.json("partner", "webhook", "--code", "tokopedia", "--url", f"{server.url}/saya", "--rotate")
        one = system.json("sandbox", "participant", "--stage", "redeemed")
        told = eventually(lambda: list(server.visits), lambda found: len(found) >= 2)
        messages = {json.loads(body)["type"]: (headers, body) for _, _, headers, body in told}
        assert set(messages) == {"voucher.issued", "voucher.redeemed"}
        headers, body = messages["voucher.issued"]
        secrets = (made["secret"], partners["tokopedia"]["webhook_secrets"][0])
        signatures = [signature(key, headers["webhook-id"], headers["webhook-timestamp"], body) for key in secrets]
        assert headers["webhook-signature"].split(" ") == signatures
        assert json.loads(body)["data"]["voucher_code"] == one["redeem_code"]
        assert began <= int(headers["webhook-timestamp"]) <= time.time()

        again = system.json("partner", "replay", "--code", "tokopedia", "--message", headers["webhook-id"])
        assert again == {"code": "tokopedia", "count": 1}
        eventually(lambda: len(server.visits), lambda found: found == 3)
        assert server.visits[2][2]["webhook-id"] == headers["webhook-id"]
    # As it was: others of this run want the shop to be told.
    system.json("partner", "origin", "remove", "--code", "tokopedia", "--origin", server.url)
    system.json("partner", "webhook", "--code", "tokopedia", "--url", there["url"])
    items = call(system, shop, "GET", f"{HOOKS}/deliveries?limit=2&status=delivered")["items"]
    assert {item["event"] for item in items} == {"voucher.issued", "voucher.redeemed"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("origin", "--code", "tidakada", "--origin", "http://127.0.0.1:1"), "There is no partner"),
        (("origin", "--code", "tokopedia", "--origin", "ftp://x"), "An origin looks like"),
        (("origin", "remove", "--code", "tokopedia", "--origin", "http://127.0.0.1:1"), "is not registered"),
        (("origin", "add", "--code", "tokopedia"), "Name an --origin"),
        (("redirect", "add", "--code", "tidakada", "--uri", "https://x.id/"), "There is no partner"),
        (("redirect", "list", "--code", "tidakada"), "There is no partner"),
        (("redirect", "add", "--code", "rasakata", "--uri", "lms.example"), "must be a complete http or https address"),
        (("redirect", "remove", "--code", "rasakata", "--uri", "https://x.id/"), "is not filed"),
        (("webhook", "--code", "tidakada", "--url", "https://x.id/"), "There is no partner"),
        (("webhook", "--code", "pintaria", "--url", "http://10.0.0.1/"), "public https address"),
        (("webhook", "--code", "pintaria", "--url", "https://10.0.0.1/"), "register its origin"),
        (("replay", "--code", "rasakata"), "has no webhook"),
        (("replay", "--code", "pintaria", "--message", "evt_x"), "no such message"),
    ],
)
def test_what_is_refused_in_words(system: running.System, arguments: tuple[str, ...], words: str) -> None:
    result = system.run("partner", *arguments)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_an_institution_files_where_it_teaches(system: running.System) -> None:
    code = f"tempat-{uuid.uuid4().hex[:8]}"
    place = ("--address", "Jalan Braga 44", "--city", "Bandung", "--province", "32")
    system.json("partner", "add", "--kind", "institution", "--code", code, "--name", "Belajar Baik", *place)
    filed = {"code": code, "address": "Jalan Braga 44", "city": "Bandung", "province_code": "32"}
    assert system.json("partner", "place", "--code", code) == filed
    # What is not named stays.
    moved = system.json("partner", "place", "--code", code, "--address", "Jalan Asia Afrika 1")
    assert moved == filed | {"address": "Jalan Asia Afrika 1"}
    refused = system.run("partner", "place", "--code", code, "--province", "320")
    assert refused.code != 0
    assert "two digits" in refused.err
    assert system.json("partner", "place", "--code", code) == moved
