"""What was typed into a form whose session had ended, or whose secret another tab had changed: given back, not sent.

It is kept sealed in the browser's session for an hour and shown again by the form's own page. Only the person who signed in
with this browser last gets it back: phones are shared. Nothing happens by itself; the button has to be pressed once more.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import tink
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve

from prakerja.access.sign_in_codes import Asker, mark_of
from prakerja.kernel.secrets import keys, place
from prakerja.portal.browsers import asker_of, last_mark

SESSION_DRAFT = "draft"
LONGEST = 20_000
# Neither secrets of forms nor of people: they are asked for again.
_NOT_KEPT = ("csrfmiddlewaretoken", "otp")
V = TypeVar("V", bound=Callable[..., object])


class Draft(msgspec.Struct, frozen=True):
    """A form: the address that it was sent to, its fields, and the mark of whoever signed in with the browser last."""

    path: str
    fields: list[tuple[str, str]]
    mark: str


def keeps_typed(view: V) -> V:
    """Declare a page whose form is filled again with what was typed (`typed_before`)."""
    view.keeps_typed = True  # type: ignore[attr-defined]
    return view


def keep(request: HttpRequest, *, person_id: uuid.UUID | None = None) -> bool:
    """Keep the form of this POST, if its page gives it back and we know in whose browser it was typed."""
    asker = asker_of(request)
    mark = mark_of(person_id=person_id, browser=asker.browser) if person_id else last_mark(asker)
    if not mark or not _is_kept(request):
        return False
    fields = [
        (name, value) for name, values in request.POST.lists() if name not in _NOT_KEPT for value in map(str, values)
    ]
    text = msgspec.json.encode(Draft(request.path, fields, mark)).decode()
    if len(text) > LONGEST:
        return False
    request.session[SESSION_DRAFT] = base64.b64encode(keys().seal_token(text, place(**_place(asker)))).decode()
    return True


def of_person(request: HttpRequest, *, person_id: uuid.UUID) -> str:
    """The draft of this browser as its session keeps it, if this person typed it; "" otherwise."""
    draft, asker = _read(request), asker_of(request)
    is_theirs = draft is not None and draft.mark == mark_of(person_id=person_id, browser=asker.browser)
    return str(request.session[SESSION_DRAFT]) if is_theirs else ""


def give_back(request: HttpRequest) -> None:
    """Fill the form of this page with what was typed. It stays until the form is sent, so a reload loses nothing."""
    if SESSION_DRAFT not in request.session:
        return
    draft = _read(request)
    if draft is None or draft.path != request.path:
        return
    if request.method == "POST":
        del request.session[SESSION_DRAFT]
    elif request.method == "GET":
        typed = QueryDict(mutable=True)
        for name, value in draft.fields:
            typed.appendlist(name, value)
        request.POST = typed  # type: ignore[assignment]
        request.is_given_back = True  # type: ignore[attr-defined]


def is_given_back(request: HttpRequest) -> bool:
    """Whether `request.POST` of this GET holds what was typed before, to be shown and not acted upon."""
    return bool(getattr(request, "is_given_back", False))


def _is_kept(request: HttpRequest) -> bool:
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return False
    return bool(getattr(found.func, "keeps_typed", False))


def _read(request: HttpRequest) -> Draft | None:
    try:
        sealed = base64.b64decode(str(request.session.get(SESSION_DRAFT, "")))
        return msgspec.json.decode(keys().unseal_token(sealed, place(**_place(asker_of(request)))), type=Draft)
    except (ValueError, tink.TinkError, msgspec.MsgspecError):
        return None


def _place(asker: Asker) -> dict[str, Any]:
    return {"table": "portal_session", "column": "draft", "row_id": uuid.UUID(asker.browser)}
