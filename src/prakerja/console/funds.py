"""A budget that arrived, by page: one operator prepares it by its letter and sees what it means, another books it (rules.md 12.41)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.access.permitting import operator_names
from prakerja.console.pages import acting, browsing, may, operator
from prakerja.console.second_person import is_own, take_back_by_page, take_back_form, who_line
from prakerja.console.texts import written
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.money import format_rupiah
from prakerja.programmes.funding import (
    LONGEST_REFERENCE,
    MOST,
    FundingAhead,
    ProposedFunding,
    booked_fundings,
    confirm_funding,
    look_ahead,
    prepare_funding,
    take_back_funding,
    waiting_fundings,
)

SHOWN = 50
SENTENCES: Mapping[str, tuple[str, Any]] = {
    "funding_amount": ("amount", gettext_lazy("Tulis rupiah bulat, lebih dari nol dan masuk akal.")),
    "funding_reference": ("reference", gettext_lazy("Tulis nomor suratnya, paling panjang 100 huruf.")),
    "funding_known": ("reference", gettext_lazy("Anggaran dari surat itu sudah dibukukan. Tidak ada yang diubah.")),
    "funding_waits": (
        "reference",
        gettext_lazy("Petugas lain sudah menyiapkan anggaran dari surat itu, yang menunggu pengesahan."),
    ),
    "nothing_prepared": (
        "",
        gettext_lazy("Anggaran itu sudah dibukukan, diganti atau ditarik. Tidak ada yang diubah."),
    ),
    "same_operator": ("", gettext_lazy("Yang menyiapkan anggaran itu tidak membukukannya.")),
}


class FundingForm(forms.Form):
    reference = forms.CharField(label=gettext_lazy("Nomor surat (misalnya SP2D)"), max_length=LONGEST_REFERENCE)
    amount = forms.IntegerField(label=gettext_lazy("Jumlah (rupiah bulat, tanpa titik)"), min_value=1, max_value=MOST)
    confirmed = forms.BooleanField(
        label=gettext_lazy("Saya sudah memeriksanya dengan suratnya: siapkan anggaran ini"), required=False
    )


@require_safe
@browsing
def funds(request: HttpRequest) -> HttpResponse:
    """What waits for a second operator, and what two of them booked."""
    return render(
        request,
        "console/funds.html",
        {
            "waiting": _lines(request, waiting_fundings()),
            "booked": _lines(request, booked_fundings(most=SHOWN)),
            "may_prepare": may(request, "programme.fund"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@acting("programme.fund")
def prepare(request: HttpRequest) -> HttpResponse:
    """Ask for letter and amount; the first POST shows what they mean, one that is confirmed leaves it to another operator."""
    form = FundingForm(request.POST if request.method == "POST" else None)
    plan: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        given = {"amount": form.cleaned_data["amount"], "reference": form.cleaned_data["reference"]}
        try:
            if form.cleaned_data["confirmed"]:
                prepare_funding(**given, actor=operator(request), at=clock.now())
                messages.success(request, _("Disiapkan. Anggaran ini dibukukan setelah petugas lain mengesahkannya."))
                return HttpResponseRedirect(reverse("console_funds"))
            plan = _plan(look_ahead(**given))
        except Refused as refused:
            if refused.reason not in SENTENCES:
                raise
            form.add_error(*SENTENCES[refused.reason])
    here = reverse("console_funds_prepare")
    return render(request, "console/funds_prepare.html", {"form": form, "plan": plan, "here": here})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("programme.confirm")
def confirm(request: HttpRequest, digest: str) -> HttpResponse:
    """Show what booking brings about now; a POST does it."""
    if request.method == "POST":
        try:
            holds = confirm_funding(digest=digest, actor=operator(request), at=clock.now())
        except Refused as refused:
            messages.error(request, _problem(refused))
        else:
            words = _("Dibukukan: dana program sekarang %(holds)s. Nama Anda dicatat.")
            messages.success(request, words % {"holds": format_rupiah(holds)})
        return HttpResponseRedirect(reverse("console_funds"))
    found = _found(digest)
    problem, plan = "", None
    try:
        plan = _plan(look_ahead(amount=found.amount, reference=found.reference))
    except Refused as refused:
        problem = _problem(refused)
    return render(
        request,
        "console/funds_confirm.html",
        {
            "one": _lines(request, [found])[0],
            "plan": plan,
            "problem": problem,
            "here": request.path,
            "is_own": is_own(request, found),
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("programme.take_back")
def take_back(request: HttpRequest, digest: str) -> HttpResponse:
    """Ask whether what waits shall be taken back; a POST does it."""
    if request.method == "POST":
        take_back_by_page(
            request,
            lambda: take_back_funding(digest=digest, actor=operator(request), at=clock.now()),
            problem=_problem,
            done=_("Ditarik. Tidak ada yang dibukukan."),
            asked=_("Dicatat: Anda meminta anggaran ini ditarik. Petugas lain yang menariknya."),
        )
        return HttpResponseRedirect(reverse("console_funds"))
    found = _found(digest)
    context = {"one": _lines(request, [found])[0], **take_back_form(request, found)}
    return render(request, "console/funds_take_back.html", context)


def _found(digest: str) -> ProposedFunding:
    found = next((one for one in waiting_fundings() if one.digest == digest), None)
    if found is None:
        raise Http404
    return found


def _plan(ahead: FundingAhead) -> dict[str, str]:
    return {
        "reference": ahead.reference,
        "amount": format_rupiah(ahead.amount),
        "holds": format_rupiah(ahead.holds),
        "will_hold": format_rupiah(ahead.will_hold),
    }


def _lines(request: HttpRequest, found: list[ProposedFunding]) -> list[dict[str, Any]]:
    names = operator_names(ids={one.confirmed_by for one in found} - {""})
    return [
        {
            **who_line(request, one, page="console_funds", verb="programme", args=[one.digest]),
            "reference": one.reference,
            "amount": format_rupiah(one.amount),
            "booked_by": names.get(one.confirmed_by, "–"),
            "booked_when": "" if one.confirmed_at is None else written(one.confirmed_at),
        }
        for one in found
    ]


def _problem(refused: Refused) -> str:
    """A refusal in words; what the gate of the pages answers is raised again."""
    if refused.reason not in SENTENCES:
        raise refused
    return str(SENTENCES[refused.reason][1])
