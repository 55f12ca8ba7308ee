"""The dashboard, the three videos, and leaving the programme."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.awards import operations as awards
from prakerja.awards.policies import require_active
from prakerja.awards.states import AWARD_STATES
from prakerja.intake.queries import waiting_listed
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.portal.eligibility_words import roster_words
from prakerja.portal.induction import films, tells_own_amounts
from prakerja.portal.jinja2env import language
from prakerja.portal.own_draw import own_draw_words
from prakerja.portal.pages import (
    page,
    participant,
    pressed_on,
    take_notice,
    with_notice,
    with_the_phone,
)
from prakerja.portal.providers import PLATFORM_NAMES, PROVIDER_NAMES
from prakerja.portal.texts import NOTICES, VOUCHER_LABELS, incentive_tag, sentence
from prakerja.programmes.schemes import PurchaseCloses
from prakerja.reporting.dashboard import Dashboard
from prakerja.reporting.losses import lost_lines
from prakerja.reporting.next_action import derived_stage, may_earn, next_action, reason_not_to_buy, unreviewed
from prakerja.reporting.next_deadline import next_deadline
from prakerja.reporting.queries import dashboard as read_dashboard

# Which of the six words of the way a stage stands at; an ended award shows no way.
STEP_OF_STAGE = {"awarded": 0, "ready": 1, "purchased": 2, "redeemed": 3, "completed": 4, "reviewed": 5, "paying": 5}


@participant
@require_safe
def dashboard(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Where am I now and what do I do next (one statement; the hot page; whoever waits for a result asks the rosters too)."""
    at = clock.now()
    board = read_dashboard(person_id=person_id)
    stage = derived_stage(dashboard=board)
    award = board.award
    waits = award is None and board.application is not None and board.application.status == "waiting"
    listed = waiting_listed(person_id=person_id, at=at) if waits else ()
    return page(
        request,
        "dashboard",
        section="dashboard",
        notice=NOTICES.get(take_notice(request), ""),
        board=board,
        award=award if award and stage in (*STEP_OF_STAGE, "code_ended", "finished", "suspended") else None,
        # A revoked or withdrawn card is worth nothing: neither number nor fund is shown any more.
        is_live=award is not None and award.status in AWARD_STATES.group("PAYABLE"),
        # The balance is known once the films are seen; the number is shown while it may be used.
        knows_balance=award is not None and (award.videos_done_at is not None or not award.rules.videos.count),
        sees_card=stage not in ("awarded",) and award is not None and award.status == "active",
        action=next_action(dashboard=board, at=at),
        deadline=next_deadline(dashboard=board, at=at),
        why_not=reason_not_to_buy(dashboard=board, at=at),
        unreviewed=unreviewed(dashboard=board),
        closes_on_review=award is not None and award.rules.purchase_closes_on is PurchaseCloses.REVIEW,
        lost=lost_lines(dashboard=board),
        listed=[roster_words(code) for code, why in listed],
        may_earn=may_earn(dashboard=board),
        steps=(_("Video"), _("Beli"), _("Tukar kode"), _("Belajar"), _("Ulasan"), _("Insentif")),
        # No way is drawn for an award that stands still, or whose first training was lost with its code.
        step=6 if stage == "finished" else STEP_OF_STAGE.get(stage),
        incentives=[(i, incentive_tag(incentive=i, at=at)) for i in board.incentives],
        voucher_words=VOUCHER_LABELS,
        provider_names=PROVIDER_NAMES,
        platform_names=PLATFORM_NAMES,
        **_own_draw(person_id, board),
    )


def _own_draw(person_id: uuid.UUID, board: Dashboard) -> dict[str, Any]:
    """The draw of whoever has no award; who has one finds theirs on the page of the wave, and the hot page stays one statement."""
    application = board.application
    if application is None or board.award is not None:
        return {"own_ticket": None}
    shows = application.status != "withdrawn"
    return own_draw_words(person_id, wave_number=application.wave, shows_ticket=shows)


@participant
@require_safe
def videos(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """The three films, in order; the next one opens when the one before was seen to its end."""
    return _films_page(request, person_id, notice=str(NOTICES.get(take_notice(request), "")))


def _films_page(
    request: HttpRequest, person_id: uuid.UUID, *, notice: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    at = clock.now()
    board = read_dashboard(person_id=person_id, transactions=1)
    if board.award is None or board.award.status != "active":
        # Nothing to watch for; the dashboard says how things stand.
        return redirect("portal:dashboard")
    shown = films(views=board.videos, rules=board.award.rules, language=language(), at=at)
    return page(
        request,
        "videos",
        section="dashboard",
        status=status,
        here=reverse("portal:videos"),
        notice=notice,
        problem=problem,
        films=shown,
        seconds=board.award.rules.videos.seconds,
        tells_own_amounts=tells_own_amounts(board.award.rules),
        done=all(film.state == "done" for film in shown),
    )


@participant
@pressed_on("portal:videos")
def video_start(request: HttpRequest, person_id: uuid.UUID, number: int) -> HttpResponse:
    """The film begins: the server notes when."""
    try:
        awards.start_video(person_id=person_id, number=number, at=clock.now())
    except Refused as refused:
        return _films_page(request, person_id, problem=sentence(refused), status=409)
    # To the film itself: browsers only play what is in sight.
    return HttpResponseRedirect(reverse("portal:videos") + f"#video-{number}")


@participant
@pressed_on("portal:videos")
def video_finish(request: HttpRequest, person_id: uuid.UUID, number: int) -> HttpResponse:
    """The film was seen; the server refuses while its seconds are not over.

    A script asks first, so that a press that comes too early leaves the film running; it is told the seconds that remain.
    """
    is_asked = request.headers.get("X-Requested-With") == "fetch"
    try:
        is_complete = awards.finish_video(person_id=person_id, number=number, at=clock.now())
    except Refused as refused:
        if is_asked and refused.reason == "video_too_soon":
            return JsonResponse({"left": refused.details["seconds"], "says": sentence(refused)}, status=409)
        return _films_page(request, person_id, problem=sentence(refused), status=409)
    if is_asked:
        # The form itself goes next, and comes to the same: what was seen stays seen.
        return HttpResponse(status=204)
    if is_complete:
        return with_notice(request, "videos_done", "portal:dashboard")
    return with_notice(request, "video_finished", "portal:videos")


@participant
@with_the_phone
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Leave before the first purchase, after one confirmation (rules.md 12.16)."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        if request.POST.get("sure") == "yes":
            awards.withdraw_award(person_id=person_id, at=clock.now())
            return with_notice(request, "withdrawn", "portal:dashboard")
        errors["sure"] = _("Centang kotak ini bila Anda yakin.")
    award = read_dashboard(person_id=person_id, transactions=1).award
    if award is None or award.status != "active" or award.first_purchase_at is not None:
        # Nothing to give back: the page says so instead of asking for a promise that would be refused.
        if award is None:
            raise Refused("no_award")
        require_active(status=award.status)
        raise Refused("already_bought")
    return page(request, "withdraw", section="dashboard", status=422 if errors else 200, errors=errors)
