"""What a synthetic person reads on a phone and a page that nobody looks at: codes, out of the rows themselves.

The one module outside their packages that imports models. To open an OTP by a query of its context would put into every
installation what only a sandbox may do.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from prakerja.access.models import OtpChallenge
from prakerja.kernel.secrets import otp_hash, unseal
from prakerja.notifications.models import Message, StrangerMessage
from prakerja.purchases.models import PaymentIntent, Purchase
from prakerja.vouchers.models import Voucher


def purchase_otp(*, person_id: uuid.UUID) -> str:
    """The code of the newest open purchase."""
    intent = PaymentIntent.objects.filter(person_id=person_id, status="otp_sent").order_by("-created_at")[:1].get()
    return _otp(person_id, intent.id, bytes(intent.otp_hash))


def challenge_otp(*, person_id: uuid.UUID, purpose: str) -> str:
    """The live code for `purpose` (`link_account`, `sign_in` …), the newest where several browsers wait for one."""
    live = OtpChallenge.objects.filter(person_id=person_id, purpose=purpose, used_at=None, replaced_at=None)
    challenge = live.order_by("-sent_at", "-id")[:1].get()
    return _otp(person_id, challenge.id, bytes(challenge.code_hash))


def stranger_otp(*, phone: str) -> str:
    """The code that waits for somebody who is nobody yet."""
    for message in StrangerMessage.objects.order_by("-created_at", "-id"):
        place: dict[str, Any] = {"table": "notifications_strangermessage", "row_id": message.id}
        if unseal(message.to_enc, column="to_enc", **place) == phone:
            return str(json.loads(unseal(message.parameters_enc, column="parameters_enc", **place))["otp"])
    raise LookupError("no message waits for this number")


def code_of_purchase(*, person_id: uuid.UUID, transaction_code: str) -> str:
    """The code that was bought by this transaction."""
    purchase = Purchase.objects.get(person_id=person_id, reference=transaction_code)
    voucher = Voucher.objects.get(person_id=person_id, id=purchase.voucher_id)
    return unseal(voucher.code_enc, table="vouchers_voucher", column="code_enc", row_id=voucher.id)


def _otp(person_id: uuid.UUID, scope: uuid.UUID, wanted: bytes) -> str:
    """The code that an SMS told. A worker may have sent and wiped it already: then it is found by trying them all."""
    message = Message.objects.get(person_id=person_id, dedupe_key__startswith=f"otp:{scope}")
    if message.parameters_enc is not None:
        sealed = unseal(
            message.parameters_enc, table="notifications_message", column="parameters_enc", row_id=message.id
        )
        return str(json.loads(sealed)["otp"])
    return next(code for code in (f"{n:06d}" for n in range(10**6)) if otp_hash(scope, code) == wanted)
