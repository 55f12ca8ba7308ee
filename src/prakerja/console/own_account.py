"""What operators do with their own account: choose a password by a link, change it, see and end their sessions."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from prakerja.access import operators, sessions, signing_in
from prakerja.console.forms import ChangePasswordForm, NewPasswordForm
from prakerja.console.pages import anyone, operator, own
from prakerja.console.texts import sentence, written
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused

LINK = "password_link"
DOOR = operators.DOOR


@anyone
@never_cache
@require_GET
def password_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the one-time link out of the address and into the session, so that it stands in no history and no header."""
    logout(request)
    request.session[LINK] = token
    return redirect("password_choose")


@anyone
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def password_choose(request: HttpRequest) -> HttpResponse:
    """Choose a password by the link that was opened; it is used up only by a good one."""
    token = request.session.get(LINK, "")
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    try:
        address = operators.link_owner(token=token, wall=clock.wall())
        if request.method == "POST" and form.is_valid():
            operators.choose_password(
                token=token, password=form.cleaned_data["password"], wall=clock.wall(), at=clock.now()
            )
            request.session.flush()
            messages.success(request, _("Kata sandi tersimpan. Silakan masuk."))
            return redirect("sign_in")
    except Refused as refused:
        if refused.reason == "link_unknown":
            return render(request, "console/link_unknown.html", status=410)
        _say(form, refused, "password")
    return render(request, "console/password_choose.html", {"form": form, "address": address})


@own
@never_cache
@sensitive_post_parameters("old", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """Change the password with the old one; the other sessions end."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operators.change_password(
                actor=operator(request),
                old=form.cleaned_data["old"],
                new=form.cleaned_data["password"],
                cookie=request.COOKIES.get("console_browser", ""),
                key=str(request.session.session_key),
                wall=clock.wall(),
                at=clock.now(),
            )
        except Refused as refused:
            _say(form, refused, "password" if refused.reason == "password_weak" else "old")
        else:
            update_session_auth_hash(request, signing_in.account(user_id=_owner(request)))
            messages.success(request, _("Kata sandi diganti. Sesi Anda yang lain diakhiri."))
            return redirect("sessions")
    return render(request, "console/password_change.html", {"form": form})


@own
@require_GET
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in."""
    found = sessions.sessions_of(door=DOOR, owner=_owner(request), key=str(request.session.session_key))
    lines = [
        {
            "id": one.session_id,
            "device": one.device or _("Peramban lain"),
            "started": written(one.started_at),
            "used": written(one.used_at),
            "is_this": one.is_this,
        }
        for one in found
    ]
    return render(request, "console/sessions.html", {"lines": lines, "has_others": len(lines) > 1})


@own
@require_POST
def end_session(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """End one of my sessions."""
    try:
        sessions.end_session(
            door=DOOR, owner=_owner(request), session_id=session_id, actor=operator(request), at=clock.now()
        )
        messages.success(request, _("Sesi diakhiri."))
    except Refused:
        messages.success(request, _("Sesi itu sudah berakhir."))
    return redirect("sessions")


@own
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all my sessions but this one."""
    sessions.end_other_sessions(
        door=DOOR,
        owner=_owner(request),
        key=str(request.session.session_key),
        actor=operator(request),
        at=clock.now(),
    )
    messages.success(request, _("Semua sesi lain diakhiri."))
    return redirect("sessions")


def _owner(request: HttpRequest) -> uuid.UUID:
    return uuid.UUID(operator(request).id)


def _say(form: Any, refused: Refused, field: str) -> None:
    for words in refused.details.get("sentences") or [sentence(refused)]:
        form.add_error(field, words)
