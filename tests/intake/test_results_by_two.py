"""A list of results awards thousands: one operator has it read, another confirms it with the same file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from prakerja.access.actors import Actor
from prakerja.audit.models import Record
from prakerja.awards.models import Award
from prakerja.intake.models import ListedLine, PreparedResults, ResultImport, Wave
from prakerja.intake.operations import (
    ImportOutcome,
    ResultRow,
    import_results,
    prepare_results,
    take_back_results,
    waiting_results,
)
from prakerja.intake.queries import result_imports
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from tests import builders as b
from tests.intake.test_imports_go_on import Killed, after

pytestmark = pytest.mark.django_db
LATER = b.ANNOUNCED + timedelta(hours=3)


def prepared(listed: list[ResultRow], actor: Actor, **terms: Any) -> ImportOutcome:
    given = {"wave_number": 21, "decree_number": "SK-21", "announced_at": b.ANNOUNCED, "at": b.ANNOUNCED, "digest": "x"}
    return prepare_results(rows=listed, actor=actor, **{**given, **terms})


def confirmed(listed: list[ResultRow], actor: Actor, **terms: Any) -> ImportOutcome:
    given = {"wave_number": 21, "decree_number": "SK-21", "announced_at": None, "at": LATER, "digest": "x"}
    return import_results(rows=listed, actor=actor, **{**given, **terms})


def refused(reason: str, call: Any, *args: Any, **terms: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*args, **terms)
    assert caught.value.reason == reason
    return caught.value


def nobody_is_awarded() -> bool:
    return (Award.objects.count(), Message.objects.count(), ListedLine.objects.count()) == (0, 0, 0)


def test_one_has_it_read_and_another_confirms_it() -> None:
    b.world()
    approver, authoriser = b.operator("approver"), b.operator("authoriser")
    listed = [b.result_row() for _ in range(3)] + [b.result_row(phone="12")]
    outcome = prepared(listed, approver)
    assert (outcome.awarded, outcome.rejected_rows, len(outcome.rejected)) == (3, 1, 1)
    assert nobody_is_awarded()
    assert Wave.objects.get(number=21).announced_at is None
    assert [(one.status, one.people, one.awarded) for one in result_imports(most=1)] == [("prepared", 3, 0)]
    assert [(one.people, one.rejected, one.prepared_by) for one in waiting_results()] == [(3, 1, approver.id)]

    done = confirmed(listed, authoriser)
    assert (done.awarded, done.rejected_rows, Award.objects.count()) == (3, 1, 3)
    # The day that the first one read stands.
    assert Wave.objects.get(number=21).announced_at == b.ANNOUNCED
    assert waiting_results() == []
    found = PreparedResults.objects.get()
    assert (found.prepared_by, found.confirmed_by, found.confirmed_at) == (approver.id, authoriser.id, LATER)
    actions = ("wave.results_prepared", "wave.results_begun", "wave.results_imported")
    said = Record.objects.filter(action__in=actions).order_by("id").values_list("action", "actor_id")
    assert list(said) == [(actions[0], approver.id), (actions[1], authoriser.id), (actions[2], authoriser.id)]
    # Once more is nothing that anybody prepared.
    refused("nothing_prepared", confirmed, listed, authoriser)


def test_nobody_does_both_and_nobody_alone() -> None:
    b.world()
    approver, authoriser = b.operator("approver"), b.operator("authoriser")
    listed = [b.result_row()]
    refused("nothing_prepared", confirmed, listed, authoriser)
    refused("not_permitted", prepared, listed, authoriser)
    refused("operator_needed", prepared, listed, Actor.system("command"))
    prepared(listed, approver)
    refused("not_permitted", confirmed, listed, approver)
    # Whoever changed roles in between is still the one who prepared it.
    PreparedResults.objects.update(prepared_by=authoriser.id)
    refused("same_operator", confirmed, listed, authoriser)
    assert nobody_is_awarded()


def test_it_is_the_same_list_and_awards_nobody_more() -> None:
    b.world()
    approver, authoriser = b.operator("approver"), b.operator("authoriser")
    listed = [b.result_row(), b.result_row()]
    prepared(listed, approver)
    refused("results_differ", confirmed, listed, authoriser, digest="y")
    refused("nothing_prepared", confirmed, listed, authoriser, decree_number="SK-22")
    # Without a file's hash the rows are asked.
    refused("results_differ", confirmed, [*listed, b.result_row()], authoriser, digest="")
    # Somebody who was kept out may be awarded by now: those are more people than anybody looked at.
    PreparedResults.objects.update(people=1, rejected=1)
    assert refused("results_grew", confirmed, listed, authoriser).details == {"prepared": 1, "people": 2}
    assert nobody_is_awarded()
    statuses = list(ResultImport.objects.order_by("id").values_list("status", flat=True))
    assert statuses[0] == "prepared"
    assert set(statuses[1:]) == {"refused"}
    prepared(listed, approver)
    assert confirmed(listed, authoriser).awarded == 2


def test_nobody_replaces_anothers_and_two_take_it_back() -> None:
    b.world()
    first, second = b.operator("approver"), b.operator("approver")
    listed = [b.result_row()]
    prepared(listed, first)
    assert refused("results_wait", prepared, listed, second, decree_number="SK-22").details["decree"] == "SK-21"
    # Their own is replaced.
    prepared(listed, first, digest="z")
    assert [one.list_digest for one in waiting_results()] == ["z"]
    terms: dict[str, Any] = {"wave_number": 21, "decree_number": "SK-21", "at": LATER}
    refused("operator_needed", take_back_results, actor=Actor.system("command"), **terms)
    assert not take_back_results(actor=second, **terms)
    assert not take_back_results(actor=second, **terms)
    assert take_back_results(actor=b.operator("authoriser"), **terms)
    refused("nothing_prepared", take_back_results, actor=first, **terms)
    refused("nothing_prepared", confirmed, listed, b.operator("authoriser"), digest="z")
    prepared(listed, second)
    assert take_back_results(actor=second, **terms)
    assert nobody_is_awarded()


def test_taken_back_while_it_is_read_awards_nobody() -> None:
    b.world()
    approver, authoriser = b.operator("approver"), b.operator("authoriser")
    listed = [b.result_row()]
    prepared(listed, approver)

    class TakenBack(list[ResultRow]):
        times = 0

        def __iter__(self) -> Any:
            self.times += 1
            yield from super().__iter__()
            if self.times == 1:
                assert take_back_results(wave_number=21, decree_number="SK-21", actor=approver, at=LATER)

    refused("nothing_prepared", confirmed, TakenBack(listed), authoriser)
    assert Award.objects.count() == 0
    assert Wave.objects.get(number=21).announced_at is None


def test_who_goes_on_needs_no_new_preparation() -> None:
    b.world()
    approver, authoriser, another = (b.operator(role) for role in ("approver", "authoriser", "authoriser"))
    listed = [b.result_row() for _ in range(7)]
    prepared(listed, approver, more_lists_follow=True)
    with pytest.raises(Killed):
        confirmed(listed, authoriser, progress=after(3), chunk=2)
    refused("import_unfinished", prepared, listed, approver)
    refused("import_of_another", confirmed, listed, another, chunk=2)
    assert confirmed(listed, another, chunk=2, take_over=True).awarded == 7
    assert Award.objects.count() == 7
    assert Wave.objects.get(number=21).rest_due_at is None


def test_a_list_that_names_no_day_is_announced_when_it_is_confirmed() -> None:
    b.world()
    listed = [b.result_row()]
    prepared(listed, b.operator("approver"), announced_at=None)
    assert confirmed(listed, b.operator("authoriser")).awarded == 1
    assert Wave.objects.get(number=21).announced_at == LATER
