"""What every view needs: who may use it, who is signed in, and how a page is answered."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template import loader
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_POST

from prakerja.access.queries import Waiting
from prakerja.access.session_store import TOUCH_EVERY
from prakerja.kernel import dates
from prakerja.kernel.clock import wall
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_digits, normal_lines
from prakerja.portal import drafts
from prakerja.portal.jinja2env import language
from prakerja.portal.texts import sentence

P = ParamSpec("P")
# A page, or a file on its way.
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
SESSION_PERSON = "person_id"
# Unix wall seconds of the code from the phone; institutions may ask for a fresh one.
SESSION_SIGNED_IN_AT = "signed_in_at"
# Instead of it, where the code came by e-mail: that shows nobody's phone (rules.md 12.13).
SESSION_BY_EMAIL = "by_email"
OTP_DIGITS = 6
NEVER_KEEP = "max-age=0, no-cache, no-store, must-revalidate, private"


def anyone(view: Callable[Concatenate[HttpRequest, P], R]) -> Callable[Concatenate[HttpRequest, P], R]:
    """Declare a page that needs no sign-in."""
    view.allowed = "anyone"  # type: ignore[attr-defined]
    return view


def participant(view: Callable[Concatenate[HttpRequest, uuid.UUID, P], HttpResponse]) -> View[P]:
    """Declare a page of the signed-in person, whose id comes first among its arguments.

    Nobody else's id can be asked for: there is none in any address. A stranger is sent to the sign-in page.
    """

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person_id = request.session.get(SESSION_PERSON)
        if person_id is None:
            return to_sign_in(request)
        drafts.give_back(request)
        try:
            response = view(request, uuid.UUID(person_id), *args, **kwargs)
        except Refused as refused:
            if refused.reason == "person_unknown":
                # The session outlived its database (a sandbox that was made anew).
                request.session.flush()
                return to_sign_in(request)
            response = page(
                request, "refused", section="", status=409, text=sentence(refused), here=reverse("portal:dashboard")
            )
        never_keep(response)
        return response

    inner.allowed = "participant"  # type: ignore[attr-defined]
    return inner


def never_keep(response: HttpResponse) -> None:
    """Nobody keeps a page about a person: Django's words for it, put together once, without an instant for browsers of before 1999."""
    if "Cache-Control" in response.headers:
        add_never_cache_headers(response)
    else:
        response.headers["Cache-Control"] = NEVER_KEEP


def with_the_phone(
    view: Callable[Concatenate[HttpRequest, uuid.UUID, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, uuid.UUID, P], HttpResponse]:
    """Declare, below `participant`, what ends something or lets go of it: whoever came in by a code from an e-mail shows the phone first
    (decisions.md 93)."""

    @wraps(view)
    def inner(request: HttpRequest, person_id: uuid.UUID, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if SESSION_BY_EMAIL in request.session:
            request.session.flush()
            return to_sign_in(request)
        return view(request, person_id, *args, **kwargs)

    return inner


def pressed_on(
    name: str,
) -> Callable[[Callable[Concatenate[HttpRequest, P], R]], Callable[Concatenate[HttpRequest, P], R]]:
    """Declare, innermost, what only the button of a page does: the page is called `name`.

    Nothing happens by an address alone. Whoever comes by it, back from signing in or by a link that was passed on, stands before the
    button instead of an empty page.
    """

    def declare(view: Callable[Concatenate[HttpRequest, P], R]) -> Callable[Concatenate[HttpRequest, P], R]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> Any:
            if request.method in ("GET", "HEAD"):
                return redirect(name)
            return require_POST(view)(request, *args, **kwargs)

        return inner

    return declare


def to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """To the sign-in page and back afterwards: to the form with what was typed, or to the page that had the button."""
    address = reverse("portal:sign_in")
    if request.method == "GET" or drafts.keep(request):
        return HttpResponseRedirect(address + "?" + urlencode({"next": request.get_full_path()}))
    came_from = safe_next(request, request.headers.get("Referer", ""), "")
    back = urlsplit(came_from)._replace(scheme="", netloc="").geturl()
    return HttpResponseRedirect(f"{address}?{urlencode({'next': back})}" if back else address)


def safe_next(request: HttpRequest, given: str, fallback: str) -> str:
    """An address of this site only: nobody can be sent elsewhere through ours."""
    if given and url_has_allowed_host_and_scheme(
        given, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return given
    return fallback


def page(request: HttpRequest, template: str, *, section: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render `portal/<template>.html`. `section` marks the place in the menu.

    With a `board` or a `province_code` limits are written by that person's clock too.
    """
    context["section"] = section
    context["signed_in"] = SESSION_PERSON in request.session
    context["is_given_back"] = drafts.is_given_back(request)
    context["session_ends_in"] = session_ends_in(request)
    # Where the language link leads back to; an address that only takes POSTs names another.
    context.setdefault("here", request.get_full_path())
    province_code = context.setdefault("province_code", getattr(context.get("board"), "province_code", ""))
    with dates.read_in(province_code):
        words = loader.render_to_string(f"portal/{template}.html", context, request, using=language())
    return HttpResponse(words, status=status)


def session_ends_in(request: HttpRequest) -> int:
    """Wall seconds for which this session lasts at least when nothing more is asked for."""
    idle = settings.SESSION_COOKIE_AGE - int(TOUCH_EVERY.total_seconds())
    started = int(request.session.get(SESSION_SIGNED_IN_AT, 0))
    whole = started + settings.SESSION_ABSOLUTE_AGE - int(wall().timestamp()) if started else idle
    return max(min(idle, whole), 0)


def typed_text(request: HttpRequest, field: str) -> str:
    """What somebody wrote into a form. A browser sends every line end as two signs, which its own count takes for one."""
    return normal_lines(request.POST.get(field, "").replace("\x00", ""))


def typed_code(request: HttpRequest) -> str:
    """The one-time password of a form, without what people and messages put between its digits.

    Raises Refused: otp_format. An empty field or half a code is no guess, so it is said here and costs none of the tries.
    """
    code = normal_digits(request.POST.get("otp", ""))
    if not (len(code) == OTP_DIGITS and code.isascii() and code.isdigit()):
        raise Refused("otp_format")
    return code


def code_errors(waiting: Waiting, said: str) -> dict[str, str]:
    """What the page of a code says, from what is counted; `said` is what the last form came to (a refusal's reason or "")."""
    if waiting.locked_until is not None:
        return {"": sentence(Refused("otp_locked", until=waiting.locked_until))}
    if said in ("otp_daily_limit", "otp_too_soon", "provider_unavailable"):
        return {"": sentence(Refused("code_just_sent" if said == "otp_too_soon" else said))}
    if not waiting.is_live:
        return {"otp": sentence(Refused("otp_expired"))}
    if said == "otp_wrong":
        return {"otp": sentence(Refused("otp_wrong", left=waiting.tries_left))}
    return {"otp": sentence(Refused(said))} if said in ("otp_format", "otp_of_other_browser") else {}


def seconds_until(moment: datetime | None, at: datetime) -> int:
    """Whole seconds from `at` until then, at least one; 0 when there is nothing to wait for."""
    return max(int((moment - at).total_seconds()) + 1, 0) if moment else 0


def with_notice(request: HttpRequest, notice: str, name: str, *args: Any) -> HttpResponseRedirect:
    """Redirect after a POST, with the key of one sentence (or "") that the next page shows once."""
    if notice:
        request.session["notice"] = notice
    return redirect(name, *args)


def take_notice(request: HttpRequest) -> str:
    """The key left by the last POST, gone once it was read."""
    if "notice" not in request.session:
        return ""
    return str(request.session.pop("notice"))
