"""State machines: what the tables of the code say, the database enforces and the documents show."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.database import checks
from tests.house.source import PACKAGE, ROOT
from tests.waiting import LIMIT
from tools.state_diagrams import machines

# Where the word of each machine is stored. Each is a column named `status`.
TABLES = {
    "application": "intake_application",
    "assignment": "training_assignment",
    "attendance": "training_attendance",
    "attendance attempt": "training_attendanceattempt",
    "award": "awards_award",
    "curation": "catalogue_curationreview",
    "feedback": "training_feedback",
    "incentive": "incentives_incentive",
    "message": "notifications_message",
    "payment batch": "disbursements_paymentbatch",
    "payment instruction": "disbursements_paymentinstruction",
    "payment intent": "purchases_paymentintent",
    "price proposal": "catalogue_priceproposal",
    "purchase": "purchases_purchase",
    "sandbox submission": "training_sandboxsubmission",
    "voucher": "vouchers_voucher",
    "webhook delivery": "webhooks_delivery",
}


def test_every_machine_has_its_table() -> None:
    assert sorted(machine.name for machine in machines()) == sorted(TABLES)


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_every_target_is_a_state(machine) -> None:  # type: ignore[no-untyped-def]
    targets = {target for follows in machine.table.values() for target in follows}
    assert targets - set(machine.states()) == set()


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_every_state_can_be_reached_from_the_first(machine) -> None:  # type: ignore[no-untyped-def]
    """The first state of a table is the one that a row begins with."""
    reached, waiting = set(), [machine.states()[0]]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting += machine.table[state]
    assert reached == set(machine.states())


@pytest.mark.django_db
@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_the_database_knows_exactly_the_states_of_the_table(machine) -> None:  # type: ignore[no-untyped-def]
    found = [
        words
        for check in checks()
        if check.table == TABLES[machine.name] and "status" in check.columns and (words := check.words("status"))
    ]
    states = set(machine.states())
    assert states in found, f"no CHECK of {TABLES[machine.name]} lists the states"
    assert [words for words in found if not words <= states] == []


def test_no_other_status_column_goes_unwatched() -> None:
    """A new table with a status needs a machine, hence a row above."""
    from django.apps import apps

    found = {
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("prakerja.") and any(field.name == "status" for field in model._meta.fields)
    }
    assert found == set(TABLES.values())


def test_the_diagrams_are_those_of_the_code() -> None:
    result = subprocess.run(
        [sys.executable, "tools/state_diagrams.py", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_states_change_by_the_table_only() -> None:
    """A status is written by `advance`, by a bulk statement beside its rule, or when a row is made; never by a bare word."""
    import ast

    from tests.house.source import dotted, python, shown, tree

    found = []
    for path in python(below=PACKAGE):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
                continue
            found += [
                f"{shown(path)}:{node.lineno}"
                for target in node.targets
                if isinstance(target, ast.Attribute) and target.attr == "status" and dotted(target) != "self.status"
            ]
    assert found == []
