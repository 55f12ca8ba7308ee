"""`search`: the public catalogue of 10,000 classes: free text, three filters and an order, as a page through the portal's door."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from bench import verify, world
from bench.doors import served
from bench.harness import Bench, settle
from bench.load import Load, drive, percentile
from bench.registered import how_many, register_people
from bench.report import Result, machine, say
from prakerja.catalogue.models import SLICES, Course, CourseRun, CourseRunSeats, Listing, Promotion
from prakerja.catalogue.search_words import learn_words
from prakerja.kernel import clock
from prakerja.kernel.db import copy_in, transaction
from prakerja.kernel.ids import new_id
from prakerja.ledger.operations import account_for
from prakerja.partners.models import Partner
from prakerja.reporting.courses import CourseSearch
from prakerja.reporting.queries import search_courses
from prakerja.sandbox.worlds.catalogue import Catalogue, load_catalogue

RUNS, COURSES, INSTITUTIONS = 10_000, 3_600, 240
# A page is asked for by as many readers at once as the machine has processors: p95 is a page's time, not that of a queue.
CONNECTIONS = 2
TARGETS = {"p95_ms": 50.0, "statements": 2.0}
SEED = 21
_LEVELS = ("Dasar", "Lanjutan", "untuk Pemula", "Profesional", "bagi Usaha Kecil", "Intensif", "Mandiri", "Praktis")
# As people type: other forms of a word, slips, half a word, an institution's town.
_TYPED = (
    *(
        "memasak",
        "masakan",
        "exel",
        "barista",
        "jahitan",
        "menjahit",
        "bahasa ingris",
        "desain grafis",
        "penjualan",
        "pasar",
    ),
    *(
        "kopi bandung",
        "pertanian",
        "web dasar",
        "keuangan",
        "foto produk",
        "kantor",
        "roti",
        "servis ponsel",
        "surabaya",
        "ternak",
    ),
)
_PAGE = b"Cari pelatihan"


def run(bench: Bench, seconds: float) -> Result:
    """Seed, then ask with text, filters and order; and, for orientation, the whole catalogue without any question."""
    about = machine(postgresql=bench.postgresql)
    say(f"making {COURSES} courses with {RUNS} classes …")
    chosen = random.Random(SEED)
    world.install()
    at = clock.now()
    made = seed(chosen, at=at)
    beside = how_many(seconds)
    say(f"registering {beside:,} people …")
    register_people(beside)
    settle()
    before = verify.money()
    questions = [_question(chosen, made) for _ in range(400)]
    statements = _statements(questions[:60], at=at)
    log = Path(bench.server.log) / "bench.log"
    with served("prakerja.config.wsgi.portal:application", log=log, pool=4) as port:
        asked = _measure(port, [_request(question) for question in questions], seconds * 0.6)
        browsed = _measure(port, [_request({"halaman": number}) for number in range(1, 21)], seconds * 0.2)
        worded = _measure(port, [_request({"cari": text}) for text in _TYPED], seconds * 0.2)
    latencies = [value * 1000 for value in asked.latencies]
    return Result(
        name="search",
        value=asked.rate,
        unit="pages/s",
        p50_ms=percentile(latencies, 50),
        p99_ms=percentile(latencies, 99),
        ratios={"p95_ms": percentile(latencies, 95), "statements": float(max(statements))},
        targets=TARGETS,
        at_most=frozenset(TARGETS),
        checks={
            "every question was answered with a page": not any(load.failed for load in (asked, browsed, worded)),
            "memasak finds what masakan finds": 0 < _total("memasak", at=at) <= _total("masakan", at=at),
            "a slip finds what was meant": _total("exel", at=at) == _total("excel", at=at) > 0,
            f"there are {RUNS} classes": CourseRun.objects.count() >= RUNS,
            "reading changed nothing": before == verify.money(),
        },
        machine=about,
        figures={
            "the whole catalogue, p95 ms": percentile([value * 1000 for value in browsed.latencies], 95),
            "text alone, p95 ms": percentile([value * 1000 for value in worded.latencies], 95),
            "registered people beside": float(beside),
            "questions that found something, %": 100 * _found(questions, at=at),
        },
    )


def seed(chosen: random.Random, *, at: datetime) -> Catalogue:
    """Courses, classes, seats and prices, made of the demo catalogue's words; written as rows, the words learned by the verb."""
    made = load_catalogue()
    platforms = [_partner("platform", one.code, one.name, "", at=at) for one in made.platforms]
    schools = [
        _partner(
            "institution", f"lembaga-{number}", f"{one.name} {number}", one.city, at=at, province=one.province_code
        )
        for number, one in zip(range(INSTITUTIONS), cycle(made.institutions), strict=False)
    ]
    courses = [_course(chosen, number, made, schools) for number in range(COURSES)]
    with transaction():
        copy_in(courses)
        runs = [
            _run(chosen, number, chosen.choice(courses) if number >= COURSES else courses[number], at=at)
            for number in range(RUNS)
        ]
        copy_in(runs)
        copy_in([seats for run in runs for seats in _seats(chosen, run)])
        listings = [
            Listing(
                id=new_id(), course=course, platform=platform, price=chosen.randrange(100, 1200) * 1000, listed_at=at
            )
            for course in courses
            for platform in chosen.sample(platforms, chosen.randint(2, 7))
        ]
        copy_in(listings)
        copy_in(
            [
                Promotion(
                    id=new_id(),
                    listing=one,
                    discount=15_000,
                    starts_at=at - timedelta(days=3),
                    ends_at=at + timedelta(days=30),
                )
                for one in chosen.sample(listings, len(listings) // 10)
            ]
        )
        learn_words(course_ids=[course.id for course in courses])
    return made


def _partner(kind: str, code: str, name: str, city: str, *, at: datetime, province: str = "") -> Partner:
    with transaction():
        return Partner.objects.create(
            id=new_id(),
            kind=kind,
            code=f"cari-{code}",
            name=name,
            city=city,
            province_code=province,
            payable_id=account_for(code=f"payable:cari-{code}") if kind == "institution" else None,
            member_from=at - timedelta(days=300),
        )


def _course(chosen: random.Random, number: int, made: Catalogue, schools: list[Partner]) -> Course:
    like, other = chosen.choice(made.courses), chosen.choice(made.courses)
    ratings = chosen.choice((0, 3, 40, 900))
    return Course(
        id=new_id(),
        code=f"cari-{number:05d}",
        institution=chosen.choice(schools),
        title=f"{like.title} {chosen.choice(_LEVELS)}",
        category=like.category,
        mode=chosen.choice(("online", "online", "onsite", "blended")),
        delivery=chosen.choice(("live", "self_paced")),
        duration_hours=chosen.randint(3, 40),
        summary=f"{like.summary} {other.summary}",
        syllabus=[*like.syllabus, *other.syllabus],
        target_job=like.target_job,
        rating_sum=int(ratings * chosen.uniform(3.0, 5.0)),
        rating_count=ratings,
    )


def _run(chosen: random.Random, number: int, course: Course, *, at: datetime) -> CourseRun:
    live = course.delivery == "live"
    starts = at + timedelta(days=chosen.randint(1, 80)) if live else at - timedelta(days=chosen.randint(1, 20))
    ends = starts + timedelta(hours=6) if live else at + timedelta(days=chosen.randint(20, 90))
    return CourseRun(id=new_id(), code=f"cari-{number:05d}", course=course, starts_at=starts, ends_at=ends)


def _seats(chosen: random.Random, run: CourseRun) -> Iterator[CourseRunSeats]:
    slices = SLICES if run.course.delivery == "self_paced" and chosen.random() < 0.2 else 1
    for part in range(slices):
        capacity = 400 if slices > 1 else chosen.choice((20, 30, 50))
        taken = capacity if chosen.random() < 0.1 else chosen.randint(0, capacity)
        yield CourseRunSeats(id=new_id(), course_run=run, slice=part, capacity=capacity, seats_taken=taken)


def _question(chosen: random.Random, made: Catalogue) -> dict[str, Any]:
    """Free text, three filters, an order."""
    filters: dict[str, Any] = {
        "kategori": chosen.choice(made.courses).category,
        "cara": chosen.choice(("live", "self_paced")),
        "bentuk": chosen.choice(("online", "onsite", "blended")),
        "harga": chosen.choice((250_000, 500_000, 750_000)),
        "platform": f"cari-{chosen.choice(made.platforms).code}",
        "tempat": chosen.choice(made.institutions).province_code,
        "bintang": 4,
        "kursi": 1,
        "mulai": "2021-10-01",
    }
    names = chosen.sample(sorted(filters), 3)
    order = chosen.choice(("relevance", "rating", "cheapest", "soonest"))
    return {"cari": chosen.choice(_TYPED), "urut": order} | {name: filters[name] for name in names}


def _request(question: dict[str, Any]) -> bytes:
    return f"GET /pelatihan?{urlencode(question)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def _measure(port: int, requests: list[bytes], seconds: float) -> Load:
    warm = drive(port=port, requests=requests, expect=_PAGE, connections=CONNECTIONS)
    if warm.failed:
        raise RuntimeError(f"the catalogue was not answered: {warm.failures[0]!r}")
    count = max(int(warm.rate * seconds), len(requests))
    return drive(port=port, requests=list(islice(cycle(requests), count)), expect=_PAGE, connections=CONNECTIONS)


def _search(question: dict[str, Any]) -> CourseSearch:
    return CourseSearch(
        text=question["cari"],
        category=question.get("kategori", ""),
        delivery=question.get("cara", ""),
        mode=question.get("bentuk", ""),
        platform=question.get("platform", ""),
        province=question.get("tempat", ""),
        max_price=question.get("harga", 0),
        min_rating=question.get("bintang", 0),
        with_seats="kursi" in question,
        sort=question["urut"],
    )


def _statements(questions: list[dict[str, Any]], *, at: datetime) -> list[int]:
    """How many statements each of these questions takes."""
    counts = []
    for question in questions:
        counts.append(0)

        def count(execute: Any, *given: Any) -> Any:
            counts[-1] += 1
            return execute(*given)

        with connection.execute_wrapper(count):
            search_courses(search=_search(question), at=at)
    return counts


def _found(questions: list[dict[str, Any]], *, at: datetime) -> float:
    asked = questions[:100]
    return sum(search_courses(search=_search(question), at=at).total > 0 for question in asked) / len(asked)


def _total(text: str, *, at: datetime) -> int:
    return search_courses(search=CourseSearch(text=text), at=at).total
