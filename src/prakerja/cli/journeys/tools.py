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

from prakerja.cli.journeys.browser import UnexpectedPage
from prakerja.kernel.clock import WIB

COLUMNS = ("nik", "family_card_number", "name", "birth_date", "phone", "email", "province_code", "education")
# Short name, full name, NIK, day of birth, phone, decree.
Person = tuple[str, str, str, str, str, str]


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
            for name, full_name, nik, birth_date, phone, _ in people:
                card = f"99{int(phone):014d}"
                writer.writerow([nik, card, full_name, birth_date, phone, f"{name}@contoh.id", "99", "sma"])
        said = prakerja(
            *("wave", "import-results", str(path), "--wave", str(wave), "--decree", people[0][5]),
            *("--announced-at", announced_at.isoformat()),
            data_dir=data_dir,
        )
    if f'"awarded": {len(people)}' not in said:
        raise UnexpectedPage(f"the import said {said}")
