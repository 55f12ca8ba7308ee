"""Transactions: the code and how to redeem it, the class, the certificate, the review."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.catalogue.policies import Session
from prakerja.catalogue.queries import sessions_of_class
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.qr import qr_image
from prakerja.portal.drafts import is_given_back, keeps_typed
from prakerja.portal.pages import page, participant, take_notice, typed_text, with_notice
from prakerja.portal.texts import CERTIFICATE, DELIVERY, MODE, NOTICES, VOUCHER_LABELS, sentence
from prakerja.reporting.dashboard import Purchase
from prakerja.reporting.next_action import reason_not_to_buy, review_of
from prakerja.reporting.queries import dashboard as read_dashboard
from prakerja.training.operations import rate_training
from prakerja.training.policies import POST_TEST, fits_way
from prakerja.training.queries import attendance_of
from prakerja.vouchers.states import VOUCHER_STATES

# More trainings than the fund can buy; the list needs no pages.
ALL = 200


@participant
@require_safe
def purchases(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Every transaction, newest first."""
    board = read_dashboard(person_id=person_id, transactions=ALL)
    return page(request, "purchases", section="purchases", board=board, voucher_words=VOUCHER_LABELS, mode_words=MODE)


@participant
@require_safe
def purchase(request: HttpRequest, person_id: uuid.UUID, purchase_id: uuid.UUID) -> HttpResponse:
    """One transaction of this person; anybody else's is simply not there."""
    at = clock.now()
    board = read_dashboard(person_id=person_id, transactions=ALL)
    item = next((item for item in board.purchases if item.id == purchase_id), None)
    if item is None:
        raise Http404
    return page(
        request,
        "purchase",
        section="purchases",
        notice=NOTICES.get(take_notice(request), ""),
        item=item,
        at=at,
        # A code whose hour is over is dead, whether or not the run that writes it down has come by.
        shows_code=item.voucher_status in VOUCHER_STATES.group("LIVE") and not is_over(item, at),
        is_over=is_over(item, at),
        qr=qr_image(item.code) if shows_qr(item) and not is_over(item, at) else "",
        class_address=class_address(item),
        review_state=review_of(purchase=item, award=board.award, at=at) if board.award else "none",
        loss=board.loss_of(item),
        meetings=meetings_of(person_id, item, at),
        why_not=reason_not_to_buy(dashboard=board, at=at),
        board=board,
        voucher_words=VOUCHER_LABELS,
        delivery_words=DELIVERY,
        mode_words=MODE,
        certificate_words=CERTIFICATE,
    )


def meetings_of(
    person_id: uuid.UUID, item: Purchase, at: datetime
) -> list[tuple[str, Session | None, str, datetime | None]]:
    """What the class asks to be attended: its name, its hours, how it stands (there, missed, later), and when it was recorded."""
    if item.status != "succeeded" or item.voucher_status not in VOUCHER_STATES.group("LIVE"):
        return []
    there = attendance_of(person_id=person_id, voucher_id=item.voucher_id)
    told = sessions_of_class(course_code=item.course_code, schedule_code=item.schedule_code)
    dated = {one.number: one for one in told} if item.delivery == "live" else {}
    found: list[tuple[str, Session | None, str, datetime | None]] = []
    for sequence in sorted({*dated, *there}):
        name = _("Tes akhir") if sequence == POST_TEST else _("Pertemuan %(n)s") % {"n": sequence}
        hours = dated.get(sequence)
        state = "there" if sequence in there else "missed" if hours is not None and hours.ends_at <= at else "later"
        found.append((name, hours, state, there.get(sequence)))
    return found


def is_over(item: Purchase, at: datetime) -> bool:
    """Whether nobody can redeem the code any more, and nobody did."""
    return item.voucher_status == "expired" or (item.voucher_status == "issued" and at >= item.redeemable_until)


def shows_qr(item: Purchase) -> bool:
    """Whether somebody at a door may scan this code: a class that is taught there, until it is completed (rules.md 12.31)."""
    lives = item.voucher_status in VOUCHER_STATES.group("LIVE") and item.completion is None
    return lives and fits_way(mode=item.mode, is_on_site=True)


def class_address(item: Purchase) -> str:
    """Where this class stands on its institution's site, when we know that site."""
    if not settings.INSTITUTION_URL:
        return item.institution_website
    root = settings.INSTITUTION_URL.rstrip("/")
    return f"{root}/{item.institution_code}/class/{item.course_code}/{item.schedule_code}"


@participant
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, person_id: uuid.UUID, completion_id: uuid.UUID) -> HttpResponse:
    """Stars and a written review, both needed."""
    stars, text = "", ""
    errors: dict[str, str] = {}
    if request.method == "POST" or is_given_back(request):
        stars = request.POST.get("stars", "")
        text = typed_text(request, "review")
    if request.method == "POST":
        if stars not in ("1", "2", "3", "4", "5"):
            errors["stars"] = _("Pilih satu sampai lima bintang.")
        if not text.strip():
            errors["review"] = _("Tulis ulasan Anda.")
        if not errors:
            try:
                rate_training(
                    person_id=person_id, completion_id=completion_id, stars=int(stars), review=text, at=clock.now()
                )
            except Refused as refused:
                if refused.reason == "completion_unknown":
                    raise Http404 from refused
                errors["review"] = sentence(refused)
            else:
                return with_notice(request, "rated", "portal:dashboard")
    board = read_dashboard(person_id=person_id, transactions=ALL)
    found = (item for item in board.purchases if item.completion and item.completion.id == completion_id)
    item = next(found, None)
    if item is None:
        raise Http404
    return page(
        request,
        "review",
        section="purchases",
        status=422 if errors else 200,
        item=item,
        errors=errors,
        stars=stars,
        review=text,
        words={5: _("Sangat baik"), 4: _("Baik"), 3: _("Cukup"), 2: _("Kurang"), 1: _("Sangat kurang")},
    )
