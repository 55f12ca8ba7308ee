"""Very many register at one door over HTTP, with every word of the registry among them.

PRAKERJA_APPLICANTS says how many (CONTRIBUTING.md); the small form has two of each word.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from examples.world.testing import RunningWorld
from prakerja.kernel import clock
from prakerja.kernel.secrets import unseal
from prakerja.notifications.models import StrangerMessage
from prakerja.people.models import Person
from prakerja.registrations.models import Document, Registration
from prakerja.reporting.proof import prove
from tests.builders import install
from tests.partner_api import served
from tests.partner_api.partner import set_programme_time
from tests.portal import world
from tests.registrations.test_the_registry_says import CONTRADICTIONS, SILENCES
from tests.registrations.walking import ANSWERS, IDENTITY, card
from tests.waiting import LIMIT

pytestmark = [pytest.mark.journeys, pytest.mark.django_db(transaction=True)]
# The last four digits of a NIK → what its registration comes to: registered, corrected or sent later.
MATCHES = ("0001", "0002", "0003")
OUTCOMES = {
    **dict.fromkeys(MATCHES, ("registered", "match")),
    **dict.fromkeys(CONTRADICTIONS, ("drafting", "")),
    **dict.fromkeys(SILENCES, ("submitted", "waiting")),
}
APPLICANTS = int(os.environ.get("PRAKERJA_APPLICANTS", 2 * len(OUTCOMES)))
AT_ONCE = 8
_CSRF = "c" * 32


@pytest.fixture
def door(world_program: RunningWorld) -> Iterator[str]:
    """The portal as it is served, behind a proxy, asking the registry of the example world."""
    install()
    set_programme_time(world.BOUGHT)
    clock.wait_until_all_know()
    environment = {
        "PRAKERJA_ENV": "sandbox",
        "PRAKERJA_TRUSTED_PROXIES": "127.0.0.1",
        "PRAKERJA_FORWARDED_HEADER": "Forwarded",
        "PRAKERJA_CIVIL_REGISTRY": "dukcapil",
        "PRAKERJA_REGISTRY_URL": world_program.url + "/registry",
        "PRAKERJA_REGISTRY_USER": "sim",
        "PRAKERJA_REGISTRY_PASSWORD": "sim",
        "PRAKERJA_REGISTRY_ADDRESS": "127.0.0.1",
    }
    with served.running("portal", number=0, **environment) as port:
        yield f"http://127.0.0.1:{port}"


class Applicant:
    """One of them, in a browser of their own and a village of a few hundred."""

    def __init__(self, door: str, number: int) -> None:
        self.ending = list(OUTCOMES)[number % len(OUTCOMES)]
        self.nik = f"99{number:04d}170890{self.ending}"
        self.phone = f"+62813{number:08d}"
        self.http = httpx.Client(
            base_url=door,
            trust_env=False,
            timeout=LIMIT,
            headers={"Forwarded": f"for=10.0.0.{1 + number // 100 % 250}"},
        )
        self.http.cookies.set("portal_csrf", _CSRF, domain="127.0.0.1")

    def post(self, address: str, fields: dict[str, Any], **more: Any) -> str:
        """Where it leads."""
        answer = self.http.post(
            address, data={"csrfmiddlewaretoken": self.http.cookies["portal_csrf"], **fields}, **more
        )
        assert answer.status_code == 302, (answer.status_code, address, answer.text[:400])
        return str(answer.headers["Location"])

    def begin(self) -> None:
        assert self.post("/daftar", {"phone": self.phone}) == "/masuk/kode"

    def go_on(self, code: str) -> str:
        """The code, every page, and send it; where that leads."""
        assert self.post("/masuk/kode", {"otp": code}) == "/daftar/langkah"
        for slug, fields in ANSWERS.items():
            typed = fields | ({"nik": self.nik} if slug == "nik" else {})
            more = {"files": {"photo": ("ktp.jpg", _PHOTO, "image/jpeg")}} if slug == "foto-ktp" else {}
            self.post(f"/daftar/isi/{slug}", typed, **more)
            if slug == IDENTITY[-1] and self.ending in CONTRADICTIONS:
                assert CONTRADICTIONS[self.ending] in self.http.get("/daftar/dukcapil").text
        return self.post("/daftar/periksa", {})


_PHOTO = card()


def codes() -> dict[str, str]:
    """Phone → code, as the SMS would say it."""
    found = {}
    for message in StrangerMessage.objects.all():
        place: dict[str, Any] = {"table": "notifications_strangermessage", "row_id": message.id}
        said = json.loads(unseal(message.parameters_enc, column="parameters_enc", **place))
        found[unseal(message.to_enc, column="to_enc", **place)] = str(said["otp"])
    return found


def test_everybody_gets_the_answer_that_is_theirs(door: str) -> None:
    everybody = [Applicant(door, number) for number in range(APPLICANTS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(Applicant.begin, everybody))
        sent = codes()
        ends = dict(
            zip(
                [one.nik for one in everybody], pool.map(lambda one: one.go_on(sent[one.phone]), everybody), strict=True
            )
        )
    wanted = Counter(OUTCOMES[one.ending] for one in everybody)
    found: Counter[tuple[str, str]] = Counter()
    for kept in Registration.objects.all():
        found[kept.status, "" if kept.status == "drafting" else kept.registry_status] += 1
    assert found == wanted
    assert {end for nik, end in ends.items() if nik[12:] in CONTRADICTIONS} == {"/daftar/dukcapil"}
    assert {end for nik, end in ends.items() if nik[12:] not in CONTRADICTIONS} == {"/daftar/langkah"}
    assert Person.objects.count() == wanted["registered", "match"]
    assert Document.objects.count() == APPLICANTS
    proof = prove()
    assert proof.ok, proof
    for one in everybody:
        one.http.close()
