"""Lists of results by page: one operator sends a file and sees what it brings about, another confirms that without it (ADR 0049)."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.access.permitting import operator_names
from prakerja.console.pages import acting, browsing, may, operator
from prakerja.console.result_words import ahead_lines, import_line, outcome_words, results_problem
from prakerja.console.second_person import is_own, take_back_by_page, take_back_form, who_line
from prakerja.console.texts import counted, written
from prakerja.console.work import progress_line
from prakerja.intake.operations import (
    Prepared,
    UploadedState,
    ask_confirmation,
    ask_going_on,
    different_lines,
    look_at_results,
    rejected_lines,
    rejected_reasons,
    require_confirmable,
    take_back_results,
    unfinished_imports,
    upload_results,
    uploaded_lists,
    waiting_results,
)
from prakerja.intake.queries import ImportState, result_imports, wave_period
from prakerja.intake.result_rows import REASONS
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.kernel.progress import all_progress
from prakerja.lists import BrokenList, sentence

_MOST = 20
# How far the worker is, while it reads and while it awards.
_WORK = ("read results", "import results")


class UploadForm(forms.Form):
    decree = forms.CharField(label=gettext_lazy("Nomor keputusan"), max_length=100)
    day = forms.DateField(
        label=gettext_lazy("Hari diumumkan (kosong: ketika disahkan)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    hour = forms.TimeField(
        label=gettext_lazy("Jamnya (WIB)"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    file = forms.FileField(label=gettext_lazy("Berkas .xlsx atau CSV, paling besar 32 MB"))
    more_lists_follow = forms.BooleanField(
        label=gettext_lazy("Daftar lain menyusul: yang tidak tercatat belum diberi tahu"), required=False
    )
    take_over = forms.BooleanField(label=gettext_lazy("Ambil alih impor yang belum selesai itu"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("day") is None) != (given.get("hour") is None):
            self.add_error("hour", _("Isi hari dan jamnya, atau kosongkan keduanya."))
        return given

    def instant(self) -> datetime | None:
        """What the form says; None: when it is confirmed, or when the wave was announced."""
        given = self.cleaned_data
        return None if given["day"] is None else datetime.combine(given["day"], given["hour"], tzinfo=WIB)


class ConfirmForm(forms.Form):
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    is_short_deadline_confirmed = forms.BooleanField(
        label=gettext_lazy("Saya mengesahkan batas waktu yang kurang dari 7 hari"), required=False
    )
    take_over = forms.BooleanField(label=gettext_lazy("Ambil alih impor yang belum selesai itu"), required=False)


class GoOnForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Berkas yang sama, paling besar 32 MB"), required=False)
    is_short_deadline_confirmed = forms.BooleanField(
        label=gettext_lazy("Saya mengesahkan batas waktu yang kurang dari 7 hari"), required=False
    )
    take_over = forms.BooleanField(label=gettext_lazy("Ambil alih impor yang belum selesai itu"), required=False)


@never_cache
@require_safe
@browsing
def results(request: HttpRequest, number: int) -> HttpResponse:
    """A wave's lists: what waits for a second operator, what the worker is at, what became of the others."""
    _require_wave(number)
    lists = uploaded_lists(wave_number=number, most=_MOST)
    imports = [one for one in result_imports(most=_MOST, wave_number=number) if not one.draw]
    names = operator_names(ids={one.uploaded_by for one in lists} | {_operator_of(one) for one in imports} - {""})
    is_under_way = any(not one.outcome for one in lists)
    return render(
        request,
        "console/results.html",
        {
            "wave": number,
            "waiting": [results_line(request, one) for one in waiting_results(wave_number=number)],
            "unfinished": _unfinished(request),
            "lists": [_list_line(number, one, names) for one in lists],
            "is_under_way": is_under_way,
            "progress": [progress_line(one) for one in all_progress() if one.task in _WORK and one.ended_at is None],
            "imports": [import_line(one, names.get(_operator_of(one), "–")) for one in imports],
            "upload_url": _upload_url(number) if may(request, "results.import") else "",
            "may_go_on": may(request, "results.confirm"),
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("results.import")
def upload(request: HttpRequest) -> HttpResponse:
    """Take a list and leave it to the worker; the request does not wait for it."""
    number = _number(request)
    period = _require_wave(number)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            upload_results(
                content=form.cleaned_data["file"].read(),
                wave_number=number,
                decree_number=form.cleaned_data["decree"],
                announced_at=form.instant(),
                more_lists_follow=form.cleaned_data["more_lists_follow"],
                take_over=form.cleaned_data["take_over"],
                actor=operator(request),
                at=clock.now(),
            )
        except BrokenList as broken:
            form.add_error("file", sentence(broken)[0 if get_language() == "id" else 1])
        except Refused as refused:
            form.add_error("decree" if refused.reason.startswith("decree") else None, _problem(refused))
        else:
            messages.success(
                request, _("Diterima. Sistem membacanya; muat ulang halaman ini untuk melihat apa yang ditemukan.")
            )
            return HttpResponseRedirect(reverse("console_results", args=[number]))
    others = _others(request)
    if not any(one["may_be_put_aside"] for one in others):
        del form.fields["take_over"]
    if period.announced_at is not None:
        del form.fields["day"], form.fields["hour"]
    context = {"wave": number, "form": form, "here": request.get_full_path(), "unfinished": others}
    return render(request, "console/results_upload.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("results.confirm")
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Show what confirming brings about now; a POST asks the worker for it, if it is still what the page showed."""
    here = reverse("console_results", args=[number])
    if request.method == "POST":
        form = ConfirmForm(request.POST)
        form.is_valid()
        try:
            ask_confirmation(
                wave_number=number,
                digest=form.cleaned_data.get("digest", ""),
                is_short_deadline_confirmed=form.cleaned_data["is_short_deadline_confirmed"],
                take_over=form.cleaned_data["take_over"],
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            messages.error(request, _problem(refused))
        else:
            words = _(
                "Disahkan. Sistem menetapkan penerima gelombang %(n)s, beberapa ribu sekaligus. Nama Anda dicatat."
            )
            messages.success(request, words % {"n": number})
        return HttpResponseRedirect(here)
    found = _found(number)
    problem, is_close = "", False
    try:
        # Time has passed since it was prepared.
        require_confirmable(prepared=found, at=clock.now(), is_short_deadline_confirmed=False)
    except Refused as refused:
        problem, is_close = _problem(refused), refused.reason == "deadline_close"
    form = ConfirmForm(initial={"digest": found.digest})
    others = _others(request)
    if not any(one["may_be_put_aside"] for one in others):
        del form.fields["take_over"]
    if not is_close:
        del form.fields["is_short_deadline_confirmed"]
    return render(
        request,
        "console/results_confirm.html",
        {
            "wave": number,
            "one": results_line(request, found),
            "ahead": ahead_lines(look_at_results(prepared=found, at=clock.now())),
            "problem": problem,
            "is_close": is_close,
            "unfinished": others,
            "form": form,
            "here": request.path,
            "is_own": is_own(request, found),
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("results.take_back")
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether what waits shall be taken back; a POST does it, if it is still what the page showed."""
    if request.method == "POST":
        given: dict[str, Any] = {
            "wave_number": number,
            "decree_number": request.POST.get("decree", ""),
            "digest": request.POST.get("digest", ""),
        }
        take_back_by_page(
            request,
            lambda: take_back_results(**given, actor=operator(request), at=clock.now()),
            problem=_problem,
            done=_("Ditarik: daftar hasil gelombang %(n)s. Tidak ada yang ditetapkan, dan berkasnya dihapus.")
            % {"n": number},
            asked=_("Dicatat: Anda meminta daftar hasil gelombang %(n)s ditarik. Petugas lain yang menariknya.")
            % {"n": number},
        )
        return HttpResponseRedirect(reverse("console_results", args=[number]))
    found = _found(number)
    return render(
        request,
        "console/results_take_back.html",
        {
            "wave": number,
            "one": results_line(request, found),
            **take_back_form(request, found, decree=found.decree, digest=found.digest),
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("results.confirm")
def go_on(request: HttpRequest) -> HttpResponse:
    """Go on with awards that were cut off, whoever began them; the same file is asked for where it is not kept here."""
    found = next((one for one in _unfinished(request) if one["is_awarding"]), None)
    if found is None:
        messages.error(request, results_problem(Refused("nothing_unfinished")))
        return HttpResponseRedirect(reverse("console_waves"))
    form = GoOnForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            ask_going_on(
                content=sent.read() if sent else None,
                take_over=form.cleaned_data["take_over"],
                is_short_deadline_confirmed=form.cleaned_data["is_short_deadline_confirmed"],
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            form.add_error(None, _problem(refused))
        else:
            messages.success(
                request, _("Diteruskan oleh sistem, sesudah orang terakhir yang ditetapkan. Nama Anda dicatat.")
            )
            return HttpResponseRedirect(reverse("console_results", args=[found["wave"]]))
    if found["is_kept"]:
        del form.fields["file"]
    if found["is_own"]:
        del form.fields["take_over"]
    context = {"one": found, "form": form, "here": request.path}
    return render(request, "console/results_go_on.html", context)


@require_safe
@browsing
def rejected(request: HttpRequest, number: int, uploaded_id: uuid.UUID) -> HttpResponse:
    """The lines that were not taken, as a file; what they said is not in it."""
    _require_list(number, uploaded_id)
    found = ((line, reason, *REASONS[reason]) for line, reason in rejected_lines(uploaded_id=uploaded_id))
    return _table(f"{number}.rejected.csv", ("line", "reason", "petunjuk", "what_to_do"), found)


@require_safe
@browsing
def different(request: HttpRequest, number: int, uploaded_id: uuid.UUID) -> HttpResponse:
    """The lines that say other data than ours, as a file: what differs, by its name, and of whom."""
    _require_list(number, uploaded_id)
    found = (
        (line, fields, person, "yes" if is_awarded else "no")
        for line, fields, person, is_awarded in different_lines(uploaded_id=uploaded_id)
    )
    return _table(f"{number}.different.csv", ("line", "different", "person", "is_awarded"), found)


def results_line(request: HttpRequest, one: Prepared) -> dict[str, Any]:
    """A list that waits for a second operator, with what was found in it."""
    announced_at = one.announced_at or _require_wave(one.wave).announced_at
    sent = next((kept for kept in uploaded_lists(wave_number=one.wave, most=_MOST) if kept.prepared_id == one.id), None)

    return {
        **who_line(request, one, page="console_results", verb="results", args=[one.wave]),
        "wave": one.wave,
        "decree": one.decree,
        "digest": one.digest,
        "list_digest": one.list_digest,
        "announced": written(announced_at) if announced_at else _("ketika disahkan"),
        "more_lists_follow": one.more_lists_follow,
        "people": counted(one.people),
        "already": counted(one.already),
        "different": counted(one.different),
        "rejected": counted(one.rejected),
        "reasons": _reasons(sent.id) if sent else [],
        "rejected_url": reverse("console_results_rejected", args=[one.wave, sent.id]) if sent and one.rejected else "",
        "different_url": reverse("console_results_different", args=[one.wave, sent.id]) if sent else "",
        "is_kept": sent is not None and sent.is_kept,
    }


def _reasons(uploaded_id: uuid.UUID) -> list[tuple[str, str]]:
    words = 0 if get_language() == "id" else 1
    return [
        (REASONS[one][words], counted(lines)) for one, lines in rejected_reasons(uploaded_id=uploaded_id).most_common()
    ]


def _list_line(number: int, one: UploadedState, names: dict[str, str]) -> dict[str, Any]:
    return {
        "decree": one.decree,
        "list_digest": one.list_digest,
        "size": counted(-(-one.size // 1000)),
        "by": names.get(one.uploaded_by, "–"),
        "when": written(one.uploaded_at),
        "outcome": outcome_words(one),
        "is_kept": one.is_kept,
        "rejected_url": reverse("console_results_rejected", args=[number, one.id]),
        "different_url": reverse("console_results_different", args=[number, one.id]),
    }


def _unfinished(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "wave": one.wave,
            "decree": one.decree,
            "by": one.by,
            "begun": written(one.begun_at),
            "awarded": counted(one.awarded),
            "left": "–" if one.left is None else counted(one.left),
            "is_awarding": one.status == "awarding",
            "is_own": one.is_own,
            "may_be_put_aside": one.status == "reading" and not one.is_own,
            "is_kept": one.is_kept,
        }
        for one in unfinished_imports(who=operator(request))
    ]


def _operator_of(one: ImportState) -> str:
    """The id of the operator who began it, "" when nobody is one."""
    kind, _colon, key = one.begun_by.partition(":")
    return key if kind == "operator" else ""


def _others(request: HttpRequest) -> list[dict[str, Any]]:
    """What stands in the way of another list: awards that are not through, and what somebody else had read."""
    return [one for one in _unfinished(request) if one["is_awarding"] or one["may_be_put_aside"]]


def _found(number: int) -> Prepared:
    found = next(iter(waiting_results(wave_number=number)), None)
    if found is None:
        raise Http404
    return found


def _number(request: HttpRequest) -> int:
    """The wave of an address that the server must know whole, because it takes a large file there."""
    try:
        return int(request.GET.get("wave", ""))
    except ValueError as error:
        raise Http404 from error


def _upload_url(number: int) -> str:
    return f"{reverse('console_results_upload')}?wave={number}"


def _require_wave(number: int) -> Any:
    period = wave_period(number=number)
    if period is None:
        raise Http404
    return period


def _require_list(number: int, uploaded_id: uuid.UUID) -> None:
    if all(one.id != uploaded_id for one in uploaded_lists(wave_number=number, most=_MOST)):
        raise Http404


def _table(name: str, header: Sequence[str], lines: Iterable[Sequence[Any]]) -> HttpResponse:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(header)
    table.writerows(lines)
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _problem(refused: Refused) -> str:
    """A refusal in words; what the gate of the pages answers is raised again."""
    if refused.reason == "not_permitted":
        raise refused
    return results_problem(refused)
