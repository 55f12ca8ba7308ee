"""`draw`: everybody who joined a wave is ranked and seated ÷ DuckDB's ranking of the same rows; the commitment beside it.

The rows that the draw reads are made by statements, the steps are those of the operators. Ranking and seats are measured by
themselves, taken back and measured again, in turns with DuckDB, which ranks the same tickets by the same hash in a process of
its own and writes them in order; seats it does not fill. Where DuckDB is not installed (`pip install duckdb`) there is no
ratio. At last the three programs that check draws look at the published folder, each in a process whose memory is watched, the
winners are awarded by the command, and the proof runs.

`PRAKERJA_BENCH_WAVE=19` gives the numbers of wave 19: 3,967,595 joined, 2,413,677 of them eligible, 800,000 seats.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from bench import FULL, applicants, verify, world
from bench.harness import Bench, settle
from bench.importing import Memory
from bench.report import Result, machine, say
from prakerja.draw import operations as draws
from prakerja.draw.awarding import award_some
from prakerja.draw.models import Draw, Outcome
from prakerja.draw.operations import trust
from prakerja.draw.protocol.documents import Rules
from prakerja.draw.protocol.hashes import rank_prefix
from prakerja.draw.protocol.seats import plan_of
from prakerja.draw.seating import seat_all
from prakerja.draw.steps import document
from prakerja.draw.writing import folder_of
from prakerja.kernel.db import transaction
from prakerja.sandbox.building import BUDGET

TARGETS = {"to_duckdb": 3.0, "draw_s": 30.0, "commitment_s": 60.0, "resident_mib": 1024.0}
# At full size; at a small one so many for each second that was asked for. Of them so many are eligible, and one in so many drawn.
PEOPLE = 10_000_000
_A_SECOND = 2_000
_ELIGIBLE, _DRAWN_ONE_IN = 0.61, 12.5
# Joined, eligible, seats.
WAVE_19 = (3_967_595, 2_413_677, 800_000)
_ROOT = Path(__file__).resolve().parents[1]
_DECREE = "SK-TOLOK-19"
ANNOUNCED = applicants.PUBLISHED + timedelta(hours=6)


class _TakenBack(Exception):
    """What was measured is not kept."""


def run(bench: Bench, seconds: float) -> Result:
    """Seed, commit, rank in turns with DuckDB, draw, publish, verify."""
    about = machine(postgresql=bench.postgresql)
    is_full = seconds >= FULL.seconds
    count, eligible, quota = _sizes(seconds, is_full=is_full)
    took: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PRAKERJA_PUBLISHED"] = str(Path(folder) / "published")
        say(f"{count} people join a wave …")
        world.install(budget=BUDGET + quota * world.A_PERSON)
        _timed(took, "seeding", lambda: applicants.make_applicants(count=count, quota=quota, eligible=eligible))
        settle()
        say("commitment …")
        _timed(took, "commitment", applicants.commit)
        applicants.enter()
        ours, theirs = _in_turns(Path(folder), rounds=1 if is_full else 3)
        say("draw, publication …")
        _timed(took, "the draw with its results as files", applicants.draw)
        _timed(took, "publication", applicants.publish)
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        published = folder_of(Draw.objects.get())
        bytes_of_folder = sum(one.stat().st_size for one in published.rglob("*") if one.is_file())
        verified = _verified(published, Path(folder) / "keys.json", took)
        say("awarding …")
        awarded = _award(took)
    checks = {
        **{f"{name} says that the draw holds": one.holds for name, one in verified.items()},
        "as many are drawn as there are seats": Outcome.objects.filter(kind="W").count() == quota,
        "everybody who is eligible has a place": Outcome.objects.count() == eligible,
        "every winner was awarded": awarded == quota,
        **verify.money(),
    }
    ratios = {"draw_s": statistics.median(ours), "commitment_s": took["commitment"], "resident_mib": resident}
    targets = dict(TARGETS)
    if theirs:
        ratios["to_duckdb"] = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    else:
        del targets["to_duckdb"]
    return Result(
        name="draw",
        value=count / statistics.median(ours),
        unit="applicants/s",
        p50_ms=0.0,
        p99_ms=0.0,
        ratios=ratios,
        targets=targets,
        at_most=frozenset(targets),
        checks=checks,
        machine=about,
        figures={
            "applicants": count,
            "eligible": eligible,
            "drawn": quota,
            "seconds to rank and seat": statistics.median(ours),
            **({"seconds of DuckDB's ranking": statistics.median(theirs)} if theirs else {}),
            **{f"seconds: {name}": value for name, value in took.items()},
            **{f"resident MiB: {name}": one.resident for name, one in verified.items()},
            "folder MiB": bytes_of_folder / 2**20,
            "database MiB": applicants.size_of_database(),
        },
        notes=[] if theirs else ["DuckDB is not installed here: pip install duckdb"],
    )


def _sizes(seconds: float, *, is_full: bool) -> tuple[int, int, int]:
    """How many joined, are eligible, are drawn."""
    if os.environ.get("PRAKERJA_BENCH_WAVE") == "19":
        return WAVE_19
    count = int(os.environ.get("PRAKERJA_BENCH_PEOPLE", "0")) or (
        PEOPLE if is_full else max(2_000, int(seconds * _A_SECOND))
    )
    return count, int(count * _ELIGIBLE), int(count / _DRAWN_ONE_IN)


class _Verified(NamedTuple):
    """What a program that checks draws said, and the most MiB that it held."""

    holds: bool
    resident: float


def _verified(published: Path, keys: Path, took: dict[str, float]) -> dict[str, _Verified]:
    """Each of the programs that check draws, in a process of its own."""
    keys.write_bytes(trust().spelled())
    programs = {
        "prakerja draw verify": [sys.executable, "-m", "prakerja", "draw", "verify", published, "--keys", keys],
        "tools/verify_draw.py": [sys.executable, "-I", _ROOT / "tools/verify_draw.py", published, keys],
    }
    node = shutil.which("node")
    if node:
        page, scripts = _ROOT / "tests/draw/verify_in_node.cjs", _ROOT / "src/prakerja/portal/static/portal"
        programs["the page's scripts"] = [node, page, scripts, published, keys]
    found = {}
    for name, command in programs.items():
        say(f"{name} …")
        began = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE) as started:
            # What `wait4` says begins with our own memory, of which the child is a copy until it is another program.
            watch = Memory(started.pid)
            watch.start()
            answer, _ = started.communicate()
            watch.through.set()
            watch.join()
        took[name] = time.monotonic() - began
        holds = started.returncode == 0 and b'"holds":false' not in answer
        found[name] = _Verified(holds, watch.own / 1024)
    return found


def _award(took: dict[str, float]) -> int:
    """Decide about the winners, and award them by the operations that the worker runs; how many."""
    first, second = applicants.both()
    terms = {"draw_name": applicants.DRAW, "decree_number": _DECREE, "announced_at": ANNOUNCED}
    prepared = draws.prepare_awards(**terms, actor=first, at=applicants.PUBLISHED)
    draws.confirm_awards(draw_name=applicants.DRAW, digest=prepared.digest, actor=second, at=applicants.PUBLISHED)
    settle()
    awarded = 0
    began = time.monotonic()
    while (count := award_some(at=ANNOUNCED)) is not None:
        awarded += count
    took["awards"] = time.monotonic() - began
    return awarded


def _timed(took: dict[str, float], name: str, work: Callable[[], object]) -> None:
    began = time.monotonic()
    work()
    took[name] = time.monotonic() - began


def _in_turns(folder: Path, *, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of ours and of DuckDB's, round by round."""
    has_duckdb = find_spec("duckdb") is not None
    drawn = Draw.objects.get()
    seed = bytes(range(32))
    plan = plan_of(Rules.read(document(draw_id=drawn.id, name="rules")))
    tickets = folder / "tickets.csv"
    if has_duckdb:
        with tickets.open("wb") as file, connection.cursor() as cursor:
            statement = "COPY (SELECT number, encode(ticket, 'hex') FROM draw_entry WHERE mark = '' ORDER BY number) TO STDOUT (FORMAT CSV)"
            with cursor.copy(statement) as copy:
                for piece in copy:
                    file.write(piece)
    ours: list[float] = []
    theirs: list[float] = []
    assert drawn.applicants_id is not None
    for number in range(rounds):
        say(f"round {number + 1} of {rounds} …")
        try:
            with transaction():
                began = time.monotonic()
                seat_all(draw_id=drawn.id, list_id=drawn.applicants_id, seed=seed, plan=plan)
                ours.append(time.monotonic() - began)
                raise _TakenBack
        except _TakenBack:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM draw_outcome")
        if has_duckdb:
            theirs.append(_duckdb(tickets, prefix=rank_prefix(seed)))
    tickets.unlink(missing_ok=True)
    return ours, theirs


_RANK = """
import sys, time, duckdb
path, prefix = sys.argv[1:]
db = duckdb.connect()
db.execute(f"CREATE TABLE listed AS SELECT number, unhex(ticket) AS ticket FROM read_csv('{path}', header=false, "
           "columns={'number': 'INTEGER', 'ticket': 'VARCHAR'})")
began = time.monotonic()
db.execute(f"CREATE TABLE ranked AS SELECT number, row_number() OVER (ORDER BY sha256(unhex('{prefix}') || ticket), ticket) "
           "AS position FROM listed")
print(time.monotonic() - began)
"""


def _duckdb(tickets: Path, *, prefix: bytes) -> float:
    command = [sys.executable, "-c", _RANK, str(tickets), prefix.hex()]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
