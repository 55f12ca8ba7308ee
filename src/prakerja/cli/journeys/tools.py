"""What an operator does in a shell: the same commands, found by the data folder."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from prakerja.cli.journeys.browser import UnexpectedPage
from prakerja.kernel.clock import WIB

COLUMNS = ("nik", "family_card_number", "name", "birth_date", "phone", "email", "province_code", "education")


class Person(NamedTuple):
    """Somebody of the story. Who does not register stands in the list with a province that does not exist."""

    short: str
    name: str
    nik: str
    birth_date: str
    phone: str
    # Of the list of results that they stand in; "" when they stand in none.
    decree: str
    province_code: str = "99"

    @property
    def family_card_number(self) -> str:
        return f"99{int(self.phone):014d}"

    @property
    def email(self) -> str:
        return f"{self.short}@contoh.id"


def wib(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=WIB)


def prakerja(*words: str, data_dir: Path) -> str:
    """Run one command against the running system; returns what it printed. Raises UnexpectedPage when it failed."""
    done = subprocess.run(
        [sys.executable, "-m", "prakerja", *words, "--data-dir", str(data_dir)],
        # The command finds the running system by its data folder, as an operator's shell would.
        env={key: value for key, value in os.environ.items() if not key.startswith(("PRAKERJA_", "DATABASE_"))},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode != 0:
        raise UnexpectedPage(f"prakerja {' '.join(words[:2])} said {done.stdout} {done.stderr[-500:]}")
    return done.stdout


def award(people: Sequence[Person], *, wave: int, announced_at: datetime, data_dir: Path) -> None:
    """Import a list of results, as a file, for everybody of one decree."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for one in people:
                identity = (one.nik, one.family_card_number, one.name, one.birth_date, one.phone, one.email)
                writer.writerow([*identity, one.province_code, "sma"])
        said = prakerja(
            *("wave", "import-results", str(path), "--wave", str(wave), "--decree", people[0].decree),
            *("--announced-at", announced_at.isoformat()),
            data_dir=data_dir,
        )
    if f'"awarded": {len(people)}' not in said:
        raise UnexpectedPage(f"the import said {said}")
