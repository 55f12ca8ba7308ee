"""Questions to the office on the console: listed by who waits longest, read, answered and closed by a helper."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from prakerja.cases.operations import open_case
from prakerja.cases.queries import case_by_number, case_id_of
from prakerja.kernel import clock
from tests import builders as b
from tests.console.test_own_account import text
from tests.console.test_revealing import client_of

pytestmark = pytest.mark.django_db
SAID = "Kode baru sudah kami kirim; tunggu sebentar."


@pytest.fixture
def numbers() -> list[str]:
    b.install()
    return [
        open_case(
            case_id=uuid.uuid4(),
            topic=topic,
            words=f"Pertanyaan tentang {topic}, tolong dibantu.",
            contact="siti@contoh.id",
            language="id",
            browser=topic,
            network="",
            at=clock.now() - timedelta(hours=hours),
        )
        for topic, hours in (("sign_in", 1), ("payment", 3))
    ]


def test_a_helper_finds_reads_answers_and_closes(numbers: list[str]) -> None:
    client = client_of("helper")
    assert "2 menunggu jawaban." in text(client.get("/attention/"))
    listed = client.get("/cases/").content.decode()
    addresses = [f"/cases/{case_id_of(number=number)}/" for number in numbers]
    assert listed.index(addresses[1]) < listed.index(addresses[0])
    assert "tolong dibantu" not in listed
    assert addresses[1] not in client.get("/cases/?topic=sign_in").content.decode()
    found = client.post("/cases/", {"number": numbers[0].lower()})
    assert (found.status_code, found.url) == (302, addresses[0])
    assert "Tidak ada kasus" in text(client.post("/cases/", {"number": "ABCD"}))
    page = text(client.get(addresses[0]))
    assert "Pertanyaan tentang sign_in" in page
    assert "siti@contoh.id" in page
    assert "Tulis jawabannya." in text(client.post(addresses[0], {"decision": "answer", "answer": ""}))
    done = client.post(addresses[0], {"decision": "close", "answer": SAID}, follow=True)
    assert "Jawaban Anda sudah dicatat." in text(done)
    whole = case_by_number(number=numbers[0])
    assert (whole.line.status, whole.entries[-1].words) == ("closed", SAID)
    assert "<textarea" not in client.get(addresses[0]).content.decode()
    client.post(addresses[1], {"decision": "end", "answer": ""})
    assert "Tidak ada yang menunggu." in text(client.get("/cases/"))
    assert client.get(f"/cases/{uuid.uuid4()}/").status_code == 404


def test_who_only_looks_reads_nobodys_question(numbers: list[str]) -> None:
    viewer = client_of("viewer")
    assert viewer.get("/cases/").status_code == 403
    assert viewer.get(f"/cases/{case_id_of(number=numbers[0])}/").status_code == 403
