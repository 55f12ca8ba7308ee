"""The operators' way in and out: password, code of the authenticator, and its setting up. Nobody is half signed in.

Until the code was right the session knows only whose password was: it opens nothing but the page that asks for the code.
"""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from prakerja.access import signing_in
from prakerja.access.session_store import DEVICE
from prakerja.access.sessions import device_words
from prakerja.console.forms import CodeForm, SignInForm
from prakerja.console.pages import anyone
from prakerja.console.texts import sentence
from prakerja.kernel import clock
from prakerja.kernel.addresses import network_of, read_address
from prakerja.kernel.errors import Refused
from prakerja.kernel.qr import qr_image

BROWSER_COOKIE = "console_browser"
HALF_A_YEAR = 180 * 24 * 3600
# Whose password was right, since when (Unix wall seconds) and where they wanted to go.
PENDING = "pending"
PENDING_SECONDS = 600
TOO_MANY = 429


@anyone
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for address and password; whoever is waited for with a code is sent on to that page."""
    following = _safe(request, request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME, "")))
    if request.user.is_authenticated:
        return HttpResponseRedirect(following)
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        if _pending(request) is not None:
            return redirect("sign_in_code")
        return _form(request, "sign_in", form, next=following)
    if not form.is_valid():
        return _form(request, "sign_in", form, next=following)
    try:
        user = signing_in.check_password(
            email=form.cleaned_data["login"],
            password=form.cleaned_data["password"],
            cookie=request.COOKIES.get(BROWSER_COOKIE, ""),
            network=network_of(read_address(request.META.get("REMOTE_ADDR", ""))),
            wall=clock.wall(),
            at=clock.now(),
        )
    except Refused as refused:
        return _refused(request, "sign_in", form, refused, next=following)
    request.session.flush()
    request.session[PENDING] = [str(user.id), int(clock.wall().timestamp()), following]
    return redirect("sign_in_code" if signing_in.has_second_factor(user_id=user.id) else "sign_in_authenticator")


@anyone
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the authenticator; a right one begins a new session."""
    user_id = _pending(request)
    if user_id is None:
        return redirect("sign_in")
    if not signing_in.has_second_factor(user_id=user_id):
        return redirect("sign_in_authenticator")
    return _code(request, user_id, "sign_in_code")


@anyone
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_authenticator(request: HttpRequest) -> HttpResponse:
    """Show the secret of a new authenticator until its first code was right; that code also signs in."""
    user_id = _pending(request)
    if user_id is None:
        return redirect("sign_in")
    try:
        secret = signing_in.new_secret(user_id=user_id)
    except Refused:
        return redirect("sign_in_code")
    address = signing_in.account(user_id=user_id).email
    return _code(request, user_id, "authenticator", secret=secret, qr=_qr(secret, address))


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session; a GET asks first."""
    if request.method == "POST":
        logout(request)
    if not request.user.is_authenticated:
        return redirect("sign_in")
    return render(request, "console/sign_out.html")


def _code(request: HttpRequest, user_id: uuid.UUID, template: str, **context: Any) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, template, form, **context)
    try:
        signing_in.check_code(
            user_id=user_id,
            code=form.cleaned_data["code"],
            cookie=request.COOKIES.get(BROWSER_COOKIE, ""),
            network=network_of(read_address(request.META.get("REMOTE_ADDR", ""))),
            wall=clock.wall(),
            at=clock.now(),
        )
    except Refused as refused:
        # Said on a page that was asked for: a reload does not send the wrong code again, which would count towards a lock.
        messages.error(request, sentence(refused))
        return HttpResponseRedirect(request.path)
    following = request.session[PENDING][2]
    request.session.flush()
    signing_in.begin_session(request, user_id=user_id)
    request.session[DEVICE] = device_words(request.headers.get("User-Agent", ""))
    response = HttpResponseRedirect(following)
    response.set_cookie(
        BROWSER_COOKIE,
        signing_in.browser_cookie(user_id),
        max_age=HALF_A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _pending(request: HttpRequest) -> uuid.UUID | None:
    """Whose code is waited for in this session, while the password is fresh."""
    user_id, since, _following = request.session.get(PENDING, ("", 0, ""))
    is_fresh = clock.wall().timestamp() - since < PENDING_SECONDS
    return uuid.UUID(user_id) if user_id and is_fresh else None


def _form(request: HttpRequest, template: str, form: Any, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"console/{template}.html", {"form": form, **context}, status=status)


def _refused(request: HttpRequest, template: str, form: Any, refused: Refused, **context: Any) -> HttpResponse:
    form.add_error(None, sentence(refused))
    return _form(request, template, form, status=TOO_MANY if refused.reason == "sign_in_locked" else 200, **context)


def _safe(request: HttpRequest, given: str) -> str:
    """An address of this site only."""
    is_ours = url_has_allowed_host_and_scheme(
        given, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return given if is_ours else settings.LOGIN_REDIRECT_URL


def _qr(secret: str, email: str) -> str:
    issuer = settings.TOTP_ISSUER
    address = f"otpauth://totp/{quote(f'{issuer}:{email}')}?{urlencode({'secret': secret, 'issuer': issuer})}"
    return qr_image(address)
