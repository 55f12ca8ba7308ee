"""What an institution reported wrongly about a completed class: an operator reads the report and corrects or withdraws it."""

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
from django.views.decorators.http import require_http_methods, require_POST

from prakerja.console.pages import acting, operator
from prakerja.console.texts import sentence, written
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.training.operations import correct_completion, withdraw_completion
from prakerja.training.queries import ReportedCompletion, reported_completion

# Which field of the form a refusal is about.
_ABOUT = {
    "certificate_kind_unknown": "certificate_kind",
    "certificate_number_used": "certificate_number",
    "reason_missing": "reason",
}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Alasan"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class ReportForm(ReasonForm):
    certificate_number = forms.CharField(label=gettext_lazy("Nomor sertifikat"), max_length=200)
    certificate_kind = forms.ChoiceField(label=gettext_lazy("Jenis sertifikat"))
    score = forms.IntegerField(label=gettext_lazy("Nilai (boleh kosong)"), min_value=0, max_value=100, required=False)
    completed_date = forms.DateField(
        label=gettext_lazy("Tanggal selesai"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ("certificate_number", "certificate_kind", "score", "completed_date", "reason")

    def __init__(self, *arguments: Any, kinds: tuple[str, ...], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["certificate_kind"].choices = [(kind, kind) for kind in kinds]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@acting("completion.correct")
def completion(request: HttpRequest, person_id: uuid.UUID, completion_id: uuid.UUID) -> HttpResponse:
    """Show a report and a form with its values; a POST replaces them."""
    found = _found(person_id, completion_id)
    given = request.POST if request.method == "POST" else None
    form = ReportForm(given, kinds=_kinds(found), initial=found.report)
    if form.is_valid():
        try:
            correct_completion(
                person_id=person_id,
                completion_id=completion_id,
                **form.cleaned_data,
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            if refused.reason == "completion_unknown":
                raise Http404 from refused
            form.add_error(_ABOUT.get(refused.reason, refused.details.get("field")), sentence(refused))
        else:
            messages.success(request, _("Laporan sudah diperbaiki."))
            return HttpResponseRedirect(_page(person_id, completion_id))
    return _shown(request, found, form, ReasonForm(prefix="withdraw"))


@require_POST
@acting("completion.withdraw")
def withdrawal(request: HttpRequest, person_id: uuid.UUID, completion_id: uuid.UUID) -> HttpResponse:
    """Take a report back."""
    found = _found(person_id, completion_id)
    why = ReasonForm(request.POST, prefix="withdraw")
    if why.is_valid():
        try:
            withdraw_completion(
                person_id=person_id,
                completion_id=completion_id,
                reason=why.cleaned_data["reason"],
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            if refused.reason == "completion_unknown":
                raise Http404 from refused
            why.add_error("reason", sentence(refused))
        else:
            messages.success(request, _("Laporan sudah ditarik; lembaga dapat melaporkan lagi."))
            return HttpResponseRedirect(reverse("admin:training_completion_changelist"))
    return _shown(request, found, ReportForm(kinds=_kinds(found), initial=found.report), why)


def _shown(request: HttpRequest, found: ReportedCompletion, form: ReportForm, why: ReasonForm) -> HttpResponse:
    return render(
        request,
        "console/completion.html",
        {
            "one": found,
            "visible": written(found.visible_from),
            "form": form,
            "why": why,
            "url": _page(found.person_id, found.completion_id),
            "withdraw_url": reverse("console_completion_withdraw", args=[found.person_id, found.completion_id]),
        },
    )


def _found(person_id: uuid.UUID, completion_id: uuid.UUID) -> ReportedCompletion:
    found = reported_completion(person_id=person_id, completion_id=completion_id)
    if found is None:
        raise Http404
    return found


def _kinds(found: ReportedCompletion) -> tuple[str, ...]:
    """A course from before kinds were asked for names none: what was reported is its kind."""
    return found.certificate_kinds or (found.certificate_kind,)


def _page(person_id: uuid.UUID, completion_id: uuid.UUID) -> str:
    return reverse("console_completion", args=[person_id, completion_id])
