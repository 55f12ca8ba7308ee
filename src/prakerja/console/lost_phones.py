"""Lost phones: one operator compares the cards with the account and proposes, another confirms, anybody of them refuses (rules.md 8.5)."""

from __future__ import annotations

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
from prakerja.console.registrations import WhyForm, shown_photos
from prakerja.console.texts import sentence, written
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.privacy.asking_lost_phone import number_of
from prakerja.privacy.lost_phone_policies import FEWEST_ANSWER, LONGEST_ANSWER
from prakerja.privacy.lost_phone_queries import LostPhoneLine, lost_phone_line
from prakerja.privacy.lost_phones import confirm_new_phone, propose_new_phone, refuse_new_phone, reveal_lost_phone

STATES = {
    "open": gettext_lazy("Menunggu petugas pertama"),
    "proposed": gettext_lazy("Menunggu petugas kedua"),
    "confirmed": gettext_lazy("Disetujui; masa keberatan berjalan"),
    "changed": gettext_lazy("Nomor sudah diganti"),
    "refused": gettext_lazy("Ditolak"),
    "objected": gettext_lazy("Dihentikan pemilik akun"),
}
DECISIONS = {
    "propose": gettext_lazy("Usulkan: kartu cocok dengan akun"),
    "confirm": gettext_lazy("Setujui usulan petugas lain"),
    "refuse": gettext_lazy("Tolak"),
}
_OFFERED = {"open": ("propose", "refuse"), "proposed": ("confirm", "refuse"), "confirmed": ("refuse",)}


class LostPhoneForm(forms.Form):
    decision = forms.ChoiceField(label=gettext_lazy("Keputusan"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("Alasan; bila ditolak, jawaban yang dikirim ke nomor baru"),
        min_length=FEWEST_ANSWER,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any, *, status: str) -> None:
        super().__init__(data)
        choices = [(key, DECISIONS[key]) for key in _OFFERED.get(status, ())]
        self.fields["decision"].choices = choices  # type: ignore[attr-defined]


def lost_phone_words(one: LostPhoneLine, at: Any) -> dict[str, Any]:
    """A case as lists show it."""
    return {
        "url": reverse("console_lost_phone", args=[one.case_id]),
        "documents_url": reverse("console_lost_phone_documents", args=[one.case_id]),
        "number": number_of(one.case_id),
        "state": STATES[one.status],
        "person": one.person_name,
        "person_url": reverse("admin:people_person_change", args=[one.about]) if one.about else "",
        "sent": written(one.sent_at),
        "answer_by": written(one.answer_by) if one.is_waiting else "–",
        "is_late": one.is_waiting and one.answer_by <= at,
        "is_live": one.is_live,
        "reason": one.reason,
        "changes": written(one.changes_at) if one.changes_at else "",
        "answer": one.answer,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("lost_phone.refuse")
def lost_phone(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Show a case; a POST proposes, confirms or refuses. Whoever proposed does not confirm."""
    at = clock.now()
    found = lost_phone_line(case_id=case_id)
    if found is None:
        raise Http404
    form = LostPhoneForm(request.POST if request.method == "POST" else None, status=found.status)
    if request.method == "POST" and form.is_valid():
        words, actor = form.cleaned_data["words"], operator(request)
        try:
            if form.cleaned_data["decision"] == "propose":
                propose_new_phone(case_id=case_id, why=words, actor=actor, at=at)
            elif form.cleaned_data["decision"] == "confirm":
                confirm_new_phone(case_id=case_id, why=words, actor=actor, at=at)
            else:
                refuse_new_phone(case_id=case_id, answer=words, actor=actor, at=at)
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            form.add_error("decision", sentence(refused))
        else:
            messages.success(request, _("Keputusan Anda sudah dicatat."))
            return HttpResponseRedirect(reverse("console_attention"))
    return render(
        request, "console/lost_phone.html", {"one": lost_phone_words(found, at), "form": form, "here": request.path}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@revealing("lost_phone.reveal")
def lost_phone_documents(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Ask why, then show what was written and sent, once; who saw it is written down."""
    found = lost_phone_line(case_id=case_id)
    if found is None:
        raise Http404
    form = WhyForm(request.POST if request.method == "POST" else None)
    words: dict[str, Any] = {"one": lost_phone_words(found, clock.now()), "form": form, "here": request.path}
    if request.method == "POST" and form.is_valid():
        try:
            shown = reveal_lost_phone(
                case_id=case_id, why=form.cleaned_data["why"], actor=operator(request), at=clock.now()
            )
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            form.add_error("why", sentence(refused))
        else:
            words["found"] = shown
            words["photos"] = shown_photos(ktp=shown.ktp, kk=shown.kk)
    return render(request, "console/lost_phone_documents.html", words)
