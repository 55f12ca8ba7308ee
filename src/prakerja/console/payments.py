"""The one list of the console so far: payments that are held, and transfers that failed or came back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from prakerja.disbursements.models import PaymentInstruction
from prakerja.incentives.models import Incentive
from prakerja.kernel.clock import WIB
from prakerja.kernel.money import format_rupiah

SHOWN = 200


@require_GET
@login_required
def payments(request: HttpRequest) -> HttpResponse:
    """The newest 200 of each; a line leads to the row in the browsing pages."""
    held = Incentive.objects.filter(status="held").select_related("person").order_by("recheck_at", "id")[:SHOWN]
    failed = (
        PaymentInstruction.objects.filter(status__in=["failed", "returned"])
        .select_related("person")
        .order_by("-ended_at", "-id")[:SHOWN]
    )
    return render(
        request,
        "console/payments.html",
        {"held": [_held(one) for one in held], "failed": [_failed(one) for one in failed]},
    )


def _held(one: Incentive) -> dict[str, Any]:
    return {
        "url": reverse("admin:incentives_incentive_change", args=[one.id]),
        "person": one.person.name,
        "what": f"{one.kind} {one.number}",
        "amount": format_rupiah(one.amount),
        "reason": one.hold_reason,
        "when": _written(one.recheck_at),
    }


def _failed(one: PaymentInstruction) -> dict[str, Any]:
    return {
        "url": reverse("admin:disbursements_paymentinstruction_change", args=[one.id]),
        "person": one.person.name,
        "what": one.reference,
        "amount": format_rupiah(one.amount),
        "reason": one.reason or one.status,
        "when": _written(one.ended_at),
    }


def _written(at: datetime | None) -> str:
    return f"{at.astimezone(WIB):%Y-%m-%d %H.%M} WIB" if at is not None else "–"
