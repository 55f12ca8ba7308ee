"""What every payout provider does: asks about an account, pays, says how a payment stands, reads its own call back.

A provider is the partner we send money through; the `provider` argument of the verbs is the bank or e-wallet that keeps
the person's account (`bni`, `ovo` …), as in `PayoutAccount.provider`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

AccountStatus = Literal["active", "blocked", "not_found", "unknown"]
TransferStatus = Literal["settled", "failed", "held", "processing", "returned", "not_found", "unknown"]


@dataclass(frozen=True, slots=True)
class InquiryResult:
    """Whose account it is and whether it may be paid.

    `unknown` means that the provider gave no usable answer: ask again later, conclude nothing. For `not_found` and
    `unknown` the two booleans are False and there is no name.
    """

    status: AccountStatus
    holder_name: str | None = field(default=None, repr=False)
    nik_matches: bool = False
    is_kyc_complete: bool = False


@dataclass(frozen=True, slots=True)
class TransferResult:
    """How a payment stands at the provider.

    - `settled`: the money is in the account; `returned`: it was, and came back.
    - `failed`, `held`: no money has moved, and for this reference none ever will; `reason` says why. Paying again takes
      a follow-up instruction with a reference of its own.
    - `processing`: accepted, the end comes by call back or by asking.
    - `not_found` (only from `status`): the provider never heard of the reference; the same one may be sent again.
    - `unknown`: no usable answer; the money may have moved. Ask `status`, never send under another reference.
    """

    reference: str
    status: TransferStatus
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReportedResult:
    """What a provider's call back says, after its signature was found right. `at` is as the provider stamped it."""

    reference: str
    status: Literal["settled", "failed", "returned"]
    reason: str | None
    at: datetime


class ReferenceConflict(Exception):
    """The provider knows the reference as another payment: a fault of ours that no retry mends."""


class CallbackRefused(Exception):
    """A call back that is not the provider's, or cannot be read. `reason` is `signature` or `malformed`."""

    def __init__(self, reason: Literal["signature", "malformed"]) -> None:
        super().__init__(reason)
        self.reason = reason


class PayoutProvider(Protocol):
    """One sibling per partner; all make network calls, so none may be called inside a transaction."""

    def inquire(self, *, provider: str, number: str, name: str, nik_tail: str) -> InquiryResult:
        """Ask whose account `number` is. `name` and the last four digits of the NIK let the partner compare."""

    def transfer(
        self, *, reference: str, provider: str, number: str, holder_name: str, amount: int, at: datetime
    ) -> TransferResult:
        """Pay `amount` rupiah once per `reference`; `at` is programme time in UTC, for the partner's papers.

        :raises ReferenceConflict: the reference stands for another payment.
        """

    def status(self, *, reference: str) -> TransferResult:
        """How the payment stands now. Money is never moved by asking."""

    def read_callback(self, *, body: bytes, signature: str) -> ReportedResult:
        """Check and read what the partner posted to the callbacks door. Makes no network call.

        :raises CallbackRefused: wrong signature, or a body that is not what was agreed.
        """
