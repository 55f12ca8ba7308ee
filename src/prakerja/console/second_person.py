"""What waits for a second operator, on every page that shows it: who prepared it, what may be done about it, taking it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from prakerja.access.permitting import operator_names
from prakerja.console.pages import may, operator
from prakerja.console.texts import written
from prakerja.kernel.errors import Refused
from prakerja.kernel.second_person import TakingBack, taking_back


class Waiting(Protocol):
    """People are operators' ids, "" for nobody."""

    @property
    def prepared_by(self) -> str: ...
    @property
    def prepared_at(self) -> datetime: ...
    @property
    def back_asked_by(self) -> str: ...


def who_line(request: HttpRequest, one: Waiting, *, page: str, verb: str, args: Sequence[Any]) -> dict[str, str]:
    """Who prepared it and when, who wants it taken back, and where the operator may confirm or take it back ("" where they may not).

    `page` and `verb` are the pages' and the verbs' common beginnings: `console_wave` and `wave`.
    """
    names = operator_names(ids={one.prepared_by, one.back_asked_by} - {""})

    def link(what: str) -> str:
        return reverse(f"{page}_{what}", args=args) if may(request, f"{verb}.{what}") else ""

    return {
        "by": names.get(one.prepared_by, "–"),
        "when": written(one.prepared_at),
        "back_asked_by": names.get(one.back_asked_by, "–") if one.back_asked_by else "",
        "confirm_url": link("confirm"),
        "take_back_url": link("take_back"),
    }


def is_own(request: HttpRequest, one: Waiting) -> bool:
    """Whether they prepared it: somebody else confirms it."""
    return one.prepared_by == operator(request).id


def take_back_form(request: HttpRequest, one: Waiting, **hidden: str) -> dict[str, Any]:
    """What `take_back_form.html` needs; `hidden` is what they read, which the POST brings."""
    what = taking_back(prepared_by=one.prepared_by, asked_by=one.back_asked_by, who=operator(request).id)
    return {"is_alone": what is TakingBack.DONE, "hidden": hidden.items(), "here": request.path}


def take_back_by_page(
    request: HttpRequest, take_back: Callable[[], bool], *, problem: Callable[[Refused], str], done: str, asked: str
) -> None:
    """Take it back, and say what became of it: `done`, or `asked` while a second operator is missing."""
    try:
        is_back = take_back()
    except Refused as refused:
        messages.error(request, problem(refused))
    else:
        messages.success(request, done if is_back else asked)
