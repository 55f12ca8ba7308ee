"""Payments that wait for an operator: held, failed or returned, and sent without an answer; each can be tried again."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from prakerja.console.pages import acting, browsing, may, operator
from prakerja.console.texts import written
from prakerja.incentives.models import Incentive
from prakerja.incentives.operations import retry_payment
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.money import format_rupiah

SHOWN = 200
KINDS = {"post_training": gettext_lazy("Insentif"), "survey": gettext_lazy("Survei")}
REASONS = {
    "account_changed": gettext_lazy("Rekening diganti dekat tanggal pembayaran"),
    "nik_mismatch": gettext_lazy("NIK pemilik rekening berbeda"),
    "kyc_incomplete": gettext_lazy("Dompet elektronik belum ditingkatkan"),
    "no_account": gettext_lazy("Belum ada rekening yang tersambung"),
    "account_blocked": gettext_lazy("Rekening diblokir atau sudah ditutup"),
    "held_by_provider": gettext_lazy("Ditahan oleh bank atau dompet elektronik"),
    "award_suspended": gettext_lazy("Kepesertaan dibekukan"),
    "failed": gettext_lazy("Transfer gagal"),
    "returned": gettext_lazy("Uang dikembalikan oleh bank"),
    "no_answer": gettext_lazy("Bank tidak menjawab"),
}


@require_GET
@browsing
def payments(request: HttpRequest) -> HttpResponse:
    """The 200 of each kind that wait longest; a line leads to the row in the browsing pages and to the retry."""
    waiting = Incentive.objects.select_related("person", "instruction")
    held = waiting.filter(status="held").order_by("recheck_at", "id")
    failed = waiting.filter(status="due").exclude(last_problem="").order_by("recheck_at", "pay_date", "id")
    # Asked as often as the programme asks by itself (disbursements.queries.unanswered_instructions).
    silent = waiting.filter(status="instructed", instruction__status="sent", instruction__ask_at=None)
    return render(
        request,
        "console/payments.html",
        {
            "lists": [
                (_("Tertahan"), _lines(held, request)),
                (_("Gagal atau dikembalikan"), _lines(failed, request)),
                (_("Terkirim tanpa jawaban"), _lines(silent.order_by("instruction__sent_at", "id"), request)),
            ]
        },
    )


@require_http_methods(["GET", "POST"])
@acting("payment.retry")
def retry(request: HttpRequest, person_id: uuid.UUID, incentive_id: uuid.UUID) -> HttpResponse:
    """Ask whether the check shall happen now; a POST makes it so. The worker then does what it would have done later."""
    incentive = (
        Incentive.objects.select_related("person", "instruction").filter(person_id=person_id, id=incentive_id).first()
    )
    if incentive is None:
        raise Http404
    if request.method == "GET":
        return render(request, "console/retry.html", {"one": _line(incentive)})
    try:
        retry_payment(person_id=person_id, incentive_id=incentive_id, actor=operator(request), at=clock.now())
    except Refused as refused:
        if refused.reason == "not_permitted":
            raise
        messages.error(request, _("Pembayaran ini tidak lagi menunggu; tidak ada yang dicoba lagi."))
    else:
        messages.success(request, _("Pembayaran ini diperiksa lagi sekarang. Muat ulang halaman untuk hasilnya."))
    return HttpResponseRedirect(reverse("console_payments"))


def _lines(found: QuerySet[Incentive], request: HttpRequest) -> list[dict[str, Any]]:
    may_retry = may(request, "payment.retry")
    return [_line(one) | {"may_retry": may_retry and _waits(one)} for one in found[:SHOWN]]


def _waits(one: Incentive) -> bool:
    """A failed one that was checked again has its new dates and is paid by them."""
    return one.recheck_at is not None or one.status == "instructed"


def _line(one: Incentive) -> dict[str, Any]:
    reason = "no_answer" if one.status == "instructed" else one.hold_reason or one.last_problem
    details = one.instruction.reason if one.instruction is not None and one.status != "instructed" else ""
    return {
        "url": reverse("admin:incentives_incentive_change", args=[one.id]),
        "retry_url": reverse("console_retry", args=[one.person_id, one.id]),
        "person": one.person.name,
        "what": f"{KINDS[one.kind]} {one.number}",
        "reference": one.instruction.reference if one.instruction is not None else "–",
        "amount": format_rupiah(one.amount),
        "reason": REASONS.get(reason, reason),
        "details": REASONS.get(details, details),
        "when": written(one.recheck_at) if one.recheck_at is not None else f"{one.pay_date}",
    }
