"""What the programme has told this person on the dashboard."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from prakerja.kernel import clock
from prakerja.notifications.inbox import mark_all_read, open_inbox
from prakerja.people.queries import province_of
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import page, participant, pressed_on, take_notice, with_notice
from prakerja.portal.texts import NOTICES

MOST_PAGES = 500


@participant
@require_safe
def messages(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Newest first, twenty to a page; looking at them marks them as read."""
    typed = request.GET.get("halaman", "1")
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:4]) <= MOST_PAGES):
        raise Http404
    only_unread = request.GET.get("isi") == "baru"
    shown, has_older = open_inbox(
        person_id=person_id,
        language=language(),
        province_code=province_of(person_id=person_id),
        at=clock.now(),
        page=int(typed[:4]),
        only_unread=only_unread,
    )
    return page(
        request,
        "messages",
        section="messages",
        notice=NOTICES.get(take_notice(request), ""),
        messages=shown,
        number=int(typed[:4]),
        has_older=has_older,
        only_unread=only_unread,
    )


@participant
@pressed_on("portal:messages")
def read_all(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Nothing is new any more."""
    mark_all_read(person_id=person_id, at=clock.now())
    return with_notice(request, "all_read", "portal:messages")
