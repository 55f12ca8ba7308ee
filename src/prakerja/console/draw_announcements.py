"""An announcement of a draw that was decided is taken back before its moment, by two operators (rules.md 4.4)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from prakerja.console.draw_forms import CancelForm
from prakerja.console.draw_lines import awarding_line, found_wave, latest_draw, leave_to_the_gate
from prakerja.console.draw_words import draw_sentence
from prakerja.console.pages import acting, operator
from prakerja.draw import operations as draws
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.take_back")
def cancel_awards(request: HttpRequest, number: int) -> HttpResponse:
    """Take back an announcement before its moment, and say why."""
    found_wave(number)
    now = latest_draw(number)
    if now is None:
        raise Http404
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            is_cancelled = draws.cancel_awards(
                draw_name=now.name, reason=form.cleaned_data["reason"], actor=operator(request), at=clock.now()
            )
        except Refused as refused:
            leave_to_the_gate(refused)
            form.add_error("reason", draw_sentence(refused))
        else:
            messages.success(
                request,
                _("Pengumuman itu dibatalkan. Undian tetap, dan yang lain dapat disiapkan.")
                if is_cancelled
                else _(
                    "Dicatat: Anda meminta pengumuman itu dibatalkan. Sampai petugas lain setuju, pengumuman tetap."
                ),
            )
            return HttpResponseRedirect(reverse("console_draw", args=[number]))
    return render(
        request,
        "console/draw_cancel.html",
        {
            "wave": number,
            "form": form,
            "here": request.path,
            "found": [awarding_line(request, number, now, one) for one in now.rounds],
        },
    )
