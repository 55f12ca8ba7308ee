"""What a bank said against what we know: an operator reads both, says how they know which is true, and decides."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from prakerja.console.pages import acting, operator
from prakerja.console.texts import sentence, written
from prakerja.disbursements.operations import resolve_discrepancy
from prakerja.disbursements.queries import Case, discrepancy_case
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.money import format_rupiah

WORDS = {
    "drafted": gettext_lazy("Belum dikirim"),
    "sent": gettext_lazy("Terkirim tanpa jawaban"),
    "settled": gettext_lazy("Berhasil"),
    "failed": gettext_lazy("Transfer gagal"),
    "held": gettext_lazy("Ditahan oleh bank atau e-wallet"),
    "returned": gettext_lazy("Uang dikembalikan oleh bank"),
    "overpaid": gettext_lazy("Terbayar dua kali"),
    "processing": gettext_lazy("Sedang diproses"),
    "not_found": gettext_lazy("Tidak dikenal"),
    "conflict": gettext_lazy("Referensi milik transfer lain"),
}


DECISIONS = {
    "accepted": gettext_lazy("Bank benar: pembukuan mengikuti jawaban bank"),
    "dismissed": gettext_lazy("Pembukuan benar: jawaban bank dikesampingkan"),
}


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("Keputusan"),
        choices=tuple(DECISIONS.items()),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Bagaimana Anda mengetahuinya"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def case_line(one: Case) -> dict[str, Any]:
    """A case as a list shows it."""
    said = str(WORDS.get(one.said, one.said))
    if one.said_amount is not None:
        said = f"{said} ({format_rupiah(one.said_amount)})"
    return {
        "person": one.name,
        "url": reverse("console_discrepancy", args=[one.person_id, one.discrepancy_id]),
        "reference": one.reference,
        "amount": format_rupiah(one.amount),
        "known": WORDS.get(one.known, one.known),
        "said": said,
        "when": written(one.found_at),
        "decision": DECISIONS.get(one.decision, ""),
        "note": one.note,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@acting("payment.resolve")
def discrepancy(request: HttpRequest, person_id: uuid.UUID, discrepancy_id: uuid.UUID) -> HttpResponse:
    """Show both words and ask for the decision; a POST makes it. Until then no follow-up leaves. Decided, it is for reading."""
    found = discrepancy_case(discrepancy_id=discrepancy_id)
    if found is None or found.person_id != person_id:
        raise Http404
    line = case_line(found)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            resolve_discrepancy(
                person_id=person_id,
                discrepancy_id=discrepancy_id,
                decision=form.cleaned_data["decision"],
                reason=form.cleaned_data["reason"],
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            if refused.reason == "discrepancy_resolved":
                # Somebody was faster: what they decided is what this page shows now.
                messages.error(request, sentence(refused))
                return HttpResponseRedirect(line["url"])
            form.add_error("decision", sentence(refused))
        else:
            messages.success(request, _("Keputusan Anda sudah dicatat."))
            return HttpResponseRedirect(reverse("console_attention"))
    return render(request, "console/discrepancy.html", {"one": line, "form": form})
