"""What stops a command from outside is a sentence and exit code 2, never a traceback."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection

from prakerja.cli.troubles import in_words
from prakerja.kernel.db import rows, transaction
from tests import running
from tests.waiting import LIMIT


def raised(what: Callable[[], object], kind: type[BaseException]) -> str:
    with pytest.raises(kind) as found:
        what()
    return str(in_words(found.value))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("53100", "The disk of the database is full. Make room."),
        ("53300", "The database has run out of resources."),
        ("58030", "The database cannot read or write its files."),
        ("57P01", "The database has stopped, or is starting."),
        ("25006", "The database is read-only."),
    ],
)
def test_the_databases_troubles_are_sentences(code: str, said: str) -> None:
    """Raised by PostgreSQL itself, as it does where a file cannot grow."""

    def work() -> None:
        with transaction():
            rows(f"DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{code}'; END $$")

    words = raised(work, DatabaseError)
    assert said in words
    assert "Nothing counts that this command had not committed yet" in words
    assert words.count("\n") == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_ends_is_a_sentence() -> None:
    def work() -> None:
        rows("SELECT pg_terminate_backend(pg_backend_pid())")
        rows("SELECT 1")

    try:
        assert "database" in raised(work, DatabaseError)
    finally:
        connection.close()


def test_a_full_disk_under_a_file_is_a_sentence() -> None:
    def work() -> None:
        with open("/dev/full", "w") as file:
            file.write("x")

    assert "The disk is full" in raised(work, OSError)


def test_a_fault_of_ours_is_none() -> None:
    assert in_words(ValueError("x")) is None
    assert in_words(FileNotFoundError(2, "No such file", "x")) is None


@pytest.mark.journeys
@pytest.mark.xdist_group("system")
def test_an_answer_that_cannot_be_written_is_told(system: running.System) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*running.COMMAND, "clock", "show", "--data-dir", str(system.data_dir)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=LIMIT,
            env=running.environment(),
        )
    assert done.returncode == 2
    assert "The disk is full" in done.stderr
    assert "Traceback" not in done.stderr
