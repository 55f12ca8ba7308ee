"""The test of motivation and basic abilities: one question a page, timed by the server, gone on with on any device."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from prakerja.intake.queries import WaveDates, last_wave, next_wave, open_wave_at
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.portal.drafts import is_given_back, keeps_typed
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import page, participant, seconds_until
from prakerja.programmes.queries import scheme
from prakerja.registrations.queries import profile_of
from prakerja.sittings import operations as sittings
from prakerja.sittings.queries import OwnSitting, own_sitting

# How far somebody agrees with a sentence about themselves.
AGREEMENT = (
    gettext_lazy("Sangat tidak setuju"),
    gettext_lazy("Tidak setuju"),
    gettext_lazy("Netral"),
    gettext_lazy("Setuju"),
    gettext_lazy("Sangat setuju"),
)
MISSING = gettext_lazy("Pilih satu jawaban.")


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def test(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """What the test is, and its beginning by a button; under way it leads to the first open question, done it says so."""
    at = clock.now()
    own = own_sitting(person_id=person_id, at=at)
    if own is not None:
        if not own.is_over:
            return redirect("portal:test_question", own.first_open)
        return page(request, "test_done", section="waves", own=own)
    if profile_of(person_id=person_id) is None:
        return redirect("portal:waves")
    wave = _wave(at)
    if wave is None:
        return redirect("portal:waves")
    if request.method == "POST":
        sittings.begin_sitting(
            person_id=person_id,
            scheme_version_id=wave.scheme_version_id,
            extra_time=request.POST.get("extra_time") == "yes",
            at=at,
        )
        return redirect("portal:test_question", 1)
    rules = scheme(scheme_version_id=wave.scheme_version_id).test
    return page(
        request, "test", section="waves", rules=rules, longer=rules.minutes * (100 + rules.extra_time_percent) // 100
    )


@participant
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, person_id: uuid.UUID, number: int) -> HttpResponse:
    """One question. An answer is saved and leads to the next one; after the end nothing is taken any more."""
    at = clock.now()
    own = own_sitting(person_id=person_id, at=at)
    if own is None or own.is_over:
        return redirect("portal:test")
    if not 1 <= number <= len(own.questions):
        raise Http404
    chosen = request.POST.get("choice", "")
    choice = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 3 else -1
    if request.method != "POST":
        return _question(request, own, number, at, chosen=choice if is_given_back(request) else own.answers.get(number))
    try:
        sittings.answer_question(person_id=person_id, number=number, choice=choice, at=at)
    except Refused as refused:
        if refused.reason == "sitting_over":
            return redirect("portal:test")
        if refused.reason != "choice_missing":
            raise
        return _question(request, own, number, at, chosen=own.answers.get(number), error=str(MISSING))
    if number == len(own.questions):
        return redirect("portal:test_finish")
    return redirect("portal:test_question", number + 1)


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """How many are answered, and the button that ends the test."""
    at = clock.now()
    own = own_sitting(person_id=person_id, at=at)
    if own is None:
        return redirect("portal:test")
    if request.method == "POST":
        sittings.hand_in(person_id=person_id, at=at)
        return redirect("portal:test")
    if own.is_over:
        return redirect("portal:test")
    missing = [number for number in range(1, len(own.questions) + 1) if number not in own.answers]
    return page(
        request, "test_finish", section="waves", own=own, missing=missing, seconds=seconds_until(own.ends_at, at)
    )


def _wave(at: datetime) -> WaveDates | None:
    """The wave whose rules the test follows: the open one, the next one, else the last one."""
    return open_wave_at(at=at) or next_wave(at=at) or last_wave(at=at)


def _question(
    request: HttpRequest, own: OwnSitting, number: int, at: datetime, *, chosen: int | None, error: str = ""
) -> HttpResponse:
    asked = own.questions[number - 1]
    words = asked.wording(language())
    choices = AGREEMENT if asked.kind == "motivation" else words.choices
    return page(
        request,
        "test_question",
        section="waves",
        status=422 if error else 200,
        own=own,
        number=number,
        words=words,
        kind=asked.kind,
        choices=[str(one) for one in choices],
        chosen=chosen,
        seconds=seconds_until(own.ends_at, at),
        errors={"choice-0": error} if error else {},
    )
