"""Waves by page: all of them, one with its numbers and charts, and what of it may still change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.awards.states import AWARD_STATES
from prakerja.console import wave_words as words
from prakerja.console.charts import Bars
from prakerja.console.corrections import correction_line
from prakerja.console.draw_words import STATES as DRAW_STATES
from prakerja.console.pages import acting, browsing, may, operator
from prakerja.console.result_lists import results_line
from prakerja.console.texts import counted, written
from prakerja.console.wave_waiting import waiting_line
from prakerja.console.work import progress_line
from prakerja.intake.operations import (
    WaveChange,
    WaveTerms,
    look_at_change,
    prepare_wave_change,
    proposals,
    waiting_results,
    wave_terms,
)
from prakerja.intake.queries import WavePeriod, all_waves, open_corrections, wave_period
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.kernel.progress import all_progress
from prakerja.registrations.regions import province_name
from prakerja.reporting.waves import WaveNumbers, wave_numbers

# The long work that is a wave's.
OF_A_WAVE = frozenset(
    (
        "award who was drawn",
        "read results",
        "import results",
        "draw_list",
        "draw_files",
        "draw_ranks",
        "draw_publish",
        "tell who was not drawn",
        "tell who was not selected",
        "remind to buy",
        "revoke",
        "follow moved deadlines",
        "prepare draws",
    )
)
_SALT = "wave"


@never_cache
@require_safe
@browsing
def waves(request: HttpRequest) -> HttpResponse:
    """Every wave, the latest first."""
    at = clock.now()
    return render(
        request,
        "console/waves.html",
        {
            "found": [_line(one, at) for one in all_waves()],
            "waiting": [waiting_line(request, one) for one in proposals()],
            "may_open": may(request, "wave.open"),
            "may_witness": may(request, "draw.witness"),
        },
    )


@never_cache
@require_safe
@browsing
def wave(request: HttpRequest, number: int) -> HttpResponse:
    """A wave's funnel, reasons, provinces, awards, messages and long work, each chart with its table."""
    found = wave_numbers(number=number)
    if found is None:
        raise Http404
    at = clock.now()
    return render(
        request,
        "console/wave.html",
        {
            "wave": number,
            "one": _line(found.period, at),
            "waiting": [waiting_line(request, one) for one in proposals(wave_number=number)],
            "may_simulate": may(request, "draw.simulate"),
            "corrections": [correction_line(request, one) for one in open_corrections(wave_number=number)],
            "results_waiting": [results_line(request, one) for one in waiting_results(wave_number=number)],
            "may_correct": may(request, "announcement.correct") and found.period.announced_at is not None,
            "may_change": may(request, "wave.change") and found.period.announced_at is None,
            "draw": DRAW_STATES[found.draw.status] if found.draw else "",
            "charts": [one for one in charts_of(found) if one.lines],
            "told": message_lines(found),
            "message_states": list(words.MESSAGE_STATES.values()),
            "released": counted(sum(found.awards.get(state, 0) for state in AWARD_STATES.group("TAKEN_BACK"))),
            "found": [progress_line(one) for one in all_progress() if one.task in OF_A_WAVE],
        },
    )


def charts_of(found: WaveNumbers) -> list[Bars]:
    """What is drawn of a wave; a chart without lines is left out."""
    people = gettext_lazy("Orang")
    draw = found.draw
    return [
        Bars(_("Dari bergabung sampai membeli"), _("Tahap"), (people,), _funnel(found)),
        Bars(
            _("Tidak memenuhi syarat, menurut alasan (seorang dapat mempunyai beberapa)"),
            _("Alasan"),
            (people,),
            [(words.REASONS.get(code, code), (count,)) for code, count in (draw.excluded if draw else {}).items()],
        ),
        Bars(
            _("Belum terpilih, menurut alasan"),
            _("Alasan"),
            (people,),
            [(words.REASONS.get(code, code), (count,)) for code, count in found.turned_down.items()],
        ),
        Bars(
            _("Kuota dan yang terpilih di tiap provinsi"),
            _("Provinsi"),
            (_("Kuota"), _("Terpilih")),
            [(province_name(one.code), (one.quota, one.winners)) for one in (draw.strata if draw else ())],
        ),
        Bars(
            _("Memenuhi syarat di tiap provinsi"),
            _("Provinsi"),
            (people,),
            [(province_name(one.code), (one.eligible,)) for one in (draw.strata if draw and draw.rows else ())],
        ),
        Bars(
            _("Kepesertaan menurut keadaan"),
            _("Keadaan"),
            (people,),
            [(words.AWARDS[state], (count,)) for state, count in found.awards.items()],
        ),
    ]


def _funnel(found: WaveNumbers) -> list[tuple[Any, tuple[int | None, ...]]]:
    lines: list[tuple[Any, tuple[int | None, ...]]] = [(_("Bergabung"), (found.joined,))]
    if found.applications.get("withdrawn"):
        lines.append((_("Mengundurkan diri"), (found.applications["withdrawn"],)))
    draw = found.draw
    if draw is not None and draw.rows is not None:
        lines.append((_("Memenuhi syarat"), (draw.eligible,)))
        lines.append((_("Tidak memenuhi syarat"), (draw.rows - (draw.eligible or 0),)))
    if draw is not None and draw.outcomes:
        lines.append((_("Terpilih dalam undian"), (draw.outcomes.get("W", 0),)))
        lines.append((_("Cadangan"), (draw.outcomes.get("R", 0),)))
        lines.append((_("Terhalang karena Kartu Keluarga penuh"), (draw.outcomes.get("K", 0),)))
    if found.awarded:
        lines.append((_("Ditetapkan sebagai penerima"), (found.awarded,)))
        lines.append((_("Sudah membeli"), (found.bought,)))
        lines.append((_("Dicabut"), (found.awards.get("revoked", 0),)))
    return lines


def message_lines(found: WaveNumbers) -> list[dict[str, Any]]:
    """Each kind of message by channel with how many are in each state, in the order of `MESSAGE_STATES`."""
    return [
        {
            "name": words.MESSAGES[one.template],
            "channel": words.CHANNELS[one.channel],
            "counts": [counted(one.states.get(state, 0)) for state in words.MESSAGE_STATES],
        }
        for one in found.messages
    ]


class ChangeForm(forms.Form):
    """All of a wave's terms as they are; `seen` is what the page showed, signed, so that nobody changes an older one."""

    opens_day = forms.DateField(label=gettext_lazy("Hari dibuka"), widget=forms.DateInput(attrs={"type": "date"}))
    opens_hour = forms.TimeField(label=gettext_lazy("Jam dibuka (WIB)"), widget=forms.TimeInput(attrs={"type": "time"}))
    closes_day = forms.DateField(label=gettext_lazy("Hari ditutup"), widget=forms.DateInput(attrs={"type": "date"}))
    closes_hour = forms.TimeField(
        label=gettext_lazy("Jam ditutup (WIB); menit ini tidak ikut lagi"),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    quota = forms.IntegerField(label=gettext_lazy("Kuota"))
    results_day = forms.DateField(
        label=gettext_lazy("Hari hasil direncanakan diumumkan"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    results_hour = forms.TimeField(
        label=gettext_lazy("Jamnya (WIB)"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    reason = forms.CharField(label=gettext_lazy("Alasan"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    seen = forms.CharField(max_length=400, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(label=gettext_lazy("Saya sudah memeriksanya: usulkan perubahan ini"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("results_day") is None) != (given.get("results_hour") is None):
            self.add_error("results_hour", _("Isi hari dan jamnya, atau kosongkan keduanya."))
        return given


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("wave.change")
def change(request: HttpRequest, number: int) -> HttpResponse:
    """The first POST shows what would be different and for how many; one that is confirmed proposes it to another operator."""
    if wave_period(number=number) is None:
        raise Http404
    at = clock.now()
    form = ChangeForm(request.POST) if request.method == "POST" else ChangeForm(initial=_initial(number))
    plan: WaveChange | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            seen = _seen(given["seen"])
            terms = _terms(given, seen)
            if given["confirmed"]:
                prepare_wave_change(
                    wave_number=number, terms=terms, seen=seen, reason=given["reason"], actor=operator(request), at=at
                )
                words_of = _("Diusulkan: perubahan gelombang %(n)s. Berlaku setelah petugas lain mengesahkannya.")
                messages.success(request, words_of % {"n": number})
                return HttpResponseRedirect(reverse("console_wave", args=[number]))
            plan = look_at_change(wave_number=number, terms=terms, at=at)
        except Refused as refused:
            if refused.reason == "not_permitted":
                raise
            field, why = words.change_problem(refused)
            if refused.reason == "wave_changed":
                # What the wave is now, to be read and changed anew.
                form = ChangeForm(_initial(number) | {"reason": given["reason"]}, initial={"reason": given["reason"]})
                form.is_valid()
            form.add_error(field, why)
    return render(
        request,
        "console/wave_change.html",
        {
            "wave": number,
            "form": form,
            "here": request.path,
            "plan": change_lines(plan) if plan else None,
            "is_open": plan.is_open if plan else False,
        },
    )


def change_lines(change: WaveChange) -> dict[str, Any]:
    """What a change does, line by line."""
    before, after = change.before, change.after
    pairs = [
        (_("Dibuka"), written(before.opens_at), written(after.opens_at)),
        (_("Ditutup"), written(before.closes_at), written(after.closes_at)),
        (_("Kuota"), counted(before.quota), counted(after.quota)),
        (_("Hasil direncanakan"), _planned(before.results_at), _planned(after.results_at)),
    ]
    return {
        "lines": [one for one in pairs if one[1] != one[2]],
        "joined": counted(change.joined),
        "closes_sooner": change.closes_sooner,
        "overlaps": ", ".join(map(str, change.overlaps)),
    }


def _planned(at: datetime | None) -> str:
    return "–" if at is None else written(at)


def _initial(number: int) -> dict[str, Any]:
    now = wave_terms(number=number)
    opens, closes = now.opens_at.astimezone(WIB), now.closes_at.astimezone(WIB)
    results = now.results_at.astimezone(WIB) if now.results_at else None
    return {
        "opens_day": f"{opens:%Y-%m-%d}",
        "opens_hour": f"{opens:%H:%M}",
        "closes_day": f"{closes:%Y-%m-%d}",
        "closes_hour": f"{closes:%H:%M}",
        "quota": now.quota,
        "results_day": f"{results:%Y-%m-%d}" if results else "",
        "results_hour": f"{results:%H:%M}" if results else "",
        "seen": Signer(salt=_SALT).sign(_spelled(now)),
    }


def _spelled(terms: WaveTerms) -> str:
    planned = terms.results_at.isoformat() if terms.results_at else ""
    return "|".join((terms.opens_at.isoformat(), terms.closes_at.isoformat(), str(terms.quota), planned))


def _seen(text: str) -> WaveTerms:
    """What the page showed. Raises Refused: wave_changed, for what no page of ours showed."""
    try:
        opens, closes, quota, planned = Signer(salt=_SALT).unsign(text).split("|")
    except BadSignature as error:
        raise Refused("wave_changed") from error
    return WaveTerms(
        datetime.fromisoformat(opens),
        datetime.fromisoformat(closes),
        int(quota),
        datetime.fromisoformat(planned) if planned else None,
    )


def _terms(given: dict[str, Any], seen: WaveTerms) -> WaveTerms:
    """What the form says; a minute that was not touched keeps its seconds."""

    def instant(name: str, before: datetime | None) -> datetime | None:
        if given[f"{name}_day"] is None:
            return None
        typed = datetime.combine(given[f"{name}_day"], given[f"{name}_hour"], tzinfo=WIB)
        return before if before is not None and before.replace(second=0, microsecond=0) == typed else typed

    opens, closes = instant("opens", seen.opens_at), instant("closes", seen.closes_at)
    assert opens is not None
    assert closes is not None
    return WaveTerms(opens, closes, given["quota"], instant("results", seen.results_at))


def _line(one: WavePeriod, at: datetime) -> dict[str, Any]:
    return {
        "number": one.number,
        "state": words.STATES[one.state(at=at)],
        "opens": written(one.opens_at),
        "closes": written(one.closes_at),
        "quota": counted(one.quota),
        "results": _planned(one.results_at),
        "announced": _planned(one.announced_at),
        "url": reverse("console_wave", args=[one.number]),
    }
