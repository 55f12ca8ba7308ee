"""The public catalogue: searching, filters, a course's page, courses side by side."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from django.db.models import F
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from prakerja.catalogue.models import CourseRun, CourseRunSeats, Listing
from prakerja.catalogue.search_words import learn_words
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.reporting.courses import CourseSearch
from prakerja.reporting.queries import course_pages, search_courses
from tests.portal import world


def titles(at: datetime = world.BOUGHT, **search: object) -> list[str]:
    return [item.title for item in search_courses(search=CourseSearch(**search), at=at).courses]  # type: ignore[arg-type]


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
    assert titles(text="hemat cermat") == ["Diskon 100% Hemat_Cermat"]
    assert titles(text="barista inggris") == []


def test_the_cheapest_platform_with_a_promotion_that_runs(courses: None) -> None:
    run = world.course(title="Promo", prices={"tokopedia": 250_000, "sekolahmu": 240_000})
    world.promote(run, "tokopedia", 30_000)
    [found] = search_courses(search=CourseSearch(text="Promo"), at=world.BOUGHT).courses
    assert (found.cheapest, found.seller, found.sellers) == (220_000, "Tokopedia", 2)
    [found] = search_courses(search=CourseSearch(text="Promo", platform="sekolahmu"), at=world.BOUGHT).courses
    assert (found.cheapest, found.seller) == (240_000, "Sekolahmu")
    [before] = search_courses(search=CourseSearch(text="Promo"), at=world.ANNOUNCED - timedelta(days=1)).courses
    assert (before.cheapest, before.seller) == (240_000, "Sekolahmu")
    [whole] = course_pages(codes=[run.course.code], at=world.BOUGHT).courses
    assert [(price.code, price.price, price.net, price.until) for price in whole.prices] == [
        ("tokopedia", 250_000, 220_000, world.ANNOUNCED + timedelta(days=60)),
        ("sekolahmu", 240_000, 240_000, None),
    ]


def test_what_cannot_be_bought_is_not_offered(courses: None) -> None:
    begun = datetime(2021, 10, 1, 9, tzinfo=WIB)
    assert "Bahasa Inggris" in titles(at=begun - timedelta(seconds=1))
    assert "Bahasa Inggris" not in titles(at=begun)
    Listing.objects.filter(course__title="Dasar Barista").update(ended_at=world.BOUGHT)
    assert "Dasar Barista" not in titles()


def test_the_list_says_when_a_class_is_full_and_leads_to_its_page_and_the_shop(portal: Client, courses: None) -> None:
    CourseRunSeats.objects.filter(course_run__course__title="Dasar Barista").update(seats_taken=50)
    text = portal.get("/pelatihan", {"cari": "barista"}).text
    assert "1 pelatihan" in text
    assert "Penuh" in text
    assert "mulai Rp450.000 di 2 platform" in text
    code = CourseRun.objects.get(course__title="Dasar Barista").course.code
    assert f'href="/pelatihan/{code}?cari=barista"' in text
    page = portal.get(f"/pelatihan/{code}").text
    assert f'href="http://127.0.0.1:8017/course/{code}"' in page
    assert "Rp475.000" in page


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
    [found] = search_courses(search=CourseSearch(text="Inggris"), at=world.BOUGHT).courses
    assert (found.starts_at, found.seats_left) == (later.starts_at, 7)
    CourseRunSeats.objects.filter(course_run=later).update(seats_taken=7)
    [found] = search_courses(search=CourseSearch(text="Inggris"), at=world.BOUGHT).courses
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
    fields = (
        "cari kategori platform cara bentuk tempat urut harga halaman mulai sampai bintang kursi saldo banding k ulasan"
    )
    for field in fields.split():
        for address in ("/pelatihan", "/pelatihan/bandingkan"):
            answer = portal.get(address, {field: typed})
            assert answer.status_code == 200
            assert "<script>alert(1)" not in answer.text
    answer = portal.get(f"/pelatihan/{quote(typed, safe='')}")
    assert answer.status_code == 404
    assert "<script>alert(1)" not in answer.text


@pytest.fixture
def kitchen(db: None) -> None:
    """Courses made by the catalogue's own verb, which learns their words."""
    with transaction():
        for title, category in (
            ("Masakan Nusantara", "Makanan dan Minuman"),
            ("Menjahit Busana", "Gaya Hidup"),
            ("Excel untuk Kantor", "Perkantoran"),
        ):
            made = world.course(title=title, category=category)
            learn_words(course_ids=[made.course_id])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("memasak", "Masakan Nusantara"),
        ("masak", "Masakan Nusantara"),
        ("jahitan", "Menjahit Busana"),
        ("exel", "Excel untuk Kantor"),
        ("EXCLE", "Excel untuk Kantor"),
        ("perkantoran", "Excel untuk Kantor"),
        ("kursus excel", "Excel untuk Kantor"),
        ("akademi bandung exel", "Excel untuk Kantor"),
        ("nusntara", "Masakan Nusantara"),
        ("nusan", "Masakan Nusantara"),
    ],
)
def test_other_forms_of_a_word_and_slips_are_forgiven(kitchen: None, typed: str, found: str) -> None:
    assert titles(text=typed) == [found]


def test_what_was_taken_for_something_else_is_said(portal: Client, kitchen: None) -> None:
    text = portal.get("/pelatihan", {"cari": "exel"}).text
    assert "Tidak ada kata “exel”. Ini hasil untuk “excel”." in text
    nothing = portal.get("/pelatihan", {"cari": "zzzzzz"}).text
    assert "Tidak ada pelatihan dengan kata “zzzzzz”" in nothing
    assert 'href="/pelatihan">Lihat semua pelatihan' in nothing


def test_a_search_takes_two_statements_and_a_course_one(
    portal: Client, kitchen: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    portal.get("/pelatihan")  # reads the clock, once
    with django_assert_num_queries(2):
        portal.get("/pelatihan", {"cari": "memasak exel", "cara": "live", "harga": "500000", "bintang": "4"})
    with django_assert_num_queries(1):
        portal.get("/pelatihan")
    code = CourseRun.objects.get(course__title="Menjahit Busana").course.code
    with django_assert_num_queries(1):
        portal.get(f"/pelatihan/{code}")
    with django_assert_num_queries(1):
        portal.get("/pelatihan/bandingkan", {"banding": code})
