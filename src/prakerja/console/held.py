"""Revocations that wait because we were down before the deadline: all of them get another deadline, or all go on (rules.md 12.26)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from prakerja.awards.holding import MOST_DAYS
from prakerja.awards.operations import extend_held, release_held
from prakerja.awards.queries import Held, held_revocations
from prakerja.console.pages import acting, operator
from prakerja.console.texts import written
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused


def _reason() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Alasan"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "cols": 40})
    )


class ReleaseForm(forms.Form):
    reason = _reason()


class ExtendForm(forms.Form):
    days = forms.IntegerField(
        label=gettext_lazy("Berapa hari lagi sejak hari ini"), min_value=1, max_value=MOST_DAYS, initial=14
    )
    reason = _reason()


@require_http_methods(["GET", "HEAD", "POST"])
@acting("award.extend_held")
def extend(request: HttpRequest) -> HttpResponse:
    """Give everybody who waits another deadline; each is told by SMS."""
    form = ExtendForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            moved = extend_held(
                days=form.cleaned_data["days"],
                reason=form.cleaned_data["reason"],
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            if (left := _left(request, refused)) is not None:
                return left
            form.add_error("days", _sentence(refused))
        else:
            words = ngettext(
                "%(n)s peserta mendapat batas waktu baru dan diberi tahu lewat SMS.",
                "%(n)s peserta mendapat batas waktu baru dan diberi tahu lewat SMS.",
                moved,
            )
            return _done(request, words % {"n": moved})
    return _page(request, form, address="console_held_extend", kind="extend")


@require_http_methods(["GET", "HEAD", "POST"])
@acting("award.release_held")
def release(request: HttpRequest) -> HttpResponse:
    """Let them all go on: these people are revoked at the next run, for life."""
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            released = release_held(reason=form.cleaned_data["reason"], actor=operator(request), at=clock.now())
        except Refused as refused:
            if (left := _left(request, refused)) is not None:
                return left
            form.add_error("reason", _sentence(refused))
        else:
            words = ngettext(
                "%(n)s pencabutan dilanjutkan pada malam berikutnya.",
                "%(n)s pencabutan dilanjutkan pada malam berikutnya.",
                released,
            )
            return _done(request, words % {"n": released})
    return _page(request, form, address="console_held_release", kind="release")


def held_line(one: Held) -> dict[str, Any]:
    """One deadline's waiting revocations, as lists show them."""
    return {
        # Exclusive: the last second before it still counts.
        "deadline": written(one.deadline_at - timedelta(seconds=1)),
        "since": written(one.held_at),
        "people": one.people,
    }


def _page(request: HttpRequest, form: forms.Form, *, address: str, kind: str) -> HttpResponse:
    lines = [held_line(one) for one in held_revocations()]
    return render(request, "console/held.html", {"form": form, "held": lines, "here": reverse(address), "kind": kind})


def _left(request: HttpRequest, refused: Refused) -> HttpResponse | None:
    """Somebody decided first: the list says how it stands. Other refusals are the form's."""
    if refused.reason == "not_permitted":
        raise refused
    if refused.reason != "nobody_held":
        return None
    messages.error(request, _("Tidak ada pencabutan yang menunggu keputusan."))
    return HttpResponseRedirect(reverse("console_attention"))


def _sentence(refused: Refused) -> str:
    if refused.reason == "days_out_of_range":
        return _("Antara %(least)s dan %(most)s hari.") % refused.details
    if refused.reason == "deadline_not_ahead":
        until = written(refused.details["deadline"] - timedelta(seconds=1))
        return _("Batas waktu itu (%(when)s) sudah lewat: batas akhir tahun tidak dapat dilampaui.") % {"when": until}
    return _("Tulis alasannya.")


def _done(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("console_attention"))
