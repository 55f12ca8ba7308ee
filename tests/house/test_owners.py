"""One table, one writing package (docs/architecture.md, "Owners"). What `ast` cannot see, tests/owner_guard.py does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from django.db import connection

from tests import owner_guard
from tests.house.owners import Found, declared_reads, foreign_models, foreign_reads, foreign_writes, modules, tables
from tests.house.source import PACKAGE, ROOT, context_of, python, shown
from tests.house.test_layers import LAYERS

PEEKING = PACKAGE / "sandbox" / "peeking.py"
# Committed migrations stay as they are. This one moved what the ledger owns when payments got their rails.
PAST = {"disbursements/migrations/0004_money_on_its_way_lies_with_the_rail.py"}


def _in_packages(paths: Iterable[Path], rule: Callable[[Path, str], Iterable[Found]]) -> list[str]:
    return [str(found) for path in paths if path.parent != PACKAGE for found in rule(path, context_of(path))]


def test_a_table_is_named_after_its_package() -> None:
    assert {table: owner for table, owner in tables().items() if not table.startswith(f"{owner}_")} == {}
    assert len(tables()) > 40


def test_the_page_of_owners_lists_every_table() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = page.partition("## Owners")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", section, re.M)
    listed = {f"{owner}_{table}": owner for owner, names in rows for table in names.split(", ")}
    assert listed == dict(tables())


def test_only_the_owner_writes_a_table() -> None:
    present = [path for path in modules() if str(path.relative_to(PACKAGE)) not in PAST]
    assert _in_packages(present, foreign_writes) == []


def test_nobody_imports_anothers_models() -> None:
    """Except the sandbox where it reads what an invented person reads on an invented phone; its docstring says why."""
    others = [path for path in python() if path != PEEKING]
    assert _in_packages(others, foreign_models) == []


def test_a_statement_that_reads_others_tables_stands_in_a_module_that_lists_them() -> None:
    """`Reads: a, b.` in its docstring, as a hot call lists what it writes. `reporting` reads everything; that is its work."""
    wrong = {
        shown(path): {"reads": sorted(reads), "declares": sorted(declared_reads(path))}
        for path in python()
        if path.parent != PACKAGE and (package := context_of(path)) != "reporting"
        if (reads := foreign_reads(path, package)) != declared_reads(path)
    }
    assert wrong == {}


def test_only_tables_below_are_read() -> None:
    """What may not be imported may not be read by SQL either."""
    below = {name: set().union(*LAYERS[place + 1 :]) for place, line in enumerate(LAYERS) for name in line}
    upwards = {
        shown(path): found
        for path in python()
        if path.parent != PACKAGE
        if (
            found := {
                table
                for table in foreign_reads(path, context_of(path))
                if tables()[table] not in below[context_of(path)]
            }
        )
    }
    assert upwards == {}


# A file of a stranger, and what the police say about it.
_PERSON = "from prakerja.people.models import Person\n"
_BROKEN = {
    "manager": (_PERSON + "Person.objects.filter(id=1).update(name='x')", "`update` of people_person"),
    "made": (_PERSON + "def f():\n    Person(name='x').save()", "`save` of people_person"),
    "locked": (
        _PERSON + "def f():\n    Person.objects.select_for_update().get()",
        "`select_for_update` of people_person",
    ),
    "annotated": (_PERSON + "def f(person: Person):\n    person.save()", "`save` of people_person"),
    "looped": (
        _PERSON + "def f():\n    for p in Person.objects.all():\n        p.delete()",
        "`delete` of people_person",
    ),
    "copied": (
        _PERSON
        + "from prakerja.kernel.db import copy_in\ndef f():\n    made = []\n    made.append(Person())\n    copy_in(made)",
        "`copy_in` of people_person",
    ),
    "written back": (
        _PERSON
        + "from prakerja.kernel.db import write_back\ndef f():\n    made = [Person()]\n    write_back(made, 'name')",
        "`write_back` of people_person",
    ),
    "returned by a query": (
        "from prakerja.vouchers import operations\n"
        "def f():\n    found = operations.lock_voucher(person_id=1, voucher_id=2)\n    found.save()",
        "`save` of vouchers_voucher",
    ),
    "through a foreign key": (
        "from prakerja.training.models import Rating\ndef f(rating: Rating):\n    rating.course.save()",
        "`save` of catalogue_course",
    ),
    "unknown": ("def f(row):\n    row.save()", "`save` of a row whose table cannot be told"),
    "sql": ("SQL = 'UPDATE people_person SET name = 1'", "UPDATE of people_person"),
    "sql in pieces": (
        "def f(column):\n    return f'insert into people_person ({column}) values (1)'",
        "INSERT INTO of people_person",
    ),
    "merge": (
        "SQL = 'MERGE INTO people_person p USING x ON true WHEN MATCHED THEN DELETE'",
        "MERGE INTO of people_person",
    ),
    "copy": ("SQL = 'COPY people_person FROM STDIN'", "COPY of people_person"),
    "filled in": ("def f(table):\n    return f'DELETE FROM {table}'", "DELETE FROM of a table that is filled in"),
    "locking sql": (
        "SQL = 'SELECT 1 FROM people_person p JOIN training_rating r ON true FOR NO KEY UPDATE OF p'",
        "lock of people_person",
    ),
    "migration": (
        "def forwards(apps, editor):\n    apps.get_model('people', 'Person').objects.all().delete()",
        "`delete` of people_person",
    ),
}


@pytest.mark.parametrize("name", _BROKEN)
def test_a_stranger_who_writes_is_found(name: str, tmp_path: Path) -> None:
    source, said = _BROKEN[name]
    path = tmp_path / "training" / "stranger.py"
    path.parent.mkdir()
    path.write_text(source)
    found = [str(one) for one in foreign_writes(path, "training")]
    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.django_db
def test_a_statement_made_up_at_run_time_is_seen() -> None:
    """What no reading of the source can tell: the guard of every test looks at who runs it."""
    stranger = {"__name__": "prakerja.training.stranger", "cursor": connection.cursor()}
    exec("cursor.execute(' '.join(['UPDATE', 'people_' + 'person', 'SET name = 1 WHERE false']))", stranger)  # noqa: S102
    assert owner_guard.forget() == ["UPDATE people_person: owner people, writer training"]
    owner = {"__name__": "prakerja.people.verb", "cursor": connection.cursor()}
    exec("cursor.execute('UPDATE people_person SET name = 1 WHERE false')", owner)  # noqa: S102
    assert owner_guard.forget() == []
