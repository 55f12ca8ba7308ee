"""The phone that I sign in with is lost: another is proven, two cards are photographed, and operators are asked (rules.md 8.5).

No page here says whether the NIK is anybody's. What was begun is known to this browser's session only; its address names nobody.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.pictures import MOST_BYTES
from prakerja.portal.browsers import asker_of
from prakerja.portal.formats import masked_phone
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import (
    anyone,
    page,
    participant,
    pressed_on,
    seconds_until,
    typed_code,
    typed_text,
    with_notice,
    with_the_phone,
)
from prakerja.portal.registration_words import step_sentence
from prakerja.portal.texts import NOTICES, sentence
from prakerja.portal.throttle import slowed
from prakerja.privacy.asking_lost_phone import (
    ask_for_new_phone,
    keep_card_photo,
    prove_new_phone,
    send_lost_phone_case,
    send_lost_phone_code,
)
from prakerja.privacy.lost_phone_policies import PHOTOS, lost_phone_terms
from prakerja.privacy.lost_phone_queries import OwnLostPhone, lost_phone_code_state, own_lost_phone
from prakerja.privacy.lost_phones import object_to_new_phone

SESSION_CASE = "lost_phone_case"
# What the last form of the code's page came to, for the page that can be asked for again.
SESSION_SAID = "lost_phone_said"


@anyone
@slowed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("phone")
def begin(request: HttpRequest) -> HttpResponse:
    """What will happen, and the new phone; a POST sends a code to it."""
    typed, errors = request.POST.get("phone", "").replace("\x00", "").strip()[:30], {}
    if request.method == "POST":
        try:
            case_id = ask_for_new_phone(phone=typed, language=language(), at=clock.now(), asker=asker_of(request))
        except Refused as refused:
            errors["phone"] = sentence(refused)
        else:
            request.session[SESSION_CASE] = str(case_id)
            request.session[SESSION_SAID] = ""
            return redirect("portal:lost_phone_code")
    return _page(request, "lost_phone", errors, phone=typed, terms=lost_phone_terms(clock.now()))


@anyone
@slowed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("otp")
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was sent to the new phone."""
    own, at = _own(request), clock.now()
    if own is None:
        return redirect("portal:lost_phone")
    if own.status == "proven":
        return _next(own)
    if request.method == "POST":
        try:
            if request.POST.get("action") == "again":
                send_lost_phone_code(case_id=own.case_id, at=at)
                request.session[SESSION_SAID] = "sent_again"
                return redirect("portal:lost_phone_code")
            prove_new_phone(case_id=own.case_id, otp=typed_code(request), at=at)
        except Refused as refused:
            if refused.reason == "lost_phone_taken":
                del request.session[SESSION_CASE]
                return _page(request, "lost_phone_taken", {}, status=409)
            request.session[SESSION_SAID] = refused.reason
            return redirect("portal:lost_phone_code")
        # Whoever planted this session's key does not go on with it.
        request.session.cycle_key()
        return redirect("portal:lost_phone_photo", "ktp")
    return _code_page(request, own)


@anyone
@slowed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def photo(request: HttpRequest, kind: str) -> HttpResponse:
    """Take the photo of one card."""
    if kind not in PHOTOS:
        raise Http404
    own, errors = _proven(request), {}
    if own is None:
        return redirect("portal:lost_phone")
    if request.method == "POST":
        sent = request.FILES.get("photo")
        try:
            if sent is not None and (sent.size or 0) > MOST_BYTES:
                raise Refused("photo_too_big")
            content = sent.read() if sent is not None else b""
            if content or kind not in own.photos:
                keep_card_photo(case_id=own.case_id, kind=kind, content=content, at=clock.now())
        except Refused as refused:
            if not refused.reason.startswith("photo_"):
                return redirect("portal:lost_phone")
            errors["photo"] = step_sentence(refused.reason, card=kind.upper())
        else:
            return _next(_proven(request))
    return _page(request, "lost_phone_photo", errors, kind=kind, has_photo=kind in own.photos)


@anyone
@slowed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("nik", "words")
def send(request: HttpRequest) -> HttpResponse:
    """Ask for the NIK of the account; a POST sends everything. The answer is the same whoever has this NIK, if anybody has."""
    own, errors = _proven(request), {}
    if own is None:
        return redirect("portal:lost_phone")
    if set(PHOTOS) - own.photos:
        return _next(own)
    nik, words = request.POST.get("nik", "").replace("\x00", "").strip()[:40], typed_text(request, "words")
    if request.method == "POST":
        try:
            number = send_lost_phone_case(case_id=own.case_id, nik=nik, words=words, at=clock.now())
        except Refused as refused:
            if refused.reason == "lost_phone_unknown":
                return redirect("portal:lost_phone")
            field = {"nik_format": "nik", "words_too_long": "words"}.get(refused.reason, "")
            errors[field] = step_sentence(refused.reason) if field else sentence(refused)
        else:
            del request.session[SESSION_CASE]
            terms = lost_phone_terms(clock.now())
            return _page(request, "lost_phone_sent", {}, number=number, phone=masked_phone(own.phone), terms=terms)
    return _page(request, "lost_phone_send", errors, nik=nik, words=words)


@participant
@with_the_phone
@pressed_on("portal:own_account")
def stop(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """I lost nothing: whatever was asked in my name ends."""
    object_to_new_phone(person_id=person_id, at=clock.now())
    return with_notice(request, "lost_phone_stopped", "portal:own_account")


def _own(request: HttpRequest) -> OwnLostPhone | None:
    kept = request.session.get(SESSION_CASE)
    return own_lost_phone(case_id=uuid.UUID(kept)) if kept else None


def _proven(request: HttpRequest) -> OwnLostPhone | None:
    own = _own(request)
    return own if own is not None and own.status == "proven" else None


def _next(own: OwnLostPhone | None) -> HttpResponseRedirect:
    if own is None:
        return redirect("portal:lost_phone")
    for kind in PHOTOS:
        if kind not in own.photos:
            return redirect("portal:lost_phone_photo", kind)
    return redirect("portal:lost_phone_send")


def _code_page(request: HttpRequest, own: OwnLostPhone) -> HttpResponse:
    at = clock.now()
    state, said, errors = lost_phone_code_state(own=own, at=at), str(request.session.get(SESSION_SAID, "")), {}
    if state.locked_until is not None:
        errors[""] = sentence(Refused("otp_locked", until=state.locked_until))
    elif said == "otp_daily_limit":
        errors[""] = sentence(Refused(said))
    elif not state.is_live:
        errors["otp"] = sentence(Refused("otp_expired"))
    elif said == "otp_too_soon":
        errors[""] = sentence(Refused("code_just_sent"))
    elif said == "otp_format":
        errors["otp"] = sentence(Refused(said))
    elif said == "otp_wrong":
        errors["otp"] = sentence(Refused("otp_wrong", left=state.tries_left))
    return _page(
        request,
        "lost_phone_code",
        errors,
        status=200,
        state=state,
        phone=masked_phone(own.phone),
        wait=seconds_until(state.next_at, at),
        notice=NOTICES["code_sent_again"] if said == "sent_again" and state.is_live else "",
    )


def _page(
    request: HttpRequest, template: str, errors: dict[str, str], *, status: int = 0, **context: Any
) -> HttpResponse:
    return page(
        request, template, section="sign_in", status=status or (422 if errors else 200), errors=errors, **context
    )
