"""The linked account and the schedule of incentives."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.awards.states import AWARD_STATES
from prakerja.disbursements.queries import link_in_progress, live_account
from prakerja.incentives.operations import link_account, request_link, unlink_account
from prakerja.incentives.policies import AccountFacts, needs_met
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_digits
from prakerja.portal.drafts import keeps_typed
from prakerja.portal.pages import (
    code_errors,
    page,
    participant,
    seconds_until,
    take_notice,
    typed_code,
    with_notice,
    with_the_phone,
)
from prakerja.portal.providers import PROVIDER_NAMES, linkable
from prakerja.portal.texts import HOLD_REASONS, NOTICES, incentive_tag, sentence
from prakerja.portal.views.front import PUBLIC_SCHEME
from prakerja.programmes.schemes import Need, missing_needs, scheme_by_key, wib_day
from prakerja.reporting.dashboard import Account, Dashboard, Survey
from prakerja.reporting.next_action import may_earn, may_link
from prakerja.reporting.queries import dashboard as read_dashboard

# Unlinking this near before a payment gets the warning: a change then leads to a hold (rules.md 5.5).
NEAR = timedelta(days=7)


def _typed(request: HttpRequest) -> tuple[str, str]:
    """Provider and number as typed, without what people put between digits."""
    return request.POST.get("provider", ""), normal_digits(request.POST.get("number", "")[:60])


@participant
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number")
def account(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """The linked account, or the form that asks for one; a POST sends the code and leads to the page that asks for it."""
    provider, number = _typed(request)
    if request.method != "POST":
        return _account_page(request, person_id, provider=provider, number=number)
    errors: dict[str, str] = {}
    if provider not in linkable(clock.now()):
        errors["provider"] = _("Pilih bank atau e-wallet.")
    # An e-wallet's number is a phone number: +62 is as good as 0.
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 20):
        errors["number"] = _("Nomor hanya berisi angka. Periksa panjangnya.")
    if not errors:
        try:
            request_link(person_id=person_id, provider=provider, number=number, at=clock.now())
        except Refused as refused:
            errors["number"] = sentence(refused)
        else:
            return _to_code(request, "")
    return _account_page(request, person_id, provider=provider, number=number, errors=errors)


def _account_page(
    request: HttpRequest,
    person_id: uuid.UUID,
    *,
    provider: str = "",
    number: str = "",
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    board = read_dashboard(person_id=person_id, transactions=1)
    held_account = live_account(person_id=person_id)
    return page(
        request,
        "account",
        section="dashboard",
        here=reverse("portal:account"),
        status=422 if errors else 200,
        notice=NOTICES.get(take_notice(request), ""),
        account=board.account,
        defect=held_account.defect if held_account is not None else "",
        is_over=is_over(board),
        is_closed=board.award is not None and not may_link(dashboard=board, award=board.award, at=clock.now()),
        errors=errors or {},
        provider=provider,
        number=number,
        offered=linkable(clock.now()),
        provider_names=PROVIDER_NAMES,
    )


def is_over(board: Dashboard) -> bool:
    """Whether nothing will be paid any more: the award was revoked, given back, annulled, or has run its course."""
    return board.award is not None and board.award.status not in AWARD_STATES.group("LIVE")


# What the last form of the code's page came to, for the page that can be asked for again.
SESSION_SAID = "account_code"
# About the account and not about the code: the form is shown again with what was typed.
_OF_THE_CODE = (
    "otp_format",
    "otp_wrong",
    "otp_expired",
    "otp_locked",
    "otp_too_soon",
    "otp_daily_limit",
    "provider_unavailable",
)


def _to_code(request: HttpRequest, said: str) -> HttpResponse:
    request.session[SESSION_SAID] = said
    return redirect("portal:account_code")


@participant
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("otp")
def account_code(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Ask for the code of the account that it was sent for, and confirm by it; the bank is then asked whose account it is.

    Which account it is stands with the code, so the page is a plain address: a reload, Back or another tab show the same.
    """
    at = clock.now()
    provider, number, waiting = link_in_progress(person_id=person_id, at=at)
    if provider not in PROVIDER_NAMES and waiting.locked_until is None:
        return with_notice(request, "", "portal:account")
    if request.method != "POST":
        said = str(request.session.get(SESSION_SAID, ""))
        return page(
            request,
            "account_code",
            section="dashboard",
            provider=PROVIDER_NAMES.get(provider, ""),
            number=number,
            waiting=waiting,
            wait=seconds_until(waiting.next_at, at),
            notice=NOTICES["code_sent_again"] if said == "sent_again" and waiting.is_live else "",
            errors=code_errors(waiting, said),
        )
    try:
        if request.POST.get("action") == "again":
            request_link(person_id=person_id, provider=provider, number=number, at=at)
            return _to_code(request, "sent_again")
        link_account(person_id=person_id, provider=provider, number=number, otp=typed_code(request), at=at)
    except Refused as refused:
        if refused.reason in _OF_THE_CODE:
            return _to_code(request, refused.reason)
        return _account_page(request, person_id, provider=provider, number=number, errors={"number": sentence(refused)})
    return with_notice(request, "linked", "portal:account")


@participant
@with_the_phone
@require_http_methods(["GET", "HEAD", "POST"])
def account_unlink(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Let go of the account, with a warning when a payment is near."""
    at = clock.now()
    if request.method == "POST":
        unlink_account(person_id=person_id, at=at)
        return with_notice(request, "unlinked", "portal:account")
    board = read_dashboard(person_id=person_id, transactions=1)
    if board.account is None:
        return with_notice(request, "", "portal:account")
    near = payment_near(board, at)
    # Whoever links another account by then is paid in time; later, the payment is held (rules.md 5.5).
    safe_until = None
    if near is not None and board.award is not None:
        safe_until = near - timedelta(days=board.award.rules.account_change_hold_days + 1)
    is_late = safe_until is not None and safe_until < at.astimezone(WIB).date()
    return page(request, "account_unlink", section="dashboard", near=near, safe_until=safe_until, is_late=is_late)


def unpaid_surveys(board: Dashboard, at: datetime) -> list[tuple[int, Survey | None, str]]:
    """The surveys of the scheme without a payment: number, the survey once it is planned, and how it stands."""
    if board.award is None:
        return []
    paid = {incentive.number for incentive in board.incentives if incentive.kind == "survey"}
    planned = {survey.number: survey for survey in board.surveys}
    numbers = (number for number in range(1, board.award.rules.survey.times + 1) if number not in paid)
    found = ((number, planned.get(number)) for number in numbers)
    return [(number, one, state_of(one, at) if one is not None else "unplanned") for number, one in found]


def state_of(survey: Survey, at: datetime) -> str:
    """sent, open, later or closed."""
    if survey.submitted_at is not None:
        return "sent"
    if survey.is_open(at):
        return "open"
    return "later" if at < survey.opens_at and survey.closed_at is None else "closed"


def payment_near(board: Dashboard, at: datetime) -> date | None:
    """The day of the next payment when it is at most seven days off."""
    today = at.astimezone(WIB).date()
    days = [
        i.pay_date for i in board.incentives if i.status in INCENTIVE_STATES.group("COMING") and i.pay_date >= today
    ]
    return min((day for day in days if day - today <= NEAR), default=None)


@participant
@require_safe
def incentives(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """The schedule with its labels, or what is still missing before there is one."""
    at = clock.now()
    board = read_dashboard(person_id=person_id)
    rows = [(i, incentive_tag(incentive=i, at=at)) for i in board.incentives]
    rules = board.award.rules if board.award else scheme_by_key(PUBLIC_SCHEME)
    return page(
        request,
        "incentives",
        section="incentives",
        # In the order of their names: the incentive's payments, then the surveys'.
        rows=[row for row in rows if row[0].kind != "survey"] + [row for row in rows if row[0].kind == "survey"],
        paid=sum(i.amount for i in board.incentives if i.status == "paid"),
        # Surveys that nobody has been paid for yet, so that all that was promised stands here by name.
        unpaid_surveys=unpaid_surveys(board, at),
        may_earn=may_earn(dashboard=board),
        has_award=board.award is not None and board.award.status == "active",
        missing=missing_words(board, at),
        is_over=is_over(board),
        hold_words=HOLD_REASONS,
        rules=rules,
        board=board,
        pause=rules.payout_pause if board.award else None,
    )


def missing_words(board: Dashboard, at: datetime) -> list[str]:
    """The conditions of rules.md 5.4 that this person has not met yet, in the order in which they are met."""
    if board.award is None or board.incentives or not may_earn(dashboard=board):
        return []
    first = board.first_purchase
    completion = first.completion if first else None
    account = board.account
    certificates = completion.certificates if completion is not None else ()
    # Of whose class was called off too late for another no training is asked.
    waived_at = board.award.training_waived_at
    rated_at = completion.rating.created_at if completion is not None and completion.rating is not None else None
    met = needs_met(
        certificate_visible_from=waived_at or min((item.visible_from for item in certificates), default=None),
        rated_at=waived_at or rated_at,
        account=account_facts(account),
        at=at,
    )
    missing = missing_needs(scheme=board.award.rules, met=met)
    return list(dict.fromkeys(str(NEEDS[need]) for need in missing if _is_asked(need, account)))


NEEDS = {
    Need.CERTIFICATE: gettext_lazy("Sertifikat pelatihan pertama"),
    # One form gives both.
    Need.RATING: gettext_lazy("Beri bintang dan ulasan"),
    Need.REVIEW: gettext_lazy("Beri bintang dan ulasan"),
    Need.ACCOUNT_LINKED: gettext_lazy("Sambungkan rekening"),
    Need.NIK_MATCH: gettext_lazy("Rekening atas NIK Anda sendiri"),
    Need.ACCOUNT_KYC: gettext_lazy("Tingkatkan e-wallet"),
}


def _is_asked(need: Need, account: Account | None) -> bool:
    """What is wrong with an account is said once there is one."""
    return account is not None or need not in (Need.NIK_MATCH, Need.ACCOUNT_KYC)


def account_facts(account: Account | None) -> AccountFacts | None:
    """The linked account as the rule looks at it."""
    if account is None:
        return None
    return AccountFacts(
        linked_on=wib_day(account.linked_at),
        nik_matches=account.nik_matches,
        is_kyc_complete=account.is_kyc_complete,
    )
