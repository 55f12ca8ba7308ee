"""`proof`: every check over lives that have come as far as their first payment ÷ one reading of the tables that it reads."""

from __future__ import annotations

import os
import re
import time

from django.db import connection
from django.test import override_settings

from bench import payout_run, verify
from bench.harness import Bench, settle
from bench.report import Result, machine, say
from examples.world.testing import running_world
from prakerja.kernel.db import rows
from prakerja.reporting.proof import prove
from prakerja.reporting.proof_checks import CHECKS

# Lives for each second that may be measured: 6,000 at the small size, 755,000 at the full one.
LIVES = 200
FULL = 755_000
TARGETS = {"slowest_to_scan": 6.0, "all_to_scan": 6.0, "seconds": 180.0}
# A check that is done in less is not worth a ratio: a statement's planning weighs more than its rows.
_LEAST = 0.05
_TIMES = 3
_INDEXED = ("enable_indexonlyscan", "enable_indexscan", "enable_bitmapscan")


def run(bench: Bench, seconds: float) -> Result:
    """Seed, prove several times, read every table as often, and hold the least of both against each other.

    The least, because other work of the machine only ever adds to either.
    """
    about = machine(postgresql=bench.postgresql)
    lives = int(os.environ.get("PRAKERJA_BENCH_PEOPLE", "0")) or (FULL if seconds > 60 else int(LIVES * seconds))
    with running_world() as bank, override_settings(BANK_URL=bank.url, BANK_KEY=bank.bank_key):
        say(f"making the world and {lives} lives …")
        payout_run.seed(lives)
        payout_run.pay({}, leave=0)
    settle()
    scans = {table: _scan(table) for table in sorted({table for check in CHECKS for table in _tables(check[2])})}
    proofs = [prove() for _ in range(_TIMES)]
    proof = proofs[-1]
    took = {ran[0].name: min(one.seconds for one in ran) for ran in zip(*(one.checks for one in proofs), strict=True)}
    ratios = {
        name: took[name] / max(sum(scans[table] for table in _tables(sql)), 1e-9)
        for name, _, sql in CHECKS
        if took[name] >= _LEAST
    }
    slowest = sorted(ratios, key=lambda name: -ratios[name])
    total = sum(took.values())
    read = sum(scans[table] for _, _, sql in CHECKS for table in _tables(sql))
    return Result(
        name="proof",
        value=lives / total,
        unit="lives/s",
        p50_ms=0.0,
        p99_ms=0.0,
        ratios={
            "slowest_to_scan": max(ratios.values(), default=0.0),
            "all_to_scan": total / read,
            "seconds": total,
        },
        targets=TARGETS,
        at_most=frozenset(TARGETS),
        checks={"prakerja proof": proof.ok}
        | {name: ok for name, ok in verify.money().items() if name != "prakerja proof"},
        machine=about,
        figures={"lives": float(lives)}
        | {f"s {name[:60]}": took[name] for name in sorted(took, key=lambda n: -took[n])[:8]},
        notes=[f"{ratios[name]:.1f} scans: {name}" for name in slowest[:8]],
    )


def _tables(sql: str) -> set[str]:
    """The tables that a check reads, each as often as it is named once."""
    known = {table for (table,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    return set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", sql)) & known


def _scan(table: str) -> float:
    """Seconds of one sequential reading of every row, by one process: the least of as many as the proof has."""
    readings = []
    with connection.cursor() as cursor:
        for name in _INDEXED:
            cursor.execute(f"SET {name} = off")
        for _ in range(_TIMES):
            began = time.perf_counter()
            cursor.execute(f"SELECT count(*) FROM {table}")
            readings.append(time.perf_counter() - began)
        for name in _INDEXED:
            cursor.execute(f"RESET {name}")
    return min(readings)
