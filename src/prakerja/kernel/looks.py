"""When something falls due next: questions to the database, and what follows from their answers (a look).

A look is called like any function, and asks its questions one by one. Whoever wants to know of all tasks at once asks all their
questions in one statement (`look_at_all`): a moving clock does so at every instant, and would spend half its time on asking.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import QuerySet

from prakerja.kernel.db import row

Parameters = Sequence[Any] | Mapping[str, Any]
_PLACE = re.compile(r"%(?:\((\w+)\)s|s|%)")


class Question:
    """A statement of one column; its first row's value is the answer, None when there is no row.

    The statement is the same each time in a process. `parameters` are too, or a function that says them when they are needed.
    """

    def __init__(self, sql: Callable[[], str] | str, parameters: Parameters | Callable[[], Parameters] = ()) -> None:
        self._sql = sql
        self._parameters = parameters

    def statement(self) -> tuple[str, Parameters]:
        sql = self._sql if isinstance(self._sql, str) else self._sql()
        return sql, self._parameters() if callable(self._parameters) else self._parameters

    def __call__(self) -> Any:
        found = row(*self.statement())
        return None if found is None else found[0]


class Look:
    """The next instant that follows from the answers to some questions, which `reckon` is given in their order."""

    def __init__(self, reckon: Callable[..., datetime | None], questions: Sequence[Question]) -> None:
        self.reckon = reckon
        self.questions = questions

    def __call__(self) -> datetime | None:
        return self.reckon(*(question() for question in self.questions))


def follows_from(*questions: Question) -> Callable[[Callable[..., datetime | None]], Look]:
    """Make of a function of answers the look that asks for them."""
    return lambda reckon: Look(reckon, questions)


def first_of(query: Callable[[], QuerySet[Any, Any]]) -> Question:
    """What a query's first row says in its only column.

    The statement is written once in a process: looks are made without end, and Django takes ten times as long to write one as
    PostgreSQL to answer it. So the query must be the same each time.
    """

    @cache
    def statement() -> tuple[str, tuple[Any, ...]]:
        sql, parameters = query()[:1].query.sql_with_params()
        return sql, parameters

    return Question(lambda: statement()[0], lambda: statement()[1])


def least_of(sql: str, parameters: Parameters | Callable[[], Parameters] = ()) -> Question:
    """The least instant that a statement of (person_id, id, due_at) yields, found by an index on the instant if any."""
    return Question(f"SELECT due_at FROM ({sql}) waiting ORDER BY due_at LIMIT 1", parameters)


def look_at_all(looks: Sequence[Callable[[], datetime | None]]) -> list[datetime | None]:
    """What each look finds, in their order: one statement for all that ask questions, then whatever is no look but a function."""
    asked = [_questions(look) for look in looks]
    answers = iter(_answers([question for questions in asked for question in questions]))
    found: list[datetime | None] = []
    for look, questions in zip(looks, asked, strict=True):
        if not questions:
            found.append(look())
            continue
        given = [next(answers) for _ in questions]
        found.append(look.reckon(*given) if isinstance(look, Look) else given[0])
    return found


def _questions(look: Callable[[], datetime | None]) -> Sequence[Question]:
    if isinstance(look, Question):
        return (look,)
    return look.questions if isinstance(look, Look) else ()


def _answers(questions: Sequence[Question]) -> Sequence[Any]:
    """What each question's statement answers, all of them asked in one."""
    statements = [question.statement() for question in questions]
    given: list[Any] = []
    for sql, parameters in statements:
        given += [parameters[name] for name in _names(sql)] if isinstance(parameters, Mapping) else parameters
    found = row(_together(tuple(sql for sql, _ in statements)), given) if statements else ()
    return found or ()


@cache
def _names(sql: str) -> list[str]:
    """The parameters of a statement in the order in which it needs them."""
    return [place[1] for place in _PLACE.finditer(sql) if place[1]]


@cache
def _together(statements: tuple[str, ...]) -> str:
    """One statement with a column for each of these, whose parameters are given by their places."""
    asked = (_PLACE.sub(lambda place: "%%" if place[0] == "%%" else "%s", sql) for sql in statements)
    return "SELECT " + ",\n".join(f"({sql})" for sql in asked)
