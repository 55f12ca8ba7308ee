"""The time line: everything that happened to me and my money, with who did it."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from prakerja.notifications.inbox import told_title
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import page, participant
from prakerja.reporting.history import NARROWED, Line, history

# More pages than anybody's life has; an address beyond them is none of ours.
MOST_PAGES = 500
BY = {
    "operator": gettext_lazy("oleh petugas"),
    "partner": gettext_lazy("oleh platform atau lembaga"),
    "participant": gettext_lazy("oleh Anda"),
}


@participant
@require_safe
def time_line(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Newest first, twenty to a page; narrowed by a link."""
    narrowed = request.GET.get("isi", "all")
    typed = request.GET.get("halaman", "1")
    if narrowed not in NARROWED or not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:4]) <= MOST_PAGES):
        raise Http404
    number = int(typed[:4])
    lines, has_older = history(person_id=person_id, narrowed=narrowed, page=number)
    return page(
        request,
        "history",
        section="history",
        lines=[(line, _title(line)) for line in lines],
        by=BY,
        narrowed=narrowed,
        narrowings=NARROWED,
        number=number,
        has_older=has_older,
    )


def _title(line: Line) -> str:
    if line.message_id is None or line.message_enc is None:
        return line.words
    return told_title(message_id=line.message_id, template=line.kind, sealed=line.message_enc, language=language())
