"""Joining a wave: what is open and whether one may, one tap, the receipt, the history, leaving."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.draw.proving import own_proof, own_receipt
from prakerja.intake import operations as intake
from prakerja.intake.letters import LONGEST_WORDS, own_letters
from prakerja.intake.lining import GRACE
from prakerja.intake.queries import (
    OwnApplication,
    Standing,
    WaveDates,
    last_wave,
    listed_against,
    may_write_letter,
    next_wave,
    open_wave_at,
    own_applications,
    standing,
)
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.people.queries import name_of
from prakerja.portal.drafts import keeps_typed
from prakerja.portal.eligibility_words import ReasonWords, RosterWords, reason_words, roster_words
from prakerja.portal.own_draw import own_draw_words
from prakerja.portal.pages import (
    page,
    participant,
    pressed_on,
    take_notice,
    typed_text,
    with_notice,
    with_the_phone,
)
from prakerja.portal.places import joins_a_second, keep_place, place_of
from prakerja.portal.wave_words import LABELS, LETTER_REFUSALS, NOTICES, REFUSALS, why_of
from prakerja.programmes.queries import scheme

# The waiting page asks again after so many seconds at the latest.
LINE_ASKS = 20
# Where an application's label leaves open whether it is drawn.
UNDECIDED = ("open", "processing", "evaluating")


@participant
@require_safe
def waves(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """The open wave with everything that speaks against joining it, or when one opens; and the waves that were joined."""
    return _waves_page(request, person_id)


@participant
@pressed_on("portal:waves")
def join(request: HttpRequest, person_id: uuid.UUID, number: int) -> HttpResponse:
    """The one tap. Twice, or in two tabs, is joined once; what refuses it is said on the page of waves."""
    place = place_of(request, person_id=person_id, wave=number)
    try:
        intake.join_in_turn(
            person_id=person_id,
            wave_number=number,
            place=place,
            pace=joins_a_second(),
            at=clock.now(),
            now=clock.wall(),
        )
    except intake.InLine as waiting:
        response = redirect("portal:wave_line", number)
        keep_place(response, waiting.place)
        return response
    except Refused as refused:
        if refused.reason not in REFUSALS:
            raise
        return _waves_page(request, person_id, problem=refused.reason)
    # Nothing is written to the session: a whole country taps in the same hour.
    return redirect("portal:wave", number)


@participant
@require_safe
def line(request: HttpRequest, person_id: uuid.UUID, number: int) -> HttpResponse:
    """Where one stands before a full door; the page asks again by itself, without a script, and costs no statement of ours."""
    place = place_of(request, person_id=person_id, wave=number)
    if place is None:
        return redirect("portal:waves")
    left = (place.turn_at - clock.wall()).total_seconds()
    return page(
        request,
        "wave_line",
        section="waves",
        number=number,
        waits=left > 0,
        ahead=max(int(left * joins_a_second()), 0),
        minutes=-int(-left // 60),
        # Never sooner than the turn by more than a moment, and often enough to be believed.
        again=min(max(int(left) + 1, 3), LINE_ASKS),
        grace=int(GRACE.total_seconds() // 60),
    )


@participant
@require_safe
def wave(request: HttpRequest, person_id: uuid.UUID, number: int) -> HttpResponse:
    """The receipt of one wave: ticket, where it stands and why, what one can do."""
    at = clock.now()
    applications = own_applications(person_id=person_id, at=at)
    own = next((one for one in applications if one.wave == number), None)
    if own is None:
        raise Http404
    return page(
        request,
        "wave",
        section="waves",
        notice=NOTICES.get(take_notice(request) or ("wave_joined" if _is_fresh(own, at) else ""), ""),
        own=own,
        name=name_of(person_id=person_id),
        label=LABELS[own.label],
        why=_why(own),
        may_write=may_write_letter(applications=applications),
        listed=_listed(person_id, own.scheme_version_id, at) if own.label in UNDECIDED else [],
        **own_draw_words(person_id, wave_number=own.wave, shows_ticket=own.label != "withdrawn"),
    )


@participant
@require_safe
def proof(request: HttpRequest, person_id: uuid.UUID, number: int) -> HttpResponse:
    """The proof of one's own row in the draw, as a file for the page that checks it."""
    found = own_proof(person_id=person_id, wave_number=number)
    if found is None:
        raise Http404
    return _taken(found, kind="application/json", name=f"bukti-undian-g{number}.json")


@participant
@require_safe
def ticket_receipt(request: HttpRequest, person_id: uuid.UUID, number: int) -> HttpResponse:
    """The signed receipt of one's ticket: with it a list that lacks the ticket is shown to be wrong."""
    found = own_receipt(person_id=person_id, wave_number=number, at=clock.now())
    if found is None:
        raise Http404
    return _taken(found, kind="text/plain; charset=utf-8", name=f"tanda-terima-g{number}.txt")


def _taken(content: bytes, *, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@participant
@with_the_phone
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, person_id: uuid.UUID, number: int) -> HttpResponse:
    """Leave a wave, after one question."""
    at = clock.now()
    if request.method == "POST":
        try:
            intake.withdraw_application(person_id=person_id, wave_number=number, at=at)
        except Refused as refused:
            if refused.reason not in REFUSALS:
                raise
            return _waves_page(request, person_id, problem=refused.reason)
        return with_notice(request, "wave_left", "portal:wave", number)
    own = next((one for one in own_applications(person_id=person_id, at=at) if one.wave == number), None)
    if own is None or not own.may_withdraw:
        raise Http404
    return page(request, "wave_leave", section="waves", own=own)


@participant
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """The letter after three failures, and the letters that were written with their answers."""
    at = clock.now()
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            intake.write_letter(person_id=person_id, words=typed_text(request, "words"), at=at)
        except Refused as refused:
            if refused.reason not in LETTER_REFUSALS:
                raise
            errors["words"] = str(LETTER_REFUSALS[refused.reason])
        else:
            return with_notice(request, "letter_sent", "portal:letter")
    letters = own_letters(person_id=person_id)
    applications = own_applications(person_id=person_id, at=at)
    if not letters and not may_write_letter(applications=applications) and not errors:
        return redirect("portal:waves")
    return page(
        request,
        "letter",
        section="waves",
        status=422 if errors else 200,
        notice=NOTICES.get(take_notice(request), ""),
        letters=letters,
        failed=sorted(one.wave for one in applications if one.label == "not_selected"),
        may_write=may_write_letter(applications=applications) and not any(one.is_open for one in letters),
        typed=typed_text(request, "words"),
        most=LONGEST_WORDS,
        errors=errors,
    )


def _why(own: OwnApplication) -> ReasonWords | None:
    rules = scheme(scheme_version_id=own.scheme_version_id)
    return why_of(own.reason, eligibility=rules.eligibility)


def _against(may: Standing | None, wave: WaveDates | None) -> list[ReasonWords]:
    if may is None or wave is None:
        return []
    eligibility = scheme(scheme_version_id=wave.scheme_version_id).eligibility
    return [reason_words(one, eligibility=eligibility) for one in may.reasons]


def _listed(person_id: uuid.UUID, scheme_version_id: uuid.UUID, at: datetime) -> list[RosterWords]:
    found = listed_against(person_id=person_id, scheme_version_id=scheme_version_id, at=at)
    return [roster_words(code) for code, why in found]


def _is_fresh(own: OwnApplication, at: datetime) -> bool:
    """Whether they joined just now, so that the page says so."""
    return own.label == "open" and at - own.joined_at < timedelta(minutes=2)


def _waves_page(request: HttpRequest, person_id: uuid.UUID, *, problem: str = "") -> HttpResponse:
    at = clock.now()
    applications = own_applications(person_id=person_id, at=at)
    open_now = open_wave_at(at=at)
    may = standing(person_id=person_id, wave=open_now, at=at) if open_now is not None else None
    return page(
        request,
        "waves",
        section="waves",
        status=409 if problem else 200,
        problem=REFUSALS.get(problem, ""),
        # A tap that came to nothing is answered at the button's address.
        here=reverse("portal:waves"),
        open_now=open_now,
        following=next_wave(at=at),
        last=last_wave(at=at),
        standing=may,
        against=_against(may, open_now),
        listed=_listed(person_id, open_now.scheme_version_id, at) if open_now is not None else [],
        joined=next((one for one in applications if open_now is not None and one.wave == open_now.number), None),
        applications=applications,
        labels=LABELS,
        whys={one.wave: _why(one) for one in applications},
        may_write=may_write_letter(applications=applications),
    )
