"""kill -9 of the commands of a draw in the middle of each step: nothing is half there, and the same command goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from prakerja.awards.models import Award
from prakerja.draw.models import Document, Draft, Draw, Entry, Outcome, Step
from prakerja.draw.operations import trust
from prakerja.draw.protocol.folder import open_files
from prakerja.draw.protocol.verifying import verify
from prakerja.draw.tasks import run_awards
from prakerja.intake.models import ResultImport
from prakerja.kernel.clock import wall
from prakerja.kernel.models import Clock
from prakerja.notifications.models import Message
from tests.builders import operator
from tests.draw.awarded import ANNOUNCED, decided, differences, drawn_wave, winners
from tests.draw.crowd import crowd
from tests.draw.drawing import COMMITTED, DRAWN, LISTED, NAME, PUBLISHED, ruled
from tests.intake.joining import OPEN
from tests.running import COMMAND
from tests.upgrades.databases import url_of
from tests.waiting import LIMIT, wait_until

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
# Two chunks of a list and more.
PEOPLE = 12_000


@dataclass
class Office:
    """Two operators at the command line of one machine, whose processes are killed."""

    place: Path
    first: str
    second: str
    kills: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.place / "published/g22-1"

    def start(self, *arguments: str, by: str, at: datetime) -> subprocess.Popen[str]:
        Clock.objects.update(offset_us=(at - wall()) // timedelta(microseconds=1), seen_at=at)
        database = {"DATABASE_URL": url_of(connection.settings_dict["NAME"])}
        environment = {**os.environ, **database, "PRAKERJA_PUBLISHED": str(self.place / "published")}
        return subprocess.Popen(
            [*COMMAND, "draw", *arguments, "--operator", by, "--data-dir", str(self.place)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def killed(self, sign: Callable[[], bool], *arguments: str, by: str, at: datetime) -> None:
        """Begin a command, and kill it as soon as there is a sign of its work. It may have come to its end before."""
        with self.start(*arguments, by=by, at=at) as process:
            wait_until(lambda: sign() or process.poll() is not None, what=f"{arguments[0]} shows a sign")
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=LIMIT)
        if process.returncode == -signal.SIGKILL:
            self.kills.append(arguments[0])

    def done(self, *arguments: str, by: str, at: datetime) -> dict[str, Any]:
        with self.start(*arguments, by=by, at=at) as process:
            out, err = process.communicate(timeout=LIMIT)
        assert process.returncode == 0, err
        answer: dict[str, Any] = json.loads(out)
        return answer

    def step(self, name: str, sign: Callable[[], bool], *, at: datetime) -> None:
        """Prepare a step and confirm it, killed in the middle of both."""
        self.killed(sign, name, NAME, by=self.first, at=at)
        prepared = self.done(name, NAME, by=self.first, at=at)
        confirm = (name, NAME, "--confirm", prepared["confirm"])
        document = {"commit": "commitment", "run": "result", "publish": "manifest"}[name]
        self.killed(lambda: Document.objects.filter(name=document).exists(), *confirm, by=self.second, at=at)
        is_taken = Document.objects.filter(name=document).exists()
        assert Step.objects.filter(step={"run": "draw"}.get(name, name)).exclude(confirmed_at=None).exists() is is_taken
        assert self.done(*confirm, by=self.second, at=at)["is_confirmed"]


def test_awards_are_killed_and_the_worker_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is awarded, told or paid for twice, and nobody is missed."""
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))
    first, second = operator("approver"), operator("authoriser")
    drawn_wave((first, second), people=7_000, quota=4_500)
    decided((first, second))
    office = Office(tmp_path, first.name, second.name)
    office.killed(Award.objects.exists, "award", NAME, "--run", by=office.first, at=ANNOUNCED)
    assert office.kills == ["award"]
    awarded = Award.objects.count()
    assert 0 < awarded < 4_500
    assert ResultImport.objects.get().awarded == awarded
    assert run_awards(ANNOUNCED) == 4_500 - awarded
    assert run_awards(ANNOUNCED) == 0
    assert set(Award.objects.values_list("person_id", flat=True)) == winners()
    assert Message.objects.filter(template="result_pass", channel="sms").count() == 4_500
    assert differences() == {}


def _status() -> str:
    return Draw.objects.get().status


def test_every_step_is_killed_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))
    first, second = operator("approver"), operator("authoriser")
    ruled(first, second, quota=3_000)
    crowd(wave=Draw.objects.get().wave, count=PEOPLE, at=OPEN)
    office = Office(tmp_path, first.name, second.name)

    office.killed(lambda: Draft.objects.exists(), "list", NAME, by=office.first, at=LISTED)
    assert (_status(), Entry.objects.count()) in (("ruled", 0), ("listed", PEOPLE))
    if _status() == "ruled":
        assert office.done("list", NAME, by=office.first, at=LISTED)["rows"] == PEOPLE
    assert (Entry.objects.count(), Draft.objects.count()) == (PEOPLE, 0)

    office.step("commit", lambda: (office.folder / "list").exists(), at=COMMITTED)
    office.done("enter", NAME, "--fetch", by=office.first, at=DRAWN)
    office.killed(lambda: (office.folder / "results").exists(), "run", NAME, by=office.first, at=DRAWN)
    assert Outcome.objects.count() in (0, PEOPLE)
    office.step("run", lambda: Outcome.objects.exists(), at=DRAWN)
    office.step("publish", lambda: (office.folder / "stats.json").exists(), at=PUBLISHED)

    assert _status() == "published"
    assert Outcome.objects.filter(kind="W").count() == 3_000
    report = verify(files=open_files(office.folder), trust=trust())
    assert [(one.number, one.detail) for one in report.checks if one.holds is not True] == []
    # The long ones were really killed in their middle.
    assert {"list", "commit", "run"} <= set(office.kills)
