"""A hot call against its ceilings: TPC-B-like, the function alone, then signed HTTP through the real door.

The five are measured in turn, round after round, so that what the machine does meanwhile hits all of them alike. Each
round gives its own ratios; the result is their median. Latencies are pooled over the rounds.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar
from unittest.mock import patch

from django.db import connection

from bench.doors import served
from bench.harness import Bench, settle
from bench.load import Load, drive, percentile
from bench.pgbench import Ceiling, Driver
from bench.processor import Spent
from bench.report import Result, machine, say
from bench.signed import Request
from bench.world import Person, World, make_world
from prakerja.kernel import hot_calls
from prakerja.kernel.db import rows

# What `http_to_tpcb` should be is said by each call; the other two are the same for all.
TARGETS = {"p99_to_function": 3.0, "popular_to_many": 0.7}
CLIENTS = 8
CONNECTIONS = 16
PHASES = ("tpcb", "function", "http", "timed", "popular")
WARM = {"function": 800, "http": 800, "tpcb": 1600}
Who = TypeVar("Who")
DOOR = "prakerja.config.wsgi.partner_api:application"


@dataclass(frozen=True, kw_only=True)
class Operation(Generic[Who]):
    """One SQL function, and the operation that makes its parameters."""

    function: str
    # The module whose `call` the operation uses, and the operation applied to a person.
    module: Any
    operate: Callable[[Who], object]
    # Names in `module` that look something up before the call, with what they answer for the person (no query needed).
    looked_up: Callable[[Who], dict[str, Callable[..., object]]] = lambda who: {}


@dataclass(frozen=True, kw_only=True)
class HotCall(Operation[Person]):
    """One verb: the operation, and the request that partners send."""

    name: str
    unit: str
    # Calls a second through the whole signed door ÷ TPC-B-like transactions a second of the same round, at least.
    target: float
    stage: Callable[[World, Person], None]
    request: Callable[[Person], Request]
    verify: Callable[[int], dict[str, bool]]


class Queue(Generic[Who]):
    """The parameters of the function alone, one numbered row a call, made by the operation itself."""

    def __init__(self, verb: Operation[Who]) -> None:
        self.verb = verb
        self.filled = 0
        self.statement = ""

    def add(self, people: Sequence[Who]) -> None:
        # Before the COPY begins: while it runs, the connection can ask nothing else, and an operation may.
        queued = [_parameters(self.verb, who) for who in people]
        if not self.statement:
            self._create(len(queued[0]))
        with connection.cursor() as cursor, cursor.copy("COPY bench_queue FROM STDIN") as copy:
            for number, parameters in enumerate(queued, self.filled + 1):
                copy.write_row([number, *parameters])
        self.filled += len(people)

    def _create(self, count: int) -> None:
        """The operation passes the first `count` parameters of the function; the rest, if any, have defaults."""
        found = rows(
            "SELECT proargtypes::oid[]::regtype[]::text[] FROM pg_proc WHERE proname = %s", [self.verb.function]
        )
        kinds = found[0][0][:count]
        with connection.cursor() as cursor:
            columns = ", ".join(f"p{number} {kind}" for number, kind in enumerate(kinds, 1))
            cursor.execute(f"CREATE TABLE bench_queue (number integer PRIMARY KEY, {columns})")
        arguments = ", ".join(f"q.p{number}" for number in range(1, count + 1))
        self.statement = (
            "SELECT answer.reason FROM bench_queue q "
            f"CROSS JOIN LATERAL {self.verb.function}({arguments}) answer WHERE q.number = :number"
        )


@cache
def _names(function: str) -> tuple[str, ...]:
    """What a function takes, in its order, without the `p_`."""
    found = rows("SELECT proargnames[1:pronargs] FROM pg_proc WHERE proname = %s", [function])
    return tuple(name.removeprefix("p_") for name in found[0][0])


class _Captured(Exception):
    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values


def _parameters(verb: Operation[Who], who: Who) -> Sequence[Any]:
    """What the operation would hand to its function, in the function's order."""

    def capture(_call: hot_calls.HotCall, **values: Any) -> None:
        raise _Captured(values)

    with ExitStack() as patched:
        patched.enter_context(patch.object(hot_calls.HotCall, "__call__", capture))
        for name, answer in verb.looked_up(who).items():
            patched.enter_context(patch.object(verb.module, name, answer))
        try:
            verb.operate(who)
        except _Captured as captured:
            return [captured.values[name] for name in _names(verb.function)]
    raise RuntimeError(f"{verb.function} was not called by its operation")


@dataclass
class _Found:
    """Rates a second by phase, one for each round; latencies in seconds of all rounds."""

    rates: dict[str, list[float]] = field(default_factory=lambda: {phase: [] for phase in PHASES})
    function_latencies: list[float] = field(default_factory=list)
    http_latencies: list[float] = field(default_factory=list)
    # Processor time a call in microseconds, one for each round: of the door, and of PostgreSQL. They do not mind who else works.
    door: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    def ratio(self, over: str, under: str) -> float:
        """The median over the rounds of one phase's rate over another's."""
        return statistics.median(a / b for a, b in zip(self.rates[over], self.rates[under], strict=True))


class _Run:
    """Measures one slice of a phase at a time and keeps count of every call that was made."""

    def __init__(self, verb: HotCall, driver: Driver, queue: Queue[Person], port: int) -> None:
        self.verb, self.driver, self.queue, self.port = verb, driver, queue, port
        self.attempted = 0
        self.failed = 0
        self.spent = Spent()
        self._next = 1

    def tpcb(self, count: int) -> float:
        return self.driver.tpcb(clients=CLIENTS, each=math.ceil(count / CLIENTS)).rate

    def function(self, count: int, *, clients: int = CLIENTS) -> Ceiling:
        """The function alone for the next people of the queue; `count` is a multiple of `clients`."""
        if self._next + count - 1 > self.queue.filled:
            raise RuntimeError("the queue is too short: calls without parameters would count as very fast ones")
        found = self.driver.statement(self.queue.statement, first=self._next, clients=clients, each=count // clients)
        self._next += count
        self.attempted += count
        return found

    def http(self, people: Sequence[Person]) -> Load:
        """Each person's request once. Signed now, because a signature lives five minutes."""
        timestamp = str(int(time.time()))
        requests = [self.verb.request(who).signed(timestamp) for who in people]
        found = drive(port=self.port, requests=requests, expect=b'"success":true', connections=CONNECTIONS)
        self.attempted += len(people)
        self.failed += found.failed
        for failure in found.failures:
            say(f"a wrong answer: {failure.decode(errors='replace')}")
        return found


def measure(verb: HotCall, bench: Bench, seconds: float) -> Result:
    """Seed, measure in rounds for about `seconds` altogether, verify."""
    about = machine(postgresql=bench.postgresql)
    say("making the world …")
    world = make_world(stage=verb.stage)
    bench.driver.prepare_tpcb()
    queue = Queue(verb)
    with served(DOOR, log=bench.server.log / "door.log") as port:
        run = _Run(verb, bench.driver, queue, port)
        rates = _warm_up(run, world)
        rounds = max(1, min(5, round(seconds / 10)))
        sizes = {phase: _whole(rate * seconds / rounds / len(PHASES)) for phase, rate in rates.items()}
        say(f"{rounds} rounds of {sizes}; seeding …")
        many = world.add_people(rounds * (sizes["function"] + sizes["timed"] + sizes["http"]), world.many)
        popular = world.add_people(rounds * sizes["popular"], [world.popular])
        queued = rounds * (sizes["function"] + sizes["timed"])
        queue.add(many[:queued])
        del many[:queued]
        settle()
        found = _Found()
        for number in range(rounds):
            _round(run, found, sizes, many, popular, first=number)
    say("verifying …")
    checks = {"every HTTP answer was a success": run.failed == 0, **verb.verify(run.attempted)}
    return _result(verb, found, about, checks, bench.driver)


def _warm_up(run: _Run, world: World) -> dict[str, float]:
    """Fill the caches of every process and learn about how fast each phase is."""
    people = world.add_people(WARM["function"] + WARM["http"], world.many)
    run.queue.add(people[: WARM["function"]])
    settle()
    function = run.function(WARM["function"]).rate
    http = run.http(people[WARM["function"] :]).rate
    return {"tpcb": run.tpcb(WARM["tpcb"]), "function": function, "http": http, "timed": function, "popular": http}


def _round(
    run: _Run, found: _Found, sizes: dict[str, int], many: list[Person], popular: list[Person], *, first: int
) -> None:
    """Every phase once, each round beginning with another one."""

    def take(people: list[Person], count: int) -> list[Person]:
        taken = people[:count]
        del people[:count]
        return taken

    def timed() -> float:
        ceiling = run.function(sizes["timed"], clients=CONNECTIONS)
        found.function_latencies += ceiling.latencies
        return ceiling.rate

    def http() -> float:
        people = take(many, sizes["http"])
        before = run.spent.now()
        load = run.http(people)
        door, database = run.spent.since(before)
        found.door.append(door / len(people) * 1e6)
        found.database.append(database / len(people) * 1e6)
        found.http_latencies += load.latencies
        return load.rate

    phases: dict[str, Callable[[], float]] = {
        "tpcb": lambda: run.tpcb(sizes["tpcb"]),
        "function": lambda: run.function(sizes["function"]).rate,
        "http": http,
        "timed": timed,
        "popular": lambda: run.http(take(popular, sizes["popular"])).rate,
    }
    for step in range(len(PHASES)):
        phase = PHASES[(first + step) % len(PHASES)]
        found.rates[phase].append(phases[phase]())


def _whole(count: float) -> int:
    """A number of calls that every number of clients shares evenly."""
    return max(1, math.ceil(count / CONNECTIONS)) * CONNECTIONS


def _result(verb: HotCall, found: _Found, about: dict[str, Any], checks: dict[str, bool], driver: Driver) -> Result:
    http_p99 = percentile(found.http_latencies, 99)
    function_p99 = percentile(found.function_latencies, 99)
    return Result(
        name=verb.name,
        value=statistics.median(found.rates["http"]),
        unit=verb.unit,
        p50_ms=percentile(found.http_latencies, 50) * 1000,
        p99_ms=http_p99 * 1000,
        ratios={
            "http_to_tpcb": found.ratio("http", "tpcb"),
            "p99_to_function": http_p99 / function_p99,
            "popular_to_many": found.ratio("popular", "http"),
        },
        targets={"http_to_tpcb": verb.target} | TARGETS,
        at_most=frozenset({"p99_to_function"}),
        checks=checks,
        machine=about,
        figures={
            "TPC-B-like a second, 8 clients": statistics.median(found.rates["tpcb"]),
            "door, processor µs a call": statistics.median(found.door),
            "PostgreSQL, processor µs a call": statistics.median(found.database),
            "function a second, 8 clients": statistics.median(found.rates["function"]),
            "function a second, 16 clients": statistics.median(found.rates["timed"]),
            "function p99 ms, 16 clients": function_p99 * 1000,
            "HTTP a second, 200 classes": statistics.median(found.rates["http"]),
            "HTTP a second, one class": statistics.median(found.rates["popular"]),
        },
        notes=[f"ceilings driven by {driver.label}"],
    )
