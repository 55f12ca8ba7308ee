"""Payments that wait for an operator: held, failed or returned, and sent without an answer; each can be tried again."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from prakerja.console.pages import acting, browsing, may, operator
from prakerja.console.texts import written
from prakerja.disbursements.queries import Pause, rail_pauses
from prakerja.incentives.operations import retry_payment
from prakerja.incentives.queries import (
    WaitingPayment,
    failed_payments,
    held_payments,
    unanswered_payments,
    waiting_payment,
)
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.money import format_rupiah

SHOWN = 200
KINDS = {"post_training": gettext_lazy("Insentif"), "survey": gettext_lazy("Survei")}
REASONS = {
    "account_changed": gettext_lazy("Rekening diganti dekat tanggal pembayaran"),
    "nik_mismatch": gettext_lazy("NIK pemilik rekening berbeda"),
    "kyc_incomplete": gettext_lazy("E-wallet belum ditingkatkan"),
    "wallet_phone": gettext_lazy("Nomor e-wallet bukan ponsel yang terdaftar"),
    "no_account": gettext_lazy("Belum ada rekening yang tersambung"),
    "account_blocked": gettext_lazy("Rekening diblokir atau sudah ditutup"),
    "held_by_provider": gettext_lazy("Ditahan oleh bank atau e-wallet"),
    "award_suspended": gettext_lazy("Kepesertaan dibekukan"),
    "failed": gettext_lazy("Transfer gagal"),
    "returned": gettext_lazy("Uang dikembalikan oleh bank"),
    "no_answer": gettext_lazy("Bank tidak menjawab"),
}


TROUBLES = {
    "busy": gettext_lazy("Menjawab sedang sibuk"),
    "unreachable": gettext_lazy("Tidak terjangkau"),
}


@require_GET
@browsing
def payments(request: HttpRequest) -> HttpResponse:
    """The 200 of each kind that wait longest; a line leads to the row in the browsing pages and to the retry."""
    return render(
        request,
        "console/payments.html",
        {
            "pauses": [pause_line(one) for one in rail_pauses()],
            "lists": [
                (_("Tertahan"), _lines(held_payments(most=SHOWN), request)),
                (_("Gagal atau dikembalikan"), _lines(failed_payments(most=SHOWN), request)),
                (_("Terkirim tanpa jawaban"), _lines(unanswered_payments(at=clock.now(), most=SHOWN), request)),
            ],
        },
    )


@require_http_methods(["GET", "POST"])
@acting("payment.retry")
def retry(request: HttpRequest, person_id: uuid.UUID, incentive_id: uuid.UUID) -> HttpResponse:
    """Ask whether the check shall happen now; a POST makes it so. The worker then does what it would have done later."""
    found = waiting_payment(person_id=person_id, incentive_id=incentive_id)
    if found is None:
        raise Http404
    if request.method == "GET":
        return render(request, "console/retry.html", {"one": _line(found)})
    try:
        retry_payment(person_id=person_id, incentive_id=incentive_id, actor=operator(request), at=clock.now())
    except Refused as refused:
        if refused.reason == "not_permitted":
            raise
        messages.error(request, _("Pembayaran ini tidak lagi menunggu; tidak ada yang dicoba lagi."))
    else:
        messages.success(request, _("Pembayaran ini diperiksa lagi sekarang. Muat ulang halaman untuk hasilnya."))
    return HttpResponseRedirect(reverse("console_payments"))


def pause_line(one: Pause) -> dict[str, Any]:
    return {
        "rail": one.rail,
        "reason": TROUBLES[one.reason],
        "since": written(one.since),
        "refusals": one.refusals,
        "next": written(one.until),
    }


def _lines(found: list[WaitingPayment], request: HttpRequest) -> list[dict[str, Any]]:
    may_retry = may(request, "payment.retry")
    return [_line(one) | {"may_retry": may_retry and one.may_be_retried} for one in found]


def _line(one: WaitingPayment) -> dict[str, Any]:
    return {
        "url": reverse("admin:incentives_incentive_change", args=[one.incentive_id]),
        "retry_url": reverse("console_retry", args=[one.person_id, one.incentive_id]),
        "person": one.person_name,
        "what": f"{KINDS[one.kind]} {one.number}",
        "reference": one.reference or "–",
        "amount": format_rupiah(one.amount),
        "reason": REASONS.get(one.reason, one.reason),
        "details": REASONS.get(one.details, one.details),
        "when": written(one.recheck_at) if one.recheck_at is not None else f"{one.pay_date}",
    }
