"""A wave that was proposed, or a change of one, by page: another operator reads what it brings about, and confirms it (rules.md 4.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from prakerja.console.pages import acting, operator
from prakerja.console.second_person import is_own, take_back_by_page, take_back_form
from prakerja.console.wave_pages import change_lines
from prakerja.console.wave_waiting import waiting_line
from prakerja.console.wave_words import change_problem
from prakerja.console.waves import SENTENCES, plan_lines
from prakerja.intake.operations import (
    Proposed,
    WavePlan,
    confirm_wave,
    look_at_proposal,
    proposals,
    take_back_wave,
)
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused

_OWN: Mapping[str, Any] = {
    "nothing_prepared": gettext_lazy("Yang menunggu sudah disahkan, diganti atau ditarik. Tidak ada yang diubah."),
    "proposal_changed": gettext_lazy("Usul ini diganti sesudah halaman Anda dibuka. Tidak ada yang diubah; baca lagi."),
    "same_operator": gettext_lazy("Yang mengusulkannya tidak mengesahkannya."),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("wave.confirm")
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Show what confirming brings about now; a POST does it, if it is still what the page showed."""
    if request.method == "POST":
        try:
            done = confirm_wave(
                wave_number=number, digest=request.POST.get("digest", ""), actor=operator(request), at=clock.now()
            )
        except Refused as refused:
            messages.error(request, _problem(refused))
            return HttpResponseRedirect(reverse("console_waves"))
        words = (
            _("Disahkan: gelombang %(n)s diumumkan. Nama Anda dicatat.")
            if isinstance(done, WavePlan)
            else _("Disahkan: gelombang %(n)s sudah diubah. Nama Anda dicatat.")
        )
        messages.success(request, words % {"n": number})
        return HttpResponseRedirect(reverse("console_wave", args=[number]))
    found = _found(number)
    problem, plan = "", None
    try:
        ahead = look_at_proposal(proposed=found, at=clock.now())
        plan = plan_lines(ahead) if isinstance(ahead, WavePlan) else change_lines(ahead)
    except Refused as refused:
        # Time has passed since it was proposed.
        problem = _problem(refused)
    return render(
        request,
        "console/wave_confirm.html",
        {
            "wave": number,
            "one": waiting_line(request, found),
            "plan": plan,
            "problem": problem,
            "here": request.path,
            "is_own": is_own(request, found),
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("wave.take_back")
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether what waits shall be taken back; a POST does it, if it is still what the page showed."""
    if request.method == "POST":
        given: dict[str, Any] = {"wave_number": number, "digest": request.POST.get("digest", "")}
        take_back_by_page(
            request,
            lambda: take_back_wave(**given, actor=operator(request), at=clock.now()),
            problem=_problem,
            done=_("Ditarik: usul untuk gelombang %(n)s. Tidak ada yang berubah.") % {"n": number},
            asked=_("Dicatat: Anda meminta usul untuk gelombang %(n)s ditarik. Petugas lain yang menariknya.")
            % {"n": number},
        )
        return HttpResponseRedirect(reverse("console_waves"))
    found = _found(number)
    return render(
        request,
        "console/wave_take_back.html",
        {
            "wave": number,
            "one": waiting_line(request, found),
            **take_back_form(request, found, digest=found.digest),
        },
    )


def _found(number: int) -> Proposed:
    found = next(iter(proposals(wave_number=number)), None)
    if found is None:
        raise Http404
    return found


def _problem(refused: Refused) -> str:
    """A refusal in words; what the gate of the pages answers is raised again."""
    if refused.reason == "not_permitted":
        raise refused
    if refused.reason in _OWN:
        return str(_OWN[refused.reason])
    if refused.reason in SENTENCES:
        return str(SENTENCES[refused.reason][1])
    return change_problem(refused)[1]
