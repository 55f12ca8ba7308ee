"""What the programme has told this person on the dashboard."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from prakerja.kernel import clock
from prakerja.notifications.inbox import open_inbox
from prakerja.people.queries import province_of
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import page, participant


@participant
@require_safe
def messages(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Newest first; looking at them marks them as read."""
    province_code = province_of(person_id=person_id)
    shown = open_inbox(person_id=person_id, language=language(), province_code=province_code, at=clock.now())
    return page(request, "messages", section="messages", messages=shown)
