"""Demo worlds: what an empty sandbox database is filled with."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, time

from prakerja.access.actors import Actor
from prakerja.catalogue.operations import add_course, add_promotion, add_run, set_price
from prakerja.intake.operations import open_wave
from prakerja.kernel.db import transaction
from prakerja.partners.operations import add_partner
from prakerja.people.policies import EDUCATION
from prakerja.programmes.operations import install_scheme
from prakerja.programmes.schemes import at_wib, end_of_day, published_schemes
from prakerja.sandbox.building import fund_programme
from prakerja.sandbox.calendar import EARLIER, OPENED_LATER, OPENS_EARLY, SET_UP_AT, STARTS_AT, WAVES
from prakerja.sandbox.operators import make_operators
from prakerja.sandbox.worlds.catalogue import Catalogue, CatalogueCourse, load_catalogue
from prakerja.surveys.operations import install_surveys
from prakerja.training.operations import make_sandbox_codes


def make_world(world: str) -> None:
    """Fill an empty database. `empty` has partners, courses, waves, surveys and money; `g21` has people as well.

    `journey` is `empty` without the wave that opens on its first day.
    """
    make_programme(world)
    make_operators()
    if world == "g21":
        from prakerja.sandbox.demo_draw import make_drawn_wave
        from prakerja.sandbox.demo_people import make_demo_people
        from prakerja.sandbox.demo_registrations import make_demo_registrants, make_earlier_applicants

        make_drawn_wave()
        # Before the results of their wave, which make_demo_people brings.
        make_earlier_applicants()
        make_demo_people(until=STARTS_AT["g21"])
        make_demo_registrants(at=STARTS_AT["g21"])


def waves_of(world: str) -> list[tuple[int, date, date, int]]:
    """The waves of a world: number, first day, last day, quota."""
    early = OPENS_EARLY.get(world, {})
    return [
        (number, early.get(number, opens), closes, quota)
        for number, opens, closes, quota in (*EARLIER.get(world, ()), *WAVES)
        if number not in OPENED_LATER.get(world, ())
    ]


def make_programme(world: str = "empty") -> None:
    """Rules, waves, money, surveys, partners and courses: everything but people."""
    catalogue = load_catalogue()
    with transaction():
        for scheme in published_schemes():
            install_scheme(scheme=scheme)
        for number, opens, closes, quota in waves_of(world):
            open_wave(number=number, opens_at=at_wib(opens, time(12)), closes_at=end_of_day(closes), quota=quota)
        fund_programme(at=SET_UP_AT)
        install_surveys()
    _make_catalogue(catalogue)


def _make_catalogue(catalogue: Catalogue) -> None:
    partners = {}
    for platform in catalogue.platforms:
        partners[platform.code] = add_partner(
            actor=Actor.system("sandbox"),
            kind="platform",
            code=platform.code,
            name=platform.name,
            at=SET_UP_AT,
            is_sandbox=True,
            legacy_commit=True,
        ).partner_id
    for institution in catalogue.institutions:
        partners[institution.code] = add_partner(
            actor=Actor.system("sandbox"),
            kind="institution",
            code=institution.code,
            name=institution.name,
            at=SET_UP_AT,
            address=institution.address,
            city=institution.city,
            province_code=institution.province_code,
            about=institution.about,
            how_to_redeem=institution.how_to_redeem,
            is_sandbox=True,
            legacy_commit=True,
        ).partner_id
    with transaction():
        for course in catalogue.courses:
            _make_course(course, partners)
        for institution in catalogue.institutions:
            make_sandbox_codes(institution_id=partners[institution.code], at=SET_UP_AT)


def _make_course(course: CatalogueCourse, partners: Mapping[str, uuid.UUID]) -> None:
    row = add_course(
        institution_id=partners[course.institution],
        code=course.code,
        title=course.title,
        category=course.category,
        mode=course.mode,
        delivery=course.delivery,
        duration_hours=course.duration_hours,
        summary=course.summary,
        syllabus=list(course.syllabus),
        target_job=course.target_job,
        competency_standard=course.competency_standard,
        certificate_kinds=list(course.certificate_kinds),
        has_post_test=course.has_post_test,
        required_assignments=course.required_assignments,
        min_age=course.min_age,
        min_education=EDUCATION[course.min_education],
        rating_sum=course.rating_sum,
        rating_count=course.rating_count,
    )
    for run in course.runs:
        add_run(
            course_id=row.id,
            code=run.code,
            starts_at=run.starts_at,
            ends_at=run.ends_at,
            capacity=run.capacity,
            session_count=run.session_count,
            # A full class of a demo is one without a seat left to sell.
            seats_taken=run.capacity if run.sold_out else 0,
        )
    for listing in course.listings:
        listed = set_price(course_id=row.id, platform_id=partners[listing.platform], price=listing.price, at=SET_UP_AT)
        if listing.promotion is not None:
            add_promotion(
                listing_id=listed.id,
                discount=listing.promotion.discount,
                starts_at=listing.promotion.starts_at,
                ends_at=listing.promotion.ends_at,
            )
