"""Migrations: complete, in one line, and named after what they do."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations import AddIndex, CreateModel, RunSQL
from django.db.migrations.loader import MigrationLoader

from tools import migrations as tool


def _ours() -> dict[tuple[str, str], object]:
    loader = MigrationLoader(None)
    return {key: found for key, found in loader.disk_migrations.items() if found.__module__.startswith("prakerja.")}


@pytest.mark.django_db
def test_the_models_are_what_the_migrations_make() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_no_two_migrations_continue_the_same_one() -> None:
    assert MigrationLoader(None).detect_conflicts() == {}


def test_migrations_are_numbered_without_gaps() -> None:
    numbers: dict[str, list[int]] = {}
    for app, name in sorted(_ours()):
        numbers.setdefault(app, []).append(int(name[:4]))
    assert {app: found for app, found in numbers.items() if found != list(range(1, len(found) + 1))} == {}


def test_migrations_say_what_they_do() -> None:
    """`0002_auto_20210917` or `0002_alter_award_x_and_more` tells a reader nothing."""
    silent = [f"{app}.{name}" for app, name in _ours() if re.search(r"_auto_|_and_more|_migration$", name)]
    assert silent == []


# Beside doors that sell ------------------------------------------------------------------------------------------

# Released before the rule; `prakerja migrate` builds their indexes beforehand where the table is large (kernel/migrating.py).
BEFORE_THE_RULE = {
    "awards.0006_due_instants_are_stored",
    "catalogue.0006_words_of_courses",
    "disbursements.0002_asking",
    "disbursements.0006_payers_and_discrepancies",
    "intake.0007_joining_a_wave",
    "notifications.0002_outbox_holds_claimed_messages",
    "notifications.0003_one_time_passwords_first",
    "purchases.0003_search_by_platform_and_date",
    "surveys.0002_announcements",
    "training.0003_announcements_and_report_claims",
    "vouchers.0002_search_by_institution_and_date",
    "wallets.0002_open_wallets",
    "wallets.0004_swept_in_order",
}


def test_an_index_of_a_table_that_people_fill_is_built_beside_what_goes_on() -> None:
    """`AddIndexConcurrently` in a migration of its own: a plain one keeps everybody from writing there until it is built."""
    found = set()
    for (app, name), migration in _ours().items():
        operations = migration.operations  # type: ignore[attr-defined]
        made = {operation.name.lower() for operation in operations if isinstance(operation, CreateModel)}
        for operation in operations:
            if type(operation) is AddIndex and operation.model_name.lower() not in made and _is_filled(app, operation):
                found.add(f"{app}.{name}")
            if isinstance(operation, RunSQL) and _builds_under_a_lock(operation):
                found.add(f"{app}.{name}")
    assert found - BEFORE_THE_RULE == set()
    assert BEFORE_THE_RULE - found == set()


def _is_filled(app: str, operation: AddIndex) -> bool:
    """Whether its table has a row or more for each person, or each purchase of theirs."""
    try:
        fields = {field.name for field in apps.get_model(app, operation.model_name)._meta.get_fields()}
    except LookupError:
        return False
    return bool(fields & {"person", "person_id"})


def _builds_under_a_lock(operation: RunSQL) -> bool:
    text = " ".join(operation.sql) if isinstance(operation.sql, list | tuple) else str(operation.sql)
    return re.search(r"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)", text) is not None


# A database that ran a migration never runs it again ---------------------------------------------------------------

FIRST = "src/prakerja/ledger/migrations/0001_initial.py"


def test_no_migration_changed_after_it_was_recorded() -> None:
    """A fresh clone has the list, whatever it knows of history."""
    assert tool.check(tool.ROOT) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The list and the migrations without any history."""
    for path in [tool.LIST.as_posix(), *tool.on_disk(tool.ROOT)]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tool.ROOT / path, tmp_path / path)
    return tmp_path


def _edit(path: Path) -> None:
    path.write_text(path.read_text() + "# only a comment\n")


def _rename(path: Path) -> None:
    path.rename(path.with_name("0001_begin.py"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [(_edit, "edited"), (_rename, "renamed or removed"), (Path.unlink, "renamed or removed")],
    ids=["edited", "renamed", "removed"],
)
def test_a_recorded_migration_is_left_alone(
    copy: Path, change: Callable[[Path], None], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither does recording again help: the list stays as it was."""
    assert tool.main(["check"], root=copy) == 0
    before = (copy / tool.LIST).read_bytes()
    change(copy / FIRST)
    for verb in ("check", "record"):
        assert tool.main([verb], root=copy) == 1
        assert f"{FIRST} was {sentence} after it was recorded" in capsys.readouterr().out
    assert (copy / tool.LIST).read_bytes() == before


def test_a_new_migration_is_recorded_and_no_line_changes(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = "src/prakerja/ledger/migrations/0099_new.py"
    before = (copy / tool.LIST).read_text().splitlines()
    shutil.copy(copy / FIRST, copy / new)
    assert tool.main(["check"], root=copy) == 1
    assert f"{new} is not in" in capsys.readouterr().out
    assert tool.main(["record"], root=copy) == 0
    assert tool.main(["check"], root=copy) == 0
    after = (copy / tool.LIST).read_text().splitlines()
    assert [line for line in after if line not in before] == [f"{tool.on_disk(copy)[new]}  {new}"]
    assert set(before) < set(after)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not on this machine")
def test_a_rewritten_list_is_found_by_the_history(copy: Path) -> None:
    """On a branch against main, and on main against the commit before."""

    def git(*arguments: str) -> None:
        name = ("-c", "user.name=t", "-c", "user.email=t@contoh.example", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(copy), *name, *arguments], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "Begin")
    assert tool.check(copy) == []
    git("checkout", "-qb", "work")
    _edit(copy / FIRST)
    (copy / tool.LIST).unlink()
    (told,) = tool.record(copy)
    assert told.startswith(f"{FIRST} was edited since main")
    # Rewritten by hand, and committed on a branch and on main.
    rewritten = "".join(f"{sha256}  {path}\n" for path, sha256 in tool.on_disk(copy).items())
    (copy / tool.LIST).write_text(rewritten)
    git("commit", "-qam", "Rewrite")
    assert [told[:-10] for told in tool.check(copy)] == [f"{FIRST} was edited since main"]
    git("checkout", "-q", "main")
    git("merge", "-q", "work")
    assert [told[:-10] for told in tool.check(copy)] == [f"{FIRST} was edited since main"]
