"""The letters of those who were not selected three times: an operator reads one and answers it (rules.md 3.5)."""

from __future__ import annotations

import uuid
from datetime import datetime
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
from prakerja.console.texts import written
from prakerja.intake.letters import FEWEST_ANSWER, LONGEST_ANSWER, LetterLine, answer_letter
from prakerja.intake.letters import letter as find_letter
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused


class LetterForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("Jawaban kepada pendaftar"),
        min_length=FEWEST_ANSWER,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def letter_line(one: LetterLine, at: datetime) -> dict[str, Any]:
    """A letter as lists show it."""
    return {
        "url": reverse("console_letter", args=[one.letter_id]),
        "person": one.name,
        "waves": one.waves.replace(" ", ", "),
        "words": one.words,
        "sent": written(one.sent_at),
        "answer_by": written(one.answer_by),
        "is_late": one.is_open and one.answer_by <= at,
        "is_open": one.is_open,
        "answer": one.answer,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("letter.answer")
def letter(request: HttpRequest, letter_id: uuid.UUID) -> HttpResponse:
    """Show the letter and ask for the answer; answered, it is for reading."""
    found = find_letter(letter_id=letter_id)
    if found is None:
        raise Http404
    form = LetterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_letter(
                letter_id=letter_id, answer=form.cleaned_data["answer"], actor=operator(request), at=clock.now()
            )
        except Refused as refused:
            if refused.reason != "letter_answered":
                raise
            messages.error(request, _("Surat ini sudah dijawab."))
            return HttpResponseRedirect(reverse("console_letter", args=[letter_id]))
        messages.success(request, _("Jawaban Anda sudah dikirim."))
        return HttpResponseRedirect(reverse("console_attention"))
    return render(request, "console/letter.html", {"one": letter_line(found, clock.now()), "form": form})
