"""`award`: the winners of a published draw get their awards, through the command, against COPY of the same rows.

Who joined is made by statements; the draw, its publication and the decision are the operators' steps. The ceiling is a second
database that was copied before anybody was awarded: the very rows that the command wrote are brought in there by COPY,
indexes, keys and triggers on. Proof at the end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench import FULL, applicants, verify, world
from bench.harness import Bench, settle
from bench.importing import Memory, copy_database, copy_rows_of
from bench.report import Result, machine, say
from prakerja.draw import operations as draws
from prakerja.kernel.clock import wall
from prakerja.kernel.db import rows
from prakerja.kernel.models import Clock
from prakerja.sandbox.building import BUDGET

TARGETS = {"to_copy": 3.0, "resident_mib": 1024.0}
# Winners at full size, three times as many joined; at a small one so many for each second that was asked for.
PEOPLE = 800_000
_A_SECOND = 400
_JOINED = 3
_DECREE = "SK-TOLOK-19"
ANNOUNCED = applicants.PUBLISHED + timedelta(hours=6)
_OF_PEOPLE = "person_id IN (SELECT person_id FROM bench_listed)"
# Every table that an award writes, but for the application, which was there before.
_TABLES = {
    "intake_decree": "number = '{decree}'",
    **dict.fromkeys(
        (
            "ledger_balance",
            "ledger_transfer",
            "wallets_wallet",
            "awards_award",
            "awards_cardclaim",
            "notifications_message",
        ),
        _OF_PEOPLE,
    ),
    "audit_record": f"{_OF_PEOPLE} AND action = 'award.made'",
}


def run(bench: Bench, seconds: float) -> Result:
    """A wave, its draw, its awards, the same by COPY, and what must be true afterwards."""
    about = machine(postgresql=bench.postgresql)
    count = int(os.environ.get("PRAKERJA_BENCH_PEOPLE", "0")) or (
        PEOPLE if seconds >= FULL.seconds else max(1_000, int(seconds * _A_SECOND))
    )
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PRAKERJA_PUBLISHED"] = str(Path(folder) / "published")
        say(f"{count} of {_JOINED * count} are drawn …")
        world.install(budget=BUDGET + count * world.A_PERSON)
        applicants.make_applicants(count=_JOINED * count, quota=count)
        applicants.commit()
        applicants.enter()
        applicants.draw()
        applicants.publish()
        first, second = applicants.both()
        prepared = draws.prepare_awards(
            draw_name=applicants.DRAW,
            decree_number=_DECREE,
            announced_at=ANNOUNCED,
            actor=first,
            at=applicants.PUBLISHED,
        )
        draws.confirm_awards(draw_name=applicants.DRAW, digest=prepared.digest, actor=second, at=applicants.PUBLISHED)
        settle()
        ceiling = copy_database(bench.server.dsn)
        say("awarding …")
        Clock.objects.update(offset_us=(ANNOUNCED - wall()) // timedelta(microseconds=1))
        with_start, awarded, memory = _award()
        # The same command with nothing left to do: its start, which is no matter of rows.
        start, again, _ = _award()
        took = with_start - start
        copied = copy_rows_of(bench.server.dsn, ceiling, _DECREE, Path(folder), tables=_TABLES)
    say("verifying …")
    return Result(
        name="award",
        value=count / took,
        unit="people/s",
        p50_ms=0.0,
        p99_ms=0.0,
        ratios={"to_copy": took / copied, "resident_mib": (memory.own + memory.beside) / 1024},
        targets=TARGETS,
        at_most=frozenset(TARGETS),
        checks={"every winner was awarded, once": (awarded, again) == (count, 0), **_checks(count), **verify.money()},
        machine=about,
        figures={
            "winners": count,
            "seconds of the command without its start": took,
            "seconds of its start": start,
            "seconds of COPY of the same rows": copied,
            "resident MiB, the command": memory.own / 1024,
            "resident MiB, processes beside it": memory.beside / 1024,
            "database MiB": applicants.size_of_database(),
        },
        notes=["the awards commit every 2,000 people, their ceiling every table"],
    )


def _award() -> tuple[float, int, Memory]:
    """The command as an operator gives it, watched from outside."""
    command = [sys.executable, "-m", "prakerja", "draw", "award", applicants.DRAW, "--run"]
    began = time.monotonic()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ.copy()
    ) as started:
        watch = Memory(started.pid)
        watch.start()
        answer, said = started.communicate()
        took = time.monotonic() - began
        watch.through.set()
        watch.join()
    if started.returncode:
        raise RuntimeError(said)
    return took, int(json.loads(answer)["awarded"]), watch


def _checks(count: int) -> dict[str, bool]:
    (awards, people, cards, sms, reserved) = rows(
        "SELECT (SELECT count(*) FROM awards_award), (SELECT count(DISTINCT person_id) FROM awards_award), "
        "(SELECT count(*) FROM awards_cardclaim), "
        "(SELECT count(*) FROM notifications_message WHERE template = 'result_pass' AND channel = 'sms'), "
        "(SELECT count(*) FROM ledger_transfer WHERE kind = 'reserve')"
    )[0]
    return {
        "one award, card, SMS and reserve for each": {awards, people, cards, sms, reserved} == {count},
    }
