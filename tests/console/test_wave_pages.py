"""Waves by page: a change is looked at before it is made, and the numbers are those of the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from prakerja.intake.models import Application, Wave
from prakerja.intake.operations import join_wave, withdraw_application
from prakerja.kernel import clock
from prakerja.registrations.models import Profile
from prakerja.reporting.waves import wave_numbers
from tests import builders as b
from tests.console.test_draws import client_of
from tests.console.test_own_account import text
from tests.draw.drawing import committed, drawn, join, listed, published, ruled
from tests.intake.joining import CLOSES, OPEN, registered, wave
from tests.portal.conftest import set_clock

PAGE, CHANGE = "/waves/22/", "/waves/22/change/"


@pytest.fixture(autouse=True)
def _time() -> Iterator[None]:
    yield
    clock.forget()


def form_of(client: Client) -> dict[str, str]:
    """What a browser would send back."""
    page = client.get(CHANGE).text
    given = dict(re.findall(r'<input type="(?:date|time|number|hidden)" name="(\w+)" value="([^"]*)"', page))
    given.pop("csrfmiddlewaretoken", None)
    return given | {"reason": "Banjir di Jawa Barat"}


def confirmed_by(client: Client) -> Any:
    """What waits of the wave, as the page that the operator opened shows it."""
    page = client.get(f"{PAGE}confirm/").text
    given = {"digest": re.findall(r'name="digest" value="([0-9a-f]+)"', page)[0]}
    return client.post(f"{PAGE}confirm/", given, follow=True)


@pytest.mark.django_db
def test_a_change_is_looked_at_then_made() -> None:
    wave()
    set_clock(OPEN)
    join_wave(person_id=registered(1), wave_number=22, at=OPEN)
    client = client_of("approver")
    assert CHANGE in client.get(PAGE).text
    given = form_of(client)
    assert (given["closes_day"], given["closes_hour"], given["quota"]) == ("2021-10-29", "00:00", "100")
    assert "Tidak ada yang berbeda" in text(client.post(CHANGE, given))
    sooner = given | {"closes_day": "2021-10-28", "closes_hour": "18:00", "quota": "150"}
    looked = " ".join(text(client.post(CHANGE, sooner)).split())
    assert "Ditutup 2021-10-29 00.00 WIB 2021-10-28 18.00 WIB" in looked
    assert "Kuota 100 150" in looked
    assert "Sudah bergabung dan menunggu: 1" in looked
    assert "Penutupan menjadi lebih awal" in looked
    assert Wave.objects.get().quota == 100
    # Another operator was faster: whoever confirms the page that they saw changes nothing, and reads what is.
    other = client_of("approver")
    assert other.post(CHANGE, form_of(other) | {"quota": "120", "confirmed": "on"}).status_code == 302
    assert "sudah mengusulkan" in text(client.post(CHANGE, form_of(client) | {"quota": "130", "confirmed": "on"}))
    second = client_of("authoriser")
    seen = " ".join(text(second.get(f"{PAGE}confirm/")).split())
    assert "Kuota 100 120" in seen
    assert "Sudah bergabung dan menunggu: 1" in seen
    assert Wave.objects.get().quota == 100
    assert "sudah diubah" in text(confirmed_by(second))
    stale = client.post(CHANGE, sooner | {"confirmed": "on"})
    assert "diubah petugas lain sesudah halaman Anda dibuka" in text(stale)
    assert 'name="quota" value="120"' in stale.text
    assert Wave.objects.get().closes_at == CLOSES
    done = client.post(CHANGE, form_of(client) | {"closes_day": "2021-10-30", "confirmed": "on"}, follow=True)
    assert "diusulkan, belum berlaku" in text(done)
    confirmed_by(second)
    assert Wave.objects.get().closes_at == CLOSES + timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"closes_hour": "13:00", "closes_day": "2021-10-26"}, "paling cepat 24 jam"),
        ({"opens_day": "2021-10-24"}, "saat dibukanya tetap"),
        ({"quota": "1"}, "hanya dapat naik"),
        ({"quota": "x"}, "errorlist"),
        ({"results_day": "2021-10-28", "results_hour": "12:00"}, "setelah gelombang ditutup"),
        ({"results_day": "2021-11-28"}, "hari dan jamnya"),
        ({"seen": "nothing of ours"}, "diubah petugas lain"),
        ({"reason": ""}, "errorlist"),
    ],
)
def test_what_may_not_change_says_why(given: dict[str, str], says: str) -> None:
    made = wave()
    set_clock(OPEN)
    client = client_of("approver")
    answer = client.post(CHANGE, form_of(client) | given | {"confirmed": "on"})
    assert answer.status_code == 200
    assert says in answer.text
    assert Wave.objects.get().closes_at == made.closes_at
    viewer = client_of("viewer")
    assert CHANGE not in viewer.get(PAGE).text
    assert viewer.post(CHANGE, given).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_numbers_from_joining_to_the_draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))
    two = b.operator("approver"), b.operator("authoriser")
    ruled(*two, quota=5)
    people = [join(number) for number in range(8)]
    Profile.objects.filter(person_id=people[0]).update(is_enrolled=True)
    withdraw_application(person_id=people[1], wave_number=22, at=OPEN)
    listed(two[0])
    committed(*two)
    set_clock(CLOSES + timedelta(days=9))
    client = client_of("viewer")
    page = client.get(PAGE)
    assert "Terpilih dalam undian" not in text(page)
    drawn(*two)
    published(*two)
    found = wave_numbers(number=22)
    assert found is not None
    assert found.draw is not None
    assert (found.joined, found.applications) == (8, {"waiting": 7, "withdrawn": 1})
    assert (found.draw.rows, found.draw.eligible, dict(found.draw.excluded)) == (7, 6, {"SEKOLAH": 1})
    assert found.draw.outcomes == {"W": 5, "R": 1}
    # 5 seats by 3 to 1; nobody of the second province joined, so its seat flows to everybody.
    assert [(one.code, one.quota, one.eligible, one.winners) for one in found.draw.strata] == [
        ("31", 4, 6, 5),
        ("32", 1, 0, 0),
    ]
    assert [(one.template, one.channel, sum(one.states.values())) for one in found.messages] == [
        ("wave_joined", "dashboard", 8),
        ("wave_joined", "sms", 8),
    ]
    page = client.get(PAGE)
    words = " ".join(text(page).split())
    assert "Terpilih dalam undian 5" in words
    assert "Masih bersekolah atau kuliah 1" in words
    # Each chart says what it is to whoever cannot see it, and has a table.
    assert page.text.count("<svg") == page.text.count('role="img"') == page.text.count("<figcaption>") > 3
    assert page.text.count("<table>") >= page.text.count("<svg")
    client.get("/language/en/")
    assert "Selected in the draw 5" in " ".join(text(client.get(PAGE)).split())
    assert client.get("/waves/99/").status_code == 404


@pytest.mark.django_db
def test_a_message_counts_for_the_wave_it_was_about() -> None:
    """Who joined two waves got two receipts: one each."""
    wave()
    wave(23, opens=CLOSES + timedelta(days=1), closes=CLOSES + timedelta(days=3))
    person = registered(1)
    join_wave(person_id=person, wave_number=22, at=OPEN)
    Application.objects.update(status="not_selected", reason="KUOTA_PENUH", decided_at=CLOSES)
    join_wave(person_id=person, wave_number=23, at=CLOSES + timedelta(days=2))
    for number, turned_down in ((22, {"KUOTA_PENUH": 1}), (23, {})):
        found = wave_numbers(number=number)
        assert found is not None
        assert found.turned_down == turned_down
        assert [sum(one.states.values()) for one in found.messages] == [1, 1]
