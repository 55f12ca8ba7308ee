"""A wave's announcement is corrected by page: looked at, prepared by one operator, confirmed by another (rules.md 4.2)."""

from __future__ import annotations

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

from prakerja.console.announcement_words import announcement_problem, last_minute
from prakerja.console.pages import acting, operator
from prakerja.console.second_person import is_own, take_back_by_page, take_back_form, who_line
from prakerja.console.texts import counted, written
from prakerja.intake.operations import (
    Correction,
    confirm_correction,
    look_at_correction,
    prepare_correction,
    take_back_correction,
)
from prakerja.intake.queries import OpenCorrection, open_corrections, wave_period
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused


class CorrectionForm(forms.Form):
    """`seen` is what was looked at: only that is prepared, and what was changed in the form since is looked at first."""

    day = forms.DateField(
        label=gettext_lazy("Hari pengumuman yang benar"), widget=forms.DateInput(attrs={"type": "date"})
    )
    hour = forms.TimeField(label=gettext_lazy("Jamnya (WIB)"), widget=forms.TimeInput(attrs={"type": "time"}))
    reason = forms.CharField(
        label=gettext_lazy("Alasan (dicatat; peserta tidak membacanya)"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    confirmed = forms.BooleanField(
        label=gettext_lazy("Saya sudah memeriksanya: siapkan pembetulan ini"), required=False
    )

    def instant(self) -> datetime:
        """What the form says."""
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"], tzinfo=WIB)


class ConfirmForm(forms.Form):
    announced_at = forms.DateTimeField(widget=forms.HiddenInput)
    is_short_deadline_confirmed = forms.BooleanField(
        label=gettext_lazy("Saya mengesahkan batas waktu yang kurang dari 7 hari"), required=False
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("announcement.correct")
def correct(request: HttpRequest, number: int) -> HttpResponse:
    """The first POST shows what would be different and for how many; one that is confirmed prepares it for another operator."""
    period = wave_period(number=number)
    if period is None or period.announced_at is None:
        raise Http404
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    plan: Correction | None = None
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            if given["confirmed"]:
                prepare_correction(
                    wave_number=number,
                    announced_at=form.instant(),
                    reason=given["reason"],
                    actor=operator(request),
                    at=at,
                )
                words = _(
                    "Disiapkan: pembetulan pengumuman gelombang %(n)s. Berlaku setelah petugas lain mengesahkannya."
                )
                messages.success(request, words % {"n": number})
                return HttpResponseRedirect(reverse("console_wave", args=[number]))
            plan = look_at_correction(wave_number=number, announced_at=form.instant(), at=at)
        except Refused as refused:
            form.add_error("reason" if refused.reason == "reason_missing" else "day", _problem(refused))
    return render(
        request,
        "console/correction.html",
        {
            "wave": number,
            "form": form,
            "here": request.path,
            "announced": written(period.announced_at),
            "plan": plan_lines(plan) if plan else None,
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("announcement.confirm")
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Show what confirming brings about now; a POST does it, if it is still what the page showed. The worker tells people."""
    if request.method == "POST":
        form = ConfirmForm(request.POST)
        if not form.is_valid():
            return HttpResponseRedirect(request.path)
        try:
            done = confirm_correction(
                wave_number=number,
                announced_at=form.cleaned_data["announced_at"],
                actor=operator(request),
                at=clock.now(),
                is_short_deadline_confirmed=form.cleaned_data["is_short_deadline_confirmed"],
                is_followed=False,
            )
        except Refused as refused:
            messages.error(request, _problem(refused))
        else:
            words = _(
                "Disahkan: pengumuman gelombang %(n)s dibetulkan; %(people)s orang diberi tahu lewat SMS. Nama Anda dicatat."
            )
            messages.success(request, words % {"n": number, "people": counted(done.people)})
        return HttpResponseRedirect(reverse("console_wave", args=[number]))
    found = _found(number)
    problem, plan, is_close = "", None, False
    try:
        plan = plan_lines(look_at_correction(wave_number=number, announced_at=found.announced_at, at=clock.now()))
        look_at_correction(
            wave_number=number, announced_at=found.announced_at, at=clock.now(), is_short_deadline_confirmed=False
        )
    except Refused as refused:
        # Time has passed since it was prepared.
        is_close = refused.reason == "deadline_close"
        problem = _problem(refused)
    return render(
        request,
        "console/correction_confirm.html",
        {
            "wave": number,
            "one": correction_line(request, found),
            "plan": plan,
            "problem": problem,
            "is_close": is_close,
            "form": ConfirmForm(initial={"announced_at": found.announced_at.isoformat()}),
            "here": request.path,
            "is_own": is_own(request, found),
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("announcement.take_back")
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether what waits shall be taken back; a POST does it, if it is still what the page showed."""
    if request.method == "POST":
        form = ConfirmForm(request.POST)
        if not form.is_valid():
            return HttpResponseRedirect(request.path)
        given = {"wave_number": number, "announced_at": form.cleaned_data["announced_at"]}
        take_back_by_page(
            request,
            lambda: take_back_correction(**given, actor=operator(request), at=clock.now()),
            problem=_problem,
            done=_("Ditarik: pembetulan gelombang %(n)s. Pengumumannya tetap.") % {"n": number},
            asked=_("Dicatat: Anda meminta pembetulan gelombang %(n)s ditarik. Petugas lain yang menariknya.")
            % {"n": number},
        )
        return HttpResponseRedirect(reverse("console_wave", args=[number]))
    found = _found(number)
    return render(
        request,
        "console/correction_take_back.html",
        {
            "wave": number,
            "one": correction_line(request, found),
            **take_back_form(request, found, announced_at=found.announced_at.isoformat()),
        },
    )


def correction_line(request: HttpRequest, one: OpenCorrection) -> dict[str, Any]:
    """What waits for a second operator, as a line of a page."""
    return {
        **who_line(request, one, page="console_correction", verb="announcement", args=[one.wave]),
        "wave": one.wave,
        "before": written(one.announced_before),
        "after": written(one.announced_at),
        "reason": one.reason,
    }


def plan_lines(plan: Correction) -> dict[str, Any]:
    """What a correction does, line by line."""
    return {
        "lines": [
            (_("Diumumkan"), written(plan.announced_before), written(plan.announced_at)),
            (_("Batas waktu membeli"), last_minute(plan.deadline_before), last_minute(plan.deadline)),
        ],
        "people": counted(plan.people),
        "days_left": plan.days_left,
        "is_sooner": plan.deadline < plan.deadline_before,
    }


def _found(number: int) -> OpenCorrection:
    found = next(iter(open_corrections(wave_number=number)), None)
    if found is None:
        raise Http404
    return found


def _problem(refused: Refused) -> str:
    """A refusal in words; what the gate of the pages answers is raised again."""
    if refused.reason == "not_permitted":
        raise refused
    return announcement_problem(refused)
