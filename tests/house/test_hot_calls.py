"""The rules of hot calls (docs/architecture.md, "Hot calls"; ADR 0006)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prakerja.kernel.db import row
from prakerja.kernel.functions import function_name, function_parameters, hot_call_files, sha256_of
from prakerja.kernel.hot_calls import HotCall
from tests.house.owners import sql_writes, texts
from tests.house.source import PACKAGE, context_of, files, python, shown

HOT_CALLS = hot_call_files()


def _comment(path: Path) -> str:
    """The comment at the head of a file, as one line of text."""
    lines = []
    for line in path.read_text().splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)


def _body(path: Path) -> str:
    """The statements: no comments, no texts."""
    text = re.sub(r"--[^\n]*", "", path.read_text())
    return re.sub(r"'[^']*'", "''", text)


def _declared(path: Path) -> set[str]:
    """Tables of the sentence `Writes: a, b, c.column …` up to the ADR that allows it."""
    found = re.search(r"Writes: (.*?)\(ADR 0006\)", _comment(path))
    return set(re.findall(r"\b([a-z]+_[a-z]+)\b", found.group(1))) if found else set()


def _written(path: Path) -> set[str]:
    return {table for _, table in sql_writes(_body(path))}


def test_the_hot_calls_are_known() -> None:
    """A new one is a decision: it writes other contexts' tables."""
    assert {function_name(path) for path in HOT_CALLS} == {
        "authorise",
        "check_purchase",
        "join_wave",
        "owe_survey",
        "redeem",
        "redeem_on_page",
        "send_otp",
        "withdraw_award",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("path", HOT_CALLS, ids=shown)
def test_the_installed_function_is_the_file(path: Path) -> None:
    """An edited file without a migration would work on the author's machine only."""
    found = row("SELECT obj_description(to_regproc(%s), 'pg_proc')", [function_name(path)])
    assert found == (f"sha256:{sha256_of(path)}",), f"{shown(path)} was edited: add a migration that installs it"


@pytest.mark.django_db
def test_nothing_else_is_installed() -> None:
    """Functions of ours in the database are hot calls or the guards of a migration."""
    found = row(
        "SELECT array_to_string(array_agg(proname::text ORDER BY proname), ' ') FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND prorettype <> 'trigger'::regtype"
    )
    assert found is not None
    assert found[0].split() == sorted(function_name(path) for path in HOT_CALLS)


@pytest.mark.parametrize("path", HOT_CALLS, ids=shown)
def test_the_head_comment_lists_the_tables_that_are_written(path: Path) -> None:
    assert _declared(path) == _written(path)
    if not _written(path):
        assert "writes nothing" in _comment(path)


def test_a_hot_call_is_called_by_its_own_package() -> None:
    """It writes others' tables, so whoever calls it from elsewhere would write them unseen (docs/architecture.md, "Owners")."""
    owners = {function_name(path): context_of(path) for path in HOT_CALLS}
    strangers = [
        f"{shown(path)}:{line} {name}"
        for path in python()
        for line, text in texts(path)
        for name, owner in owners.items()
        if (re.search(rf"\b{name}\(", text) or text.endswith(f"{name}.sql")) and context_of(path) != owner
    ]
    assert strangers == []


def test_a_hot_call_is_called_with_names() -> None:
    """Twenty values in a row of places: two ids that change theirs are found by nobody (`kernel.hot_calls.HotCall`)."""
    by_place = [
        f"{shown(path)}:{line}"
        for path in python()
        for line, text in texts(path)
        for name in map(function_name, HOT_CALLS)
        if re.search(rf"\b{name}\((?!p_)", text)
    ]
    assert by_place == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", HOT_CALLS, ids=shown)
def test_the_names_of_a_file_are_those_of_the_installed_function(path: Path) -> None:
    found = row(
        "SELECT array_to_string(proargnames[1:pronargs], ' ') FROM pg_proc WHERE proname = %s", [function_name(path)]
    )
    assert found == (" ".join(function_parameters(path)),)


@pytest.mark.parametrize("path", [path for path in HOT_CALLS if function_name(path) != "check_purchase"], ids=shown)
def test_a_value_that_is_missing_or_unknown_is_refused_before_anything_is_asked(path: Path) -> None:
    """No database is there in this test: whoever asks it fails otherwise."""
    call = HotCall(path)
    values: dict[str, object] = dict.fromkeys(name.removeprefix("p_") for name in function_parameters(path))
    with pytest.raises(TypeError, match="needs person_id"):
        call(**{name: value for name, value in values.items() if name != "person_id"})
    with pytest.raises(TypeError, match="takes no colour"):
        call(**values, colour="red")


@pytest.mark.parametrize("path", HOT_CALLS, ids=shown)
def test_instants_and_chance_come_in_as_parameters(path: Path) -> None:
    forbidden = r"\b(now|random|clock_timestamp|gen_random_uuid|nextval|uuidv7)\s*\(|\bCURRENT_\w+|\bLOCALTIME\w*"
    assert re.findall(forbidden, _body(path), re.I) == []


@pytest.mark.parametrize("path", HOT_CALLS, ids=shown)
def test_a_refusal_is_a_returned_reason(path: Path) -> None:
    """An EXCEPTION block opens a subtransaction per call; a RAISE undoes the counted wrong OTP."""
    assert re.findall(r"\b(EXCEPTION|RAISE|ASSERT)\b", _body(path), re.I) == []


@pytest.mark.parametrize("path", HOT_CALLS, ids=shown)
def test_locks_leave_foreign_key_checks_alone(path: Path) -> None:
    """Plain FOR UPDATE blocks every other session that only checks a foreign key to the row."""
    assert re.findall(r"\bFOR\s+(?:UPDATE|SHARE)\b", _body(path), re.I) == []


def test_other_sql_files_only_read() -> None:
    readers = [path for path in files(".sql", below=PACKAGE) if path not in HOT_CALLS]
    assert {shown(path): _written(path) for path in readers if _written(path)} == {}
