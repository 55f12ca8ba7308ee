"""A drawn wave, disturbed at every statement of every task that falls due of a draw: it is drawn once, awarded once, told once."""

from __future__ import annotations

from pathlib import Path

import pytest

from prakerja.awards.models import Award
from prakerja.config.due import Runner, due_tasks
from prakerja.draw import operations as draws
from prakerja.draw.models import Draw, Step
from prakerja.draw.protocol.folder import open_files
from prakerja.draw.protocol.verifying import verify
from prakerja.draw.queries import simulation_state
from prakerja.draw.writing import folder_of, zip_of
from prakerja.intake.models import Application
from prakerja.kernel.db import transaction
from prakerja.ledger.models import Transfer
from prakerja.notifications.models import Message
from prakerja.registrations.models import Profile
from prakerja.sandbox.building import fund_programme
from tests.builders import operator
from tests.draw.awarded import ANNOUNCED, decided, differences, winners
from tests.draw.drawing import COMMITTED, DRAWN, LISTED, NAME, PUBLISHED, join, ruled
from tests.intake.joining import OPEN
from tests.races.killing import at_every_statement
from tests.waiting import LIMIT

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
# What this wave meets; tests/races/test_life.py looks here for what its own people do not.
MET = frozenset(
    (
        "prepare draws",
        "simulate waves",
        "write folders of draws",
        "award who was drawn",
        "tell who was not drawn",
    )
)


def test_every_task_of_a_draw_is_killed_at_every_statement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))
    first, second = operator("approver"), operator("authoriser")
    ruled(first, second, quota=3)
    people = [join(number) for number in range(6)]
    excluded = join(9)
    Profile.objects.filter(person_id=excluded).update(is_enrolled=True)
    with transaction():
        fund_programme(at=OPEN)
    tasks = {task.name: task for task in due_tasks()}
    met = set()

    def disturb(name: str, at: object) -> None:
        met.add(name)
        # It was really killed, and more than once.
        assert at_every_statement(lambda: Runner().run(tasks[name], at=at, seconds=LIMIT)) > 1  # type: ignore[arg-type]
        assert tasks[name].run(at) == 0  # type: ignore[arg-type]

    def by_page(step: str, at: object) -> str:
        draws.ask_step(draw_name=NAME, step=step, given={}, actor=first, at=at)  # type: ignore[arg-type]
        disturb("prepare draws", at)
        waiting = Step.objects.filter(step=step, confirmed_at=None, replaced_at=None)
        return "" if step == "list" else waiting.get().digest

    draws.ask_simulation(wave_number=22, actor=first, at=LISTED)
    disturb("simulate waves", LISTED)
    simulated = simulation_state(wave_number=22)
    assert simulated is not None
    assert (simulated.outcome, simulated.figures["joined"], simulated.figures["winners"]) == ("done", 7, 3)
    by_page("list", LISTED)
    draws.confirm_commitment(draw_name=NAME, digest=by_page("commit", COMMITTED), actor=second, at=COMMITTED)
    draws.fetch_round(draw_name=NAME, number=0, actor=first, at=DRAWN)
    draws.confirm_result(draw_name=NAME, digest=by_page("draw", DRAWN), actor=second, at=DRAWN)
    draws.confirm_publication(draw_name=NAME, digest=by_page("publish", PUBLISHED), actor=second, at=PUBLISHED)
    draw = Draw.objects.get()
    # As whoever was killed after the commit leaves it.
    zip_of(draw).unlink()
    Draw.objects.update(files_due_at=PUBLISHED)
    disturb("write folders of draws", PUBLISHED)
    for path in (folder_of(draw), zip_of(draw)):
        report = verify(files=open_files(path), trust=draws.trust())
        assert [(one.number, one.detail) for one in report.checks if one.holds is not True] == []
    decided((first, second))
    disturb("award who was drawn", ANNOUNCED)
    disturb("tell who was not drawn", ANNOUNCED)
    assert met == MET
    assert set(Award.objects.values_list("person_id", flat=True)) == winners()
    assert len(winners()) == Transfer.objects.filter(kind="fund").count() == 3
    told = sorted(
        Message.objects.filter(channel="sms", template__startswith="wave_not").values_list("person_id", flat=True)
    )
    assert told == sorted({*people, excluded} - winners())
    assert Message.objects.filter(channel="sms", template="result_pass").count() == 3
    assert not Application.objects.filter(status="waiting").exists()
    assert differences() == {}
