"""`dashboard`: session → the participant's whole dashboard as HTML, against a bare callable with the same query and template."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path

from django.test import override_settings

from bench import verify, world
from bench.doors import served
from bench.harness import Bench, settle
from bench.load import Load, drive, percentile
from bench.registered import how_many, register_people
from bench.report import Result, machine, say

PEOPLE = 200
ROUNDS = 4
TARGET = 0.8
CONNECTIONS = 16
# The greeting stands on a signed-in dashboard only.
EXPECT = b"Halo, "


def run(bench: Bench, seconds: float) -> Result:
    """Alternate the door and the bare callable; the ratio of the medians is the figure. Nothing may change by reading."""
    made = world.make_world(stage=world.bought)
    people = made.add_people(PEOPLE, made.many)
    beside = how_many(seconds)
    say(f"registering {beside:,} people …")
    register_people(beside)
    settle()
    pages, bare = _requests([str(person.person_id) for person in people])
    before = verify.money()
    log = Path(bench.server.log) / "bench.log"
    slice_seconds = max(seconds / (2 * ROUNDS), 0.5)
    doors: list[Load] = []
    ceilings: list[Load] = []
    with (
        served("prakerja.config.wsgi.portal:application", log=log, pool=4) as port,
        served("bench.bare_dashboard:application", log=log, pool=4) as bare_port,
    ):
        counts = [_count(port, pages, slice_seconds), _count(bare_port, bare, slice_seconds)]
        for number in range(ROUNDS):
            say(f"round {number + 1} of {ROUNDS} …")
            doors.append(_measure(port, pages, counts[0]))
            ceilings.append(_measure(bare_port, bare, counts[1]))
    rate, ceiling = _median([load.rate for load in doors]), _median([load.rate for load in ceilings])
    latencies = [value * 1000 for load in doors for value in load.latencies]
    return Result(
        name="dashboard",
        value=rate,
        unit="pages/s",
        p50_ms=percentile(latencies, 50),
        p99_ms=percentile(latencies, 99),
        ratios={"http_to_bare": rate / ceiling},
        targets={"http_to_bare": TARGET},
        checks={
            "every page was the reader's own dashboard": not any(load.failed for load in (*doors, *ceilings)),
            "reading changed nothing": before == verify.money(),
            **verify.money(),
        },
        machine=machine(postgresql=bench.postgresql),
        figures={"bare callable, pages/s": ceiling, "registered people beside": float(beside)},
    )


def _requests(person_ids: list[str]) -> tuple[list[bytes], list[bytes]]:
    """A page for each person: with the session's cookie for the door, with the id for the bare callable."""
    from prakerja.access.session_store import SessionStore
    from prakerja.config.settings import portal
    from prakerja.portal.pages import SESSION_PERSON

    pages, bare = [], []
    of_the_door = {name: getattr(portal, name) for name in dir(portal) if name.startswith("SESSION_")}
    with override_settings(**of_the_door):
        for person_id in person_ids:
            session = SessionStore()
            session[SESSION_PERSON] = person_id
            session.save()
            head = "GET /dashboard HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            pages.append(f"{head}Cookie: {portal.SESSION_COOKIE_NAME}={session.session_key}\r\n\r\n".encode())
            bare.append(f"{head}X-Person: {person_id}\r\n\r\n".encode())
    return pages, bare


def _count(port: int, requests: list[bytes], seconds: float) -> int:
    """How many requests fill a slice, by a short warm run."""
    warm = drive(port=port, requests=requests, expect=EXPECT, connections=CONNECTIONS)
    if warm.failed:
        raise RuntimeError(f"the dashboard was not answered: {warm.failures[0]!r}")
    return max(int(warm.rate * seconds), len(requests))


def _measure(port: int, requests: list[bytes], count: int) -> Load:
    return drive(port=port, requests=list(islice(cycle(requests), count)), expect=EXPECT, connections=CONNECTIONS)


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
