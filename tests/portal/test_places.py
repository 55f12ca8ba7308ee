"""Where a class is taught, by whose clock a limit ends, and which words are Indonesian on an English page."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from prakerja.catalogue.models import CourseRun
from prakerja.kernel.clock import WIB
from prakerja.notifications.operations import queue_message
from prakerja.partners.models import Partner
from prakerja.people.models import Person
from tests.portal import world
from tests.spoken import unmarked

pytestmark = pytest.mark.django_db
BEGINS = datetime(2021, 10, 10, 8, tzinfo=WIB)


def living_in(province_code: str, **award: Any) -> world.Participant:
    who = world.award(**award)
    Person.objects.filter(id=who.person_id).update(province_code=province_code)
    return who


def taught(mode: str, *, delivery: str = "live", **more: Any) -> CourseRun:
    school = world.institution("sehatasa", "Sehat Asa")
    Partner.objects.filter(id=school.id).update(address="Jalan Perintis 16", city="Makassar", province_code="73")
    run = world.course(school=school, delivery=delivery, starts=BEGINS, **more)
    run.course.mode = mode
    run.course.save()
    return run


def text(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode().partition("<main")[2]).split())


@pytest.mark.parametrize(
    ("mode", "province", "place", "warning"),
    [
        ("online", "32", False, ""),
        ("onsite", "73", True, ""),
        ("onsite", "32", True, "Kelas ini tatap muka di Makassar, di luar provinsi Anda."),
        ("blended", "32", True, "Sebagian kelas ini tatap muka di Makassar, di luar provinsi Anda."),
    ],
)
def test_the_comparison_says_where_and_warns_who_lives_elsewhere(
    enter: Callable[[uuid.UUID], Client], mode: str, province: str, place: bool, warning: str
) -> None:
    taught(mode)
    page = enter(living_in(province).person_id).get("/pelatihan")
    assert ("Tempat: Jalan Perintis 16, Makassar" in text(page)) is place
    assert ("other-province" in page.content.decode()) is bool(warning)
    assert warning in text(page)
    # The clock of the place, not the reader's: that is where one has to be at that hour.
    assert ("08.00 WIB (10 Oktober 2021 pukul 09.00 WITA)" in text(page)) is place


def test_a_stranger_sees_the_place_and_is_not_warned(portal: Client) -> None:
    taught("onsite")
    page = portal.get("/pelatihan")
    assert "Tempat: Jalan Perintis 16, Makassar" in text(page)
    assert "other-province" not in page.content.decode()


def test_transactions_say_where_to_go(enter: Callable[[uuid.UUID], Client]) -> None:
    who = living_in("32", videos=3)
    purchase = world.buy(who, taught("onsite"), redeemable_from=BEGINS - timedelta(hours=1))
    browser = enter(who.person_id)
    page = text(browser.get(f"/transaksi/{purchase.id}"))
    assert "Tempat Jalan Perintis 16, Makassar di luar provinsi Anda" in page
    assert "Datang ke Jalan Perintis 16, Makassar pada jam kelas" in page
    assert "Tatap muka, Makassar" in text(browser.get("/transaksi"))


def limits_of(html: str) -> list[str]:
    """What follows each last minute of a day."""
    words = " ".join(re.sub(r"<[^>]+>", "", html).split())
    return [match[1] for match in re.finditer(r"pukul 23\.59 WIB(.{0,36})", words)]


@pytest.mark.parametrize(("province", "name"), [("94", "WIT)"), ("73", "WITA)"), ("32", "")])
def test_every_limit_is_written_by_the_readers_clock_too(
    enter: Callable[[uuid.UUID], Client], move: Callable[[datetime], None], province: str, name: str
) -> None:
    who = living_in(province, videos=3)
    purchase = world.buy(who, world.course())
    world.open_survey(who, opens=datetime(2021, 9, 20, tzinfo=WIB))
    with world.transaction.atomic():
        queue_message(
            person_id=who.person_id,
            template="survey_open",
            channels=("dashboard",),
            parameters={"number": 1, "deadline": world.DEADLINE.isoformat()},
            dedupe_key="survey",
            at=world.BOUGHT,
        )
    browser = enter(who.person_id)
    seen = 0
    for address in ("/dashboard", "/pelatihan", f"/transaksi/{purchase.id}", "/insentif", "/survei", "/pesan"):
        limits = limits_of(browser.get(address).content.decode())
        seen += len(limits)
        assert [one for one in limits if (name not in one if name else "WIT" in one)] == [], address
    assert seen >= 6


def test_english_pages_say_which_words_are_indonesian(enter: Callable[[uuid.UUID], Client]) -> None:
    """A screen reader reads "Dasar Barista" in English otherwise."""
    who = living_in("32", videos=3)
    purchase = world.buy(who, taught("onsite", title="Merawat Orang Lanjut Usia"), status="redeemed")
    completion = world.complete(purchase)
    with world.transaction.atomic():
        queue_message(
            person_id=who.person_id,
            template="cert_ready",
            channels=("dashboard",),
            parameters={"course_title": "Merawat Orang Lanjut Usia"},
            dedupe_key="certificate",
            at=world.BOUGHT,
        )
    browser = enter(who.person_id)
    browser.get("/bahasa/en")
    words = ("Merawat Orang", "Makanan & Minuman", "Belajar dari dasar", "lalu ketik kode")
    found = 0
    for address in (
        "/dashboard",
        "/pelatihan",
        "/transaksi",
        f"/transaksi/{purchase.id}",
        f"/ulasan/{completion.id}",
        "/pesan",
    ):
        page = browser.get(address)
        html = page.content.decode()
        assert '<html lang="en"' in html, address
        assert "Merawat Orang" in html, address
        assert unmarked(html, *words) == [], address
        found += html.count('lang="id"')
    assert found > 10
    browser.get("/bahasa/id")
    assert '<span lang="id">' not in browser.get("/pelatihan").content.decode()
