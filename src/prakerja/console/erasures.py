"""Requests that data be erased: an operator reads what was asked and what still runs, and answers (rules.md 11.5)."""

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
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from prakerja.console.pages import acting, operator
from prakerja.console.texts import sentence, written
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.privacy.operations import FEWEST_ANSWER, LONGEST_ANSWER, erase_personal_data, refuse_erasure
from prakerja.privacy.policies import AFTERWARDS, AT_ONCE, KEPT, UNENDED
from prakerja.privacy.queries import ErasureLine, erasure_case

DECISIONS = {
    "erase": gettext_lazy("Hapus yang boleh dihapus sekarang"),
    "refuse": gettext_lazy("Tidak dapat dipenuhi"),
}
STATES = {
    "open": gettext_lazy("Menunggu jawaban"),
    "partly": gettext_lazy("Sebagian dihapus"),
    "erased": gettext_lazy("Sudah dihapus"),
    "refused": gettext_lazy("Tidak dapat dipenuhi"),
    "taken_back": gettext_lazy("Dibatalkan peserta"),
}


class ErasureForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("Keputusan"), choices=tuple(DECISIONS.items()), widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=gettext_lazy("Jawaban kepada peserta"),
        min_length=FEWEST_ANSWER,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def erasure_line(one: ErasureLine, at: Any) -> dict[str, Any]:
    """A request as lists show it."""
    return {
        "url": reverse("console_erasure", args=[one.case_id]),
        "person": one.person_name,
        "person_url": reverse("admin:people_person_change", args=[one.person_id]),
        "state": STATES[one.status],
        "asked": written(one.asked_at),
        "words": one.words,
        "not_before": written(one.not_before),
        "answer_by": written(one.answer_by) if one.status == "open" else "–",
        "is_late": one.status == "open" and one.answer_by <= at,
        # Partly erased: nothing to do before the participation ends.
        "waits_for": [UNENDED[key] for key in one.unended],
        "may_end": not one.unended,
        "is_pending": one.is_pending,
        "answer": one.answer,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("erasure.answer")
def erasure(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Show what was asked and what would go; a POST answers it. Answered, it is for reading."""
    at = clock.now()
    found = erasure_case(case_id=case_id)
    if found is None:
        raise Http404
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        verb = {"erase": erase_personal_data, "refuse": refuse_erasure}[form.cleaned_data["decision"]]
        try:
            verb(case_id=case_id, answer=form.cleaned_data["answer"], actor=operator(request), at=at)
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            form.add_error("decision", _sentence(refused))
        else:
            messages.success(request, _("Jawaban Anda sudah dicatat, dan peserta diberi tahu."))
            return HttpResponseRedirect(reverse("console_attention"))
    return render(
        request,
        "console/erasure.html",
        {
            "one": erasure_line(found, at),
            "form": form,
            "here": request.path,
            "at_once": AT_ONCE,
            "afterwards": AFTERWARDS,
            "kept": KEPT,
        },
    )


def _sentence(refused: Refused) -> str:
    if refused.reason == "erasure_too_early":
        return _("Baru dapat dihapus mulai %(when)s, supaya peserta sempat membatalkan.") % {
            "when": written(refused.details["first"])
        }
    return sentence(refused)
