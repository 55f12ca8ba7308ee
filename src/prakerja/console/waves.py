"""An operator proposes a wave: first they see what it will be; another operator announces it (rules.md 4.1, 4.7)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from prakerja.console.pages import acting, operator
from prakerja.console.texts import counted, written
from prakerja.console.wave_words import change_problem
from prakerja.intake.operations import WavePlan, look_ahead, prepare_wave
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused

SENTENCES = {
    "wave_number_wrong": ("number", gettext_lazy("Nomor gelombang antara 1 dan 9999.")),
    "wave_exists": ("number", gettext_lazy("Gelombang itu sudah ada. Ubah dari halamannya.")),
    "wave_ends_before_it_begins": ("closes_day", gettext_lazy("Gelombang ditutup setelah dibuka.")),
    "wave_not_ahead": ("closes_day", gettext_lazy("Saat penutupan itu sudah lewat.")),
    "wave_too_short": ("closes_day", gettext_lazy("Gelombang dibuka paling sedikit satu jam sejak sekarang.")),
    "quota_wrong": ("quota", gettext_lazy("Kuota paling sedikit satu orang.")),
}


class WaveForm(forms.Form):
    number = forms.IntegerField(label=gettext_lazy("Nomor gelombang"))
    opens_day = forms.DateField(label=gettext_lazy("Hari dibuka"), widget=forms.DateInput(attrs={"type": "date"}))
    opens_hour = forms.TimeField(
        label=gettext_lazy("Jam dibuka (WIB)"), initial=time(12), widget=forms.TimeInput(attrs={"type": "time"})
    )
    closes_day = forms.DateField(label=gettext_lazy("Hari ditutup"), widget=forms.DateInput(attrs={"type": "date"}))
    closes_hour = forms.TimeField(
        label=gettext_lazy("Jam ditutup (WIB); menit ini tidak ikut lagi"),
        initial=time(23, 59),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    quota = forms.IntegerField(label=gettext_lazy("Kuota"))
    confirmed = forms.BooleanField(label=gettext_lazy("Saya sudah memeriksanya: usulkan gelombang ini"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@acting("wave.open")
def open_wave(request: HttpRequest) -> HttpResponse:
    """Ask for the dates; the first POST shows what they mean, one that is confirmed proposes the wave to another operator."""
    form = WaveForm(request.POST if request.method == "POST" else None)
    plan: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        values = {
            "number": given["number"],
            "opens_at": _instant(given["opens_day"], given["opens_hour"]),
            "closes_at": _instant(given["closes_day"], given["closes_hour"]),
            "quota": given["quota"],
            "at": clock.now(),
        }
        try:
            if given["confirmed"]:
                prepare_wave(actor=operator(request), **values)
                words = _("Diusulkan: gelombang %(n)s. Diumumkan setelah petugas lain mengesahkannya.")
                messages.success(request, words % {"n": values["number"]})
                return HttpResponseRedirect(reverse("console_waves"))
            plan = plan_lines(look_ahead(**values))
        except Refused as refused:
            if refused.reason == "proposal_waits":
                form.add_error("number", change_problem(refused)[1])
            elif refused.reason in SENTENCES:
                form.add_error(*SENTENCES[refused.reason])
            else:
                raise
    return render(request, "console/wave_open.html", {"form": form, "plan": plan, "here": reverse("console_wave_open")})


def plan_lines(ahead: WavePlan) -> dict[str, Any]:
    """What a wave will be, in words."""
    return {
        "number": ahead.number,
        "scheme": ahead.scheme,
        "opens": written(ahead.opens_at),
        "closes": written(ahead.closes_at),
        "quota": counted(ahead.quota),
        "overlaps": ", ".join(map(str, ahead.overlaps)),
    }


def _instant(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=WIB)
