"""Paying with the Kartu Prakerja: OTP, payment, what to do after a time-out, cancelling."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from examples.platform.catalogue import Listing, Run
from examples.platform.orders import CodeState, Order, Orders, Way, new_invoice_code
from examples.shared.places import read_place
from examples.shared.prakerja_client import Credentials, PartnerRefusal, PartnerUnavailable, PrakerjaClient

CARD_KEPT_S = 600.0
# A payment that Prakerja still does not know this long after the attempt did not happen.
SETTLED_S = 120
TOKEN_USED = "ERRPLT40993"  # noqa: S105 - an error code
INVOICE_USED = "ERRPLT40994"
BOUGHT_AND_VOIDED = "ERRPLT40995"
INVOICE_UNKNOWN = "ERRPLT40493"
VOIDED_BEFORE = "ERRPLT40028"
USED_BEFORE = "ERRVOD40990"


class CardMemory:
    """Card numbers between the first OTP and the payment, in memory only, so that an OTP can be sent again."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._cards: dict[str, tuple[float, str]] = {}
        self._monotonic = monotonic

    def keep(self, invoice_code: str, card_number: str) -> None:
        """Remember a number for ten minutes; numbers that are older are dropped."""
        moment = self._monotonic()
        with self._lock:
            self._cards = {key: value for key, value in self._cards.items() if value[0] > moment}
            self._cards[invoice_code] = (moment + CARD_KEPT_S, card_number)

    def recall(self, invoice_code: str) -> str | None:
        """Return the number while it is kept."""
        with self._lock:
            until, card_number = self._cards.get(invoice_code, (0.0, ""))
            return card_number if until > self._monotonic() else None

    def forget(self, invoice_code: str) -> None:
        """Drop the number."""
        with self._lock:
            self._cards.pop(invoice_code, None)


class LastWords:
    """What the last form of an order's OTP page came to, and when its last OTP was sent; in memory only.

    The page is an address of its own: after a reload it says the same, and nothing is sent or tried again.
    """

    GAP_S = 60
    AT_MOST = 10_000

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._said: dict[str, PartnerRefusal | PartnerUnavailable | str] = {}
        self._sent: dict[str, float] = {}
        self._monotonic = monotonic

    def sent(self, invoice_code: str) -> None:
        """Note that an OTP was sent for this order; what was said before is over."""
        with self._lock:
            self._said.pop(invoice_code, None)
            self._keep(self._sent, invoice_code, self._monotonic())

    def say(self, invoice_code: str, what: PartnerRefusal | PartnerUnavailable | str) -> None:
        """Keep a refusal, or what was wrong with the form."""
        with self._lock:
            self._keep(self._said, invoice_code, what)

    def of(self, invoice_code: str) -> PartnerRefusal | PartnerUnavailable | str:
        """Return what was kept, "" when nothing is."""
        with self._lock:
            return self._said.get(invoice_code, "")

    def wait(self, invoice_code: str) -> int:
        """Return the seconds until another OTP may be asked for."""
        with self._lock:
            sent = self._sent.get(invoice_code)
        return max(0, round(self.GAP_S - (self._monotonic() - sent) + 0.5)) if sent is not None else 0

    def _keep(self, where: dict[str, Any], invoice_code: str, value: Any) -> None:
        where.pop(invoice_code, None)
        if len(where) >= self.AT_MOST:
            del where[next(iter(where))]
        where[invoice_code] = value


@dataclass(frozen=True)
class Checkout:
    """The steps of a purchase for one brand, over one request's connection."""

    client: PrakerjaClient
    credentials: Credentials
    orders: Orders
    cards: CardMemory
    words: LastWords
    brand: str
    invoice_prefix: str

    def start(self, *, account_id: str, listing: Listing, run: Run, card_number: str) -> Order:
        """Send the OTP and store an order that waits for it. Raises what the partner API raises."""
        token = self.client.send_otp(
            credentials=self.credentials,
            user_platform_id=account_id,
            card_number=card_number,
            course_code=listing.course_code,
            schedule_code=run.schedule_code,
            amount=listing.amount,
        )
        order = Order(
            invoice_code=new_invoice_code(self.invoice_prefix),
            brand=self.brand,
            account_id=account_id,
            course_code=listing.course_code,
            schedule_code=run.schedule_code,
            course_title=listing.title,
            institution_code=listing.institution_code,
            institution_name=listing.institution_name,
            starts_at=run.starts_at,
            ends_at=run.ends_at,
            amount=listing.amount,
            how_to_redeem=listing.how_to_redeem,
            payment_token=token,
        )
        self.orders.add(order)
        self.orders.note_way(order, Way(listing.mode, run.place))
        self.cards.keep(order.invoice_code, card_number)
        self.words.sent(order.invoice_code)
        return order

    def send_again(self, order: Order, *, card_number: str) -> Order:
        """Ask for another OTP for the same order; the new token replaces the old one."""
        token = self.client.send_otp(
            credentials=self.credentials,
            user_platform_id=order.account_id,
            card_number=card_number,
            course_code=order.course_code,
            schedule_code=order.schedule_code,
            amount=order.amount,
        )
        self.words.sent(order.invoice_code)
        return self.orders.change(order, payment_token=token)

    def pay(self, order: Order, *, otp: str, invoice_url: str) -> Order:
        """Authorise the payment. After a time-out Prakerja is asked what happened, and the same call may be repeated:
        the invoice code makes sure that nobody pays twice. Raises `PartnerRefusal` for a refusal to show."""
        order = self.orders.change(order, attempted_at=int(time.time()))
        try:
            answer = self.client.authorise(
                credentials=self.credentials,
                payment_token=order.payment_token or "",
                otp=otp,
                invoice_code=order.invoice_code,
                invoice_url=invoice_url,
            )
        except PartnerUnavailable:
            order = self.orders.change(order, status="unknown")
            return self.ask(order)
        except PartnerRefusal as refusal:
            if refusal.code in {TOKEN_USED, INVOICE_USED, BOUGHT_AND_VOIDED}:
                return self.ask(order)
            raise
        return self.complete(self._take(order, answer))

    def ask(self, order: Order) -> Order:
        """Ask Prakerja about the invoice and store what it says; silence changes nothing."""
        try:
            answer = self.client.payment_status(credentials=self.credentials, invoice_code=order.invoice_code)
        except PartnerUnavailable:
            return order
        except PartnerRefusal as refusal:
            if refusal.code != INVOICE_UNKNOWN:
                raise
            if order.status == "unknown" and time.time() - (order.attempted_at or 0) > SETTLED_S:
                return self.orders.change(order, status="abandoned", payment_token=None)
            return order
        return self.complete(self._take(order, answer))

    def complete(self, order: Order) -> Order:
        """Fetch code, institution and present status of a paid order; silence changes nothing."""
        if order.status not in {"paid", "void"}:
            return order
        try:
            answer = self.client.transaction(credentials=self.credentials, invoice_code=order.invoice_code)
        except (PartnerUnavailable, PartnerRefusal):
            return order
        institution = answer.get("institution") or {}
        order = self.orders.change(
            order,
            status="void" if answer.get("status") == "VOID" else "paid",
            voucher_code=answer.get("voucher_code"),
            is_code_known=1,
            institution_code=institution.get("code", order.institution_code),
            institution_name=institution.get("name", order.institution_name),
            how_to_redeem=answer.get("how_to_redeem") or order.how_to_redeem,
            paid_at=answer.get("created_at") or order.paid_at,
        )
        if answer.get("mode"):
            self.orders.note_way(order, Way(answer["mode"], read_place(answer.get("place"))))
        if answer.get("voucher_status"):
            state = CodeState(answer["voucher_status"], answer["redeemable_from"], answer["redeemable_until"])
            self.orders.note_code(order, state)
        if answer.get("class_cancelled_at"):
            with contextlib.suppress(PartnerUnavailable, PartnerRefusal):
                order = self.class_cancelled(order)
        return order

    def class_cancelled(self, order: Order) -> Order:
        """The institution called the class off: give the buyer the money back, unless the code was used before.

        Prakerja tells so twice, by webhook and with every transaction; whichever comes first does it. Raises what the
        partner API raises; the next time that we are told tries again."""
        self.orders.mark_class_cancelled(order)
        if order.status != "paid":
            return order
        try:
            self._void(order)
        except PartnerRefusal as refusal:
            if refusal.code == USED_BEFORE:
                return order
            raise
        return self.orders.change(order, status="void")

    def cancel(self, order: Order) -> Order:
        """Void the payment. A cancellation that happened before counts; after a time-out the status is asked."""
        try:
            self._void(order)
        except PartnerUnavailable:
            return self.ask(order)
        return self.orders.change(order, status="void")

    def _void(self, order: Order) -> None:
        """A transaction that was voided before is as good as voided now."""
        try:
            self.client.void(
                credentials=self.credentials,
                invoice_code=order.invoice_code,
                transaction_code=order.transaction_code or "",
            )
        except PartnerRefusal as refusal:
            if refusal.code != VOIDED_BEFORE:
                raise

    def _take(self, order: Order, answer: dict[str, Any]) -> Order:
        """Store the answer of authorize or status; token and card number are of no use any more."""
        self.cards.forget(order.invoice_code)
        return self.orders.change(
            order,
            status="void" if answer["status"] == "VOID" else "paid",
            transaction_code=answer["transaction_code"],
            payment_token=None,
            paid_at=answer.get("created_at") or order.paid_at,
        )
