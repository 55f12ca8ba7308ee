"""Sign in by phone and one-time password; sign out."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.access.code_load import is_turn
from prakerja.access.policies import SIGN_IN
from prakerja.access.session_store import DEVICE
from prakerja.access.sessions import device_words
from prakerja.access.sign_in_codes import Asker, CodeState
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_phone
from prakerja.people.operations import set_language, sign_in_state
from prakerja.portal import drafts, pending
from prakerja.portal.browsers import asker_of, remember
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import (
    SESSION_BY_EMAIL,
    SESSION_PERSON,
    SESSION_SIGNED_IN_AT,
    anyone,
    page,
    pressed_on,
    safe_next,
    seconds_until,
    typed_code,
)
from prakerja.portal.pending import Pending
from prakerja.portal.registering import SESSION_REGISTRATION
from prakerja.portal.texts import NOTICES, sentence
from prakerja.portal.throttle import slowed
from prakerja.privacy.lost_phones import stop_by_lost_phone
from prakerja.registrations.operations import enter, request_code, request_code_by_email

# A cookie holds four kilobytes; the addresses of our own pages are far from that.
_LONGEST_NEXT = 2_400


@anyone
@slowed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("phone")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the phone number; a POST sends the code and leads to the page that asks for it."""
    if request.method != "POST":
        if SESSION_PERSON in request.session:
            return redirect(safe_next(request, request.GET.get("next", ""), reverse("portal:dashboard")))
        if SESSION_REGISTRATION in request.session:
            return redirect(safe_next(request, request.GET.get("next", ""), reverse("portal:registration")))
        return page(
            request,
            "sign_in",
            section="sign_in",
            errors={},
            phone="",
            next=request.GET.get("next", ""),
            notice=NOTICES["signed_out"] if "keluar" in request.GET else "",
        )
    typed, following = request.POST.get("phone", "").strip()[:30], request.POST.get("next", "")
    number = normal_phone(typed)
    if number is None:
        errors = {"phone": sentence(Refused("phone_format"))}
        return page(
            request, "sign_in", section="sign_in", status=422, errors=errors, phone=typed, next=following, notice=""
        )
    kept = following if len(following) <= _LONGEST_NEXT else ""
    return send_code(request, Pending(phone=number, following=kept, said="sent"))


@anyone
@slowed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("phone")
def register(request: HttpRequest) -> HttpResponse:
    """Begin to register, or go on: the phone comes first. What it opens is known to whoever reads the code."""
    if SESSION_PERSON in request.session:
        return redirect("portal:dashboard")
    if SESSION_REGISTRATION in request.session:
        return redirect("portal:registration")
    typed, errors = request.POST.get("phone", "").strip()[:30], {}
    if request.method == "POST":
        number = normal_phone(typed)
        if number is not None:
            return send_code(request, Pending(phone=number, following="", said="sent", begins=True))
        errors = {"phone": sentence(Refused("phone_format"))}
    status = 422 if errors else 200
    return page(request, "register", section="register", status=status, errors=errors, phone=typed)


@anyone
@slowed
@never_cache
@pressed_on("portal:sign_in_code")
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Send another code to the number of the sign-in that waits. It is said only when one was sent."""
    return _again(request, channel="sms")


@anyone
@slowed
@never_cache
@pressed_on("portal:sign_in_code")
def sign_in_by_email(request: HttpRequest) -> HttpResponse:
    """Send the code to the e-mail address of whoever the number belongs to, because the SMS does not come."""
    return _again(request, channel="email")


@anyone
@require_safe
def no_code(request: HttpRequest) -> HttpResponse:
    """What to do when no code comes, from the quickest way to the longest."""
    is_waiting = pending.read(request, browser=asker_of(request).browser) is not None
    return page(
        request, "no_code", section="sign_in", gap=SIGN_IN.gap_s, minutes=SIGN_IN.life_s // 60, is_waiting=is_waiting
    )


@anyone
@slowed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("otp")
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and check it. A right one makes a new session, so that a planted session key is worthless.

    The page is an address of its own: it says after a reload, in another language or in a new tab what it said before,
    and a wrong code typed once is counted once.
    """
    asker = asker_of(request)
    waiting = pending.read(request, browser=asker.browser)
    if waiting is None:
        if SESSION_REGISTRATION in request.session:
            # Back, after the code was right.
            return redirect("portal:registration")
        return redirect("portal:sign_in")
    at = clock.now()
    if request.method != "POST":
        return _code_page(request, waiting, sign_in_state(phone=waiting.phone, asker=asker, at=at))
    try:
        entered = enter(phone=waiting.phone, otp=typed_code(request), language=language(), asker=asker, at=at)
    except Refused as refused:
        return _to_code(request, waiting.after(refused.reason), asker)
    owner = entered.person_id or entered.registration_id
    assert owner is not None
    if entered.person_id is not None and entered.holds_phone:
        stop_by_lost_phone(person_id=entered.person_id, at=at)
    typed_before = drafts.of_person(request, person_id=owner)
    request.session.flush()
    if typed_before:
        request.session[drafts.SESSION_DRAFT] = typed_before
    # Forms get another secret too: who knew the one from before must not write forms for whoever signed in.
    rotate_token(request)
    request.session[SESSION_PERSON if entered.person_id else SESSION_REGISTRATION] = str(owner)
    if entered.holds_phone:
        # What counts as fresh shows that somebody holds the phone: money and contacts ask for it (rules.md 12.13).
        request.session[SESSION_SIGNED_IN_AT] = int(clock.wall().timestamp())
    else:
        request.session[SESSION_BY_EMAIL] = True
    request.session[DEVICE] = device_words(request.headers.get("User-Agent", ""))
    if entered.person_id is not None and settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        # Who chose the language of the pages before the sign-in gets messages in it from now on.
        set_language(person_id=entered.person_id, language=language())
    home = "portal:dashboard" if entered.person_id else "portal:registration"
    response = redirect(safe_next(request, waiting.following, reverse(home)))
    pending.forget(response)
    remember(request, response, asker, person_id=owner)
    return response


def send_code(request: HttpRequest, wanted: Pending) -> HttpResponse:
    """Ask for a code and lead to the page that asks for it."""
    asker = asker_of(request)
    return _to_code(request, _send(wanted, asker), asker)


def _again(request: HttpRequest, *, channel: str) -> HttpResponse:
    asker = asker_of(request)
    waiting = pending.read(request, browser=asker.browser)
    if waiting is None:
        return redirect("portal:sign_in")
    turn_at = waiting.turn_at()
    if turn_at is not None and clock.now() < turn_at:
        # Its turn has not come: nothing is asked anew, or the turn would be lost.
        return _to_code(request, waiting, asker)
    has_waited = turn_at is not None and is_turn(turn_at=turn_at, at=clock.now())
    wanted = replace(
        waiting.after("sent" if has_waited else "sent_again"), channel="sms" if waiting.begins else channel
    )
    sent = _send(wanted, asker, has_waited=has_waited)
    if sent.turn or has_waited:
        return _to_code(request, sent, asker)
    # What was not sent changes nothing about the code that is waited for.
    return _to_code(request, sent if sent.said == "sent_again" else replace(sent, channel=waiting.channel), asker)


def _send(wanted: Pending, asker: Asker, *, has_waited: bool = False) -> Pending:
    """Ask for a code; what became of it."""
    try:
        if wanted.channel == "email":
            request_code_by_email(phone=wanted.phone, asker=asker, at=clock.now(), has_waited=has_waited)
            return wanted
        request_code(
            phone=wanted.phone,
            begins=wanted.begins,
            language=language(),
            asker=asker,
            at=clock.now(),
            has_waited=has_waited,
        )
    except Refused as refused:
        if refused.reason == "codes_queued":
            return replace(wanted.after(refused.reason), turn=refused.details["turn_at"].timestamp())
        return wanted.after(refused.reason, seconds=int(refused.details.get("seconds", 0)))
    return wanted


def _to_code(request: HttpRequest, waiting: Pending, asker: Asker) -> HttpResponse:
    response = HttpResponseRedirect(reverse("portal:sign_in_code"))
    pending.write(request, response, waiting, browser=asker.browser)
    remember(request, response, asker)
    return response


def _code_page(request: HttpRequest, waiting: Pending, state: CodeState) -> HttpResponse:
    """What a sign-in came to, told from what is counted: it is as true at the second look as at the first."""
    at = clock.now()
    turn_at = waiting.turn_at()
    if turn_at is not None or waiting.said == "codes_queue_full":
        return page(
            request,
            "sign_in_turn",
            section="sign_in",
            phone=waiting.phone,
            begins=waiting.begins,
            turn_at=turn_at,
            wait=seconds_until(turn_at, at) if turn_at is not None and turn_at > at else 0,
        )
    is_live = state.sent_at is not None and state.expires_at is not None and at < state.expires_at
    errors = {}
    if state.locked_until is not None:
        errors[""] = sentence(Refused("otp_locked", until=state.locked_until))
    elif waiting.said == "otp_format" or (waiting.said == "otp_of_other_browser" and is_live):
        errors["otp"] = sentence(Refused(waiting.said))
    elif waiting.said == "otp_wrong" and is_live:
        errors["otp"] = sentence(Refused("otp_wrong", left=state.tries_left))
    elif waiting.said == "otp_daily_limit" or (not is_live and state.is_day_over):
        errors[""] = sentence(Refused("otp_daily_limit"))
    elif not is_live:
        errors["otp"] = sentence(Refused("otp_expired"))
    elif waiting.said == "otp_too_soon":
        errors[""] = sentence(Refused("code_just_sent"))
    return page(
        request,
        "sign_in_code",
        section="sign_in",
        errors=errors,
        phone=waiting.phone,
        begins=waiting.begins,
        by_email=waiting.channel == "email",
        state=state,
        is_live=is_live,
        wait=seconds_until(state.next_at, at),
        # By e-mail the heading says it: whether one left nobody is told.
        notice=NOTICES["code_sent_again"]
        if (waiting.said, waiting.channel, is_live) == ("sent_again", "sms", True)
        else "",
    )


@anyone
@pressed_on("portal:sign_in")
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and in every process."""
    request.session.flush()
    return redirect(reverse("portal:sign_in") + "?keluar=1")
