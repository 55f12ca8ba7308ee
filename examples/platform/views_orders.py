"""Buying: card number, OTP, the order with its code, history and cancelling."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examples.platform.catalogue import Listing, Run
from examples.platform.orders import CodeState, Order
from examples.platform.views_shop import current_shop
from examples.shared import web
from examples.shared.advice import next_step
from examples.shared.prakerja_client import PartnerRefusal, PartnerUnavailable

CARD = re.compile(r"[0-9]{16}")
OTP = re.compile(r"[0-9]{6}")
CHECKED_AT_ONCE = 5
pages = Blueprint("orders", __name__)

# A paid order whose code is no longer waiting to be redeemed.
CODE_LABELS = {
    "redeemed": "Kode sudah ditukar",
    "expired": "Kode berakhir",
    "cancelled": "Dibatalkan",
}
STATUS_LABELS = {
    "waiting": "Menunggu OTP",
    "unknown": "Sedang diperiksa",
    "paid": "Berhasil dibayar",
    "void": "Dibatalkan",
    "abandoned": "Tidak dilanjutkan",
}


@dataclass(frozen=True)
class Problem:
    """A refusal as the page shows it: Prakerja's sentence and the next step."""

    code: str
    message: str
    advice: str


def _problem(error: PartnerRefusal | PartnerUnavailable) -> Problem:
    if isinstance(error, PartnerRefusal):
        return Problem(error.code, error.message, web.say(next_step(error.code)))
    return Problem(
        "",
        web.say("Layanan Prakerja belum dapat dihubungi."),
        web.say("Belum ada yang dibayar. Tunggu sebentar, lalu coba lagi."),
    )


@pages.app_context_processor
def _labels() -> dict[str, object]:
    return {"status_label": _status_label, "shown_status": _shown_status}


def _shown_status(order: Order, code: CodeState | None) -> str:
    """A paid order is shown as its code stands: a dead code is not a success."""
    is_ended = order.status == "paid" and code is not None and code.status in {"expired", "cancelled"}
    return "void" if is_ended else order.status


def _status_label(order: Order, code: CodeState | None) -> str:
    label = CODE_LABELS.get(code.status) if order.status == "paid" and code is not None else None
    return web.say(label or STATUS_LABELS[order.status])


def _digits(name: str) -> str:
    """A number as people paste it: without blanks, dashes, full stops and signs that nobody sees."""
    return re.sub(r"[\s.\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\ufeff]", "", request.form.get(name, ""))


def _chosen(*, fresh: bool) -> tuple[Listing, Run]:
    listing = current_shop().catalogue.find(web.site().code, request.values.get("course", ""), fresh=fresh)
    run = listing.run(request.values.get("schedule", "")) if listing else None
    if listing is None or run is None:
        abort(404)
    return listing, run


def _my_order(invoice_code: str) -> Order:
    account = web.account()
    order = account and current_shop().checkout().orders.find(account_id=account.id, invoice_code=invoice_code)
    if not order:
        abort(404)
    return order


@pages.before_request
def _need_account() -> ResponseReturnValue | None:
    return None if web.account() else web.to_sign_in()


@pages.get("/checkout")
def checkout() -> ResponseReturnValue:
    """Ask for the card number."""
    listing, run = _chosen(fresh=False)
    return render_template("checkout.html", listing=listing, run=run, card_number="", errors={}, problem=None)


@pages.post("/checkout")
def send_otp() -> ResponseReturnValue:
    """Send the OTP. The card number goes to Prakerja and into memory, never into an address or a file.

    Into a page only back to whoever has just typed it: one slip does not cost sixteen digits.
    """
    account = web.account()
    if account is None:
        return web.to_sign_in()
    listing, run = _chosen(fresh=True)
    card_number = _digits("card_number")
    errors: dict[str, str] = {}
    problem = None
    if not CARD.fullmatch(card_number):
        errors["card_number"] = web.say("Nomor Kartu Prakerja terdiri dari 16 angka. Periksa lagi di dashboard.")
    else:
        try:
            order = (
                current_shop()
                .checkout()
                .start(account_id=account.id, listing=listing, run=run, card_number=card_number)
            )
        except (PartnerRefusal, PartnerUnavailable) as error:
            current_shop().catalogue.forget(web.site().code)
            problem = _problem(error)
        else:
            return redirect(url_for("orders.otp", invoice_code=order.invoice_code), 303)
    typed = request.form.get("card_number", "")[:40]
    page = render_template("checkout.html", listing=listing, run=run, card_number=typed, errors=errors, problem=problem)
    return page, 422


@pages.get("/orders/<invoice_code>/otp")
def otp(invoice_code: str) -> ResponseReturnValue:
    """Ask for the OTP."""
    order = _my_order(invoice_code)
    if not order.needs_otp:
        return redirect(url_for("orders.order", invoice_code=invoice_code), 303)
    shop = current_shop()
    said = shop.words.of(invoice_code)
    return render_template(
        "otp.html",
        order=order,
        way=shop.checkout().orders.way(order),
        errors={"otp": web.say(said)} if isinstance(said, str) and said else {},
        problem=None if isinstance(said, str) else _problem(said),
        can_resend=shop.cards.recall(order.invoice_code) is not None,
        wait=shop.words.wait(order.invoice_code),
    )


@pages.post("/orders/<invoice_code>/otp")
def pay(invoice_code: str) -> ResponseReturnValue:
    """Pay with the OTP. A refusal is told by the page itself: a reload tries nothing a second time."""
    order = _my_order(invoice_code)
    here = url_for("orders.order", invoice_code=invoice_code)
    if not order.needs_otp:
        return redirect(here, 303)
    code = _digits("otp")
    if not OTP.fullmatch(code):
        current_shop().words.say(invoice_code, "OTP terdiri dari 6 angka. Ketik seperti pada SMS.")
        return redirect(url_for("orders.otp", invoice_code=invoice_code), 303)
    shop = current_shop()
    try:
        order = shop.checkout().pay(order, otp=code, invoice_url=shop.address(here))
    except (PartnerRefusal, PartnerUnavailable) as error:
        shop.words.say(invoice_code, error)
        return redirect(url_for("orders.otp", invoice_code=invoice_code), 303)
    shop.catalogue.forget(web.site().code)
    return redirect(here, 303)


@pages.post("/orders/<invoice_code>/resend")
def resend(invoice_code: str) -> ResponseReturnValue:
    """Send another OTP; the card number comes from memory, or is asked for again."""
    order = _my_order(invoice_code)
    if not order.needs_otp:
        return redirect(url_for("orders.order", invoice_code=invoice_code), 303)
    shop = current_shop()
    card_number = shop.cards.recall(invoice_code)
    if card_number is None:
        return redirect(url_for("orders.checkout", course=order.course_code, schedule=order.schedule_code), 303)
    try:
        shop.checkout().send_again(order, card_number=card_number)
    except (PartnerRefusal, PartnerUnavailable) as error:
        shop.words.say(invoice_code, error)
        return redirect(url_for("orders.otp", invoice_code=invoice_code), 303)
    web.notice("OTP baru sudah dikirim. OTP yang lama tidak berlaku lagi.")
    return redirect(url_for("orders.otp", invoice_code=invoice_code), 303)


@pages.post("/orders/<invoice_code>/check")
def check(invoice_code: str) -> ResponseReturnValue:
    """Ask Prakerja what became of a payment whose answer never came."""
    order = current_shop().checkout().ask(_my_order(invoice_code))
    if order.status == "unknown":
        web.notice("Prakerja belum mencatat pembayaran ini. Saldo Anda belum berkurang.")
    return redirect(url_for("orders.order", invoice_code=invoice_code), 303)


@pages.get("/orders")
def history() -> ResponseReturnValue:
    """All orders of this account; the few whose outcome is open are asked about first."""
    account = web.account()
    if account is None:
        return web.to_sign_in()
    steps = current_shop().checkout()
    found = steps.orders.of_account(account.id)
    open_ones = [order for order in found if _may_have_changed(order, steps.orders.code_state(order))]
    for order in open_ones[:CHECKED_AT_ONCE]:
        if order.status == "unknown":
            steps.ask(order)
        else:
            steps.complete(order)
    shown = [
        (order, steps.orders.code_state(order), steps.orders.way(order))
        for order in steps.orders.of_account(account.id)
    ]
    return render_template("orders.html", orders=shown)


def _may_have_changed(order: Order, code: CodeState | None) -> bool:
    """Whether Prakerja is asked before the order is shown: nobody tells us that a code ended."""
    if order.status == "paid":
        return not order.is_code_known or code is None or code.may_change
    return order.status == "unknown"


@pages.get("/orders/<invoice_code>")
def order(invoice_code: str) -> ResponseReturnValue:
    """One order with the present status and the code."""
    steps = current_shop().checkout()
    found = steps.complete(_my_order(invoice_code))
    return render_template(
        "order.html",
        order=found,
        way=steps.orders.way(found),
        code=steps.orders.code_state(found),
        newer=steps.orders.replaced_by(found) if found.status == "abandoned" else None,
        is_class_cancelled=steps.orders.is_class_cancelled(found),
    )


@pages.route("/orders/<invoice_code>/cancel", methods=["GET", "POST"])
def cancel(invoice_code: str) -> ResponseReturnValue:
    """Say what cancelling means, then cancel."""
    found = _my_order(invoice_code)
    here = url_for("orders.order", invoice_code=invoice_code)
    if found.status != "paid":
        return redirect(here, 303)
    problem = None
    if request.method == "POST":
        try:
            found = current_shop().checkout().cancel(found)
        except (PartnerRefusal, PartnerUnavailable) as error:
            problem = _problem(error)
        else:
            if found.status == "void":
                web.notice("Pesanan dibatalkan. Ke mana dananya kembali tertulis di dashboard Prakerja Anda.")
            else:
                web.notice("Pembatalan belum tercatat di Prakerja. Coba lagi sebentar lagi.")
            current_shop().catalogue.forget(web.site().code)
            return redirect(here, 303)
    page = render_template(
        "cancel.html", order=found, problem=problem, is_class_cancelled=request.args.get("reason") == "class"
    )
    return page, 422 if problem else 200
