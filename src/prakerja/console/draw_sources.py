"""What the sources of a draw gave, or that one of them was absent: entered by page, proven before it is kept (draw.md 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from prakerja.console.draw_forms import AbsentForm, PulseForm, RoundForm
from prakerja.console.draw_lines import found_wave, latest_draw, leave_to_the_gate
from prakerja.console.draw_words import LATE, SOURCE_KINDS, draw_sentence
from prakerja.console.pages import acting, operator
from prakerja.console.texts import written
from prakerja.draw import operations as draws
from prakerja.draw.queries import DrawState, SourceState
from prakerja.draw.randomness import absence_text
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.enter")
def enter(request: HttpRequest, number: int, source: int) -> HttpResponse:
    """What a source gave: fetched from it, or typed; it proves itself, or is not kept."""
    now, named = _named(number, source)
    form = (RoundForm if named.kind == "drand" else PulseForm)(
        request.POST if request.method == "POST" else None, request.FILES if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        try:
            _enter(request, now.name, named, form.cleaned_data)
        except Refused as refused:
            leave_to_the_gate(refused)
            form.add_error(None, draw_sentence(refused))
        else:
            messages.success(request, _("Nilai sumber %(number)s terbukti dan disimpan.") % {"number": source})
            return HttpResponseRedirect(reverse("console_draw", args=[number]))
    return _page(request, "enter", number, named, form)


def _enter(request: HttpRequest, name: str, source: SourceState, given: Mapping[str, Any]) -> None:
    who: dict[str, Any] = {"draw_name": name, "number": source.number, "actor": operator(request), "at": clock.now()}
    if source.kind != "drand":
        draws.enter_pulse(answer=given["answer"].read(), certificate=given["certificate"].read(), **who)
    elif given["signature"]:
        draws.enter_round(signature=given["signature"], **who)
    else:
        draws.fetch_round(**who)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.enter")
def absent(request: HttpRequest, number: int, source: int) -> HttpResponse:
    """What two witnesses sign when a source that may be absent was silent for a day, and their lines."""
    now, named = _named(number, source)
    if named.kind == "drand":
        raise Http404
    form = AbsentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            draws.attest_absence(
                draw_name=now.name,
                number=source,
                lines=form.cleaned_data["lines"],
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            leave_to_the_gate(refused)
            form.add_error("lines", draw_sentence(refused))
        else:
            messages.success(request, _("Dicatat menurut dua saksi: sumber %(number)s absen.") % {"number": source})
            return HttpResponseRedirect(reverse("console_draw", args=[number]))
    return _page(request, "absent", number, named, form, text=absence_text(draw_name=now.name, number=source))


def _named(number: int, source: int) -> tuple[DrawState, SourceState]:
    """The latest draw of a wave, and its source of this number."""
    found_wave(number)
    now = latest_draw(number)
    if now is None or source >= len(now.sources):
        raise Http404
    return now, now.sources[source]


def _page(
    request: HttpRequest, name: str, number: int, source: SourceState, form: forms.Form, **more: Any
) -> HttpResponse:
    """A page about a source: what it is, when it gives its value, what the rule says when it does not."""
    return render(
        request,
        f"console/draw_{name}.html",
        {
            "wave": number,
            "form": form,
            "here": request.path,
            "kind": SOURCE_KINDS[source.kind],
            "appears": written(source.appears),
            "rule": LATE[source.kind],
            **more,
        },
    )
