"""My account: how I am reached, in which language, where I am signed in, and every way to take my data along or leave."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.access.queries import challenge_state
from prakerja.disbursements.operations import change_phone, request_phone_change
from prakerja.disbursements.queries import live_account
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.people.changing import PURPOSES
from prakerja.people.contacts import ContactKind
from prakerja.people.operations import change_email, request_contact_code
from prakerja.people.queries import contact_of, name_of
from prakerja.portal.drafts import keeps_typed
from prakerja.portal.formats import masked_phone
from prakerja.portal.pages import (
    code_errors,
    page,
    participant,
    seconds_until,
    take_notice,
    typed_code,
    typed_text,
    with_notice,
)
from prakerja.portal.texts import NOTICES, sentence
from prakerja.portal.views.own_data import is_fresh, sign_in_again
from prakerja.privacy.lost_phone_queries import lost_phone_about

# What the last form of a code's page came to, for the page that can be asked for again.
SESSION_SAID = "contact_code"
_OF_THE_CODE = ("otp_format", "otp_wrong", "otp_expired", "otp_locked", "otp_too_soon", "otp_daily_limit")
KINDS: dict[str, ContactKind] = {"ponsel": "phone", "email": "email"}
_LONGEST = 254


@participant
@require_safe
def own_account(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Everything about my account in one place."""
    return page(
        request,
        "own_account",
        section="own_account",
        notice=NOTICES.get(take_notice(request), ""),
        name=name_of(person_id=person_id),
        phone=contact_of(person_id=person_id, kind="phone") or "",
        email=contact_of(person_id=person_id, kind="email") or "",
        lost_phone_asked=lost_phone_about(person_id=person_id) is not None,
    )


@participant
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("value")
def change(request: HttpRequest, person_id: uuid.UUID, way: str) -> HttpResponse:
    """Ask for the new phone or address; a POST sends a code to it and leads to the page that asks for the code."""
    kind = _kind(way)
    if not is_fresh(request):
        return sign_in_again(request)
    value = typed_text(request, "value").strip()[:_LONGEST]
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _request(kind, person_id, value)
        except Refused as refused:
            errors["value"] = sentence(refused)
        else:
            return _to_code(request, way, "")
    return page(
        request,
        "contact_change",
        section="own_account",
        status=422 if errors else 200,
        way=way,
        kind=kind,
        value=value,
        errors=errors,
        has_account=kind == "phone" and live_account(person_id=person_id) is not None,
    )


@participant
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("otp")
def change_code(request: HttpRequest, person_id: uuid.UUID, way: str) -> HttpResponse:
    """Ask for the code that was sent to the new phone or address, and change it. Which it is stands with the code."""
    at, kind = clock.now(), _kind(way)
    if not is_fresh(request):
        return sign_in_again(request)
    waiting = challenge_state(person_id=person_id, purpose=PURPOSES[kind], at=at)
    if not waiting.subject and waiting.locked_until is None:
        return redirect("portal:contact_change", way)
    if request.method != "POST":
        said = str(request.session.get(SESSION_SAID, ""))
        return page(
            request,
            "contact_code",
            section="own_account",
            here=reverse("portal:contact_code", args=[way]),
            way=way,
            kind=kind,
            value=masked_phone(waiting.subject) if kind == "phone" and waiting.subject else waiting.subject,
            waiting=waiting,
            wait=seconds_until(waiting.next_at, at),
            notice=NOTICES["code_sent_again"] if said == "sent_again" and waiting.is_live else "",
            errors=code_errors(waiting, said),
        )
    try:
        if request.POST.get("action") == "again":
            _request(kind, person_id, waiting.subject)
            return _to_code(request, way, "sent_again")
        if kind == "phone":
            change_phone(person_id=person_id, phone=waiting.subject, otp=typed_code(request), at=at)
        else:
            change_email(person_id=person_id, email=waiting.subject, otp=typed_code(request), at=at)
    except Refused as refused:
        if refused.reason in _OF_THE_CODE:
            return _to_code(request, way, refused.reason)
        return page(
            request,
            "refused",
            section="own_account",
            status=409,
            text=sentence(refused),
            here=reverse("portal:own_account"),
        )
    if kind == "phone":
        # Every session ended with the old phone; this browser's cookie opens nothing any more.
        request.session.flush()
        return redirect("portal:sign_in")
    return with_notice(request, "email_changed", "portal:own_account")


def _kind(way: str) -> ContactKind:
    if way not in KINDS:
        raise Http404
    return KINDS[way]


def _request(kind: ContactKind, person_id: uuid.UUID, value: str) -> None:
    if kind == "phone":
        request_phone_change(person_id=person_id, phone=value, at=clock.now())
    else:
        request_contact_code(person_id=person_id, kind="email", value=value, at=clock.now())


def _to_code(request: HttpRequest, way: str, said: str) -> HttpResponse:
    request.session[SESSION_SAID] = said
    return redirect("portal:contact_code", way)
