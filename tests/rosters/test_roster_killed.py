"""kill -9 of the command in the middle of a list: the same command goes on, and nobody stands on it before another confirmed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from prakerja.kernel.clock import now
from prakerja.rosters.models import ListedNik
from prakerja.rosters.queries import counting, versions
from tests.builders import install, operator
from tests.rosters.handing import csv_of
from tests.running import COMMAND
from tests.upgrades.databases import url_of
from tests.waiting import LIMIT, wait_until

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
# Three chunks and more.
PEOPLE = 70_000


def test_the_same_command_goes_on_after_a_kill(tmp_path: Path) -> None:
    install()
    first, second = operator("approver"), operator("authoriser")
    file = csv_of(
        tmp_path / "dtks.csv",
        [*(f"990102{1 + n // 10_000:02d}0890{n % 10_000:04d}" for n in range(PEOPLE)), "bukan NIK"],
    )

    def start(*arguments: str, by: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, "roster", *arguments, "--roster", "DTKS", "--operator", by, "--data-dir", str(tmp_path)],
            env={**os.environ, "DATABASE_URL": url_of(connection.settings_dict["NAME"])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    with start("import", str(file), by=first.name) as killed:
        wait_until(lambda: ListedNik.objects.exists() or killed.poll() is not None, what="somebody stands on the list")
        killed.send_signal(signal.SIGKILL)
        killed.communicate(timeout=LIMIT)
    assert killed.returncode == -signal.SIGKILL
    (half,) = versions(at=now())
    assert (half.status, half.entries) == ("reading", ListedNik.objects.count())
    assert 0 < half.entries < PEOPLE

    with start("import", str(file), by=first.name) as again:
        answer, said = again.communicate(timeout=LIMIT)
    assert again.returncode == 0, said
    found = json.loads(answer)
    assert (found["version"], found["entries"], found["twice"], found["rejected"]) == (1, PEOPLE, 0, 1)
    assert ListedNik.objects.count() == PEOPLE
    assert "nik_format" in (tmp_path / "dtks.csv.rejected.csv").read_text()
    assert counting(at=now()) == ()
    for by, code in ((first.name, 2), (second.name, 0)):
        with start("confirm", "--version", "1", by=by) as confirming:
            answer, said = confirming.communicate(timeout=LIMIT)
        assert confirming.returncode == code, said
    assert json.loads(answer)["come"] == PEOPLE
    assert [one.number for one in counting(at=now())] == [1]
