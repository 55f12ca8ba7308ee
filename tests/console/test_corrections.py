"""A wave's announcement is corrected by page: looked at, prepared by one, confirmed or taken back by others."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from prakerja.awards.models import Award
from prakerja.awards.operations import follow_deadline_moves
from prakerja.intake.models import AnnouncementCorrection, Wave
from prakerja.kernel import clock
from prakerja.notifications.models import Message
from tests import builders as b
from tests.console.test_draws import client_of
from tests.console.test_own_account import text
from tests.money import wib
from tests.portal.conftest import set_clock

pytestmark = pytest.mark.django_db
PAGE = "/waves/21/announcement/"
CONFIRM, BACK = f"{PAGE}confirm/", f"{PAGE}take-back/"
WRONG, RIGHT = wib("2021-09-15 20:00"), wib("2021-09-22 20:00")
GIVEN = {"day": "2021-09-22", "hour": "20:00", "reason": "salah tanggal"}


@pytest.fixture(autouse=True)
def _time() -> Iterator[None]:
    b.participants(b.world(), count=2, announced_at=WRONG)
    set_clock(wib("2021-10-01 09:00"))
    yield
    clock.forget()


def words(page: object) -> str:
    return " ".join(text(page).split())


def seen(client: Client, address: str = CONFIRM) -> dict[str, str]:
    return {"announced_at": re.findall(r'name="announced_at" value="([^"]+)"', client.get(address).text)[0]}


def test_a_correction_is_looked_at_prepared_and_confirmed() -> None:
    approver, authoriser = client_of("approver"), client_of("authoriser")
    assert PAGE in approver.get("/waves/21/").text
    assert PAGE not in client_of("viewer").get("/waves/21/").text
    looked = words(approver.post(PAGE, GIVEN))
    assert "2021-10-14 23.59 WIB, menjadi 2021-10-21 23.59 WIB" in looked
    assert "SMS: 2 orang" in looked
    assert not AnnouncementCorrection.objects.exists()
    assert "Tulis alasannya" in words(approver.post(PAGE, GIVEN | {"reason": " ", "confirmed": "on"})) or (
        "errorlist" in approver.post(PAGE, GIVEN | {"reason": " "}).text
    )
    assert "Disiapkan" in words(approver.post(PAGE, GIVEN | {"confirmed": "on"}, follow=True))
    assert Wave.objects.get().announced_at == WRONG
    assert approver.get(CONFIRM).status_code == 403
    assert CONFIRM in authoriser.get("/attention/").text
    assert "menunggu petugas kedua" in words(authoriser.get("/waves/21/"))
    page = words(authoriser.get(CONFIRM))
    assert "salah tanggal" in page
    assert "2021-10-14 23.59 WIB, menjadi 2021-10-21 23.59 WIB" in page
    # Whoever read another instant, which was replaced since, confirms nothing.
    stale = seen(authoriser)
    approver.post(PAGE, GIVEN | {"day": "2021-09-23", "confirmed": "on"})
    assert "saat yang lain: 2021-09-23 20.00" in words(authoriser.post(CONFIRM, stale, follow=True))
    assert Wave.objects.get().announced_at == WRONG
    approver.post(PAGE, GIVEN | {"confirmed": "on"})
    assert "2 orang diberi tahu" in words(authoriser.post(CONFIRM, seen(authoriser), follow=True))
    assert Wave.objects.get().announced_at == RIGHT
    # The worker follows.
    follow_deadline_moves(at=clock.now(), waits=True)
    assert set(Award.objects.values_list("purchase_deadline_at", flat=True)) == {wib("2021-10-22 00:00")}
    assert Message.objects.filter(template="deadline_moved", channel="sms").count() == 2
    assert authoriser.get(CONFIRM).status_code == 404


def test_nobody_replaces_anothers_and_two_take_it_back() -> None:
    approver, other, authoriser = client_of("approver"), client_of("approver"), client_of("authoriser")
    approver.post(PAGE, GIVEN | {"confirmed": "on"})
    refused = words(other.post(PAGE, GIVEN | {"day": "2021-09-23", "confirmed": "on"}))
    assert "sudah menyiapkan pembetulan ke 2021-09-22 20.00" in refused
    given = seen(authoriser, BACK)
    assert "Petugas lain yang menariknya" in words(authoriser.post(BACK, given, follow=True))
    assert "Diminta ditarik oleh" in words(authoriser.get(CONFIRM))
    assert "Pengumumannya tetap" in words(other.post(BACK, given, follow=True))
    assert other.get(BACK).status_code == 404
    assert Wave.objects.get().announced_at == WRONG
    # Their own alone.
    approver.post(PAGE, GIVEN | {"confirmed": "on"})
    assert "Pengumumannya tetap" in words(approver.post(BACK, seen(approver, BACK), follow=True))


def test_a_correction_looks_ahead() -> None:
    approver, authoriser = client_of("approver"), client_of("authoriser")
    assert "memang diumumkan pada saat itu" in words(approver.post(PAGE, GIVEN | {"day": "2021-09-15"}))
    assert "sudah lewat: 2021-09-28 23.59" in words(approver.post(PAGE, GIVEN | {"day": "2021-08-30"}))
    # Near: whoever confirms stands for it.
    approver.post(PAGE, GIVEN | {"day": "2021-09-05", "confirmed": "on"})
    page = authoriser.get(CONFIRM)
    assert "lebih awal" in words(page)
    assert "is_short_deadline_confirmed" in page.text
    authoriser.post(CONFIRM, seen(authoriser))
    assert Wave.objects.get().announced_at == WRONG
    authoriser.post(CONFIRM, seen(authoriser) | {"is_short_deadline_confirmed": "on"})
    assert Wave.objects.get().announced_at == wib("2021-09-05 20:00")


def test_too_late() -> None:
    approver, authoriser = client_of("approver"), client_of("authoriser")
    approver.post(PAGE, GIVEN | {"confirmed": "on"})
    given = seen(authoriser)
    set_clock(wib("2021-10-15 09:00"))
    assert "tidak dapat dibetulkan lagi" in words(approver.post(PAGE, GIVEN))
    assert "tidak dapat dibetulkan lagi" in words(authoriser.get(CONFIRM))
    assert "tidak dapat dibetulkan lagi" in words(authoriser.post(CONFIRM, given, follow=True))
    assert Wave.objects.get().announced_at == WRONG
    assert approver.get("/waves/99/announcement/").status_code == 404
