"""kill -9 of the command in the middle of a list: the same command goes on, and no process stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from prakerja.intake.queries import result_imports
from prakerja.kernel.clock import wall
from prakerja.kernel.db import rows
from prakerja.kernel.models import Clock
from prakerja.ledger.chart import Chart
from prakerja.ledger.queries import holds
from prakerja.reporting.proof import prove
from tests import builders as b
from tests.lists.files import csv_file, people, text
from tests.running import COMMAND
from tests.upgrades.databases import url_of
from tests.waiting import LIMIT, wait_until

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
# More than two chunks, and enough for processes beside the command.
PEOPLE = 5_000


def test_the_same_command_goes_on_after_a_kill(tmp_path: Path) -> None:
    b.world(budget=PEOPLE * 3_550_000)
    file = csv_file(tmp_path, text([*people(PEOPLE), *people(1)]))
    command = [*COMMAND, "wave", "import-results", str(file), "--wave", "21", "--decree", "SK-21"]
    command += ["--announced-at", b.ANNOUNCED.isoformat(), "--data-dir", str(tmp_path)]
    environment = {**os.environ, "DATABASE_URL": url_of(connection.settings_dict["NAME"])}
    Clock.objects.update(offset_us=(b.ANNOUNCED - wall()) // timedelta(microseconds=1))

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def awarded() -> int:
        return sum(one.awarded for one in result_imports(most=1))

    with start() as first:
        wait_until(lambda: awarded() or first.poll() is not None, what="somebody is awarded")
        beside = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
        first.send_signal(signal.SIGKILL)
        first.communicate(timeout=LIMIT)
    wait_until(lambda: not [one for one in beside if is_there(one)], what="what worked beside it ends")
    assert first.returncode == -signal.SIGKILL
    assert [one.status for one in result_imports(most=5)] == ["awarding"]
    before = awarded()
    assert 0 < before < PEOPLE

    with start() as second:
        answer, said = second.communicate(timeout=LIMIT)
    assert second.returncode == 0, said
    found = json.loads(answer)
    assert (found["awarded"], found["already"], found["rejected"]) == (PEOPLE, 0, 1)
    assert f"{PEOPLE:,} of {PEOPLE:,} people" in said
    told = "SELECT count(*), count(DISTINCT (person_id, channel)) FROM notifications_message"
    assert rows(told) == [(3 * PEOPLE, 3 * PEOPLE)]
    assert rows("SELECT count(DISTINCT person_id) FROM awards_award") == [(PEOPLE,)]
    assert rows("SELECT count(DISTINCT purchase_deadline_at) FROM awards_award") == [(1,)]
    assert prove().ok
    assert holds(account=Chart.PROGRAMME_FUNDS) == 0
    assert (tmp_path / "list.csv.rejected.csv").read_text().count("twice_in_file") == 1


def is_there(pid: str) -> bool:
    """Whether a process runs. One that nobody has buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
