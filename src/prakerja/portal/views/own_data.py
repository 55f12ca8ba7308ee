"""My data: what I allowed, a copy of everything to read or to take along, and the request that it be erased (rules.md 11).

Whoever reads or takes everything, or asks for its erasure, has proved minutes ago to hold the phone: phones are borrowed.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.kernel import clock, dates
from prakerja.kernel.errors import Refused
from prakerja.portal.drafts import keeps_typed
from prakerja.portal.eligibility_words import PRIORITY_WORDS, ROSTER_WORDS
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import (
    SESSION_SIGNED_IN_AT,
    anyone,
    page,
    participant,
    pressed_on,
    take_notice,
    to_sign_in,
    typed_text,
    with_notice,
    with_the_phone,
)
from prakerja.portal.texts import ERASURE_LABELS, NOTICES, sentence
from prakerja.privacy.operations import ask_for_erasure, note_own_data_read, take_back_erasure
from prakerja.privacy.policies import AFTERWARDS, AT_ONCE, KEPT, LONGEST_WORDS, UNENDED, terms_at
from prakerja.privacy.queries import own_erasure
from prakerja.reporting import own_data_rosters
from prakerja.reporting.own_data import SECTION_LIST, members_of, own_data, own_data_file, schema, what_is_left_out
from prakerja.reporting.own_data_words import MEMBERS, SECTIONS
from prakerja.surveys.operations import withdraw_answers
from prakerja.surveys.queries import kept_answers

# Wall seconds since the code from the phone.
FRESH = 10 * 60


def is_fresh(request: HttpRequest) -> bool:
    """Whether this browser showed minutes ago that it has the phone."""
    return clock.wall().timestamp() - int(request.session.get(SESSION_SIGNED_IN_AT, 0)) < FRESH


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back: what follows is for whoever has the phone now."""
    request.session.flush()
    return to_sign_in(request)


def _schema_address() -> str:
    return settings.PORTAL_URL + reverse("portal:own_data_schema")


@participant
@require_safe
def overview(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """What I can do about my data, and how my requests stand."""
    erasure = own_erasure(person_id=person_id)
    return page(
        request,
        "own_data",
        section="",
        notice=NOTICES.get(take_notice(request), ""),
        kept_surveys=kept_answers(person_id=person_id),
        erasure=erasure,
        erasure_label=ERASURE_LABELS.get(erasure.status) if erasure else None,
        unended=[UNENDED[key] for key in erasure.unended] if erasure else [],
        is_fresh=is_fresh(request),
    )


@participant
@require_safe
def read(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Everything, to be read on a phone."""
    if not is_fresh(request):
        return sign_in_again(request)
    at = clock.now()
    found = own_data(person_id=person_id, language=language(), at=at)
    note_own_data_read(person_id=person_id, form="page", at=at)
    sections = [
        (
            section.name,
            SECTIONS[section.name],
            [_lines(section_members, row) for row in found[section.name]],
        )
        for section in SECTION_LIST
        for section_members in (members_of(section),)
    ]
    rosters = [
        [(own_data_rosters.MEMBERS[name], _roster_value(name, value)) for name, value in row.items()]
        for row in found[own_data_rosters.NAME]
    ]
    sections.append((own_data_rosters.NAME, own_data_rosters.TITLE, rosters))
    return page(request, "own_data_read", section="", sections=sections, left_out=what_is_left_out())


def _lines(members: Any, row: dict[str, Any]) -> list[tuple[Any, str]]:
    """The members of a row that have a value and are no number of a row of ours."""
    return [
        (MEMBERS[member.name], _written(row[member.name], member.kind))
        for member in members
        if row[member.name] not in (None, "") and member.kind != "UUIDField"
    ]


def _roster_value(name: str, value: Any) -> str:
    if name == "roster":
        return str(ROSTER_WORDS[value][0] if value in ROSTER_WORDS else PRIORITY_WORDS.get(value, value))
    return _written(value, "DateTimeField" if name == "counts_since" else "IntegerField")


def _written(value: Any, kind: str) -> str:
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if kind == "DateTimeField":
        return dates.instant(datetime.fromisoformat(value))
    if kind == "DateField":
        return dates.day(date.fromisoformat(value))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {said}" for name, said in value.items())
    return str(value)


@participant
@pressed_on("portal:own_data")
def take(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """The file. By a button only: an address that could be opened, fetched ahead or remembered would give it to others."""
    if not is_fresh(request):
        return sign_in_again(request)
    at = clock.now()
    file = own_data_file(person_id=person_id, language=language(), address=_schema_address(), at=at)
    note_own_data_read(person_id=person_id, form="file", at=at)
    answer = HttpResponse(file, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="data-prakerja.json"'
    return answer


@anyone
@require_safe
def own_data_schema(request: HttpRequest) -> HttpResponse:
    """What the members of the file are; the same for everybody."""
    return JsonResponse(
        schema(address=_schema_address()),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        content_type="application/schema+json",
    )


@participant
@with_the_phone
@pressed_on("portal:own_data")
def wipe_survey(request: HttpRequest, person_id: uuid.UUID, number: int) -> HttpResponse:
    """Take back that answers may be used; they go at once."""
    done = withdraw_answers(person_id=person_id, survey_number=number, at=clock.now())
    return with_notice(request, "answers_wiped" if done else "", "portal:own_data")


@participant
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Say what goes, when, and what the law makes us keep; then ask."""
    if not is_fresh(request):
        return sign_in_again(request)
    at = clock.now()
    errors: dict[str, str] = {}
    words = typed_text(request, "words").strip()
    if request.method == "POST":
        if request.POST.get("sure") != "yes":
            errors["sure"] = _("Centang bahwa Anda sudah membaca apa yang tetap disimpan.")
        elif len(words) > LONGEST_WORDS:
            errors["words"] = _("Tulis paling banyak %(most)s huruf.") % {"most": LONGEST_WORDS}
        else:
            try:
                ask_for_erasure(person_id=person_id, words=words, at=at)
            except Refused as refused:
                errors[""] = sentence(refused)
            else:
                return with_notice(request, "erasure_asked", "portal:own_data")
    terms = terms_at(at)
    return page(
        request,
        "own_data_erase",
        section="",
        status=422 if errors else 200,
        errors=errors,
        words=words[:LONGEST_WORDS],
        at_once=AT_ONCE,
        afterwards=AFTERWARDS,
        kept=KEPT,
        hours=int(terms.within.total_seconds()) // 3600,
        first_hours=int(terms.not_before.total_seconds()) // 3600,
    )


@participant
@pressed_on("portal:own_data_erase")
def keep(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Take the request back."""
    try:
        take_back_erasure(person_id=person_id, at=clock.now())
    except Refused:
        return with_notice(request, "", "portal:own_data")
    return with_notice(request, "erasure_taken_back", "portal:own_data")
