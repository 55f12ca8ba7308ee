"""What was typed outlives the session that it was typed in: it is given back after the new sign-in, and never sent by itself."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from prakerja.access.models import Session
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.training.models import Rating
from tests.builders import otp_of
from tests.portal import world

REVIEW = "Pengajarnya sabar. <Contohnya> banyak, & jelas."


def sign_in(browser: Client, phone: str, person_id: uuid.UUID, following: str = "", **more: Any) -> Any:
    browser.post("/masuk", {"phone": phone, "next": following, **more})
    return browser.post("/masuk/kode", {"otp": otp_of(person_id, "otp_sign_in"), **more})


def end_sessions() -> None:
    Session.objects.all().delete()
    cache.clear()


@pytest.fixture
def reviewing(portal: Client) -> tuple[uuid.UUID, str]:
    """Somebody with a certificate, and the address of the form for the review."""
    who = world.award(world.person(phone="+6281234560001"), videos=3, first_purchase_at=world.BOUGHT)
    completion = world.complete(world.buy(who, world.course(), status="redeemed"))
    return who.person_id, f"/ulasan/{completion.id}"


def test_a_review_outlives_its_session(
    portal: Client, reviewing: tuple[uuid.UUID, str], move: Callable[[datetime], None]
) -> None:
    person_id, path = reviewing
    move(datetime(2021, 10, 6, 19, tzinfo=WIB))
    sign_in(portal, "081234560001", person_id)
    assert portal.get(path).status_code == 200
    end_sessions()
    led = portal.post(path, {"stars": "4", "review": REVIEW})
    assert led["Location"] == f"/masuk?next=%2Fulasan%2F{path.rpartition('/')[2]}"
    assert "Ulasan" not in str(Session.objects.get().signed_data)
    inside = sign_in(portal, "081234560001", person_id, path)
    assert inside["Location"] == path
    for _ in range(2):
        shown = portal.get(path).text
        assert "Pengajarnya sabar. &lt;Contohnya&gt; banyak, &amp; jelas." in shown
        assert re.search(r'value="4" checked', shown)
        assert "Belum ada yang terkirim" in shown
    assert not Rating.objects.exists()
    portal.post(path, {"stars": "4", "review": REVIEW})
    assert Rating.objects.get().review == REVIEW
    assert "draft" not in portal.session


def test_a_form_in_a_second_tab_is_given_back(
    portal: Client, reviewing: tuple[uuid.UUID, str], move: Callable[[datetime], None]
) -> None:
    """Another tab signed in anew, which changes the secret of all forms: the old one is not believed, and not lost."""
    person_id, path = reviewing
    browser = Client(enforce_csrf_checks=True)

    def token(address: str) -> str:
        found = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', browser.get(address).text)
        assert found is not None
        return found[1]

    sign_in(browser, "081234560001", person_id, csrfmiddlewaretoken=token("/masuk"))
    old = token(path)
    end_sessions()
    move(world.BOUGHT + timedelta(minutes=2))
    sign_in(browser, "081234560001", person_id, csrfmiddlewaretoken=token("/masuk"))
    answer = browser.post(path, {"stars": "5", "review": REVIEW, "csrfmiddlewaretoken": old})
    assert (answer.status_code, answer["Location"]) == (302, path)
    assert not Rating.objects.exists()
    assert "Pengajarnya sabar." in browser.get(path).text
    # Another site's form is not kept.
    browser.post(
        path,
        {"stars": "1", "review": "Jelek.", "csrfmiddlewaretoken": old},
        headers={"Origin": "https://jahat.example"},
    )
    assert "Jelek." not in browser.get(path).text


def test_a_question_to_the_office_in_a_second_tab_is_given_back(
    portal: Client, reviewing: tuple[uuid.UUID, str]
) -> None:
    person_id, _ = reviewing
    browser = Client(enforce_csrf_checks=True)

    def token(address: str) -> str:
        found = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', browser.get(address).text)
        assert found is not None
        return found[1]

    old = token("/bantuan/tulis")
    sign_in(browser, "081234560001", person_id, csrfmiddlewaretoken=token("/masuk"))
    typed = {"topic": "payment", "words": "Uang saya belum datang sejak bulan lalu.", "csrfmiddlewaretoken": old}
    assert browser.post("/bantuan/tulis", typed)["Location"] == "/bantuan/tulis"
    assert "Uang saya belum datang sejak bulan lalu." in browser.get("/bantuan/tulis").text
    assert (
        "Nomor kasus" in browser.post("/bantuan/tulis", typed | {"csrfmiddlewaretoken": token("/bantuan/tulis")}).text
    )


def test_who_signs_in_on_the_same_phone_does_not_see_it(portal: Client, reviewing: tuple[uuid.UUID, str]) -> None:
    person_id, path = reviewing
    other = world.award(world.person(phone="+6281234560002"), videos=3).person_id
    sign_in(portal, "081234560001", person_id)
    end_sessions()
    portal.post(path, {"stars": "4", "review": REVIEW})
    sign_in(portal, "081234560002", other, path)
    assert "draft" not in portal.session
    assert portal.get(path).status_code == 404


def test_other_buttons_lead_back_to_their_page(portal: Client, reviewing: tuple[uuid.UUID, str]) -> None:
    answer = portal.post("/sesi/lain/akhiri", headers={"Referer": "http://testserver/sesi"})
    assert answer["Location"] == "/masuk?next=%2Fsesi"
    away = portal.post("/sesi/lain/akhiri", headers={"Referer": "https://jahat.example/"})
    assert away["Location"] == "/masuk"


def test_an_accounts_number_outlives_its_session(portal: Client, reviewing: tuple[uuid.UUID, str]) -> None:
    person_id, _ = reviewing
    sign_in(portal, "081234560001", person_id)
    end_sessions()
    portal.post("/rekening", {"provider": "bni", "number": "7700123456"})
    assert "7700123456" not in str(Session.objects.get().signed_data)
    sign_in(portal, "081234560001", person_id, "/rekening")
    shown = portal.get("/rekening").text
    assert 'value="7700123456"' in shown
    assert re.search(r'value="bni" checked', shown)


def test_a_session_slides_while_it_is_used_and_says_when_it_ends(
    portal: Client, reviewing: tuple[uuid.UUID, str]
) -> None:
    person_id, _ = reviewing
    sign_in(portal, "081234560001", person_id)
    # Fifty minutes later.
    used, now = clock.wall() - timedelta(minutes=50), clock.wall()
    Session.objects.update(used_at=used, ends_at=used + timedelta(hours=1))
    cache.clear()
    seen = portal.get("/dashboard")
    assert Session.objects.get().ends_at >= now + timedelta(minutes=59)
    assert seen.cookies["portal_session"]["max-age"] == 3600
    assert 'data-session-ends="3300"' in seen.text
    going_on = portal.post("/sesi/lanjut", headers={"X-Requested-With": "fetch"})
    assert (going_on.status_code, going_on.content) == (200, b"3300")
    assert portal.post("/sesi/lanjut", headers={"Referer": "http://testserver/pesan"})["Location"].endswith("/pesan")
