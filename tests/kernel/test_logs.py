"""A log line names its request and what failed, and never a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from prakerja.kernel.logs import JsonLines, Redact, name_request
from prakerja.kernel.threads import side_by_side


@pytest.fixture
def lines() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger as production's handler writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Redact())
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("prakerja.test_logs")
    logger.addHandler(handler)
    name_request("0123456789abcdef")
    yield logger, written
    name_request("")
    logger.removeHandler(handler)


def told(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_is_one_object_whatever_stands_in_it(lines: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = lines
    logger.warning('two\nlines and a "quote" of %s', "081234567890")
    (line,) = told(written)
    assert line["message"] == 'two\nlines and a "quote" of [number]'
    assert (line["level"], line["request"], line["logger"]) == ("warning", "0123456789abcdef", "prakerja.test_logs")
    assert line["at"].endswith("+00:00")
    assert "error" not in line


@pytest.mark.django_db
def test_an_error_of_a_function_says_where_and_quotes_no_row(lines: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = lines
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION broken_call(text) RETURNS void LANGUAGE plpgsql AS $$\n"
            "BEGIN\n  RAISE EXCEPTION 'card % is wrong', $1 USING ERRCODE = '23514';\nEND $$"
        )
        try:
            with transaction.atomic():
                cursor.execute("SELECT broken_call('8803000000000012')")
        except DatabaseError:
            logger.exception("a call failed")
    (line,) = told(written)
    assert (line["sqlstate"], line["function"], line["error"]) == ("23514", "broken_call:3", "IntegrityError")
    assert line["request"] == "0123456789abcdef"
    assert "8803000000000012" not in written.getvalue()


def test_work_side_by_side_belongs_to_its_request(lines: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = lines
    side_by_side(lambda number: logger.warning("call %d", number), [1, 2], width=2)
    assert {line["request"] for line in told(written)} == {"0123456789abcdef"}
