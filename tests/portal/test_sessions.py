"""Where a participant is signed in: shown, and ended by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from prakerja.access.models import Session
from prakerja.access.session_store import key_hash
from prakerja.audit.models import Record
from prakerja.kernel import clock
from tests import builders as b

pytestmark = pytest.mark.django_db
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def who(portal: Client) -> b.Participant:
    return b.participant(b.world())


def signed_in(who: b.Participant, agent: str) -> Client:
    """Through the phone's code, as everybody."""
    browser = Client(headers={"User-Agent": agent})
    browser.post("/masuk", {"phone": who.phone})
    browser.post("/masuk/kode", {"otp": b.otp_of(who.person_id, "otp_sign_in")})
    return browser


def again(who: b.Participant, agent: str, move: Callable[..., None]) -> Client:
    move(clock.now() + timedelta(minutes=2))
    return signed_in(who, agent)


def is_in(browser: Client) -> bool:
    cache.clear()
    return bool(browser.get("/sesi").status_code == 200)


def page(browser: Client) -> str:
    return " ".join(browser.get("/sesi").content.decode().split())


def test_the_cookie_stands_nowhere_in_the_database(who: b.Participant) -> None:
    browser = signed_in(who, ANDROID)
    key = browser.cookies["portal_session"].value
    row = Session.objects.get()
    assert (bytes(row.key_hash), row.owner, row.device) == (key_hash(key), who.person_id, "Chrome · Android")
    thief = Client()
    for stolen in (bytes(row.key_hash).hex(), str(row.id)):
        thief.cookies["portal_session"] = stolen
        assert not is_in(thief)


def test_one_sees_and_ends_a_lost_phone(who: b.Participant, move: Callable[..., None]) -> None:
    lost = signed_in(who, ANDROID)
    mine = again(who, FIREFOX, move)
    shown = page(mine)
    assert shown.index("Firefox · Windows") < shown.index("Chrome · Android")
    assert shown.count("Akhiri sesi ini") == 1
    ending = Session.objects.get(device="Chrome · Android").id
    assert mine.get(f"/sesi/{ending}/akhiri")["Location"] == "/sesi"
    assert "Sesi diakhiri." in mine.post(f"/sesi/{ending}/akhiri", follow=True).content.decode()
    assert [is_in(lost), is_in(mine)] == [False, True]
    assert "Sesi itu sudah berakhir." in mine.post(f"/sesi/{ending}/akhiri", follow=True).content.decode()
    told = Record.objects.get(action="session.ended")
    assert (told.actor_kind, told.actor_id, told.person_id) == ("participant", str(who.person_id), who.person_id)


def test_one_ends_all_others(who: b.Participant, move: Callable[..., None]) -> None:
    lost = signed_in(who, ANDROID)
    mine = again(who, FIREFOX, move)
    assert "Semua sesi lain diakhiri." in mine.post("/sesi/lain/akhiri", follow=True).content.decode()
    assert [is_in(lost), is_in(mine)] == [False, True]
    assert "Akhiri semua sesi lain" not in page(mine)


def test_nobody_ends_the_session_of_another(who: b.Participant, move: Callable[..., None]) -> None:
    mine = signed_in(who, ANDROID)
    stranger = again(b.participant(b.world(wave=22)), FIREFOX, move)
    theirs = Session.objects.get(owner=who.person_id).id
    assert "Sesi itu sudah berakhir." in stranger.post(f"/sesi/{theirs}/akhiri", follow=True).content.decode()
    stranger.post("/sesi/lain/akhiri")
    assert is_in(mine)
    assert "Chrome · Android" not in page(stranger)


def test_the_page_speaks_english(who: b.Participant) -> None:
    browser = signed_in(who, ANDROID)
    browser.get("/bahasa/en?next=/sesi")
    assert "My sessions" in page(browser)


def test_signing_out_leaves_no_row(who: b.Participant) -> None:
    browser = signed_in(who, ANDROID)
    browser.post("/keluar")
    assert not Session.objects.filter(owner=who.person_id).exists()
