"""A wave's draw by page: each step is prepared by one operator and confirmed by another, who types what they confirm (draw.md 2).

Nothing here decides: a page shows what a step brings about, and calls its verb.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from prakerja.console.draw_forms import FORMS, ConfirmAwardForm, ConfirmForm
from prakerja.console.draw_lines import (
    asked_line,
    awarding_line,
    facts,
    found_wave,
    latest_draw,
    leave_to_the_gate,
    prepared_lines,
    recall_line,
    source_line,
    step_lines,
    step_name,
    void_url,
    waiting_for,
)
from prakerja.console.draw_words import BEGINS, CONSEQUENCES, OTHER_STEPS, STATES, STEPS, draw_sentence
from prakerja.console.pages import acting, browsing, operator
from prakerja.console.work import progress_line
from prakerja.draw import operations as draws
from prakerja.draw.asking import ASKABLE, asked_state
from prakerja.draw.queries import DrawState
from prakerja.draw.queries import draws as all_draws
from prakerja.draw.states import DRAW_STATES
from prakerja.intake.queries import WavePeriod
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB, parse_instant
from prakerja.kernel.errors import Refused
from prakerja.kernel.progress import all_progress

# The long work that is a draw's.
OF_A_DRAW = frozenset(
    ("draw_list", "draw_files", "draw_ranks", "draw_publish", "award who was drawn", "tell who was not drawn")
)
# After these a draw goes no further.
_ENDED = DRAW_STATES.ends()
# What one operator prepares and another confirms.
_CONFIRMED = (*(step for step in STEPS if step != "list"), *OTHER_STEPS)


@never_cache
@require_safe
@browsing
def draw(request: HttpRequest, number: int) -> HttpResponse:
    """Where the draw of a wave is: its steps with who prepared and confirmed each, its randomness, what may be done now."""
    wave = found_wave(number)
    found = all_draws(wave_number=number)
    now, earlier = (found[0] if found else None), found[1:]
    at = clock.now()
    return render(
        request,
        "console/draw.html",
        {
            "wave": number,
            "name": now.name if now else f"g{number}/1",
            "status": STATES[now.status if now else "drafted"],
            "is_ended": now is not None and now.status in _ENDED,
            "steps": step_lines(request, wave, now),
            "sources": [source_line(request, number, now, one, at) for one in now.sources] if now else [],
            "folder": now.folder.name if now else "",
            "rows": now.rows if now else None,
            "eligible": now.eligible if now else None,
            "recall": recall_line(request, number, now),
            "void_url": void_url(request, number, now),
            "void": waiting_for(now, "void") is not None,
            "awardings": [awarding_line(request, number, now, one) for one in now.rounds] if now else [],
            "asked": asked_line(request, number, asked_state(draw_name=now.name)) if now else None,
            "progress": [progress_line(one) for one in all_progress() if one.task in OF_A_DRAW],
            "earlier": [{"name": one.name, "state": STATES[one.status]} for one in earlier],
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.prepare")
def prepare(request: HttpRequest, number: int, step: str) -> HttpResponse:
    """Say what a step brings about, then prepare it; nothing is decided before another operator confirms."""
    wave = found_wave(number)
    if step not in FORMS:
        raise Http404
    now = latest_draw(number)
    form = FORMS[step](request.POST if request.method == "POST" else None, initial=_planned(wave, now, step))
    if request.method == "POST" and form.is_valid():
        try:
            done = _prepare(request, wave, now, step, form.cleaned_data)
        except Refused as refused:
            leave_to_the_gate(refused)
            form.add_error(None, draw_sentence(refused))
        else:
            messages.success(request, done)
            return HttpResponseRedirect(reverse("console_draw", args=[number]))
    return render(
        request,
        "console/draw_prepare.html",
        {
            "wave": number,
            "step": step_name(step),
            "form": form,
            "here": request.path,
            "consequences": CONSEQUENCES[step],
            "facts": facts(wave, now),
            "is_confirmed_later": step != "list",
            "replaces": prepared_lines(waiting_for(now, step)),
            "may_begin": (now.status if now else "drafted") == BEGINS[step],
            "status": STATES[now.status if now else "drafted"],
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.confirm")
def confirm(request: HttpRequest, number: int, step: str) -> HttpResponse:
    """Show what waits and ask for its digits; whoever types those of something else, or prepared it, confirms nothing."""
    found_wave(number)
    now = latest_draw(number)
    if step not in _CONFIRMED or now is None:
        raise Http404
    form = (ConfirmAwardForm if step in ("award", "recall", "terms") else ConfirmForm)(
        request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            _CONFIRMS[step](
                draw_name=now.name, digest=given.pop("digits"), actor=operator(request), at=clock.now(), **given
            )
        except Refused as refused:
            leave_to_the_gate(refused)
            form.add_error("digits", draw_sentence(refused))
        else:
            messages.success(request, _("Disahkan: %(step)s. Nama Anda dicatat.") % {"step": step_name(step)})
            return HttpResponseRedirect(reverse("console_draw", args=[number]))
    waiting = waiting_for(latest_draw(number), step)
    return render(
        request,
        "console/draw_confirm.html",
        {
            "wave": number,
            "step": step_name(step),
            "form": form,
            "here": request.path,
            "consequences": CONSEQUENCES[step],
            "waiting": prepared_lines(waiting),
            "is_own": waiting is not None and waiting.prepared_by == operator(request).id,
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.take_back")
def take_back(request: HttpRequest, number: int, step: str) -> HttpResponse:
    """Ask whether what waits shall be taken back; a POST does it, if it is still the one that was shown."""
    found_wave(number)
    now = latest_draw(number)
    if step not in _CONFIRMED or now is None:
        raise Http404
    waiting = waiting_for(now, step)
    if request.method == "POST":
        try:
            is_back = draws.take_back_step(
                draw_name=now.name,
                step=waiting.step if waiting is not None else step,
                digest=request.POST.get("digest", ""),
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            leave_to_the_gate(refused)
            messages.error(request, draw_sentence(refused))
        else:
            words = (
                _("Ditarik: %(step)s. Undian tetap seperti semula.")
                if is_back
                else _("Dicatat: Anda meminta %(step)s ditarik. Petugas lain yang menariknya.")
            )
            messages.success(request, words % {"step": step_name(step)})
        return HttpResponseRedirect(reverse("console_draw", args=[number]))
    return render(
        request,
        "console/draw_take_back.html",
        {
            "wave": number,
            "step": step_name(step),
            "here": request.path,
            "waiting": prepared_lines(waiting),
            "is_alone": waiting is not None
            and (
                waiting.prepared_by == operator(request).id or waiting.back_asked_by not in ("", operator(request).id)
            ),
        },
    )


_CONFIRMS: Mapping[str, Any] = {
    "rules": draws.confirm_rules,
    "commit": draws.confirm_commitment,
    "draw": draws.confirm_result,
    "publish": draws.confirm_publication,
    "award": draws.confirm_awards,
    "recall": draws.confirm_recall,
    "terms": draws.confirm_terms,
    "void": draws.confirm_void,
}


# These say a decree and a moment.
_TERMS: Mapping[str, Any] = {
    "recall": draws.prepare_recall,
    "award": draws.prepare_awards,
    "terms": draws.prepare_terms,
}


def _prepare(request: HttpRequest, wave: WavePeriod, now: DrawState | None, step: str, given: Mapping[str, Any]) -> str:
    actor, at = operator(request), clock.now()
    if step == "rules":
        draws.prepare_rules(wave_number=wave.number, weights=given["weights"], actor=actor, at=at)
    elif now is None:
        raise Refused("draw_unknown")
    elif step in ASKABLE:
        told = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in given.items()}
        draws.ask_step(draw_name=now.name, step=step, given=told, actor=actor, at=at)
        return _("Diminta: %(step)s. Sistem mengerjakannya; muat ulang halaman ini untuk melihat hasilnya.") % {
            "step": step_name(step)
        }
    elif step in _TERMS:
        _TERMS[step](draw_name=now.name, actor=actor, at=at, **given)
    else:
        draws.prepare_void(draw_name=now.name, reason=given["reason"], actor=actor, at=at)
    return _("Disiapkan: %(step)s. Sekarang petugas lain membacanya dan mengesahkannya.") % {"step": step_name(step)}


@never_cache
@require_POST
@acting("draw.take_back")
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Stop what was asked for, half way, if it is still what the page showed; what another asked for two stop."""
    found_wave(number)
    now = latest_draw(number)
    if now is None:
        raise Http404
    try:
        is_stopped = draws.stop_asked(
            draw_name=now.name,
            asked_at=_instant(request.POST.get("asked_at", "")),
            actor=operator(request),
            at=clock.now(),
        )
    except Refused as refused:
        leave_to_the_gate(refused)
        messages.error(request, draw_sentence(refused))
    else:
        words = (
            _("Langkah itu dihentikan. Tidak ada yang disiapkan untuk disahkan.")
            if is_stopped
            else _("Dicatat: Anda meminta langkah itu dihentikan. Sampai petugas lain setuju, sistem meneruskannya.")
        )
        messages.success(request, words)
    return HttpResponseRedirect(reverse("console_draw", args=[number]))


def _instant(text: str) -> datetime:
    """When what the page showed was asked for. Raises Refused: nothing_asked, for what no page of ours said."""
    try:
        return parse_instant(text)
    except ValueError as error:
        raise Refused("nothing_asked") from error


def _planned(wave: WavePeriod, now: DrawState | None, step: str) -> dict[str, str]:
    """The announcement that was planned, or decided, is offered first."""
    decided = next((one for one in now.rounds if one.status == "decided"), None) if now is not None else None
    if step == "terms" and decided is not None:
        at = decided.announced_at.astimezone(WIB)
        return {"decree_number": decided.decree, "announced_day": f"{at:%Y-%m-%d}", "announced_hour": f"{at:%H:%M}"}
    if step != "award" or wave.results_at is None:
        return {}
    at = wave.results_at.astimezone(WIB)
    return {"announced_day": f"{at:%Y-%m-%d}", "announced_hour": f"{at:%H:%M}"}
