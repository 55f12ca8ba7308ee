"""Sign in by phone and one-time password; sign out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from prakerja.access.session_store import DEVICE
from prakerja.access.sessions import device_words
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.people.operations import request_sign_in_otp
from prakerja.people.operations import sign_in as check_sign_in
from prakerja.portal.pages import SESSION_PERSON, SESSION_SIGNED_IN_AT, anyone, page, safe_next, typed_code
from prakerja.portal.texts import NOTICES, sentence
from prakerja.portal.throttle import slowed

# These do not say whether a number is registered: they look like "sent", and the code page tells how long to wait.
SILENT = ("otp_too_soon", "otp_daily_limit", "otp_locked")


@anyone
@slowed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("phone")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the phone number; a POST sends the code and shows the page that asks for it.

    The phone travels in the form, never in an address or the session.
    """
    if request.method != "POST":
        if SESSION_PERSON in request.session:
            return redirect(safe_next(request, request.GET.get("next", ""), reverse("portal:dashboard")))
        return page(
            request,
            "sign_in",
            section="sign_in",
            errors={},
            phone="",
            next=request.GET.get("next", ""),
            notice=NOTICES["signed_out"] if "keluar" in request.GET else "",
        )
    phone = request.POST.get("phone", "").strip()[:30]
    following = request.POST.get("next", "")
    try:
        request_sign_in_otp(phone=phone, at=clock.now())
    except Refused as refused:
        if refused.reason not in SILENT:
            errors = {"phone": sentence(refused)}
            return page(
                request, "sign_in", section="sign_in", status=422, errors=errors, phone=phone, next=following, notice=""
            )
    return page(request, "sign_in_code", section="sign_in", errors={}, phone=phone, next=following)


@anyone
@slowed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("phone", "otp")
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Check the code. A right one makes a new session, so that a planted session key is worthless."""
    if request.method != "POST":
        return redirect("portal:sign_in")
    phone = request.POST.get("phone", "").strip()[:30]
    following = request.POST.get("next", "")
    try:
        person_id = check_sign_in(phone=phone, otp=typed_code(request), at=clock.now())
    except Refused as refused:
        errors = {"otp": sentence(refused)}
        return page(request, "sign_in_code", section="sign_in", status=422, errors=errors, phone=phone, next=following)
    request.session.flush()
    request.session[SESSION_PERSON] = str(person_id)
    request.session[SESSION_SIGNED_IN_AT] = int(clock.wall().timestamp())
    request.session[DEVICE] = device_words(request.headers.get("User-Agent", ""))
    return redirect(safe_next(request, following, reverse("portal:dashboard")))


@anyone
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and in every process."""
    request.session.flush()
    return redirect(reverse("portal:sign_in") + "?keluar=1")
