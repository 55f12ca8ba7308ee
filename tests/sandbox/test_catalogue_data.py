"""The demo catalogue keeps its promises: enough to compare, and the worked examples can be bought."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from prakerja.programmes.schemes import WIB
from prakerja.sandbox.worlds.catalogue import (
    CATEGORIES,
    EXAMPLE_COURSES,
    PROMOTION_COURSE,
    CatalogueCourse,
    CatalogueListing,
    load_catalogue,
)
from prakerja.sandbox.worlds.names import CITIES, FIRST_NAMES, LAST_NAMES, REVIEWS

CATALOGUE = load_catalogue()
OPENED = datetime(2021, 9, 27, 8, 0, tzinfo=WIB)
PLATFORMS = ("bukalapak", "maubelajarapa", "pintaria", "pijarmahir", "sisnaker", "sekolahmu", "tokopedia")


def _listing(course_code: str, platform: str) -> CatalogueListing:
    return next(item for item in CATALOGUE.course(course_code).listings if item.platform == platform)


def test_the_platforms_are_the_article_s_in_its_order() -> None:
    assert tuple(platform.code for platform in CATALOGUE.platforms) == PLATFORMS


def test_there_are_enough_institutions_and_courses() -> None:
    assert len(CATALOGUE.institutions) >= 20
    assert len(CATALOGUE.courses) >= 64
    per_institution = Counter(course.institution for course in CATALOGUE.courses)
    assert set(per_institution) == {institution.code for institution in CATALOGUE.institutions}


def test_codes_are_unique_and_begin_with_their_owner() -> None:
    partners = [institution.code for institution in CATALOGUE.institutions] + list(PLATFORMS)
    courses = [course.code for course in CATALOGUE.courses]
    runs = [run.code for course in CATALOGUE.courses for run in course.runs]
    for codes in (partners, courses, runs):
        assert len(set(codes)) == len(codes)
    for course in CATALOGUE.courses:
        assert course.code.startswith(f"{course.institution}-")
        assert course.code.replace("-", "").isalnum()
        assert course.code == course.code.lower()
        assert all(run.code.startswith(f"{course.code}-") for run in course.runs)
    assert CATALOGUE.institutions[0].code == "rasakata"


def test_every_category_of_the_rule_book_is_taught() -> None:
    assert {course.category for course in CATALOGUE.courses} == set(CATEGORIES)


@pytest.mark.parametrize("course", CATALOGUE.courses, ids=lambda course: course.code)
def test_a_course_is_complete(course: CatalogueCourse) -> None:
    assert course.mode in ("online", "onsite", "blended")
    assert course.delivery in ("live", "self_paced")
    assert not (course.delivery == "self_paced" and course.mode != "online")
    assert course.min_education in ("none", "sd", "smp", "sma", "diploma", "s1", "s2")
    assert course.min_age >= 18
    assert len(course.syllabus) >= 3
    assert len(course.summary) >= 40
    assert course.target_job
    assert course.competency_standard
    assert set(course.certificate_kinds) <= {"completion", "excellence"}
    assert course.certificate_kinds[0] == "completion"
    assert 4 * course.rating_count <= course.rating_sum <= 5 * course.rating_count
    assert course.runs
    assert len(course.listings) >= 2
    assert all(24_000 <= listing.price <= 1_000_000 for listing in course.listings)
    assert all(listing.platform in PLATFORMS for listing in course.listings)


def test_the_cheapest_and_the_dearest_price_of_the_article_exist() -> None:
    prices = [listing.price for course in CATALOGUE.courses for listing in course.listings]
    assert (min(prices), max(prices)) == (24_000, 1_000_000)


def test_every_platform_sells_enough_to_fill_a_shop() -> None:
    sold = Counter(listing.platform for course in CATALOGUE.courses for listing in course.listings)
    assert {platform: sold[platform] >= 25 for platform in PLATFORMS} == dict.fromkeys(PLATFORMS, True)


def test_comparing_platforms_means_something() -> None:
    for course in CATALOGUE.courses:
        prices = [listing.price for listing in course.listings]
        assert len(set(prices)) == len(prices), course.code


def test_promotions_run_have_run_and_will_run() -> None:
    promotions = [
        (listing.price, listing.promotion)
        for course in CATALOGUE.courses
        for listing in course.listings
        if listing.promotion is not None
    ]
    assert all(0 < promotion.discount < price for price, promotion in promotions)
    assert all(promotion.starts_at < promotion.ends_at for _, promotion in promotions)
    running = [promotion for _, promotion in promotions if promotion.starts_at <= OPENED < promotion.ends_at]
    assert len(running) >= 5
    assert any(promotion.ends_at <= OPENED for _, promotion in promotions)
    assert any(promotion.starts_at > OPENED for _, promotion in promotions)


def test_worked_example_1_can_be_bought_at_tokopedia() -> None:
    assert [_listing(code, "tokopedia").price for code in EXAMPLE_COURSES] == [475_000, 300_000, 225_000]
    for code in EXAMPLE_COURSES:
        course = CATALOGUE.course(code)
        assert course.delivery == "self_paced"
        assert (course.min_age, course.min_education) == (18, "none")
        assert _listing(code, "tokopedia").promotion is None


def test_worked_example_5_can_be_bought_at_tokopedia() -> None:
    listing = _listing(PROMOTION_COURSE, "tokopedia")
    assert listing.price == 250_000
    assert listing.promotion is not None
    assert CATALOGUE.course(PROMOTION_COURSE).delivery == "self_paced"
    # The promotion runs until the training balances lapse.
    assert listing.promotion.starts_at <= OPENED
    assert listing.promotion.ends_at == datetime(2021, 12, 1, tzinfo=WIB)
    assert listing.promotion.discount == 30_000


def test_self_paced_classes_stand_open_until_the_completion_cutoff() -> None:
    standing = [course.runs for course in CATALOGUE.courses if course.delivery == "self_paced"]
    assert len(standing) >= 30
    for runs in standing:
        assert len(runs) == 1
        assert runs[0].starts_at == datetime(2021, 9, 1, tzinfo=WIB)
        assert runs[0].ends_at == datetime(2021, 12, 11, tzinfo=WIB)
        assert (runs[0].capacity, runs[0].session_count, runs[0].sold_out) == (1_000_000, 1, False)


def test_live_classes_begin_from_late_september_to_november() -> None:
    live = [(course, run) for course in CATALOGUE.courses if course.delivery == "live" for run in course.runs]
    assert len(live) >= 20
    begun = [run for _, run in live if run.starts_at <= OPENED]
    assert len(begun) == 1
    assert begun[0].ends_at > OPENED
    full = [run for _, run in live if run.sold_out]
    assert len(full) >= 3
    # The world fills these with real purchases, so they are small, and still ahead when it opens.
    assert all(run.capacity <= 6 and run.starts_at > OPENED for run in full)
    for course, run in live:
        assert run.starts_at < run.ends_at < datetime(2021, 12, 1, tzinfo=WIB)
        assert 1 <= run.session_count <= 10
        assert course.duration_hours % run.session_count == 0
        assert run.capacity >= 1
    months = {run.starts_at.astimezone(WIB).month for _, run in live}
    assert months == {9, 10, 11}


def test_live_classes_move_with_the_first_day_of_the_world() -> None:
    later = load_catalogue(first_day=date(2021, 10, 4))
    code = "kelanakode-python-data"
    before, after = CATALOGUE.course(code).runs[0], later.course(code).runs[0]
    assert after.starts_at - before.starts_at == timedelta(days=7)
    assert after.ends_at - after.starts_at == before.ends_at - before.starts_at


def test_every_institution_explains_itself_and_how_to_redeem() -> None:
    texts = [institution.how_to_redeem for institution in CATALOGUE.institutions]
    assert len(set(texts)) == len(texts)
    for institution in CATALOGUE.institutions:
        assert len(institution.how_to_redeem.splitlines()) >= 3
        assert "kode" in institution.how_to_redeem.lower()
        assert institution.name
        assert institution.city
        assert institution.address
        assert re.fullmatch("[0-9]{2}", institution.province_code)
        assert len(institution.about) >= 40


def test_an_unknown_course_is_an_error() -> None:
    with pytest.raises(KeyError):
        CATALOGUE.course("rasakata-tidak-ada")


def test_words_for_synthetic_people() -> None:
    for words in (FIRST_NAMES, LAST_NAMES, CITIES):
        assert len(set(words)) == len(words)
    assert len(FIRST_NAMES) * len(LAST_NAMES) > 4_000
    assert len({code for _, code in CITIES}) == 34
    assert sorted(REVIEWS) == [1, 2, 3, 4, 5]
    assert all(review.strip() for reviews in REVIEWS.values() for review in reviews)
