"""Where I am signed in: phones are shared, borrowed and lost."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from prakerja.access import sessions
from prakerja.access.actors import Actor
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.portal.pages import page, participant, pressed_on, safe_next, session_ends_in, take_notice, with_notice
from prakerja.portal.texts import NOTICES

DOOR = "portal"


@participant
@require_safe
def own_sessions(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """The browsers that are signed in as me, this one first."""
    found = sessions.sessions_of(door=DOOR, owner=person_id, key=str(request.session.session_key))
    return page(
        request,
        "sessions",
        section="",
        notice=NOTICES.get(take_notice(request), ""),
        sessions=sorted(found, key=lambda one: not one.is_this),
        other=_("Peramban lain"),
    )


@participant
@pressed_on("portal:sessions")
def end_session(request: HttpRequest, person_id: uuid.UUID, session_id: uuid.UUID) -> HttpResponse:
    """End one of them; it is enough that it is over."""
    try:
        sessions.end_session(
            door=DOOR, owner=person_id, session_id=session_id, actor=Actor.participant(person_id), at=clock.now()
        )
    except Refused:
        return with_notice(request, "session_over", "portal:sessions")
    return with_notice(request, "session_ended", "portal:sessions")


@participant
@pressed_on("portal:sessions")
def end_other_sessions(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """End all but this one."""
    sessions.end_other_sessions(
        door=DOOR,
        owner=person_id,
        key=str(request.session.session_key),
        actor=Actor.participant(person_id),
        at=clock.now(),
    )
    return with_notice(request, "sessions_ended", "portal:sessions")


@participant
@pressed_on("portal:dashboard")
def keep_session(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Somebody is still there: the idle time begins anew."""
    return goes_on(request, reverse("portal:dashboard"))


def goes_on(request: HttpRequest, fallback: str) -> HttpResponse:
    """The session lasts anew. A script gets the seconds that it lasts, a form its page again."""
    request.session.modified = True
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(str(session_ends_in(request)), content_type="text/plain")
    return redirect(safe_next(request, request.headers.get("Referer", ""), fallback))
