"""Intent → OTP → authorise → void. The first two verbs are hot calls: one PL/pgSQL function each (architecture.md "Hot calls")."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prakerja.awards.queries import award_of_card
from prakerja.kernel.clock import wall
from prakerja.kernel.codes import is_card_number, new_transaction_code, one_time_password, readable_code
from prakerja.kernel.errors import Refused
from prakerja.kernel.hot_calls import HotCall
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, otp_hash, seal
from prakerja.notifications.operations import seal_parameters, wake_throttled
from prakerja.programmes.queries import scheme
from prakerja.purchases.closing import close_training, reopen_training
from prakerja.purchases.naming import bought_words, offer_words
from prakerja.purchases.tokens import PaymentToken, SignedRequest
from prakerja.purchases.void import void_purchase

__all__ = ["Receipt", "authorise_purchase", "close_training", "reopen_training", "send_otp", "void_purchase"]

_SEND_OTP = HotCall(Path(__file__).with_name("send_otp.sql"))
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
    route = award_of_card(card_number=card_number) if is_card_number(card_number) else None
    token = PaymentToken.new(person_id=route.person_id if route else None, request=request)
    intent_id, message_id = token.intent_id, new_id()
    limits = scheme(scheme_version_id=route.scheme_version_id).otp if route else None
    # Nobody has this card: the refusal comes before anything is sent.
    code = one_time_password(limits.digits) if limits else ""
    told: dict[str, object] = {}
    if limits:
        words = offer_words(
            platform_id=platform_id, course_code=course_code, intent_id=intent_id, person_id=token.person_id
        )
        told = {"otp": code, "minutes": limits.life_s // 60, "amount": amount, **words}
    reason, locked_until = _SEND_OTP(
        person_id=token.person_id,
        award_id=route.award_id if route else None,
        platform_id=platform_id,
        platform_user=platform_user,
        course_code=course_code,
        schedule_code=schedule_code,
        amount=amount,
        at=at,
        wall=wall(),
        guard_id=new_id(),
        day_guard_id=new_id(),
        intent_id=intent_id,
        token_hash=token.hash(),
        otp_hash=otp_hash(intent_id, code),
        message_id=message_id,
        message_parameters=seal_parameters(message_id=message_id, parameters=told),
        audit_id=new_id(),
    )
    if reason is not None:
        raise Refused(reason, until=locked_until)
    wake_throttled()
    return token.text()


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
