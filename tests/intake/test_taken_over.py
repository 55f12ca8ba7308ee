"""Whoever begins an import is told whose stands unfinished, and takes it over expressly."""

from __future__ import annotations

import pytest

from prakerja.access.actors import SYSTEM, Actor
from prakerja.audit.models import Record
from prakerja.awards.models import Award
from prakerja.intake.models import ResultImport, Wave
from prakerja.intake.operations import import_results
from prakerja.kernel.clock import wall
from prakerja.kernel.ids import new_id
from tests import builders as b
from tests.intake.test_imports_go_on import Killed, after
from tests.intake.test_results_by_two import LATER, confirmed, prepared, refused

pytestmark = pytest.mark.django_db


def left_half_read(by: Actor) -> None:
    """What kill -9 leaves of an import whose list was still read."""
    ResultImport.objects.create(
        id=new_id(),
        wave=Wave.objects.get(),
        decree_number="SK-21",
        announced_at=b.ANNOUNCED,
        begun_by=by.traced,
        begun_at=b.ANNOUNCED,
        begun_wall=wall(),
        seen_wall=wall(),
    )


def states() -> list[str]:
    return [one.status for one in ResultImport.objects.order_by("id")]


def test_a_list_that_another_left_half_read_is_put_aside_expressly() -> None:
    b.world()
    one, other = b.operator("approver"), b.operator("approver")
    left_half_read(one)
    mine = [b.result_row()]
    said = refused("import_of_another", prepared, mine, other, decree_number="SK-22").details
    assert (said["wave"], said["decree"], "@" in said["by"]) == (21, "SK-21", True)
    assert (states(), Record.objects.filter(action="wave.results_taken_over").exists()) == (["reading"], False)
    assert prepared(mine, other, decree_number="SK-22", take_over=True).awarded == 1
    assert states() == ["refused", "prepared"]
    kept = Record.objects.get(action="wave.results_taken_over")
    assert (kept.actor_id, kept.data["begun_by"], kept.data["status"]) == (other.id, one.traced, "reading")


def test_ones_own_is_begun_anew_without_a_word() -> None:
    b.world()
    one = b.operator("approver")
    left_half_read(one)
    assert prepared([b.result_row()], one).awarded == 1
    assert states() == ["refused", "prepared"]


def test_anothers_awards_go_on_expressly() -> None:
    b.world()
    one, other = b.operator("authoriser"), b.operator("authoriser")
    listed = [b.result_row() for _ in range(5)]
    prepared(listed, b.operator("approver"))
    with pytest.raises(Killed):
        confirmed(listed, one, progress=after(2), chunk=2)
    assert Award.objects.count() == 2
    assert "@" in refused("import_of_another", confirmed, listed, other).details["by"]
    assert Award.objects.count() == 2
    with pytest.raises(Killed):
        confirmed(listed, other, progress=after(1), chunk=2, take_over=True)
    # Theirs now: they need not say it twice, and the first one is told whose it is.
    refused("import_of_another", confirmed, listed, one)
    assert (confirmed(listed, other).awarded, Award.objects.count()) == (5, 5)
    kept = Record.objects.get(action="wave.results_taken_over")
    assert (kept.actor_id, kept.data["begun_by"], kept.data["awarded"]) == (other.id, one.traced, 2)


def test_the_programme_itself_is_told_too() -> None:
    """A sandbox's machine drops no operator's list unseen; its own commands are one."""
    b.world()
    one, listed = b.operator("approver"), [b.result_row()]
    given = {"wave_number": 21, "decree_number": "SK-22", "announced_at": b.ANNOUNCED, "at": LATER, "actor": SYSTEM}
    left_half_read(one)
    refused("import_of_another", import_results, rows=listed, **given)
    assert import_results(rows=listed, take_over=True, **given).awarded == 1
    left_half_read(Actor.system("sandbox"))
    assert import_results(rows=listed, **given).already == 1
