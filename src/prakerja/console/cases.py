"""What people ask the office: those that wait, who has waited longest first; one of them with its words, answered or closed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.cases.labels import STATE_WORDS, TOPIC_WORDS
from prakerja.cases.operations import answer_case, close_case
from prakerja.cases.policies import FEWEST, LONGEST
from prakerja.cases.queries import (
    CaseLine,
    WholeCase,
    case_id_of,
    read_case,
    read_case_file,
    waiting_cases,
    waiting_count,
)
from prakerja.console.pages import acting, operator
from prakerja.console.texts import sentence, written
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.people.queries import name_of

SHOWN = 50
DECISIONS = {
    "answer": gettext_lazy("Jawab, dan tunggu apakah masih ada pertanyaan"),
    "close": gettext_lazy("Jawab, lalu selesaikan"),
    "end": gettext_lazy("Selesaikan tanpa jawaban"),
}


class FindForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Nomor kasus"), max_length=60, required=False)


class AnswerForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("Keputusan"), choices=tuple(DECISIONS.items()), widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=gettext_lazy("Jawaban kepada yang bertanya"),
        min_length=FEWEST,
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") in ("answer", "close") and not cleaned.get("answer") and "answer" not in self.errors:
            self.add_error("answer", _("Tulis jawabannya."))
        return cleaned


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("case.answer")
def cases(request: HttpRequest) -> HttpResponse:
    """Those that wait, a page at a time, of one topic or all. A POST finds a case by its number, which stands in no address."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found_id = case_id_of(number=form.cleaned_data["number"])
        except Refused as refused:
            form.add_error("number", sentence(refused))
        else:
            return HttpResponseRedirect(reverse("console_case", args=[found_id]))
    topic = request.GET.get("topic", "") if request.GET.get("topic", "") in TOPIC_WORDS else ""
    found = waiting_cases(topic=topic, after=_place(request.GET.get("after", "")), most=SHOWN + 1)
    shown = found[:SHOWN]
    older = (
        {"topic": topic, "after": f"{shown[-1].asked_at.isoformat()} {shown[-1].case_id}"}
        if len(found) > SHOWN
        else None
    )
    return render(
        request,
        "console/cases.html",
        {
            "found": [case_row(one) for one in shown],
            "waiting": waiting_count(),
            "topics": [{"key": key, "word": word, "is_now": key == topic} for key, word in TOPIC_WORDS.items()],
            "topic": topic,
            "older": f"?{urlencode(older)}" if older else "",
            "form": form,
            "here": request.path,
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("case.answer")
def case(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """What was written on both sides; a POST answers, closes, or both. The look is recorded."""
    at = clock.now()
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        decision = form.cleaned_data["decision"]
        try:
            if decision != "end":
                answer_case(case_id=case_id, answer=form.cleaned_data["answer"], actor=operator(request), at=at)
            if decision != "answer":
                close_case(case_id=case_id, actor=operator(request), at=at)
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            form.add_error("decision", sentence(refused))
        else:
            messages.success(request, _("Jawaban Anda sudah dicatat."))
            return HttpResponseRedirect(reverse("console_cases"))
    try:
        found = read_case(case_id=case_id, actor=operator(request), at=at)
    except Refused as refused:
        if refused.reason == "not_permitted":
            raise
        raise Http404 from refused
    return render(
        request,
        "console/case.html",
        {
            "one": case_row(found.line),
            "entries": [
                {
                    "ours": one.is_ours,
                    "words": one.words,
                    "at": written(one.at),
                    "files": [
                        {
                            "url": reverse("console_case_file", args=[case_id, file.file_id]),
                            "is_photo": file.kind == "photo",
                            "size": (file.size + 1023) // 1024,
                        }
                        for file in one.files
                    ],
                }
                for one in found.entries
            ],
            "asker": _asker(found),
            "contact": found.contact,
            "language": {"id": "Indonesia", "en": "English"}.get(found.language, found.language),
            "is_closed": found.line.status == "closed",
            "form": form,
            "here": request.path,
        },
    )


@never_cache
@require_safe
@acting("case.answer")
def case_file(request: HttpRequest, case_id: uuid.UUID, file_id: uuid.UUID) -> HttpResponse:
    """A photo or a PDF of a case, to take along: it is a stranger's file and no page of ours. The look is recorded."""
    try:
        file = read_case_file(case_id=case_id, file_id=file_id, actor=operator(request), at=clock.now())
    except Refused as refused:
        if refused.reason == "not_permitted":
            raise
        raise Http404 from refused
    kind, name = ("image/jpeg", "foto.jpg") if file.kind == "photo" else ("application/pdf", "berkas.pdf")
    answer = HttpResponse(file.content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _asker(found: WholeCase) -> dict[str, str] | None:
    """Who asked, when they wrote from their account."""
    if found.asked_by is None:
        return None
    return {
        "name": name_of(person_id=found.asked_by),
        "url": reverse("admin:people_person_change", args=[found.asked_by]),
    }


def case_row(one: CaseLine) -> dict[str, Any]:
    """A case as lists show it."""
    return {
        "url": reverse("console_case", args=[one.case_id]),
        "number": " ".join(one.number[start : start + 4] for start in range(0, len(one.number), 4)),
        "topic": TOPIC_WORDS[one.topic],
        "state": STATE_WORDS[one.status],
        "opened": written(one.opened_at),
        "asked": written(one.asked_at),
    }


def _place(text: str) -> tuple[datetime, uuid.UUID] | None:
    """The case after which a page begins; None when the address names none."""
    instant, _blank, case_id = text.partition(" ")
    try:
        place = datetime.fromisoformat(instant), uuid.UUID(case_id)
    except ValueError:
        return None
    return place if place[0].tzinfo is not None else None
