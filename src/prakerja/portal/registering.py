"""Pages of somebody who registers: who may see them, and how a registration that has become a person signs in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from prakerja.kernel.errors import Refused
from prakerja.portal import drafts
from prakerja.portal.pages import SESSION_PERSON, View, page, to_sign_in
from prakerja.portal.texts import sentence
from prakerja.registrations.queries import OwnRegistration, own_registration

P = ParamSpec("P")
SESSION_REGISTRATION = "registration_id"


def registering(
    view: Callable[Concatenate[HttpRequest, OwnRegistration, P], HttpResponse],
) -> View[P]:
    """Declare a page of whoever registers, whose registration comes first among its arguments.

    Nobody else's can be asked for: there is none in any address. A stranger is sent to the sign-in page; whoever is a person
    by now is signed in as that person, because the phone was shown to be theirs in this very session.
    """

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        registration_id = request.session.get(SESSION_REGISTRATION)
        if registration_id is None:
            return redirect("portal:dashboard") if SESSION_PERSON in request.session else to_sign_in(request)
        drafts.give_back(request)
        try:
            own = own_registration(registration_id=uuid.UUID(registration_id))
            response = _become(request, own) if own.became is not None else view(request, own, *args, **kwargs)
        except Refused as refused:
            if refused.reason == "registration_unknown":
                # Forgotten after months, or a sandbox that was made anew.
                request.session.flush()
                return to_sign_in(request)
            if refused.reason == "registration_sent":
                # Another tab has sent it.
                return redirect("portal:registration")
            response = page(request, "refused", section="register", status=409, text=sentence(refused), here="/daftar")
        add_never_cache_headers(response)
        return response

    inner.allowed = "registering"  # type: ignore[attr-defined]
    return inner


def _become(request: HttpRequest, own: OwnRegistration) -> HttpResponse:
    """From now on the session is the person's, under another key and with another secret for its forms."""
    request.session.cycle_key()
    rotate_token(request)
    del request.session[SESSION_REGISTRATION]
    request.session[SESSION_PERSON] = str(own.became)
    request.session["notice"] = "registered"
    return redirect("portal:dashboard")
