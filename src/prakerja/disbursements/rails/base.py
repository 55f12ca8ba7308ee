"""What every rail does: asks about an account, pays, says how a payment stands, reads its own callback, lists what it paid.

A rail is the partner we send money through. A *provider* is the bank or e-wallet that keeps the account (`bni`, `ovo` …,
`disbursements.banks_and_e_wallets`): one rail reaches many providers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal, Protocol, get_args

AccountStatus = Literal["active", "blocked", "not_found", "unknown"]
TransferStatus = Literal["settled", "failed", "held", "processing", "returned", "not_found", "conflict", "unknown"]
ANSWERS: tuple[TransferStatus, ...] = get_args(TransferStatus)


@dataclass(frozen=True, slots=True)
class InquiryResult:
    """Whose account it is and whether it may be paid.

    `unknown` means that the rail gave no usable answer: ask again later, conclude nothing. For `not_found` and `unknown`
    the two booleans are False and there is no name.
    """

    status: AccountStatus
    holder_name: str | None = field(default=None, repr=False)
    nik_matches: bool = False
    is_kyc_complete: bool = False


@dataclass(frozen=True, slots=True)
class TransferResult:
    """How a payment stands at the rail. `amount` (rupiah) and `rail_reference` are the rail's own, when it says them.

    - `settled`: the money is in the account; `returned`: it was, and came back.
    - `failed`, `held`: the rail says that no money has moved under this reference and none will; `reason` says why.
    - `processing`: accepted, the end comes by callback or by asking.
    - `not_found` (only from `status`): the rail does not know the reference. Whether that is final, its terms say.
    - `conflict` (never from a rail itself): the reference stands for another payment there, a fault of ours.
    - `unknown`: no usable answer; the money may have moved. Ask `status`, never send under another reference.

    `trouble` is the rail's own state, whatever became of the payment: `busy` when it said that it takes no calls now,
    `unreachable` when it said nothing at all; else "". Then it is left alone for a while (`disbursements.pausing`).
    """

    reference: str
    status: TransferStatus
    reason: str | None = None
    amount: int | None = None
    rail_reference: str = ""
    trouble: Literal["", "busy", "unreachable"] = ""


@dataclass(frozen=True, slots=True)
class ReportedResult:
    """What a rail's callback says, after its signature and its age were found right."""

    reference: str
    status: Literal["settled", "failed", "returned"]
    reason: str | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One payment as the rail keeps it. `amount` is whole rupiah."""

    reference: str
    status: TransferStatus
    amount: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed with a rail from a day (WIB) on. Terms are dated: a change is a new line, never an edit.

    `ask_after`: how long after the sending, and after each question without an end, the next question follows; then once
    a day at `daily_at` (WIB), for as long as it takes. `unanswered_after`: so long after its sending a payment without an
    answer is on the operators' list too. `not_found_is_final_after`: so long after the sending, "not found" means that the order never arrived and never will;
    None: it never means that. `returns_within` and `late_results_within`: how long after its end a settled payment may
    come back and a failed one may turn out to be settled; so long it is asked about daily. `callback_age`: how old (wall
    time) a callback may be; within it a repetition is harmless, because a callback only makes us ask. `calls_at_once`: how many
    calls of ours may be under way at the same time. `pause_after`: how long the rail is left alone when it is busy or not reached,
    after the first try that ends so, the second …; the last one is the longest.
    """

    since: date
    ask_after: tuple[timedelta, ...]
    daily_at: time
    unanswered_after: timedelta
    not_found_is_final_after: timedelta | None
    returns_within: timedelta
    late_results_within: timedelta
    callback_age: timedelta
    calls_at_once: int
    pause_after: tuple[timedelta, ...]


class ReferenceConflict(Exception):
    """The rail knows the reference as another payment: a fault of ours that no retry mends."""


class CallbackRefused(Exception):
    """A callback that is not the rail's, is too old, or cannot be read."""

    def __init__(self, reason: Literal["signature", "stale", "malformed"]) -> None:
        super().__init__(reason)
        self.reason = reason


class Rail(Protocol):
    """One sibling per partner. All but `read_callback` make network calls: never inside a transaction."""

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

    def read_callback(self, *, body: bytes, signature: str, wall: datetime, longest_age: timedelta) -> ReportedResult:
        """Check and read what the partner posted to the callbacks door at `wall` (wall time). Makes no network call.

        :raises CallbackRefused: wrong signature, a stamp too far from `wall`, or a body that is not what was agreed.
        """

    def statement(self) -> Iterator[StatementLine]:
        """Every payment that the rail knows, in its own order.

        :raises NoStatement: the rail does not answer, or not in the way that was agreed.
        """


class NoStatement(Exception):
    """The rail gave no complete list of its payments: nothing can be compared with it."""
