"""`import`: a CSV of results → people, awards, cards, transfers, messages, through the command, against COPY of the same rows.

The ceiling is a second database that was copied before the import began: the very rows that the import wrote are brought in
there by COPY, indexes, keys and triggers on. The two take turns, list by list.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, connections

from bench import FULL, verify, world
from bench.harness import Bench, settle
from bench.report import Result, machine, say
from bench.watching import children, most_resident
from prakerja.kernel.db import rows
from prakerja.sandbox.building import BUDGET

TARGETS = {"to_copy": 3.0, "resident_mib": 512.0}
ROWS = 755_000
_CEILING = "bench_ceiling"
_HEADER = "nik,family_card_number,name,birth_date,phone,email,province_code,education"
_FIRST_BIRTHDAY = date(1975, 1, 1)
_BIRTHDAYS = 10_000
# Every table that an import writes, in the order of the keys between them, with what belongs to one list of people.
_OF_PEOPLE = "person_id IN (SELECT person_id FROM bench_listed)"
_TABLES = {
    "people_person": "id IN (SELECT person_id FROM bench_listed)",
    "people_nikclaim": _OF_PEOPLE,
    "people_contactpoint": _OF_PEOPLE,
    "people_contactclaim": _OF_PEOPLE,
    "intake_decree": "number = '{decree}'",
    "intake_application": _OF_PEOPLE,
    "ledger_balance": _OF_PEOPLE,
    "ledger_transfer": _OF_PEOPLE,
    "wallets_wallet": _OF_PEOPLE,
    "awards_award": _OF_PEOPLE,
    "awards_cardclaim": _OF_PEOPLE,
    "notifications_message": _OF_PEOPLE,
    "audit_record": _OF_PEOPLE,
}
# An application begins as waiting, whoever writes it.
_AS_IT_BEGINS = {("intake_application", '"status"'): "'waiting'"}


@dataclass
class _Found:
    """Of each list: seconds of the import and of the ceiling. Memory is the most that any import held."""

    imported: list[float] = field(default_factory=list)
    copied: list[float] = field(default_factory=list)
    awarded: int = 0
    lines_said: int = 0
    resident: int = 0
    resident_beside: int = 0


def run(bench: Bench, seconds: float) -> Result:
    """Two lists of some thousand people; at full size one of 755,000."""
    about = machine(postgresql=bench.postgresql)
    lists, size = (1, ROWS) if seconds >= FULL.seconds else (2, max(500, int(seconds * 400)))
    world.install(budget=BUDGET + lists * size * world.A_PERSON)
    settle()
    name = copy_database(bench.server.dsn)
    found = _Found()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(lists):
            say(f"list {number + 1} of {lists}: {size} people …")
            decree = f"SK-TOLOK-{number}"
            path = Path(folder) / f"list-{number}.csv"
            write_list(path, first=number * size, count=size)
            _import(found, path, decree)
            found.copied.append(copy_rows_of(bench.server.dsn, name, decree, Path(folder), tables=_TABLES))
    say("verifying …")
    count = lists * size
    return Result(
        name="import",
        value=statistics.median(size / taken for taken in found.imported),
        unit="people/s",
        p50_ms=0.0,
        p99_ms=0.0,
        ratios={
            "to_copy": statistics.median(a / b for a, b in zip(found.imported, found.copied, strict=True)),
            "resident_mib": (found.resident + found.resident_beside) / 1024,
        },
        targets=TARGETS,
        at_most=frozenset(TARGETS),
        checks={"every line was awarded": found.awarded == count, **verify.money(), **verify.imports(people=count)},
        machine=about,
        figures={
            "people a list": size,
            "seconds of an import, the command's start included": statistics.median(found.imported),
            "seconds of COPY of the same rows": statistics.median(found.copied),
            "COPY, people/s": statistics.median(size / taken for taken in found.copied),
            "resident MiB, the command": found.resident / 1024,
            "resident MiB, processes beside it": found.resident_beside / 1024,
            "database MiB": rows("SELECT pg_database_size(current_database())")[0][0] / 2**20,
            "lines of progress": found.lines_said,
        },
        notes=["an import commits every 2,000 people, its ceiling every table"],
    )


def copy_database(dsn: str) -> str:
    """A second database like the first, before anybody is imported."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (ours,) = cursor.fetchone()
    connections.close_all()
    with psycopg.connect(dsn, dbname="postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE {_CEILING} TEMPLATE "{ours}"')
    return _CEILING


def write_list(path: Path, *, first: int, count: int) -> None:
    """A list as the programme's own would be: two people to a family card, names of two words."""
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(_HEADER.split(","))
        for number in range(first, first + count):
            birth = _FIRST_BIRTHDAY + timedelta(days=number % _BIRTHDAYS)
            write(
                [
                    f"99{number // 10_000_000:04d}{birth:%d%m%y}{number // _BIRTHDAYS * 10 + number % 10:04d}",
                    f"99{number // 2 * 13:014d}",
                    f"Peserta {_word(number)}",
                    birth.isoformat(),
                    # A number that ends in 0008 or 0009 is one that the example world's gateway does not reach.
                    f"0812{10_000_000 + number // 9_000 * 10_000 + 500 + number % 9_000:08d}",
                    f"peserta{number}@contoh.id",
                    "31",
                    ("sma", "smp", "s1", "diploma")[number % 4],
                ]
            )


def _word(number: int) -> str:
    return "".join("aeioklmnrst"[int(digit)] for digit in str(number + 1_000_000)).title()


def _import(found: _Found, path: Path, decree: str) -> None:
    """The command as an operator gives it, watched from outside."""
    command = [sys.executable, "-m", "prakerja", "wave", "import-results", str(path), "--wave", "21"]
    command += ["--decree", decree, "--announced-at", world.ANNOUNCED.isoformat()]
    began = time.monotonic()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ.copy()
    ) as started:
        watch = Memory(started.pid)
        watch.start()
        answer, said = started.communicate()
        found.imported.append(time.monotonic() - began)
        watch.through.set()
        watch.join()
    if started.returncode:
        raise RuntimeError(said)
    found.awarded += json.loads(answer)["awarded"]
    found.lines_said += len(said.splitlines())
    found.resident = max(found.resident, watch.own)
    found.resident_beside = max(found.resident_beside, watch.beside)


class Memory(threading.Thread):
    """The most that a process held, and its children together, in KiB."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.through = threading.Event()
        self.own = self.beside = 0

    def run(self) -> None:
        while not self.through.wait(0.2):
            self.own = max(self.own, most_resident(self._pid))
            self.beside = max(self.beside, sum(most_resident(child) for child in children(self._pid)))


def copy_rows_of(dsn: str, ceiling: str, decree: str, folder: Path, *, tables: Mapping[str, str]) -> float:
    """Bring the rows of a decree's people into the second database by COPY; how many seconds that took.

    `tables`: in the order of the keys between them, each with which of its rows.
    """
    with psycopg.connect(dsn) as source, source.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_listed AS SELECT person_id FROM awards_award a "
            "JOIN intake_decree d ON d.id = a.decree_id WHERE d.number = %s",
            [decree],
        )
        cursor.execute("ANALYZE bench_listed")
        for table, condition in tables.items():
            chosen = ", ".join(_AS_IT_BEGINS.get((table, column), column) for column in _columns(table))
            query = f"SELECT {chosen} FROM {table} WHERE {condition.format(decree=decree)}"
            with (folder / table).open("wb") as file, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
                for piece in copy:
                    file.write(piece)
    with psycopg.connect(dsn, dbname=ceiling, autocommit=True) as target:
        target.execute("CHECKPOINT")
        began = time.monotonic()
        for table in tables:
            statement = f"COPY {table} ({', '.join(_columns(table))}) FROM STDIN (FORMAT BINARY)"
            with (folder / table).open("rb") as file, target.cursor().copy(statement) as copy:
                while piece := file.read(1 << 20):
                    copy.write(piece)
        return time.monotonic() - began


def _columns(table: str) -> list[str]:
    found: list[tuple[Any, ...]] = rows(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [f'"{name}"' for (name,) in found]
