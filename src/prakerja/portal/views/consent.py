"""The page on which a participant allows an institution to know who they are (contract.md 2.14 b), and takes it back.

The published call and OpenID Connect both lead here with a sealed request. Opening the page changes nothing.
"""

from __future__ import annotations

import uuid
from http import HTTPStatus

from csp.constants import SELF
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.grants import operations as grants
from prakerja.grants.policies import FACTS, facts_of
from prakerja.grants.queries import connected_institutions, names_of
from prakerja.grants.requests import AuthorizationRequest
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.partners.policies import origin
from prakerja.people.consents import consent_text
from prakerja.portal import errors
from prakerja.portal.pages import (
    SESSION_BY_EMAIL,
    SESSION_SIGNED_IN_AT,
    page,
    participant,
    pressed_on,
    take_notice,
    to_sign_in,
    with_notice,
)
from prakerja.portal.texts import FACT_WORDS, NOTICES


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Show who asks for what; a POST says yes or no and goes back to the institution."""
    asked = AuthorizationRequest.parse(request.GET.get("permintaan", ""))
    if asked is None:
        return _dead(request)
    wall = clock.wall()
    try:
        grants.check_request(request=asked, wall=wall)
    except Refused as refused:
        return _dead(request) if refused.reason == "request_withdrawn" else _back(asked)
    signed_in_at = int(request.session.get(SESSION_SIGNED_IN_AT, 0))
    # Nobody vouches to an institution for somebody who did not show that they hold the phone.
    if SESSION_BY_EMAIL in request.session or signed_in_at < asked.must_sign_in_after:
        request.session.flush()
        return to_sign_in(request)
    if request.method != "POST":
        return _ask(request, person_id, asked)
    if request.POST.get("decision") != "allow":
        return _back(asked)
    code = grants.give_consent(
        person_id=person_id, request=asked, signed_in_at_s=signed_in_at, at=clock.now(), wall=wall
    )
    return HttpResponseRedirect(asked.success_address(code=code, issuer=settings.PORTAL_URL))


def _ask(request: HttpRequest, person_id: uuid.UUID, asked: AuthorizationRequest) -> HttpResponse:
    facts = facts_of(asked.scopes)
    institution, person = names_of(partner_id=asked.partner_id, person_id=person_id)
    answer = page(
        request,
        "consent",
        section="",
        institution=institution,
        person=person,
        asked=consent_text(purpose="institution"),
        facts=[FACT_WORDS[fact] for fact in FACTS if fact in facts],
        site=origin(asked.redirect_uri),
        address=request.get_full_path(),
    )
    # Browsers check a form's policy for the redirect after it too.
    answer._csp_update = {  # type: ignore[attr-defined]
        "form-action": [SELF, *dict.fromkeys((origin(asked.redirect_uri), origin(asked.failure_uri)))]
    }
    return answer


def _back(asked: AuthorizationRequest) -> HttpResponse:
    """Nobody said yes in time."""
    return HttpResponseRedirect(asked.failure_address(error="access_denied", issuer=settings.PORTAL_URL))


def _dead(request: HttpRequest) -> HttpResponse:
    """An address that we never made, or an institution that took its own back: nobody is sent anywhere."""
    return errors.answer(
        request,
        HTTPStatus.NOT_FOUND,
        _("Permintaan izin ini tidak berlaku"),
        (_("Kembali ke situs lembaga pelatihan, lalu coba masuk lagi dari sana."),),
    )


@participant
@require_safe
def connections(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Which institutions may still ask about me."""
    return page(
        request,
        "connections",
        section="",
        notice=NOTICES.get(take_notice(request), ""),
        connections=connected_institutions(person_id=person_id, wall=clock.wall()),
        words=FACT_WORDS,
    )


@participant
@pressed_on("portal:connections")
def withdraw_consent(request: HttpRequest, person_id: uuid.UUID, partner_id: uuid.UUID) -> HttpResponse:
    """Take it back: its tokens end at once."""
    grants.withdraw_consent(person_id=person_id, partner_id=partner_id, at=clock.now())
    return with_notice(request, "consent_withdrawn", "portal:connections")
