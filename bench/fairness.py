"""`fairness`: one client floods the partners' door; another one's calls must not notice.

The quiet client sends OTPs, signed and durable, at a pace that a shop has. The other one sends ten times what it may, from
a process of its own, and is refused most of it. Quiet and flooded slices alternate; the figure is the one's p99 over the
other's, over all slices.
"""

from __future__ import annotations

import json
import multiprocessing
import time

from bench import verify, world
from bench.doors import served
from bench.flood import flood
from bench.harness import Bench, settle
from bench.hot_call import DOOR
from bench.load import Load, pace, percentile
from bench.report import Result, machine, say
from bench.send_otp import request as otp_request
from bench.signed import Request
from prakerja.partners.models import Partner

TARGET = 1.5
ROUNDS = 5
# Calls a second of the quiet client, and of the flood; what the flooding client may send in a minute, by each process.
PACE = 60.0
FLOOD = 1_000.0
ALLOWED_A_MINUTE = 3_000
WORKERS = 2


def run(bench: Bench, seconds: float) -> Result:
    """Alternate quiet and flooded slices of about `seconds` altogether, then verify that only the flood was refused."""
    made = world.make_world(stage=world.ready)
    one_slice = max(1.0, seconds / (2 * ROUNDS))
    each = int(PACE * one_slice)
    loud = made.platforms[0]
    people = [who for who in made.add_people((2 * ROUNDS + 1) * each * 2, made.many) if who.platform is not loud]
    Partner.objects.filter(id=loud.partner_id).update(rate_limit_per_minute=ALLOWED_A_MINUTE)
    settle()
    quiet: list[Load] = []
    flooded: list[Load] = []
    floods: list[tuple[int, int]] = []
    with served(DOOR, log=bench.server.log / "door.log", workers=WORKERS) as port:
        taken = iter(people)

        def call() -> Load:
            stamp = str(int(time.time()))
            requests = [otp_request(next(taken)).signed(stamp) for _ in range(each)]
            return pace(port=port, requests=requests, expect=b'"success":true', per_second=PACE)

        call()
        for number in range(ROUNDS):
            say(f"round {number + 1} of {ROUNDS} …")
            quiet.append(call())
            with _Flood(port, loud, one_slice) as loud_client:
                flooded.append(call())
            floods.append(loud_client.counted())
    return _result(quiet, flooded, floods, one_slice, verify.money(), machine(postgresql=bench.postgresql))


class _Flood:
    """A process that sends as one client, signed and right, far more than that client may."""

    def __init__(self, port: int, loud: world.NewCredential, seconds: float) -> None:
        request = Request(
            client_code=loud.client_code,
            sign_key=loud.sign_key,
            path="/api/v1/integration/payment/quota-schedule",
            body=json.dumps({"course_code": "course-1", "schedule_code": "run-1"}).encode(),
        ).signed(str(int(time.time())))
        # Longer than the slice, so that no call of the other client is measured in peace.
        count = int(FLOOD * (seconds + 2))
        context = multiprocessing.get_context("spawn")
        self._answers, mine = context.Pipe(duplex=False)
        self._process = context.Process(target=flood, args=(port, request, count, FLOOD, mine), daemon=True)

    def __enter__(self) -> _Flood:
        self._process.start()
        # It says so when the first second is over: by then what it had saved up is used.
        self._answers.recv()
        return self

    def __exit__(self, *failure: object) -> None:
        self._counted: tuple[int, int] = self._answers.recv()
        self._process.join()

    def counted(self) -> tuple[int, int]:
        """How many calls were sent, and how many of them refused."""
        return self._counted


def _result(
    quiet: list[Load],
    flooded: list[Load],
    floods: list[tuple[int, int]],
    one_slice: float,
    money: dict[str, bool],
    about: dict[str, object],
) -> Result:
    calm = [value * 1000 for load in quiet for value in load.latencies]
    rough = [value * 1000 for load in flooded for value in load.latencies]
    sent, refused = (sum(counts) for counts in zip(*floods, strict=True))
    allowed = WORKERS * ALLOWED_A_MINUTE * (1 / 6 + len(floods) * (2 * one_slice + 5) / 60)
    return Result(
        name="fairness",
        value=PACE,
        unit="calls/s of the quiet client",
        p50_ms=percentile(rough, 50),
        p99_ms=percentile(rough, 99),
        ratios={"flooded_p99_to_quiet": percentile(rough, 99) / percentile(calm, 99)},
        targets={"flooded_p99_to_quiet": TARGET},
        at_most=frozenset({"flooded_p99_to_quiet"}),
        checks={
            "every call of the quiet client was a success": not any(load.failed for load in (*quiet, *flooded)),
            "most of the flood was refused": refused > sent / 2,
            "the flood was admitted what its client may send, no more": 0 < sent - refused <= allowed,
            **money,
        },
        machine=about,
        figures={
            "quiet p50 ms": percentile(calm, 50),
            "quiet p99 ms": percentile(calm, 99),
            "flooded p50 ms": percentile(rough, 50),
            "flood, calls/s": FLOOD,
            "flood, refused %": 100 * refused / sent,
        },
        notes=[f"{len(calm)} quiet and {len(rough)} flooded calls"],
    )
