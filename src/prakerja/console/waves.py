"""An operator announces a wave: first they see what it will be, then they confirm (rules.md 4.1)."""

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
from prakerja.console.texts import written
from prakerja.intake.operations import announce_wave, look_ahead
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
    confirmed = forms.BooleanField(label=gettext_lazy("Saya sudah memeriksanya: umumkan gelombang ini"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@acting("wave.open")
def open_wave(request: HttpRequest) -> HttpResponse:
    """Ask for the dates; the first POST shows what they mean, one that is confirmed makes the wave."""
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
                announce_wave(actor=operator(request), **values)
                words = _("Gelombang %(n)s dibuka %(when)s.")
                messages.success(request, words % {"n": values["number"], "when": written(values["opens_at"])})
                return HttpResponseRedirect(reverse("console_wave", args=[values["number"]]))
            ahead = look_ahead(**values)
            plan = {
                "number": ahead.number,
                "scheme": ahead.scheme,
                "opens": written(ahead.opens_at),
                "closes": written(ahead.closes_at),
                "quota": ahead.quota,
                "overlaps": ", ".join(map(str, ahead.overlaps)),
            }
        except Refused as refused:
            if refused.reason not in SENTENCES:
                raise
            field, why = SENTENCES[refused.reason]
            form.add_error(field, why)
    return render(request, "console/wave_open.html", {"form": form, "plan": plan, "here": reverse("console_wave_open")})


def _instant(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=WIB)
