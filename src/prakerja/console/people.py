"""A person's identity numbers and contact points: seen, and corrected, by an operator who may and says why."""

from __future__ import annotations

import uuid

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
from prakerja.console.texts import sentence
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.people.contacts import correct_contact
from prakerja.people.queries import name_of
from prakerja.people.revealing import FEWEST_CHARACTERS, MOST_CHARACTERS, reveal


class ReasonForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Alasan"),
        min_length=FEWEST_CHARACTERS,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ContactForm(ReasonForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("Yang diganti"),
        choices=(("phone", gettext_lazy("Nomor ponsel")), ("email", gettext_lazy("Email"))),
        widget=forms.RadioSelect,
    )
    value = forms.CharField(label=gettext_lazy("Nomor atau alamat yang benar"), max_length=254)
    field_order = ("kind", "value", "why")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("person.correct_contact")
def contact(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Ask for the right phone or address and the reason; a POST corrects it, and both the old and the new one are told."""
    form = ContactForm(request.POST if request.method == "POST" else None)
    try:
        name = name_of(person_id=person_id)
        if request.method == "POST" and form.is_valid():
            correct_contact(person_id=person_id, actor=operator(request), at=clock.now(), **form.cleaned_data)
            messages.success(request, _("Kontak sudah diganti. Yang lama dan yang baru diberi tahu."))
            return HttpResponseRedirect(reverse("admin:people_person_change", args=[person_id]))
    except Refused as refused:
        if refused.reason == "person_unknown":
            raise Http404 from refused
        if refused.reason == "not_permitted":
            raise
        form.add_error("why" if refused.reason == "reason_missing" else "value", sentence(refused))
    return render(request, "console/contact.html", {"form": form, "person_id": person_id, "name": name})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@revealing("person.reveal")
def personal_data(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Ask for the reason; a POST shows the data, once, on a page that nothing keeps."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    try:
        words = {"form": form, "person_id": person_id, "name": name_of(person_id=person_id), "found": None}
        if request.method == "POST" and form.is_valid():
            words["found"] = reveal(
                person_id=person_id, why=form.cleaned_data["why"], actor=operator(request), at=clock.now()
            )
    except Refused as refused:
        if refused.reason == "person_unknown":
            raise Http404 from refused
        if refused.reason == "not_permitted":
            raise
        form.add_error("why", sentence(refused))
    return render(request, "console/personal_data.html", words)
