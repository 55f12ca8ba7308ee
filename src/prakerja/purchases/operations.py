"""Intent → OTP → authorise → void. The first two verbs are hot calls: one PL/pgSQL function each (architecture.md "Hot calls").

Reads: awards_cardclaim, awards_award.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from prakerja.awards.cards import index_of
from prakerja.awards.queries import award_of_card
from prakerja.kernel.clock import wall
from prakerja.kernel.codes import is_card_number, new_transaction_code, one_time_password, readable_code
from prakerja.kernel.errors import Refused
from prakerja.kernel.hot_calls import HotCall, RoutedCall
from prakerja.kernel.ids import array_of_ids, new_id
from prakerja.kernel.secrets import blind_index, otp_hash, seal
from prakerja.kernel.split import is_split
from prakerja.notifications.operations import seal_parameters, wake_throttled
from prakerja.programmes.queries import scheme, schemes
from prakerja.programmes.schemes.model import OtpLimits
from prakerja.purchases.closing import close_training, reopen_training
from prakerja.purchases.naming import bought_words, offer_words, says_where
from prakerja.purchases.tokens import PaymentToken, SignedRequest
from prakerja.purchases.void import void_purchase

__all__ = ["Receipt", "authorise_purchase", "close_training", "reopen_training", "send_otp", "void_purchase"]

_SEND_OTP = HotCall(Path(__file__).with_name("send_otp.sql"))
# A card says whose it is and by which rules. Those of codes are the same in nearly all versions, so that the last one's are tried at
# once, in the statement that looks the card up; whoever has other rules is asked for the usual way.
_SEND_OTP_BY_CARD = RoutedCall(
    _SEND_OTP,
    source="FROM awards_cardclaim claim"
    " JOIN awards_award award ON award.person_id = claim.person_id AND award.id = claim.award_id",
    where="claim.index = %(card_index)s AND award.scheme_version_id = ANY(%(versions)s::uuid[])",
    given={
        "person_id": "claim.person_id",
        "award_id": "claim.award_id",
        # As `PaymentToken.hash`.
        "token_hash": "sha256(uuid_send(claim.person_id) || %(token_rest)s)",
    },
    returned="claim.person_id",
)
_AUTHORISE = HotCall(Path(__file__).with_name("authorise.sql"))


@dataclass(frozen=True)
class Receipt:
    """What `authorize` answers. `amount` in rupiah; `status` is succeeded, which alone may be handed a course for."""

    invoice_code: str
    reference: str
    amount: int
    status: str
    name: str


def send_otp(
    *,
    platform_id: uuid.UUID,
    platform_user: str,
    card_number: str,
    course_code: str,
    schedule_code: str,
    amount: int,
    at: datetime,
    request: SignedRequest | None = None,
) -> str:
    """Check an intended purchase, send the OTP by SMS and return the payment token. Nothing moves.

    `amount` in rupiah must be the platform's price, or the price less a promotion that runs now. The OTP's limits are
    the scheme's (rules.md 12.13). The same `request` again gets the same token and changes nothing. Raises Refused with the reasons of decisions.md 73 in its order: run_unknown,
    course_unknown, run_of_other_course, not_listed, class_begun, class_full, card_unknown, award_suspended, award_ended,
    videos_unfinished, deadline_passed, balance_expired, class_too_late, account_bound, course_bought_before, previous_unfinished,
    price_mismatch, requirements_not_met, balance_too_low, otp_locked (until), otp_too_soon, otp_daily_limit.
    """
    shared = {
        "platform_id": platform_id,
        "platform_user": platform_user,
        "course_code": course_code,
        "schedule_code": schedule_code,
        "amount": amount,
        "at": at,
        "wall": wall(),
        "guard_id": new_id(),
        "day_guard_id": new_id(),
        "audit_id": new_id(),
    }
    token = PaymentToken.new(person_id=None, request=request)
    found = None
    if _usual is not None and is_card_number(card_number) and not is_split() and not says_where(course_code):
        told = _told(_usual.limits, token, shared)
        found = _SEND_OTP_BY_CARD(
            card_index=index_of(card_number), versions=_usual.versions, token_rest=token.rest(), **shared, **told
        )
    if found is not None:
        person_id, reason, locked_until = found
        token = token.of(person_id)
    else:
        token, (reason, locked_until) = _send_otp_by_steps(token, card_number, shared)
    if reason is not None:
        raise Refused(reason, until=locked_until)
    wake_throttled()
    return token.text()


class _Usual(NamedTuple):
    """How codes are made for nearly everybody, and the versions that want them so."""

    limits: OtpLimits
    versions: str


def _code_of(limits: OtpLimits) -> tuple[int, int]:
    """What of the rules makes a code and its SMS."""
    return limits.digits, limits.life_s


# Of the last buyer who was looked up first. One value, replaced at once: threads see one or the other.
_usual: _Usual | None = None


def forget_usual_rules() -> None:
    """Look the next buyer up first, as a new process does."""
    global _usual
    _usual = None


def _send_otp_by_steps(
    token: PaymentToken, card_number: str, shared: dict[str, Any]
) -> tuple[PaymentToken, tuple[Any, ...]]:
    """The same in two trips: who has the card, then the function. Nobody has it: the refusal comes before anything is sent."""
    global _usual
    route = award_of_card(card_number=card_number) if is_card_number(card_number) else None
    limits = None
    if route is not None:
        token = token.of(route.person_id)
        limits = scheme(scheme_version_id=route.scheme_version_id).otp
        if _usual is None or route.scheme_version_id.hex not in _usual.versions:
            same = [version_id for version_id, rules in schemes().items() if _code_of(rules.otp) == _code_of(limits)]
            _usual = _Usual(limits, array_of_ids(same))
    return token, _SEND_OTP(
        person_id=token.person_id,
        award_id=route.award_id if route else None,
        token_hash=token.hash(),
        **shared,
        **_told(limits, token, shared),
    )


def _told(limits: OtpLimits | None, token: PaymentToken, shared: dict[str, Any]) -> dict[str, Any]:
    """The intent with its code, and the SMS that tells it."""
    message_id = new_id()
    code = one_time_password(limits.digits) if limits else ""
    told: dict[str, object] = {}
    if limits:
        words = offer_words(
            platform_id=shared["platform_id"],
            course_code=shared["course_code"],
            intent_id=token.intent_id,
            person_id=token.person_id,
        )
        told = {"otp": code, "minutes": limits.life_s // 60, "amount": shared["amount"], **words}
    return {
        "intent_id": token.intent_id,
        "otp_hash": otp_hash(token.intent_id, code),
        "message_id": message_id,
        "message_parameters": seal_parameters(message_id=message_id, parameters=told),
    }


def authorise_purchase(
    *, platform_id: uuid.UUID, token: str, otp: str, invoice_code: str, invoice_url: str, at: datetime
) -> Receipt:
    """Buy: check the OTP and everything else again under lock, then debit, take the seat and issue the voucher.

    An honest retry (same platform, token and invoice) gets the first answer for as long as the purchase exists, before
    the OTP is looked at; after a void it is refused (decisions.md 16). A wrong OTP is counted although it is refused; the
    third locks this platform account for an hour. Raises Refused: token_invalid, purchase_voided, token_used, otp_locked
    (until), otp_expired, otp_wrong (left), invoice_used, class_full, or any reason of `send_otp`.
    """
    parsed = PaymentToken.parse(token)
    if parsed is None:
        raise Refused("token_invalid")
    purchase_id, voucher_id, email_id, dashboard_id = new_id(), new_id(), new_id(), new_id()
    code, transaction_code = readable_code(), new_transaction_code()
    words = bought_words(person_id=parsed.person_id, intent_id=parsed.intent_id, purchase_id=purchase_id)
    told = words | {"invoice_code": invoice_code}
    reason, tries_left, locked_until, paid_reference, amount, status, name = _AUTHORISE(
        person_id=parsed.person_id,
        intent_id=parsed.intent_id,
        platform_id=platform_id,
        token_hash=parsed.hash(),
        otp_hash=otp_hash(parsed.intent_id, otp),
        invoice_code=invoice_code,
        invoice_url=invoice_url,
        at=at,
        wall=wall(),
        purchase_id=purchase_id,
        voucher_id=voucher_id,
        code_enc=seal(code, table="vouchers_voucher", column="code_enc", row_id=voucher_id),
        code_index=blind_index("voucher_code", code),
        reference=transaction_code,
        slice=random.randrange(1 << 16),  # noqa: S311 - spreads buyers over slices of seats; nobody gains by guessing it
        transfer_id=new_id(),
        invoice_claim_id=new_id(),
        user_claim_id=new_id(),
        email_id=email_id,
        email_parameters=seal_parameters(message_id=email_id, parameters=told | {"code": code}),
        dashboard_id=dashboard_id,
        dashboard_parameters=seal_parameters(message_id=dashboard_id, parameters=dict(told)),
        audit_id=new_id(),
    )
    if reason is not None:
        raise Refused(reason, left=tries_left, until=locked_until)
    if status != "succeeded":
        # Only a retry comes here, and it has written nothing: clients hand out the course on every 200.
        raise Refused("purchase_voided")
    wake_throttled()
    return Receipt(invoice_code=invoice_code, reference=paid_reference, amount=amount, status=status, name=name)
