"""Rows that are read by COPY: whoever fails in the middle hears of it, and the connection goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from prakerja.kernel.db import copied_out, row, transaction

pytestmark = pytest.mark.django_db(transaction=True)
MANY = "SELECT i::text FROM generate_series(1, 100000) i"


def test_one_query_after_the_other() -> None:
    with transaction(), copied_out(["SELECT 'a'", "SELECT 'é' WHERE false", MANY]) as lines:
        assert [next(lines), next(lines)] == [b"a", b"1"]
        assert sum(1 for _ in lines) == 99_999


@pytest.mark.parametrize("read", [0, 1, 50_000, 100_000])
def test_who_fails_in_the_middle_is_rolled_back_and_hears_of_it(read: int) -> None:
    """Until a block ended the COPY, the ROLLBACK waited for ever."""

    def fail() -> None:
        with transaction():
            row("SELECT set_config('prakerja.half', 'done', false)")
            with copied_out([MANY]) as lines:
                for number, _ in enumerate(lines, 1):
                    if number > read:
                        break
                raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space") as told:
        fail()
    # The error still holds every frame that it passed.
    assert told.traceback
    assert row("SELECT coalesce(current_setting('prakerja.half', true), '')") == ("",)
    assert connection.get_autocommit()


def test_nobody_else_of_ours_leaves_a_copy_open() -> None:
    """A COPY that is read elsewhere would have to be ended before its reader fails, which only a block sees to."""
    package = Path(__file__).parents[2] / "src" / "prakerja"
    assert [one.name for one in package.rglob("*.py") if "TO STDOUT" in one.read_text()] == ["db.py"]
