"""The public catalogue: searching, filters, a course's page, courses side by side."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from prakerja.catalogue.models import Course, CourseRun, CourseRunSeats, Listing
from prakerja.catalogue.search_words import learn_words
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.kernel.ids import new_id
from prakerja.partners.models import Partner
from prakerja.registrations.regions import region_called
from prakerja.reporting.courses import CourseSearch
from prakerja.reporting.queries import course_pages, search_courses
from prakerja.training.models import Rating
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


def test_a_town_where_nothing_is_taught_is_no_slip_of_something_else(portal: Client, kitchen: None) -> None:
    with transaction():
        learn_words(course_ids=[world.course(title="Mengolah Kumpang").course_id])
    text = portal.get("/pelatihan", {"cari": "kupang"}).text
    assert "Belum ada pelatihan tatap muka di Kupang." in text
    assert 'href="/pelatihan?bentuk=online"' in text
    assert region_called("kupnag") == region_called("Kota Kupang") == ("Kupang", "53")
    assert region_called("barista") is None


def test_what_was_taken_for_something_else_is_said(portal: Client, kitchen: None) -> None:
    text = portal.get("/pelatihan", {"cari": "exel"}).text
    assert "Tidak ada kata “exel”. Ini hasil untuk “excel”." in text
    nothing = portal.get("/pelatihan", {"cari": "zzzzzz"}).text
    assert "Tidak ada pelatihan dengan kata “zzzzzz”" in nothing
    assert 'href="/pelatihan">Lihat semua pelatihan' in nothing


def statements(portal: Client, address: str, **asked: str) -> int:
    """How many a page takes, but for the clock's, which is read again every moment whatever is asked."""
    with CaptureQueriesContext(connection) as taken:
        assert portal.get(address, asked).status_code == 200
    return sum("kernel_clock" not in one["sql"] for one in taken)


def test_a_search_takes_two_statements_and_a_course_one(portal: Client, kitchen: None) -> None:
    code = CourseRun.objects.get(course__title="Menjahit Busana").course.code
    asked = {"cari": "memasak exel", "cara": "live", "harga": "500000", "bintang": "4", "urut": "soonest"}
    assert statements(portal, "/pelatihan", **asked) == 2
    assert statements(portal, "/pelatihan") == 1
    assert statements(portal, f"/pelatihan/{code}") == 1
    assert statements(portal, "/pelatihan/bandingkan", banding=code) == 1


def test_every_filter_has_its_address_and_can_be_taken_out(portal: Client, courses: None) -> None:
    text = portal.get(
        "/pelatihan", {"cari": "bahasa", "cara": "live", "mulai": "2021-09-28", "kursi": "1", "tempat": "53"}
    ).text
    for word in ("Kelas terjadwal", "mulai 28 September 2021", "ada kursi", "tatap muka di Nusa Tenggara Timur"):
        assert word in text
    assert "0 pelatihan" in text
    assert 'href="/pelatihan?cari=bahasa&amp;cara=live&amp;mulai=2021-09-28&amp;kursi=1"' in text
    assert "Pelatihan daring, yang dapat diikuti dari mana saja" in text


def test_dates_seats_place_rating_and_balance(
    portal: Client, enter: Callable[[uuid.UUID], Client], courses: None
) -> None:
    day = datetime(2021, 10, 1, tzinfo=WIB)
    assert titles(starts_from=day, delivery="live") == ["Bahasa Inggris"]
    assert titles(starts_from=day + timedelta(days=1), delivery="live") == []
    assert titles(ends_by=day + timedelta(days=1), delivery="live") == ["Bahasa Inggris"]
    assert titles(ends_by=day, delivery="live") == []
    assert titles(min_rating=5) == ["Bahasa Inggris"]
    CourseRunSeats.objects.filter(course_run__course__title="Dasar Barista").update(seats_taken=F("capacity"))
    assert "Dasar Barista" not in titles(with_seats=True)
    assert "Dasar Barista" in titles()
    made = world.course(title="Las di Kupang", school=_school("kupang", "Kupang", "53"), mode="onsite")
    with transaction():
        learn_words(course_ids=[made.course_id])
    assert titles(province="53") == ["Las di Kupang"]
    assert titles(text="kupnag") == ["Las di Kupang"]
    reader = enter(world.award(balance=250_000).person_id)
    text = reader.get("/pelatihan", {"saldo": "1"}).text
    assert "1 pelatihan" in text
    assert "Diskon 100%" in text


def _school(code: str, city: str, province: str) -> Partner:
    school = world.institution(code=code, name=f"Lembaga {code}")
    Partner.objects.filter(id=school.id).update(city=city, province_code=province)
    return school


def test_up_to_four_stand_side_by_side_with_a_way_to_each_platform(portal: Client, courses: None) -> None:
    codes = [run.course.code for run in CourseRun.objects.select_related("course")]
    text = portal.get("/pelatihan/bandingkan", {"banding": ",".join([*codes, *codes, "tidak-ada"])}).text
    assert text.count('<th scope="col">') == 3
    assert text.count('href="http://127.0.0.1:8017/course/') == 2
    assert "Rp300.000" in text
    none = portal.get("/pelatihan/bandingkan").text
    assert "Belum ada yang dipilih." in none
    chosen = portal.get("/pelatihan", {"banding": codes[0]}).text
    assert "1 pelatihan dipilih untuk dibandingkan." in chosen


def test_the_page_of_a_course_has_what_one_decides_by(portal: Client, courses: None) -> None:
    run = CourseRun.objects.get(course__title="Bahasa Inggris")
    Course.objects.filter(id=run.course_id).update(
        syllabus=["Salam", "Angka"], min_education=3, has_post_test=True, language="en"
    )
    text = portal.get(f"/pelatihan/{run.course.code}?cari=inggris").text
    for word in (
        "Salam",
        "Angka",
        '<span lang="en">Salam</span>',
        '<span data-testid="language">Bahasa Inggris</span>',
        "SMA atau sederajat",
        "Kerjakan ujian akhir.",
        "Jumat, 1 Oktober 2021",
        "Akademi Satu",
        "5,0 dari 5",
    ):
        assert word in text
    assert 'href="/pelatihan?cari=inggris"' in text
    withdrawn = portal.get("/pelatihan/tidak-ada")
    assert (withdrawn.status_code, "Pelatihan ini tidak ditawarkan" in withdrawn.text) == (404, True)
    Listing.objects.filter(course_id=run.course_id).update(ended_at=world.BOUGHT)
    assert "sedang tidak dijual" in portal.get(f"/pelatihan/{run.course.code}").text


def test_reviews_are_read_without_their_writers(portal: Client) -> None:
    run = world.course(title="Dasar Barista")
    with world.painted():
        for number in range(12):
            Rating.objects.create(
                person_id=world.person(name="Siti Rahasia"),
                completion_id=new_id(),
                course=run.course,
                stars=5 if number else 1,
                review=f"Ulasan nomor {number:02d}",
                created_at=world.ANNOUNCED + timedelta(hours=number),
            )
    text = portal.get(f"/pelatihan/{run.course.code}").text
    assert "Ulasan nomor 11" in text
    assert "Ulasan nomor 00" not in text
    assert "Siti Rahasia" not in text
    assert "Ulasan nomor 00" in portal.get(f"/pelatihan/{run.course.code}?ulasan=2").text
