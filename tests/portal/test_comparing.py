"""The public comparison of courses over all platforms."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.test import Client

from prakerja.catalogue.models import CourseRun, CourseRunSeats, Listing
from prakerja.kernel.clock import WIB
from prakerja.reporting.courses import CourseSearch
from prakerja.reporting.queries import compare_courses
from tests.portal import world


def titles(at: datetime = world.BOUGHT, **search: object) -> list[str]:
    return [item.title for item in compare_courses(search=CourseSearch(**search), at=at).courses]  # type: ignore[arg-type]


@pytest.fixture
def courses(db: None) -> None:
    world.course(
        title="Dasar Barista", prices={"tokopedia": 475_000, "pintaria": 450_000}, rating_sum=45, rating_count=10
    )
    world.course(
        title="Bahasa Inggris",
        category="Bahasa Asing",
        delivery="live",
        starts=datetime(2021, 10, 1, 9, tzinfo=WIB),
        prices={"bukalapak": 300_000},
        rating_sum=20,
        rating_count=4,
    )
    world.course(title="Diskon 100% Hemat_Cermat", prices={"tokopedia": 24_000})


def test_every_filter(courses: None) -> None:
    assert titles() == ["Bahasa Inggris", "Dasar Barista", "Diskon 100% Hemat_Cermat"]
    assert titles(sort="cheapest")[0] == "Diskon 100% Hemat_Cermat"
    assert titles(category="Bahasa Asing") == ["Bahasa Inggris"]
    assert titles(delivery="live") == ["Bahasa Inggris"]
    assert titles(platform="pintaria") == ["Dasar Barista"]
    assert titles(max_price=300_000) == ["Bahasa Inggris", "Diskon 100% Hemat_Cermat"]
    assert titles(text="BARISTA akademi") == ["Dasar Barista"]
    assert titles(text="100%") == ["Diskon 100% Hemat_Cermat"]
    assert titles(text="t_C") == ["Diskon 100% Hemat_Cermat"]
    assert titles(text="barista inggris") == []


def test_the_cheapest_platform_first_with_a_promotion_that_runs(courses: None) -> None:
    run = world.course(title="Promo", prices={"tokopedia": 250_000, "sekolahmu": 240_000})
    world.promote(run, "tokopedia", 30_000)
    [found] = compare_courses(search=CourseSearch(text="Promo"), at=world.BOUGHT).courses
    assert [(price.code, price.price, price.net) for price in found.prices] == [
        ("tokopedia", 250_000, 220_000),
        ("sekolahmu", 240_000, 240_000),
    ]
    [before] = compare_courses(search=CourseSearch(text="Promo"), at=world.ANNOUNCED - timedelta(days=1)).courses
    assert before.prices[0].code == "sekolahmu"


def test_what_cannot_be_bought_is_not_offered(courses: None) -> None:
    begun = datetime(2021, 10, 1, 9, tzinfo=WIB)
    assert "Bahasa Inggris" in titles(at=begun - timedelta(seconds=1))
    assert "Bahasa Inggris" not in titles(at=begun)
    Listing.objects.filter(course__title="Dasar Barista").update(ended_at=world.BOUGHT)
    assert "Dasar Barista" not in titles()


def test_the_page_links_to_the_shop_and_says_when_a_class_is_full(portal: Client, courses: None) -> None:
    CourseRunSeats.objects.filter(course_run__course__title="Dasar Barista").update(seats_taken=50)
    text = portal.get("/pelatihan", {"cari": "barista"}).text
    assert "1 pelatihan" in text
    assert "Penuh" in text
    assert 'href="http://127.0.0.1:8017/course/' in text


def test_a_full_class_gives_way_to_a_later_one_with_seats(courses: None) -> None:
    first = CourseRun.objects.get(course__title="Bahasa Inggris")
    later = CourseRun.objects.create(
        course=first.course,
        code="bahasa-inggris-kedua",
        starts_at=first.starts_at + timedelta(days=14),
        ends_at=first.ends_at + timedelta(days=14),
    )
    CourseRunSeats.objects.create(course_run=later, slice=0, capacity=7)
    CourseRunSeats.objects.filter(course_run=first).update(seats_taken=F("capacity"))
    [found] = compare_courses(search=CourseSearch(text="Inggris"), at=world.BOUGHT).courses
    assert (found.starts_at, found.seats_left) == (later.starts_at, 7)
    CourseRunSeats.objects.filter(course_run=later).update(seats_taken=7)
    [found] = compare_courses(search=CourseSearch(text="Inggris"), at=world.BOUGHT).courses
    assert (found.starts_at, found.seats_left) == (first.starts_at, 0)


def test_pages_of_twelve(portal: Client) -> None:
    for number in range(13):
        world.course(title=f"Kursus {number:02d}")
    first = portal.get("/pelatihan", {"urut": "cheapest"})
    assert first.text.count("<h3") == 12
    assert "halaman=2" in first.text
    second = portal.get("/pelatihan", {"urut": "cheapest", "halaman": "2"})
    assert second.text.count("<h3") == 1
    assert "Halaman 2 dari 2" in second.text


@pytest.mark.parametrize(
    "typed", ["' OR 1=1 --", "<script>alert(1)</script>", "😀" * 60, "\x00", "%" * 99, "a " * 500, "\\", "{{7*7}}"]
)
def test_odd_questions_are_answered_with_a_page(portal: Client, courses: None, typed: str) -> None:
    for field in ("cari", "kategori", "platform", "cara", "urut", "harga", "halaman"):
        answer = portal.get("/pelatihan", {field: typed})
        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.text
