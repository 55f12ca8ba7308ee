"""What a participant's pages show: frozen structs, decoded straight from the one statement of `dashboard.sql`.

Instants are UTC, amounts whole rupiah. Sealed values stay sealed until a page asks for them, because most pages
show neither the card number nor a code.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Literal

import msgspec

from prakerja.awards.cards import open_card_number
from prakerja.kernel.secrets import unseal
from prakerja.programmes.schemes.model import FirstTraining, Scheme
from prakerja.programmes.schemes.registry import scheme_by_key

# Transfers that end a price: a void after the balance was closed, a code that nobody redeemed.
PRICE_LOST = ("void_late", "voucher_expired")


class Application(msgspec.Struct, frozen=True):
    """The latest wave that the person joined."""

    wave: int
    status: str
    joined_at: datetime
    decided_at: datetime | None


class Claim(msgspec.Struct, frozen=True):
    """What somebody who should never have been awarded has to pay back, in rupiah, until the day `due_date` (WIB)."""

    amount: int
    due_date: date


class Award(msgspec.Struct, frozen=True):
    """The grant. `purchase_deadline_at` and `spendable_until` are exclusive; `reserve` is what is promised and not yet due."""

    id: uuid.UUID
    wave: int
    scheme: str
    status: str
    awarded_at: datetime
    purchase_deadline_at: datetime
    videos_done_at: datetime | None
    first_purchase_at: datetime | None
    training_waived_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    revocation_held_at: datetime | None
    revocation_released_at: datetime | None
    reserve: int
    claim: Claim | None
    card_number_enc: bytes
    balance: int
    spendable_until: datetime | None
    closed_at: datetime | None

    @property
    def rules(self) -> Scheme:
        """The scheme version that governs this award."""
        return scheme_by_key(self.scheme)

    @property
    def card_number(self) -> str:
        """The 16 digits, for the owner's own page alone (rules.md 6.2)."""
        return open_card_number(self.card_number_enc, award_id=self.id)


class Video(msgspec.Struct, frozen=True):
    number: int
    started_at: datetime
    finished_at: datetime | None


class Certificate(msgspec.Struct, frozen=True):
    id: uuid.UUID
    kind: str
    number: str
    visible_from: datetime


class Rating(msgspec.Struct, frozen=True):
    stars: int
    review: str
    created_at: datetime
    # Why an operator hid it; "" while everybody may read it.
    hidden_why: str


class Completion(msgspec.Struct, frozen=True):
    id: uuid.UUID
    completed_date: date
    score: int | None
    reported_at: datetime
    certificates: tuple[Certificate, ...]
    rating: Rating | None


class Purchase(msgspec.Struct, frozen=True):
    """A transaction with its code, its class and what came of it. `redeemable_until` is exclusive."""

    id: uuid.UUID
    number: int
    amount: int
    status: str
    reference: str
    invoice_code: str
    # Whether it blocks the next purchase: the fact that the rule itself reads (rules.md 5.2).
    is_open: bool
    authorised_at: datetime
    voided_at: datetime | None
    course_code: str
    schedule_code: str
    course_title: str
    delivery: str
    mode: str
    institution_code: str
    institution_name: str
    how_to_redeem: str
    institution_website: str
    # Where a class is taught that is not online; "" where it was not filed.
    address: str
    city: str
    place_province: str
    platform_code: str
    platform_name: str
    starts_at: datetime
    ends_at: datetime
    voucher_id: uuid.UUID
    voucher_status: str
    code_enc: bytes
    redeemable_from: datetime
    redeemable_until: datetime
    redeemed_at: datetime | None
    completion: Completion | None

    @property
    def place(self) -> str:
        """Where a class is taught that is not online, in one line; "" where it was not filed."""
        return ", ".join(part for part in (self.address, self.city) if part) if self.mode != "online" else ""

    @property
    def code(self) -> str:
        """The voucher code, for the owner's own page alone."""
        return unseal(self.code_enc, table="vouchers_voucher", column="code_enc", row_id=self.voucher_id)


class Account(msgspec.Struct, frozen=True):
    """The live bank account or e-wallet."""

    id: uuid.UUID
    kind: str
    provider: str
    holder_name: str
    number_enc: bytes
    nik_matches: bool
    is_kyc_complete: bool
    linked_at: datetime

    @property
    def is_valid(self) -> bool:
        """Whether incentives can be paid to it: own NIK, identity checked (rules.md 5.4)."""
        return self.nik_matches and self.is_kyc_complete

    @property
    def number(self) -> str:
        """The account's number, for the owner's own page alone."""
        return unseal(self.number_enc, table="disbursements_payoutaccount", column="number_enc", row_id=self.id)


class Linked(msgspec.Struct, frozen=True):
    """From when until when an account was linked that money could go to."""

    linked_at: datetime
    unlinked_at: datetime | None


class Incentive(msgspec.Struct, frozen=True):
    kind: str
    number: int
    amount: int
    status: str
    scheduled_date: date
    pay_date: date
    hold_reason: str
    recheck_at: datetime | None
    last_problem: str
    paid_at: datetime | None


class Survey(msgspec.Struct, frozen=True):
    """One survey of this person. `closes_at` is exclusive."""

    id: uuid.UUID
    number: int
    title: dict[str, str]
    opens_at: datetime
    closes_at: datetime
    submitted_at: datetime | None
    closed_at: datetime | None

    def is_open(self, at: datetime) -> bool:
        """Whether it can be answered at `at`."""
        return self.submitted_at is None and self.closed_at is None and self.opens_at <= at < self.closes_at


class Loss(msgspec.Struct, frozen=True):
    """Money that left the person for good: a transfer's kind and event (money.md "Events"), and who has it now."""

    kind: str
    event_id: uuid.UUID
    amount: int
    at: datetime
    home: Literal["treasury", "programme"]


class Dashboard(msgspec.Struct, frozen=True):
    """Everything of one participant that a page may show."""

    person_id: uuid.UUID
    name: str
    province_code: str
    application: Application | None
    award: Award | None
    videos: tuple[Video, ...]
    purchases: tuple[Purchase, ...]
    account: Account | None
    valid_accounts: tuple[Linked, ...]
    incentives: tuple[Incentive, ...]
    surveys: tuple[Survey, ...]
    losses: tuple[Loss, ...]
    unread_count: int

    @property
    def first_purchase(self) -> Purchase | None:
        """The training that leads to the incentive, as `purchases.queries.first_voucher` says it (rules.md 5.4)."""
        succeeded = [purchase for purchase in self.purchases if purchase.status == "succeeded"]
        if self.award is not None and self.award.rules.incentive.first_training is FirstTraining.USED:
            succeeded = [purchase for purchase in succeeded if purchase.voucher_status != "expired"]
        return min(succeeded, key=lambda purchase: purchase.authorised_at, default=None)

    def loss_of(self, purchase: Purchase) -> Loss | None:
        """The transfer that took the price of a voided purchase or an ended code; None when it came back, or still counts."""
        events = (purchase.id, purchase.voucher_id)
        return next((one for one in self.losses if one.event_id in events and one.kind in PRICE_LOST), None)
