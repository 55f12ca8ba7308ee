"""What I take along: dates for my calendar, and the receipt of a payment."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from prakerja.kernel import clock, dates
from prakerja.kernel.icalendar import CONTENT_TYPE, Event, calendar_file
from prakerja.portal.calendar import calendar_of, of_purchase
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import page, participant
from prakerja.portal.views.purchases import ALL
from prakerja.reporting.dashboard import Dashboard, Purchase
from prakerja.reporting.queries import dashboard as read_dashboard


@participant
@require_safe
def own_calendar(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Every date ahead of me."""
    at = clock.now()
    board = read_dashboard(person_id=person_id, transactions=ALL)
    with dates.read_in(board.province_code):
        return _calendar(calendar_of(board=board, at=at))


@participant
@require_safe
def purchase_calendar(request: HttpRequest, person_id: uuid.UUID, purchase_id: uuid.UUID) -> HttpResponse:
    """Those of one purchase."""
    at = clock.now()
    board, item = bought(person_id, purchase_id)
    with dates.read_in(board.province_code):
        return _calendar(of_purchase(board=board, item=item, at=at))


def _calendar(events: Iterable[Event]) -> HttpResponse:
    file = calendar_file(name=_("Kartu Prakerja saya"), events=events, at=clock.now(), language=language())
    answer = HttpResponse(file, content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="prakerja.ics"'
    return answer


@participant
@require_safe
def receipt(request: HttpRequest, person_id: uuid.UUID, purchase_id: uuid.UUID) -> HttpResponse:
    """The receipt as a page that prints on one sheet."""
    board, item = bought(person_id, purchase_id)
    return page(request, "receipt", section="purchases", board=board, item=item, loss=board.loss_of(item))


def bought(person_id: uuid.UUID, purchase_id: uuid.UUID) -> tuple[Dashboard, Purchase]:
    """A purchase of this person; anybody else's is simply not there."""
    board = read_dashboard(person_id=person_id, transactions=ALL)
    found = next((item for item in board.purchases if item.id == purchase_id), None)
    if found is None:
        raise Http404
    return board, found
