"""A person's identity numbers and contact points, for an operator who may see them and says why."""

from __future__ import annotations

import uuid

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from prakerja.console.pages import operator, revealing
from prakerja.console.texts import sentence
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.people.queries import name_of
from prakerja.people.revealing import FEWEST_CHARACTERS, MOST_CHARACTERS, reveal


class ReasonForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Alasan"),
        min_length=FEWEST_CHARACTERS,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


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
