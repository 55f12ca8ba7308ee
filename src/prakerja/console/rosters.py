"""Lists of other offices by page: which version counts, how far an import is, what was rejected; import, confirm, undo (rules.md 4.6)."""

from __future__ import annotations

import csv
import hashlib
import io
import uuid
from datetime import date, datetime, time
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
from prakerja.console.second_person import take_back_by_page, take_back_form
from prakerja.console.texts import written
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB, wall
from prakerja.kernel.errors import Refused
from prakerja.kernel.progress import progress_of
from prakerja.lists import BrokenList, in_memory, read_list, sentence
from prakerja.rosters.operations import Imported, confirm_turn, import_roster, progress_name, take_back_turn, undo_turn
from prakerja.rosters.policies import CODES, COLUMNS, REASONS
from prakerja.rosters.queries import TurnState, VersionState, change, counting, rejected_lines, turns, versions

SENTENCES = {
    "counts_from_past": gettext_lazy("Saat berlakunya sudah lewat."),
    "rows_differ": gettext_lazy("Jumlah baris di berkas bukan yang Anda tulis: mungkin terpotong atau tertukar."),
    "nobody_listed": gettext_lazy("Semua baris ditolak; tidak ada yang diimpor. Periksa kolom NIK."),
    "keys_changing": gettext_lazy("Kunci index sedang diganti. Ulangi setelah selesai."),
    "import_running": gettext_lazy("Daftar itu sedang diimpor."),
    "nothing_prepared": gettext_lazy("Yang menunggu sudah diganti atau disahkan. Tidak ada yang diubah."),
    "same_operator": gettext_lazy("Yang mengimpor daftar tidak mengesahkannya."),
    "nothing_counts": gettext_lazy("Daftar itu belum berlaku."),
    "reason_missing": gettext_lazy("Tulis alasannya."),
}
STATES = {
    "reading": gettext_lazy("Sedang dibaca, atau terputus: diteruskan oleh impor berikutnya"),
    "read": gettext_lazy("Lengkap"),
    "refused": gettext_lazy("Ditolak; tidak ada yang disimpan"),
}


class ImportForm(forms.Form):
    roster = forms.ChoiceField(label=gettext_lazy("Daftar"), choices=[(code, code) for code in CODES])
    file = forms.FileField(label=gettext_lazy("Berkas .xlsx atau CSV dengan kolom NIK, paling besar 8 MB"))
    rows = forms.IntegerField(
        label=gettext_lazy("Jumlah baris menurut lembaganya (boleh kosong)"), min_value=1, required=False
    )
    day = forms.DateField(
        label=gettext_lazy("Berlaku mulai hari (kosong: sejak disahkan)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class UndoForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Alasan"), max_length=500)


@require_safe
@browsing
def rosters(request: HttpRequest) -> HttpResponse:
    """What counts, what waits for a second operator, the latest versions with how far they are."""
    at = clock.now()
    live = {one.roster: one for one in counting(at=at)}
    return render(
        request,
        "console/rosters.html",
        {
            "rosters": [
                {
                    "code": code,
                    "number": live[code].number if code in live else None,
                    "since": written(live[code].since) if code in live else "",
                    "undo": reverse("console_roster_undo", args=[code]),
                }
                for code in CODES
            ],
            "waiting": [_turn(one) for one in turns(is_open=True)],
            "versions": [_version(one) for one in versions(at=at, most=50)],
            "may_import": may(request, "roster.import"),
            "may_confirm": may(request, "roster.confirm"),
            "may_take_back": may(request, "roster.take_back"),
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("roster.import")
def import_list(request: HttpRequest) -> HttpResponse:
    """Take a list that is small enough for a page; the file is kept in memory and nowhere else."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = _import(request, form.cleaned_data)
        except BrokenList as broken:
            form.add_error("file", sentence(broken)[0 if get_language() == "id" else 1])
        except Refused as refused:
            form.add_error(None, _problem(refused))
        else:
            words = _(
                "%(roster)s versi %(n)s: %(entries)s orang, %(rejected)s baris ditolak. Petugas lain mengesahkannya."
            )
            messages.success(
                request,
                words % {"roster": done.roster, "n": done.number, "entries": done.entries, "rejected": done.rejected},
            )
            return HttpResponseRedirect(reverse("console_rosters"))
    return render(request, "console/roster_import.html", {"form": form, "here": reverse("console_roster_import")})


def _import(request: HttpRequest, given: dict[str, Any]) -> Imported:
    day: date | None = given["day"]
    content = given["file"].read()
    with in_memory([content]) as path, read_list(path, columns=COLUMNS) as found:
        return import_roster(
            roster=given["roster"],
            rows=found.rows(),
            digest=hashlib.sha256(content).hexdigest(),
            expected=given["rows"],
            counts_from=None if day is None else datetime.combine(day, time(), tzinfo=WIB),
            part_read=found.part_read,
            actor=operator(request),
            at=clock.now(),
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("roster.confirm")
def confirm(request: HttpRequest, turn_id: uuid.UUID) -> HttpResponse:
    """What it would change, then the word of the second operator."""
    found = next((one for one in turns(is_open=True) if one.turn_id == turn_id), None)
    if found is None:
        messages.error(request, SENTENCES["nothing_prepared"])
        return HttpResponseRedirect(reverse("console_rosters"))
    if request.method == "POST":
        try:
            confirm_turn(turn_id=turn_id, actor=operator(request), at=clock.now())
            messages.success(request, _("%(roster)s sudah disahkan.") % {"roster": found.roster})
        except Refused as refused:
            if refused.reason not in SENTENCES:
                raise
            messages.error(request, SENTENCES[refused.reason])
        return HttpResponseRedirect(reverse("console_rosters"))
    told = change(roster=found.roster, number=found.number, at=clock.now())
    return render(request, "console/roster_confirm.html", {"one": _turn(found), "change": told})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("roster.import")
def undo(request: HttpRequest, roster: str) -> HttpResponse:
    """Prepare that the version before counts again."""
    if roster not in CODES:
        raise Http404
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_turn(roster=roster, reason=form.cleaned_data["reason"], actor=operator(request), at=clock.now())
        except Refused as refused:
            form.add_error(None, _problem(refused))
        else:
            messages.success(request, _("Disiapkan. Petugas lain mengesahkannya."))
            return HttpResponseRedirect(reverse("console_rosters"))
    here = reverse("console_roster_undo", args=[roster])
    return render(request, "console/roster_undo.html", {"form": form, "roster": roster, "here": here})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("roster.take_back")
def take_back(request: HttpRequest, turn_id: uuid.UUID) -> HttpResponse:
    """Ask whether what waits shall be taken back; a POST does it."""
    found = next((one for one in turns(is_open=True) if one.turn_id == turn_id), None)
    if found is None:
        messages.error(request, SENTENCES["nothing_prepared"])
        return HttpResponseRedirect(reverse("console_rosters"))
    if request.method == "POST":
        take_back_by_page(
            request,
            lambda: take_back_turn(turn_id=turn_id, actor=operator(request), at=clock.now()),
            problem=_problem,
            done=_("Ditarik: %(roster)s. Yang berlaku tetap.") % {"roster": found.roster},
            asked=_("Dicatat: Anda meminta %(roster)s ditarik. Petugas lain yang menariknya.")
            % {"roster": found.roster},
        )
        return HttpResponseRedirect(reverse("console_rosters"))
    return render(request, "console/roster_take_back.html", {"one": _turn(found), **take_back_form(request, found)})


@require_safe
@browsing
def rejected(request: HttpRequest, roster: str, number: int) -> HttpResponse:
    """The lines that were not taken, as a file; what they said is not kept."""
    found = rejected_lines(roster=roster, number=number)
    if not found:
        raise Http404
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("line", "reason", "petunjuk", "what_to_do"))
    table.writerows((line, reason, *REASONS[reason]) for line, reason in found)
    name = f"{roster}-{number}.rejected.csv"
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _problem(refused: Refused) -> Any:
    """A refusal in words; one that no page expects is raised again."""
    if refused.reason == "turn_waits":
        words = _("%(by)s sudah menyiapkan daftar ini, dan itu menunggu pengesahan. Sahkan, atau tarik dahulu.")
        return words % {"by": refused.details["by"]}
    if refused.reason not in SENTENCES:
        raise refused
    return SENTENCES[refused.reason]


def _turn(one: TurnState) -> dict[str, Any]:
    names = operator_names(ids={one.prepared_by, one.back_asked_by} - {""})
    return {
        "by": names.get(one.prepared_by, "–"),
        "back_asked_by": names.get(one.back_asked_by, "–") if one.back_asked_by else "",
        "take_back_url": reverse("console_roster_take_back", args=[one.turn_id]),
        "roster": one.roster,
        "number": one.number,
        "from": written(one.counts_from) if one.counts_from else "",
        "reason": one.reason,
        "prepared_at": written(one.prepared_at),
        "url": reverse("console_roster_confirm", args=[one.turn_id]),
    }


def _version(one: VersionState) -> dict[str, Any]:
    working = progress_of(progress_name(roster=one.roster)) if one.status == "reading" else None
    return {
        "roster": one.roster,
        "number": one.number,
        "state": STATES[one.status],
        "begun": written(one.begun_at),
        "by": one.begun_by.partition(":")[2][:8],
        "lines": one.lines_read,
        "entries": one.entries,
        "twice": one.twice,
        "rejected": one.rejected,
        "rejected_url": reverse("console_roster_rejected", args=[one.roster, one.number]),
        "ends": written(working.ends_at)
        if working and working.ends_at and working.state(now=wall()) == "working"
        else "",
        "counts": written(one.counts_since) if one.counts_since else "",
    }
