"""Who may do what: every verb that an operator can use stands in the table and asks it, in one place.

What is found: functions whose `actor` is an `Actor`, wherever they stand; the verbs that the console's pages declare; the
table. A new verb without a line, a line without a verb and a page without a declaration each fail here.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from itertools import combinations

import pytest

from prakerja.access.permissions import (
    EVERYBODY,
    INCOMPATIBLE,
    OPERATORS_ONLY,
    PERMISSIONS,
    PREPARES,
    RELEASES,
    ROLES,
    allows,
    incompatible,
)
from prakerja.access.permitting import DECLARED
from prakerja.console.site import site
from tests.house.source import PACKAGE, dotted, python, shown
from tests.house.test_routes import probe

# Functions that take an actor and are no verbs of operators: the question itself, and one's own account.
NOT_ASKED = {
    "access.permitting.require",
    "access.operators.change_password",
    "access.sessions.end_session",
    "access.sessions.end_other_sessions",
}


def _functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in python():
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield f"{module}.{node.name}", node


def acting_functions() -> dict[str, str]:
    """Public functions with an `actor: Actor`, and the verb that each declares ("" for none).

    What needs somebody else's transaction is no verb but a part of one, or of a partner's own signed call.
    """
    found = {}
    for name, node in _functions():
        arguments = [*node.args.args, *node.args.kwonlyargs]
        takes = any(
            one.arg == "actor" and one.annotation is not None and dotted(one.annotation) == "Actor" for one in arguments
        )
        is_part = any(dotted(one) == "requires_transaction" for one in node.decorator_list)
        if not takes or is_part or node.name.startswith("_"):
            continue
        verbs = [
            str(one.args[0].value)
            for one in node.decorator_list
            if isinstance(one, ast.Call) and dotted(one.func) == "permitted" and isinstance(one.args[0], ast.Constant)
        ]
        found[name] = verbs[0] if verbs else ""
    return found


def test_every_verb_that_takes_an_actor_asks_the_table() -> None:
    unasked = {name for name, verb in acting_functions().items() if not verb and name not in NOT_ASKED}
    assert unasked == set()


def test_nobody_who_acts_is_a_string() -> None:
    """`operator: str` or `actor_id: str` lets a door write down any name."""
    names = {"actor", "operator", "signer", "actor_id", "actor_kind"}
    found = {
        f"{name}({one.arg})"
        for name, node in _functions()
        for one in [*node.args.args, *node.args.kwonlyargs]
        if one.arg in names and one.annotation is not None and dotted(one.annotation) == "str"
    }
    assert found == set()


def test_the_exceptions_exist() -> None:
    assert NOT_ASKED - set(acting_functions()) == set()


def declared() -> set[str]:
    """Every verb that an operation or a page declares, wherever it stands."""
    for path in python():
        if "permitted(" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(("prakerja", *path.relative_to(PACKAGE).with_suffix("").parts)))
    return set(DECLARED)


def test_the_table_and_the_verbs_are_the_same() -> None:
    in_pages = {route["verb"] for route in probe("console") if route["verb"]}
    assert in_pages - set(PERMISSIONS) == set()
    assert declared() ^ set(PERMISSIONS) == set()


def test_the_table_knows_only_roles_that_exist() -> None:
    assert {role for roles in PERMISSIONS.values() for role in roles} == EVERYBODY == set(ROLES)
    assert [verb for verb, roles in PERMISSIONS.items() if not roles] == []
    assert (PREPARES | RELEASES | OPERATORS_ONLY) - set(PERMISSIONS) == set()


def test_nobody_both_prepares_and_releases_money() -> None:
    """Whatever roles one may hold together, their verbs never hold both sides, nor two of the three signatures."""
    free = [
        frozenset(roles)
        for size in range(1, len(ROLES) + 1)
        for roles in combinations(ROLES, size)
        if not incompatible(frozenset(roles))
    ]
    assert len(free) > len(ROLES)
    for roles in free:
        verbs = {verb for verb in PERMISSIONS if allows(roles=roles, verb=verb)}
        assert not (verbs & PREPARES and verbs & RELEASES), roles
        assert len(verbs & OPERATORS_ONLY) <= 1, roles
        assert not ("operator.manage" in verbs and verbs & (PREPARES | RELEASES)), roles


def test_a_pair_is_two_roles_that_exist() -> None:
    assert all(len(pair) == 2 and pair <= EVERYBODY for pair in INCOMPATIBLE)


def test_every_page_that_acts_or_reveals_names_its_verb() -> None:
    pages = {route["name"]: (route["allowed"], route["verb"]) for route in probe("console")}
    acting = {name: verb for name, (kind, verb) in pages.items() if kind in ("act", "reveal")}
    assert acting["console_retry"] == "payment.retry"
    assert {name for name, verb in acting.items() if not verb} == set()


@pytest.mark.parametrize("model", list(site._registry), ids=lambda model: model._meta.label)
def test_browsing_asks_too(model: type, rf: object) -> None:
    """No model of the site decides by itself who may see it."""
    admin = site._registry[model]
    owner = next(one for one in type(admin).__mro__ if "has_view_permission" in vars(one))
    assert owner.__module__ == "prakerja.console.site"


def test_what_unseals_for_the_console_is_a_declared_verb() -> None:
    """The console opens nothing itself: what it shows of a person that is sealed, a verb hands over and writes down."""
    opening = {"unseal", "person_id_by_contact", "card_number", "open_card_number"}
    found = [
        f"{shown(path)}:{node.lineno} {node.attr if isinstance(node, ast.Attribute) else node.id}"
        for path in python(below=PACKAGE / "console")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Name) and node.id in opening)
        or (isinstance(node, ast.Attribute) and node.attr in opening)
    ]
    assert found == []
