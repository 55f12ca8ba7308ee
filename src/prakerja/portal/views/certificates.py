"""Certificates: mine to read, print and show to others by a link; and what whoever has the link can check."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from prakerja.kernel import clock, dates
from prakerja.kernel.errors import Refused
from prakerja.kernel.qr import qr_drawing, qr_image
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import anyone, page, participant, pressed_on, take_notice, with_notice
from prakerja.portal.papers import paper
from prakerja.portal.texts import CERTIFICATE, NOTICES
from prakerja.portal.views.purchases import ALL
from prakerja.portal.views.taking import demo_words, pdf
from prakerja.reporting.dashboard import Certificate, Dashboard, Purchase
from prakerja.reporting.queries import dashboard as read_dashboard
from prakerja.training.operations import share_certificate, unshare_certificate
from prakerja.training.sharing import TOKEN_LENGTH, shared_certificate, shares_of


@participant
@require_safe
def certificates(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """All of them, the newest training first."""
    board = read_dashboard(person_id=person_id, transactions=ALL)
    return page(
        request,
        "certificates",
        section="purchases",
        board=board,
        at=clock.now(),
        found=[(item, one) for item in board.purchases if item.completion for one in item.completion.certificates],
        certificate_words=CERTIFICATE,
    )


@participant
@require_safe
def certificate(request: HttpRequest, person_id: uuid.UUID, certificate_id: uuid.UUID) -> HttpResponse:
    """One of mine, as a page that prints on one sheet, with its link while one is open."""
    board, item, one = _own(person_id, certificate_id)
    shared = shares_of(person_id=person_id).get(certificate_id)
    address = _address(request, shared.token) if shared is not None else ""
    return page(
        request,
        "certificate",
        section="purchases",
        notice=NOTICES.get(take_notice(request), ""),
        board=board,
        item=item,
        certificate=one,
        certificate_words=CERTIFICATE,
        shared=shared,
        address=address,
        qr=qr_image(address) if address else "",
    )


@participant
@require_safe
def certificate_file(request: HttpRequest, person_id: uuid.UUID, certificate_id: uuid.UUID) -> HttpResponse:
    """The same as a PDF; with the QR code of its link while one is open."""
    board, item, one = _own(person_id, certificate_id)
    shared = shares_of(person_id=person_id).get(certificate_id)
    address = _address(request, shared.token) if shared is not None else ""
    assert item.completion is not None
    day, score = dates.day(item.completion.completed_date), item.completion.score
    data = {
        "title": str(CERTIFICATE.get(one.kind, one.kind)),
        "language": language(),
        "institution": item.institution_name,
        "given": _("diberikan kepada"),
        "name": board.name,
        "completed": _("yang menyelesaikan pelatihan"),
        "course": item.course_title,
        "day": day if score is None else f"{day} – {_('Nilai')} {score}",
        "number": f"{_('Nomor:')} {one.number or _('nomor menyusul dari lembaga')}",
        "qr": qr_drawing(address) if address else "",
        "checked_at": address,
        "words": _("Dilaporkan oleh lembaga dan tercatat di Kartu Prakerja."),
        "demo": demo_words(),
    }
    return pdf(paper(sheet="certificate", data=data), "sertifikat-prakerja")


@participant
@pressed_on("portal:certificates")
def share(request: HttpRequest, person_id: uuid.UUID, certificate_id: uuid.UUID) -> HttpResponse:
    """Open a link with what I allow it to show; one that is open ends."""
    try:
        share_certificate(
            person_id=person_id,
            certificate_id=certificate_id,
            shows_name="name" in request.POST.getlist("shows"),
            shows_score="score" in request.POST.getlist("shows"),
            at=clock.now(),
        )
    except Refused as refused:
        if refused.reason == "certificate_unknown":
            raise Http404 from refused
        raise
    return with_notice(request, "certificate_shared", "portal:certificate", certificate_id)


@participant
@pressed_on("portal:certificates")
def unshare(request: HttpRequest, person_id: uuid.UUID, certificate_id: uuid.UUID) -> HttpResponse:
    """Close the link."""
    unshare_certificate(person_id=person_id, certificate_id=certificate_id, at=clock.now())
    return with_notice(request, "certificate_unshared", "portal:certificate", certificate_id)


@anyone
@require_safe
def check(request: HttpRequest, token: str) -> HttpResponse:
    """What a link shows to anybody. One that was closed and one that never was are the same."""
    found = shared_certificate(token=token, at=clock.now()) if len(token) == TOKEN_LENGTH else None
    answer = page(
        request,
        "certificate_check",
        section="",
        status=200 if found is not None else 404,
        found=found,
        certificate_words=CERTIFICATE,
    )
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    add_never_cache_headers(answer)
    return answer


def _own(person_id: uuid.UUID, certificate_id: uuid.UUID) -> tuple[Dashboard, Purchase, Certificate]:
    """A certificate that is shown by now; anybody else's is simply not there."""
    board, at = read_dashboard(person_id=person_id, transactions=ALL), clock.now()
    for item in board.purchases:
        for one in item.completion.certificates if item.completion else ():
            if one.id == certificate_id and one.visible_from <= at:
                return board, item, one
    raise Http404


def _address(request: HttpRequest, token: str) -> str:
    path = reverse("portal:certificate_check", args=[token])
    return settings.PORTAL_URL + path if settings.PORTAL_URL else request.build_absolute_uri(path)
