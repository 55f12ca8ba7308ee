"""What I take along: dates for my calendar, and the receipt of a payment, as a page and as a file."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from prakerja.kernel import clock, dates
from prakerja.kernel.icalendar import CONTENT_TYPE, Event, calendar_file
from prakerja.portal.calendar import calendar_of, of_purchase
from prakerja.portal.formats import rupiah
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import page, participant
from prakerja.portal.papers import paper
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


@participant
@require_safe
def receipt_file(request: HttpRequest, person_id: uuid.UUID, purchase_id: uuid.UUID) -> HttpResponse:
    """The same as a PDF to keep or to send."""
    board, item = bought(person_id, purchase_id)
    warning = ""
    if item.voided_at is not None:
        warning = _("Pembelian ini dibatalkan pada %(when)s.") % {"when": dates.instant(item.voided_at)}
    facts = [
        (_("Pembeli"), board.name),
        (_("Pelatihan"), item.course_title),
        (_("Lembaga pelatihan"), item.institution_name),
        (_("Platform"), item.platform_name),
        (_("Waktu"), dates.instant(item.authorised_at)),
        (_("Nomor transaksi"), item.reference),
        (_("Kode invoice platform"), item.invoice_code),
        (_("Cara bayar"), _("Saldo pelatihan Kartu Prakerja")),
        (_("Dibayar"), rupiah(item.amount)),
    ]
    data = {
        "title": _("Bukti pembayaran"),
        "language": language(),
        "warning": warning,
        "facts": facts,
        "words": _("Dibayar dari dana pelatihan program. Bukan uang Anda sendiri dan tidak dapat diuangkan."),
        "demo": demo_words(),
    }
    return pdf(paper(sheet="receipt", data=data), "bukti-prakerja")


def demo_words() -> str:
    """What a paper of a demo says, so that nobody takes it for a real one."""
    return _("Demo, bukan situs resmi; jangan masukkan data asli.") if settings.IS_DEMO else ""


def pdf(file: bytes, name: str) -> HttpResponse:
    """A paper to keep."""
    answer = HttpResponse(file, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer


def bought(person_id: uuid.UUID, purchase_id: uuid.UUID) -> tuple[Dashboard, Purchase]:
    """A purchase of this person; anybody else's is simply not there."""
    board = read_dashboard(person_id=person_id, transactions=ALL)
    found = next((item for item in board.purchases if item.id == purchase_id), None)
    if found is None:
        raise Http404
    return board, found
