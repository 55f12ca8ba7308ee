"""`join-wave`: session and CSRF token → one durable application with its receipt, beside a million registered people."""

from __future__ import annotations

import os
import statistics
import uuid
from datetime import timedelta
from pathlib import Path

from django.test import override_settings

from bench import world
from bench.doors import served
from bench.harness import Bench, settle
from bench.hot_call import Operation, Queue
from bench.load import drive, percentile
from bench.processor import Spent
from bench.registered import MILLION, register_people
from bench.report import Result, machine, say
from bench.verify import holds
from prakerja.access.session_store import SessionStore
from prakerja.config.settings import portal
from prakerja.intake import applying
from prakerja.intake.models import Wave
from prakerja.intake.operations import open_wave
from prakerja.kernel.clock import now
from prakerja.kernel.db import rows, transaction
from prakerja.portal.pages import SESSION_PERSON

REGISTERED = int(os.environ.get("PRAKERJA_BENCH_PEOPLE", "0")) or MILLION
WAVE = 22
CLIENTS, CONNECTIONS = 8, 16
ROUNDS = 3
WARM = 400
TARGETS = {"http_to_function": 0.5}
_CSRF = "b" * 32
_EXPECT = b"Location: /gelombang/22"


def run(bench: Bench, seconds: float) -> Result:
    """Alternate the function alone and the portal's door, each with people who have not joined; then count what came of it."""
    about = machine(postgresql=bench.postgresql)
    say(f"registering {REGISTERED:,} people …")
    _seed(REGISTERED)
    queue = Queue(_join())
    people = iter(_people())
    log = Path(bench.server.log) / "bench.log"
    found: dict[str, list[float]] = {"function": [], "http": []}
    latencies: list[float] = []
    # Processor time a tap in microseconds, one for each round: of the door, and of PostgreSQL.
    cost: dict[str, list[float]] = {"door": [], "database": []}
    spent = Spent()
    joined = failed = first = 0

    def taken(count: int) -> list[uuid.UUID]:
        return [next(people) for _ in range(count)]

    with served("prakerja.config.wsgi.portal:application", log=log, pool=4) as port:

        def function(count: int) -> float:
            nonlocal first, joined
            queue.add(taken(count))
            settle()
            rate = bench.driver.statement(queue.statement, first=first + 1, clients=CLIENTS, each=count // CLIENTS).rate
            first, joined = first + count, joined + count
            return rate

        def http(count: int) -> float:
            nonlocal joined, failed
            requests = _requests(taken(count))
            settle()
            before = spent.now()
            load = drive(port=port, requests=requests, expect=_EXPECT, connections=CONNECTIONS, status=b"302")
            for failure in load.failures:
                say(f"a wrong answer: {failure.decode(errors='replace')}")
            door, database = spent.since(before)
            cost["door"].append(door / count * 1e6)
            cost["database"].append(database / count * 1e6)
            joined, failed = joined + count, failed + load.failed
            latencies.extend(load.latencies)
            return load.rate

        rates = {"function": function(WARM), "http": http(WARM)}
        latencies.clear()
        cost = {"door": [], "database": []}
        sizes = {
            name: max(CONNECTIONS, int(rate * seconds / (2 * ROUNDS)) // CONNECTIONS * CONNECTIONS)
            for name, rate in rates.items()
        }
        for number in range(ROUNDS):
            say(f"round {number + 1} of {ROUNDS}: {sizes} …")
            found["function"].append(function(sizes["function"]))
            found["http"].append(http(sizes["http"]))
    say("verifying …")
    return Result(
        name="join-wave",
        value=statistics.median(found["http"]),
        unit="applications/s",
        p50_ms=percentile(latencies, 50) * 1000,
        p99_ms=percentile(latencies, 99) * 1000,
        ratios={
            "http_to_function": statistics.median(
                one / other for one, other in zip(found["http"], found["function"], strict=True)
            )
        },
        targets=TARGETS,
        checks={
            "every tap was answered with its ticket's page": failed == 0,
            "each tap is one application": _count("intake_application WHERE ticket IS NOT NULL") == joined,
            "nobody has two of a wave": holds(
                "SELECT NOT EXISTS (SELECT 1 FROM intake_application GROUP BY person_id, wave_id HAVING count(*) > 1)"
            ),
            "each has its receipt on both channels and its line in the trail": _count(
                "notifications_message WHERE template = 'wave_joined'"
            )
            == 2 * joined
            and _count("audit_record WHERE action = 'application.joined'") == joined,
        },
        machine=about,
        figures={
            "function alone a second, 8 clients": statistics.median(found["function"]),
            "door, processor µs a tap": statistics.median(cost["door"]),
            "PostgreSQL, processor µs a tap": statistics.median(cost["database"]),
            "registered people": float(REGISTERED),
            "applications a second for orientation": 1333.0,
        },
        notes=[f"ceilings driven by {bench.driver.label}"],
    )


def _seed(people: int) -> None:
    world.install()
    at = now()
    with transaction():
        open_wave(number=WAVE, opens_at=at - timedelta(days=1), closes_at=at + timedelta(days=30), quota=people)
    register_people(people, scheme_version_id=Wave.objects.get(number=WAVE).scheme_version_id)
    settle()


def _people() -> list[uuid.UUID]:
    """Some of them, not in the order in which they stand in the tables."""
    found = rows(
        "SELECT md5('joins ' || n)::uuid FROM generate_series(1, %s) n ORDER BY md5(n::text)",
        [min(REGISTERED, 200_000)],
    )
    return [one for (one,) in found]


def _join() -> Operation[uuid.UUID]:
    return Operation(
        function="join_wave",
        module=applying,
        operate=lambda person_id: applying.join_wave(person_id=person_id, wave_number=WAVE, at=now()),
    )


def _requests(people: list[uuid.UUID]) -> list[bytes]:
    """A tap of each, with a session of their own."""
    of_the_door = {name: getattr(portal, name) for name in dir(portal) if name.startswith("SESSION_")}
    found = []
    body = f"csrfmiddlewaretoken={_CSRF}".encode()
    with override_settings(**of_the_door):
        for person_id in people:
            session = SessionStore()
            session[SESSION_PERSON] = str(person_id)
            session.save()
            head = (
                f"POST /gelombang/{WAVE}/gabung HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Cookie: {portal.SESSION_COOKIE_NAME}={session.session_key}; {portal.CSRF_COOKIE_NAME}={_CSRF}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            found.append(head.encode() + body)
    return found


def _count(what: str) -> int:
    return int(rows(f"SELECT count(*) FROM {what}")[0][0])
