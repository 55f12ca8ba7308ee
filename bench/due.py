"""`due`: what falls due of a whole wave, each task by itself, as the worker runs it; its time ÷ COPY of the same rows.

Two kinds of people are seeded: such as have bought nothing (they are reminded three times and revoked), and such as bought
a class and never entered its code (reminded twice; their balances are swept and their codes end). Each task runs in a
process of its own, to its end, so that its memory is its own. The ceiling is COPY of the rows that it wrote or changed, into
tables with the same indexes and keys.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.db import connection

from bench import FULL
from bench.harness import settle
from bench.report import Result, machine, say
from bench.world import World, another_template, bought, make_world, ready
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import row, rows
from prakerja.kernel.ids import new_id
from prakerja.reporting.proof import prove

if TYPE_CHECKING:
    from bench.harness import Bench

# Wave 21, at full size; at a small one so many for each second that was asked for.
_WAVE = 755_000
_A_SECOND = 700
_SEEDED_AT_ONCE = 20_000
_SECOND_TEMPLATE = 2_000_002
_MOST_MIB = 512
_LONGEST_CHUNK = 2.0


@dataclass(frozen=True)
class Task:
    """A registered task at an instant of programme time, whom of the two kinds it is about, and the rows that it writes.

    `written`: table → which of its rows; `%(began)s` is an id that was made just before, `%(at)s` the instant.
    """

    name: str
    at: datetime
    of_buyers: bool
    written: dict[str, str]

    @property
    def key(self) -> str:
        return f"{self.name.replace('_', ' ')} {self.at.astimezone(WIB):%d %b}".lower()


_NEW = "id > %(began)s"
_TOLD = {"notifications_message": _NEW}
_REMINDED = {**_TOLD, "awards_award": "first_purchase_at IS NULL AND reminded_at = %(at)s"}
TASKS = (
    Task("remind to buy", datetime(2021, 10, 14, 9, tzinfo=WIB), False, _REMINDED),
    Task("remind to buy", datetime(2021, 10, 18, 9, tzinfo=WIB), False, _REMINDED),
    Task("remind to buy", datetime(2021, 10, 20, 9, tzinfo=WIB), False, _REMINDED),
    Task(
        "revoke",
        datetime(2021, 10, 22, 0, 5, tzinfo=WIB),
        False,
        {
            **_TOLD,
            "audit_record": _NEW,
            "ledger_transfer": _NEW,
            "awards_award": "ended_at = %(at)s",
            "awards_blacklist": "listed_at = %(at)s",
            "wallets_wallet": "closed_at = %(at)s",
            # Wallet and reserve, both emptied.
            "ledger_balance": "amount = 0 AND person_id IN (SELECT person_id FROM awards_award WHERE ended_at = %(at)s)",
        },
    ),
    Task(
        "sweep_balance",
        datetime(2021, 12, 1, tzinfo=WIB),
        True,
        {
            **_TOLD,
            "audit_record": _NEW,
            "ledger_transfer": _NEW,
            "wallets_wallet": "closed_at = %(at)s",
            "ledger_balance": "amount = 0 AND id IN (SELECT balance_id FROM wallets_wallet WHERE closed_at = %(at)s)",
        },
    ),
    Task("remind of codes", datetime(2021, 12, 3, 9, tzinfo=WIB), True, {**_TOLD, "vouchers_voucher": "remind_at > %(at)s"}),
    Task(
        "expire vouchers",
        datetime(2021, 12, 11, tzinfo=WIB),
        True,
        {
            **_TOLD,
            "audit_record": _NEW,
            "ledger_transfer": _NEW,
            "vouchers_voucher": "ended_at = %(at)s",
            "purchases_purchase": "NOT is_open",
        },
    ),
)  # fmt: skip


def run(bench: Bench, seconds: float) -> Result:
    """Seed both kinds of people, run every task to its end, and copy again what each wrote."""
    wave = int(os.environ.get("PRAKERJA_BENCH_PEOPLE", "0")) or (
        _WAVE if seconds >= FULL.seconds else max(1000, int(seconds * _A_SECOND))
    )
    before = machine(postgresql=bench.postgresql)
    world = make_world(stage=ready, people=2 * wave)
    _seed(world, wave)
    shoppers = another_template(world, stage=bought, first=_SECOND_TEMPLATE)
    _seed(shoppers, wave)
    settle()
    figures: dict[str, float] = {"people of each kind": wave}
    ratios: dict[str, float] = {}
    checks: dict[str, bool] = {}
    most_memory = longest = 0.0
    for task in TASKS:
        began = new_id()
        found = _in_its_own_process(task)
        copied, count = _copy_again(task, began=began)
        took = found["seconds"]
        say(
            f"{task.key}: {found['done']} in {took:.1f} s ({found['done'] / took:,.0f}/s), COPY of {count} rows {copied:.1f} s,"
            f" {found['mib']:.0f} MiB, longest chunk {found['longest']:.2f} s"
        )
        ratios[task.key] = took / copied
        figures[f"{task.key}: people/s"] = found["done"] / took
        figures[f"{task.key}: s"] = took
        checks[f"{task.key}: everybody once"] = found["done"] == wave + 1 and found["left"] is None
        most_memory, longest = max(most_memory, found["mib"]), max(longest, found["longest"])
    figures |= {"most memory, MiB": most_memory, "longest chunk, s": longest}
    checks[f"at most {_MOST_MIB} MiB"] = most_memory <= _MOST_MIB
    checks["nobody was told twice"] = (
        rows(
            "SELECT 1 FROM notifications_message GROUP BY person_id, template, channel, created_at HAVING count(*) > 1 LIMIT 1"
        )
        == []
    )
    checks["the proof holds"] = prove().ok
    revoke = next(task for task in TASKS if task.name == "revoke")
    ratios["longest wait, s"] = longest
    return Result(
        name="due",
        value=figures[f"{revoke.key}: people/s"],
        unit="revocations/s",
        p50_ms=0,
        p99_ms=longest * 1000,
        ratios=ratios,
        targets={key: _LONGEST_CHUNK if key == "longest wait, s" else 4.0 for key in ratios},
        checks=checks,
        machine=before,
        figures=figures,
        at_most=frozenset(ratios),
        notes=["a ratio is the time of the task ÷ COPY of the rows that it wrote or changed"],
    )


def _seed(world: World, wave: int) -> None:
    for start in range(0, wave, _SEEDED_AT_ONCE):
        world.add_people(min(_SEEDED_AT_ONCE, wave - start), world.many)
        # Whoever comes next is numbered on; nobody is asked for again, and a wave's objects are a gigabyte.
        world.first += len(world.people)
        world.people.clear()
        say(f"{min(wave, start + _SEEDED_AT_ONCE)} people")


def _in_its_own_process(task: Task) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.due_task", task.name, task.at.isoformat()], stdout=subprocess.PIPE, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _copy_again(task: Task, *, began: object) -> tuple[float, int]:
    """Seconds and rows of COPY of what the task wrote, into a table like each."""
    took, count = 0.0, 0
    for table, which in task.written.items():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE bench_copy (LIKE {table} INCLUDING ALL)")
            for definition in _foreign_keys(table):
                cursor.execute(f"ALTER TABLE bench_copy ADD {definition}")
            cursor.execute(
                f"CREATE TEMPORARY TABLE bench_written AS SELECT * FROM {table} WHERE {which}",
                {"began": began, "at": task.at},
            )
            data = io.BytesIO()
            with cursor.copy("COPY bench_written TO STDOUT (FORMAT binary)") as copy:
                for block in copy:
                    data.write(block)
            moment = monotonic()
            with cursor.copy("COPY bench_copy FROM STDIN (FORMAT binary)") as copy:
                copy.write(data.getbuffer())
            took += monotonic() - moment
        count += (row("SELECT count(*) FROM bench_written") or (0,))[0]
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_copy, bench_written")
    return took, count


def _foreign_keys(table: str) -> Iterator[str]:
    for (definition,) in rows(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'", [table]
    ):
        yield definition
