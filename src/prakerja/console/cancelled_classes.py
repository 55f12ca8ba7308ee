"""A class is called off for an institution that is silent; codes that had been entered before are decided about (rules.md 12.30)."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from prakerja.console.pages import acting, operator
from prakerja.console.texts import sentence, written
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.money import format_rupiah
from prakerja.purchases.class_cancelling import cancel_silent_class
from prakerja.training.operations import resolve_cancellation_case
from prakerja.training.queries import CaseLine, cancellation_case

DECISIONS = {
    "refunded": gettext_lazy("Dana kembali kepada peserta, dari yang menjadi hak lembaga"),
    "kept": gettext_lazy("Dana tetap pada lembaga: peserta ini sudah diajar"),
}


def _reason() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Bagaimana Anda mengetahuinya"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class CancelForm(forms.Form):
    schedule_code = forms.CharField(label=gettext_lazy("Kode jadwal kelas"), max_length=128)
    reason = _reason()


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("Keputusan"), choices=tuple(DECISIONS.items()), widget=forms.RadioSelect
    )
    reason = _reason()


def class_case_line(one: CaseLine) -> dict[str, Any]:
    """A case as a list shows it."""
    return {
        "person": one.person_name,
        "url": reverse("console_class_case", args=[one.person_id, one.case_id]),
        "course": one.course_title,
        "schedule": one.schedule_code,
        "institution": one.institution_name,
        "amount": format_rupiah(one.amount),
        "redeemed": written(one.redeemed_at) if one.redeemed_at else "",
        "when": written(one.found_at),
        "decision": DECISIONS.get(one.decision, ""),
        "note": one.note,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@acting("class.cancel")
def cancel(request: HttpRequest) -> HttpResponse:
    """Ask which class and why; a POST calls it off, and the worker pays its buyers back."""
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            state = cancel_silent_class(
                schedule_code=form.cleaned_data["schedule_code"].strip(),
                reason=form.cleaned_data["reason"],
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            form.add_error("schedule_code" if refused.reason == "run_unknown" else "reason", sentence(refused))
        else:
            words = ngettext(
                "Kelas dibatalkan. Dana %(n)s pembeli sedang dikembalikan; setiap orang diberi tahu.",
                "Kelas dibatalkan. Dana %(n)s pembeli sedang dikembalikan; setiap orang diberi tahu.",
                state.seats_taken,
            )
            messages.success(request, words % {"n": state.seats_taken})
            return HttpResponseRedirect(reverse("console_attention"))
    return render(request, "console/class_cancel.html", {"form": form, "here": request.path})


@require_http_methods(["GET", "HEAD", "POST"])
@acting("class.resolve")
def case(request: HttpRequest, person_id: uuid.UUID, case_id: uuid.UUID) -> HttpResponse:
    """Show what was entered and when, and ask for the decision; a POST makes it. Decided, it is for reading."""
    found = cancellation_case(person_id=person_id, case_id=case_id)
    if found is None:
        raise Http404
    line = class_case_line(found)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            resolve_cancellation_case(
                person_id=person_id,
                case_id=case_id,
                decision=form.cleaned_data["decision"],
                reason=form.cleaned_data["reason"],
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            if refused.reason == "case_resolved":
                # Somebody was faster: what they decided is what this page shows now.
                messages.error(request, sentence(refused))
                return HttpResponseRedirect(line["url"])
            form.add_error("decision", sentence(refused))
        else:
            messages.success(request, _("Keputusan Anda sudah dicatat."))
            return HttpResponseRedirect(reverse("console_attention"))
    return render(request, "console/class_case.html", {"one": line, "form": form})
