"""Pages that anybody may read."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from prakerja.kernel import clock
from prakerja.kernel.components import built_assets, own_notice
from prakerja.people.operations import set_language
from prakerja.portal.pages import SESSION_PERSON, anyone, page, safe_next
from prakerja.portal.privacy import PURPOSES, RECIPIENTS, cookies, retention
from prakerja.privacy.policies import terms_at

YEAR = 60 * 60 * 24 * 365


@anyone
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Who answers for people's data, what is kept, why, for how long and who sees it, and what one can do (rules.md 11)."""
    at = clock.now()
    return page(
        request,
        "privacy",
        section="",
        controller=settings.PRIVACY_CONTROLLER,
        contact_address=settings.PRIVACY_ADDRESS,
        contact_email=settings.PRIVACY_EMAIL,
        contact_phone=settings.PRIVACY_PHONE,
        purposes=PURPOSES,
        recipients=RECIPIENTS,
        retention=retention(at=at),
        cookies=cookies(),
        erasure_hours=int(terms_at(at).within.total_seconds()) // 3600,
    )


@anyone
@require_safe
def licences(request: HttpRequest) -> HttpResponse:
    """Whose work these pages are made of, with the notices that go with it. What else runs here is told to operators only."""
    return page(request, "licences", section="", own=own_notice(), components=built_assets())


@anyone
@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language of this browser and go back to the page that was open."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    person_id = request.session.get(SESSION_PERSON)
    if person_id is not None:
        # Messages follow the page: who reads it in English gets English SMS.
        set_language(person_id=uuid.UUID(person_id), language=code)
    response = HttpResponseRedirect(safe_next(request, request.GET.get("next", ""), "/"))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
    )
    return response
