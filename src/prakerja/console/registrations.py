"""Cases of people who register: an operator looks at the documents, says why, and decides (rules.md 3.6)."""

from __future__ import annotations

import base64
import uuid
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

from prakerja.console.pages import acting, operator, revealing
from prakerja.console.texts import sentence, written
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.people.revealing import FEWEST_CHARACTERS, MOST_CHARACTERS
from prakerja.registrations.operations import accept_identity, refuse_registration, send_back
from prakerja.registrations.policies import FEWEST_ANSWER, LONGEST_ANSWER
from prakerja.registrations.queries import CaseLine, case_line
from prakerja.registrations.revealing import reveal_case

DECISIONS = {
    "accept": gettext_lazy("Identitasnya benar miliknya"),
    "send_back": gettext_lazy("Kembalikan: ada yang perlu diperbaiki atau dikirim lagi"),
    "refuse": gettext_lazy("Tolak pendaftaran"),
}
REASONS = {
    "asked": gettext_lazy("Pendaftar meminta"),
    "nik_claimed": gettext_lazy("NIK-nya sudah milik akun lain"),
    "phone_claimed": gettext_lazy("Nomor ponselnya sudah milik akun lain"),
}
STATES = {
    "open": gettext_lazy("Menunggu jawaban"),
    "accepted": gettext_lazy("Diterima"),
    "sent_back": gettext_lazy("Dikembalikan"),
    "refused": gettext_lazy("Ditolak"),
}
REGISTRY = {
    "unasked": gettext_lazy("belum ditanya"),
    "waiting": gettext_lazy("belum menjawab"),
    "match": gettext_lazy("cocok"),
    "mismatch": gettext_lazy("ada yang berbeda"),
    "unknown": gettext_lazy("NIK tidak ditemukan"),
    "dead": gettext_lazy("tercatat meninggal dunia"),
    "double": gettext_lazy("tercatat dua kali"),
    "moved": gettext_lazy("tidak aktif"),
}
FIELDS = {
    "nik": gettext_lazy("NIK"),
    "family_card_number": gettext_lazy("nomor KK"),
    "name": gettext_lazy("nama"),
    "birth_date": gettext_lazy("tanggal lahir"),
}


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("Keputusan"), choices=tuple(DECISIONS.items()), widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=gettext_lazy("Jawaban kepada pendaftar"),
        min_length=FEWEST_ANSWER,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WhyForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Alasan melihat dokumen"), min_length=FEWEST_CHARACTERS, max_length=MOST_CHARACTERS
    )


def registration_line(one: CaseLine, at: Any) -> dict[str, Any]:
    """A case as lists show it."""
    fields = ", ".join(str(FIELDS[field]) for field in one.registry_fields)
    said = str(REGISTRY[one.registry_status])
    return {
        "url": reverse("console_registration", args=[one.case_id]),
        "documents_url": reverse("console_registration_documents", args=[one.case_id]),
        "number": str(one.case_id)[-8:],
        "state": STATES[one.status],
        "reason": REASONS[one.reason],
        "registry": f"{said} ({fields})" if fields else said,
        "opened": written(one.opened_at),
        "answer_by": written(one.answer_by),
        "is_late": one.is_open and one.answer_by <= at,
        "is_open": one.is_open,
        "answer": one.answer,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("registration.decide")
def registration(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Show a case; a POST decides it. Answered, it is for reading."""
    at = clock.now()
    found = case_line(case_id=case_id)
    if found is None:
        raise Http404
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        verb: Any = {"accept": accept_identity, "send_back": send_back, "refuse": refuse_registration}[
            form.cleaned_data["decision"]
        ]
        try:
            verb(case_id=case_id, answer=form.cleaned_data["answer"], actor=operator(request), at=at)
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            form.add_error("decision", sentence(refused))
        else:
            messages.success(request, _("Jawaban Anda sudah dicatat, dan pendaftar diberi tahu."))
            return HttpResponseRedirect(reverse("console_attention"))
    return render(
        request,
        "console/registration.html",
        {"one": registration_line(found, at), "form": form, "here": request.path},
    )


def shown_photos(*, ktp: bytes | None, kk: bytes | None) -> list[tuple[str, str]]:
    """The photos of identity papers that were sent, each with its name, as a page carries them."""
    return [
        (name, base64.b64encode(photo).decode())
        for name, photo in ((_("KTP"), ktp), (_("Kartu Keluarga"), kk))
        if photo is not None
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@revealing("registration.reveal")
def registration_documents(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Ask why, then show what was written and sent, once; who saw it is written down."""
    found = case_line(case_id=case_id)
    if found is None:
        raise Http404
    form = WhyForm(request.POST if request.method == "POST" else None)
    words: dict[str, Any] = {"one": registration_line(found, clock.now()), "form": form, "here": request.path}
    if request.method == "POST" and form.is_valid():
        try:
            shown = reveal_case(case_id=case_id, why=form.cleaned_data["why"], actor=operator(request), at=clock.now())
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            form.add_error("why", sentence(refused))
        else:
            words["found"] = shown
            words["photos"] = shown_photos(ktp=shown.ktp, kk=shown.kk)
    return render(request, "console/registration_documents.html", words)
