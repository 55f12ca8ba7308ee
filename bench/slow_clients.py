"""`slow-clients`: sixty connections at every door send a body byte by byte, or never; honest calls must not notice.

Every door is served as `prakerja up` serves it: one process, eight threads. Slices in peace and slices beside the slow ones
alternate, door after door, at a pace that keeps no door busy; the figure is the one's p99 over the other's.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator

from bench import verify, world
from bench.doors import served
from bench.harness import Bench, settle
from bench.load import Load, pace, percentile
from bench.report import Result, machine, say
from bench.signed import Request
from bench.slow import beset

TARGET = 1.5
ROUNDS = 3
CONNECTIONS = 60
PACE = 40.0
THREADS = 8
# As `supervisor.plan` gives them to the doors.
POOLS = {"portal": 4, "console": 2, "partner_api": 4, "callbacks": 2}


def run(bench: Bench, seconds: float) -> Result:
    """Alternate quiet and beset slices of about `seconds` altogether over four doors."""
    made = world.make_world(stage=world.ready)
    settle()
    one_slice = max(1.0, seconds / (2 * ROUNDS * len(POOLS)))
    count = int(PACE * one_slice)
    quiet: dict[str, list[Load]] = {door: [] for door in POOLS}
    slow: dict[str, list[Load]] = {door: [] for door in POOLS}
    put_out = 0
    with contextlib.ExitStack() as stack:
        ports = {
            door: stack.enter_context(
                served(
                    f"prakerja.config.wsgi.{door}:application",
                    log=bench.server.log / f"{door}.log",
                    workers=1,
                    threads=THREADS,
                    pool=pool,
                )
            )
            for door, pool in POOLS.items()
        }
        asked = _asked(made)

        def call(door: str) -> Load:
            request, expect = asked[door]()
            return pace(port=ports[door], requests=[request] * count, expect=expect, per_second=PACE)

        for door in POOLS:
            call(door)
        for number in range(ROUNDS):
            say(f"round {number + 1} of {ROUNDS} …")
            for door in POOLS:
                quiet[door].append(call(door))
            with _beset(list(ports.values())) as counted:
                for door in POOLS:
                    slow[door].append(call(door))
            put_out += counted[0]
    return _result(quiet, slow, put_out, machine(postgresql=bench.postgresql))


def _asked(made: world.World) -> dict[str, Callable[[], tuple[bytes, bytes]]]:
    """What an honest client asks at each door, and what its answer holds."""
    shop = made.platforms[0]
    quota = Request(
        client_code=shop.client_code,
        sign_key=shop.sign_key,
        path="/api/v1/integration/payment/quota-schedule",
        body=json.dumps({"course_code": "course-1", "schedule_code": "run-1"}).encode(),
    )

    def page(path: str, expect: bytes) -> Callable[[], tuple[bytes, bytes]]:
        return lambda: (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(), expect)

    return {
        "portal": page("/masuk", b"</html>"),
        "console": page("/accounts/login/", b"</html>"),
        "partner_api": lambda: (quota.signed(str(int(time.time()))), b'"success":true'),
        # The bank's results would need payments; this asks the database as well.
        "callbacks": page("/health", b"ok"),
    }


@contextlib.contextmanager
def _beset(ports: list[int]) -> Iterator[list[int]]:
    """Slow clients at all doors while the block runs; then how many of them were put out."""
    context = multiprocessing.get_context("spawn")
    orders, theirs = context.Pipe()
    process = context.Process(target=beset, args=(ports, CONNECTIONS, theirs), daemon=True)
    process.start()
    orders.recv()
    counted: list[int] = []
    try:
        yield counted
    finally:
        orders.send(None)
        counted.append(int(orders.recv()))
        process.join()


def _result(
    quiet: dict[str, list[Load]], slow: dict[str, list[Load]], put_out: int, about: dict[str, object]
) -> Result:
    calm = {door: [value * 1000 for load in loads for value in load.latencies] for door, loads in quiet.items()}
    rough = {door: [value * 1000 for load in loads for value in load.latencies] for door, loads in slow.items()}
    ratios = {door: percentile(rough[door], 99) / percentile(calm[door], 99) for door in POOLS}
    every = [value for door in POOLS for value in rough[door]]
    failed = {door: sum(load.failed for load in (*quiet[door], *slow[door])) for door in POOLS}
    return Result(
        name="slow-clients",
        value=PACE,
        unit="honest calls/s",
        p50_ms=percentile(every, 50),
        p99_ms=percentile(every, 99),
        ratios=ratios,
        targets=dict.fromkeys(POOLS, TARGET),
        at_most=frozenset(POOLS),
        checks={f"{door}: every honest call was answered": not failed[door] for door in POOLS} | verify.money(),
        machine=about,
        figures={f"{door}: quiet p99 ms": percentile(calm[door], 99) for door in POOLS}
        | {f"{door}: beset p99 ms": percentile(rough[door], 99) for door in POOLS}
        | {"slow connections that were put out": float(put_out)},
        notes=[f"{CONNECTIONS} slow connections at each of {len(POOLS)} doors"],
    )
