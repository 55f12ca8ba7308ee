"""Who watches over the log of documents: witnesses, known by the word of two operators, and their lines (draw.md 6)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from prakerja.access.permitting import operator_names
from prakerja.console.draw_forms import CosignForm, WitnessForm
from prakerja.console.draw_lines import leave_to_the_gate
from prakerja.console.draw_words import draw_sentence
from prakerja.console.pages import acting, operator
from prakerja.console.texts import written
from prakerja.draw import operations as draws
from prakerja.draw.queries import KnownWitness, checkpoints, witnesses
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused

# Witnesses sign the latest; the ones before are for whoever comes late.
_SHOWN = 5


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.witness")
def known(request: HttpRequest) -> HttpResponse:
    """The witnesses, whose key waits for a second operator, what they sign, and the two things that may be told here."""
    is_key = "key" in request.POST
    key = WitnessForm(request.POST if is_key else None)
    line = CosignForm(request.POST if request.method == "POST" and not is_key else None)
    form = key if is_key else line
    if request.method == "POST" and form.is_valid():
        try:
            told = _take(request, form.cleaned_data)
        except Refused as refused:
            leave_to_the_gate(refused)
            form.add_error("key" if is_key else "line", draw_sentence(refused))
        else:
            messages.success(request, told)
            return HttpResponseRedirect(reverse("console_draw_witnesses"))
    found = witnesses()
    names = operator_names(ids={who for one in found for who in (one.told_by, one.confirmed_by)} - {""})
    return render(
        request,
        "console/draw_witnesses.html",
        {
            "here": request.path,
            "key": key,
            "line": line,
            "found": [_line(one, names) for one in found],
            "checkpoints": [
                {"size": size, "text": text, "when": written(at)} for size, text, at in checkpoints()[:_SHOWN]
            ],
        },
    )


def _take(request: HttpRequest, given: dict[str, Any]) -> str:
    who: dict[str, Any] = {"actor": operator(request), "at": clock.now()}
    if "line" in given:
        draws.add_cosignature(size=given["size"], line=given["line"], **who)
        return _("Tanda tangan saksi itu terbukti dan disimpan.")
    if draws.add_witness(key=given["key"], **who):
        return _("Saksi itu sekarang dikenal. Tanda tangannya diperhitungkan.")
    return _("Dicatat. Saksi itu dikenal setelah petugas lain memasukkan kunci yang sama.")


def _line(one: KnownWitness, names: dict[str, str]) -> dict[str, Any]:
    return {
        "key": one.key,
        "counts": one.confirmed_at is not None,
        "is_played": one.is_played,
        "by": names.get(one.told_by, "–"),
        "confirmed_by": names.get(one.confirmed_by, "–"),
        "when": written(one.confirmed_at or one.told_at),
    }
