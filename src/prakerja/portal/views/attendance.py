"""The page that an institution sends a participant to: who you are, that you are there, and back (contract.md 3.2).

Its address holds a sealed token and nothing else. Nothing happens by opening it, so that previews and crawlers change
nothing; what is done here needs the person's own session, or the code on the person's phone.
"""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from csp.constants import SELF
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.partners.policies import origin
from prakerja.people.queries import contact_of
from prakerja.portal.browsers import asker_of, remember
from prakerja.portal.pages import SESSION_PERSON, anyone, code_errors, page, seconds_until, typed_code
from prakerja.portal.texts import NOTICES
from prakerja.training import operations as training
from prakerja.training.verifying import Verification

# The attempt for which the person of this session proved to hold the phone.
SESSION_PROOF = "attendance_proof"
# What the page says of the last form, by name in its address.
_OF_THE_CODE = (
    "otp_format",
    "otp_wrong",
    "otp_of_other_browser",
    "otp_expired",
    "otp_locked",
    "otp_too_soon",
    "otp_daily_limit",
)
_ENDED = ("state_used", "state_expired", "not_yours")
_STATUS = {"state_unknown": HTTPStatus.NOT_FOUND, "face_unavailable": HTTPStatus.SERVICE_UNAVAILABLE}


@anyone
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("otp")
def verification(request: HttpRequest, token: str) -> HttpResponse:
    """Show where the attempt stands; a POST takes the next step. Ended attempts say so and lead back."""
    try:
        seen = training.attempt_to_verify(token=token, at=clock.now())
        if seen.stage != "open":
            return _ended(request, seen)
        if request.method == "POST":
            return _step(request, token, seen)
        return _open(request, token, seen)
    except Refused as refused:
        if refused.reason in _ENDED:
            # A rival click ended it between the reading and the step.
            return _ended(request, training.attempt_to_verify(token=token, at=clock.now()))
        return _dead(request, refused)


def _step(request: HttpRequest, token: str, seen: Verification) -> HttpResponse:
    """One of the buttons. What the person may not do yet shows the page that asks for the proof."""
    at = clock.now()
    action = request.POST.get("action", "")
    proven = _proven(request, seen)
    if action == "cancel":
        return _leave(request, seen, training.cancel_attempt(token=token, proven=proven, at=at))
    if action in ("send", "check") and proven is None and seen.person_id is not None:
        return _phone(request, token, seen, action)
    if action != "confirm" or (proven is None and seen.person_id is not None):
        return _open(request, token, seen)
    answers = {"face": request.POST.get("face", "")}
    address = training.verify_attendance(token=token, proven=proven, answers=answers, at=at)
    request.session.pop(SESSION_PROOF, None)
    return _leave(request, seen, address)


def _phone(request: HttpRequest, token: str, seen: Verification, action: str) -> HttpResponse:
    """Send the code, or check it, and lead to the page again: it says what became of it, also after a reload.

    The right one makes a new session key, so that a planted one is worthless.
    """
    at, asker = clock.now(), asker_of(request)
    try:
        if action == "send":
            is_another = training.code_waited_for(token=token, browser=asker.browser, at=at).is_live
            training.send_code(token=token, browser=asker.browser, at=at)
            said = "sent_again" if is_another else ""
        else:
            training.check_code(token=token, browser=asker.browser, otp=typed_code(request), at=at)
            request.session.cycle_key()
            request.session[SESSION_PROOF] = str(seen.attempt_id)
            return HttpResponseRedirect(reverse("portal:verification", args=[token]))
    except Refused as refused:
        if refused.reason not in _OF_THE_CODE:
            raise
        said = refused.reason
    address = reverse("portal:verification", args=[token])
    response = HttpResponseRedirect(f"{address}?{urlencode({'kode': said})}" if said else address)
    remember(request, response, asker)
    return _guarded(response, seen)


def _proven(request: HttpRequest, seen: Verification) -> uuid.UUID | None:
    """The person of the attempt, when this session is theirs or proved to hold their phone; else nobody."""
    if seen.person_id is None:
        return None
    mine = request.session.get(SESSION_PERSON) == str(seen.person_id)
    return seen.person_id if mine or request.session.get(SESSION_PROOF) == str(seen.attempt_id) else None


def _open(request: HttpRequest, token: str, seen: Verification) -> HttpResponse:
    """The step that comes next: who you are, that you are there, your face."""
    needs_proof = seen.person_id is not None and _proven(request, seen) is None
    if needs_proof:
        step = "identity"
    elif seen.verifier == "none":
        step = "confirm"
    else:
        step = "face" if request.GET.get("langkah") == "wajah" else "before_face"
    address = reverse("portal:verification", args=[token])
    answer = page(
        request,
        "verification",
        section="",
        here=request.get_full_path() if request.method == "GET" else address,
        address=address,
        seen=seen,
        step=step,
        is_somebody_else=needs_proof and SESSION_PERSON in request.session,
        **(_code_of(request, token, seen) if needs_proof else {"errors": {}, "notice": ""}),
    )
    return _guarded(answer, seen)


def _code_of(request: HttpRequest, token: str, seen: Verification) -> dict[str, Any]:
    """What the page says of the code that this browser waits for, if it does."""
    at, said = clock.now(), request.GET.get("kode", "")
    waiting = training.code_waited_for(token=token, browser=asker_of(request).browser, at=at)
    was_sent = waiting.expires_at is not None or waiting.locked_until is not None
    phone = contact_of(person_id=seen.person_id, kind="phone") if was_sent and seen.person_id else None
    return {
        "waiting": waiting,
        "was_sent": was_sent,
        "wait": seconds_until(waiting.next_at, at),
        "phone": phone or "",
        "errors": code_errors(waiting, said) if was_sent or said == "otp_daily_limit" else {},
        "notice": NOTICES["code_sent_again"] if said == "sent_again" and waiting.is_live else "",
    }


def _ended(request: HttpRequest, seen: Verification) -> HttpResponse:
    """A used, cancelled, failed or expired state: what happened, and the way back to the institution."""
    return _guarded(
        page(request, "verification_ended", section="", status=HTTPStatus.GONE, seen=seen, here=request.path), seen
    )


def _dead(request: HttpRequest, refused: Refused) -> HttpResponse:
    """An address that we never made, or no verifier: nothing is told but that."""
    status = _STATUS.get(refused.reason, HTTPStatus.CONFLICT)
    answer = page(
        request, "verification_unknown", section="", status=status, reason=refused.reason, here=reverse("portal:home")
    )
    return _guarded(answer, None)


def _leave(request: HttpRequest, seen: Verification, address: str | None) -> HttpResponse:
    """Back to the institution's registered address; a page of ours when it took that address back meanwhile."""
    if address is None:
        return _ended(request, training.attempt_to_verify(token=request.path.rpartition("/")[2], at=clock.now()))
    return _guarded(HttpResponseRedirect(address), seen)


def _guarded(answer: HttpResponse, seen: Verification | None) -> HttpResponse:
    """Keep the address out of Django's log of refusals, and let the forms end at the institution.

    Browsers check a form's policy for the redirect after it too.
    """
    answer._has_been_logged = True  # type: ignore[attr-defined]
    if seen is not None and seen.returns_to is not None:
        answer._csp_update = {"form-action": [SELF, origin(seen.returns_to)]}  # type: ignore[attr-defined]
    return answer
