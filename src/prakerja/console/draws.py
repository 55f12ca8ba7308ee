"""A wave's draw by page: each step is prepared by one operator and confirmed by another, who types what they confirm (draw.md 2).

Nothing here decides: a page shows what a step brings about, and calls its verb.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from prakerja.access.permitting import operator_names
from prakerja.console.draw_forms import FORMS, CancelForm, ConfirmAwardForm, ConfirmForm, PulseForm, RoundForm
from prakerja.console.draw_words import (
    AWARDINGS,
    BEGINS,
    CONSEQUENCES,
    OUTCOMES,
    REASONS,
    RECALL,
    SOURCE_KINDS,
    SOURCE_STATES,
    STATES,
    STEPS,
    TERMS,
    VOID,
    draw_sentence,
)
from prakerja.console.pages import acting, browsing, may, operator
from prakerja.console.texts import counted, written
from prakerja.console.work import progress_line
from prakerja.draw import operations as draws
from prakerja.draw.asking import ASKABLE, AskedState, asked_state
from prakerja.draw.queries import DrawState, Round, SourceState
from prakerja.draw.queries import draws as all_draws
from prakerja.draw.states import DRAW_STATES
from prakerja.draw.steps import Prepared
from prakerja.intake.queries import WavePeriod, wave_period
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.kernel.progress import all_progress

# The long work that is a draw's.
OF_A_DRAW = frozenset(
    ("draw_list", "draw_files", "draw_ranks", "draw_publish", "award who was drawn", "tell who was not drawn")
)
# After these a draw goes no further.
_ENDED = DRAW_STATES.ends()
_ORDER = tuple(state for state in DRAW_STATES.states() if state != "void")


@never_cache
@require_safe
@browsing
def draw(request: HttpRequest, number: int) -> HttpResponse:
    """Where the draw of a wave is: its steps with who prepared and confirmed each, its randomness, what may be done now."""
    wave = _wave(number)
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
            "steps": _step_lines(request, wave, now, at),
            "sources": [_source_line(request, number, now, one, at) for one in now.sources] if now else [],
            "folder": now.folder.name if now else "",
            "rows": now.rows if now else None,
            "eligible": now.eligible if now else None,
            "recall": _recall_line(request, number, now),
            "void_url": _void_url(request, number, now),
            "void": _waiting(now, "void") is not None,
            "awardings": [_awarding_line(request, number, one) for one in now.rounds] if now else [],
            "asked": _asked_line(request, number, asked_state(draw_name=now.name)) if now else None,
            "progress": [progress_line(one) for one in all_progress() if one.task in OF_A_DRAW],
            "earlier": [{"name": one.name, "state": STATES[one.status]} for one in earlier],
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.prepare")
def prepare(request: HttpRequest, number: int, step: str) -> HttpResponse:
    """Say what a step brings about, then prepare it; nothing is decided before another operator confirms."""
    wave = _wave(number)
    if step not in FORMS:
        raise Http404
    now = _draw(number)
    form = FORMS[step](request.POST if request.method == "POST" else None, initial=_planned(wave, step))
    if request.method == "POST" and form.is_valid():
        try:
            done = _prepare(request, wave, now, step, form.cleaned_data)
        except Refused as refused:
            _shown(refused)
            form.add_error(None, draw_sentence(refused))
        else:
            messages.success(request, done)
            return HttpResponseRedirect(reverse("console_draw", args=[number]))
    return render(
        request,
        "console/draw_prepare.html",
        {
            "wave": number,
            "step": _name(step),
            "form": form,
            "here": request.path,
            "consequences": CONSEQUENCES[step],
            "facts": _facts(wave, now),
            "is_confirmed_later": step != "list",
            "replaces": _prepared_lines(_waiting(now, step)),
            "may_begin": (now.status if now else "drafted") == BEGINS[step],
            "status": STATES[now.status if now else "drafted"],
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.confirm")
def confirm(request: HttpRequest, number: int, step: str) -> HttpResponse:
    """Show what waits and ask for its digits; whoever types those of something else, or prepared it, confirms nothing."""
    _wave(number)
    now = _draw(number)
    if step not in (*STEPS, "recall", "void") or step == "list" or now is None:
        raise Http404
    form = (ConfirmAwardForm if step in ("award", "recall") else ConfirmForm)(
        request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            _CONFIRMS[step](
                draw_name=now.name, digest=given.pop("digits"), actor=operator(request), at=clock.now(), **given
            )
        except Refused as refused:
            _shown(refused)
            form.add_error("digits", draw_sentence(refused))
        else:
            messages.success(request, _("Disahkan: %(step)s. Nama Anda dicatat.") % {"step": _name(step)})
            return HttpResponseRedirect(reverse("console_draw", args=[number]))
    waiting = _waiting(_draw(number), step)
    return render(
        request,
        "console/draw_confirm.html",
        {
            "wave": number,
            "step": _name(step),
            "form": form,
            "here": request.path,
            "consequences": CONSEQUENCES[step],
            "waiting": _prepared_lines(waiting),
            "is_own": waiting is not None and waiting.prepared_by == operator(request).id,
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.take_back")
def take_back(request: HttpRequest, number: int, step: str) -> HttpResponse:
    """Ask whether what waits shall be taken back; a POST does it, if it is still the one that was shown."""
    _wave(number)
    now = _draw(number)
    if step not in (*STEPS, "recall", "void") or now is None:
        raise Http404
    waiting = _waiting(now, step)
    if request.method == "POST":
        try:
            draws.take_back_step(
                draw_name=now.name,
                step=waiting.step if waiting is not None else step,
                digest=request.POST.get("digest", ""),
                actor=operator(request),
                at=clock.now(),
            )
        except Refused as refused:
            _shown(refused)
            messages.error(request, draw_sentence(refused))
        else:
            messages.success(request, _("Ditarik: %(step)s. Undian tetap seperti semula.") % {"step": _name(step)})
        return HttpResponseRedirect(reverse("console_draw", args=[number]))
    return render(
        request,
        "console/draw_take_back.html",
        {
            "wave": number,
            "step": _name(step),
            "here": request.path,
            "waiting": _prepared_lines(waiting),
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.enter")
def enter(request: HttpRequest, number: int, source: int) -> HttpResponse:
    """What a source gave: fetched from it, or typed; it proves itself, or is not kept."""
    _wave(number)
    now = _draw(number)
    if now is None or source >= len(now.sources):
        raise Http404
    named = now.sources[source]
    form = (RoundForm if named.kind == "drand" else PulseForm)(
        request.POST if request.method == "POST" else None, request.FILES if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        try:
            _enter(request, now.name, named, form.cleaned_data)
        except Refused as refused:
            _shown(refused)
            form.add_error(None, draw_sentence(refused))
        else:
            messages.success(request, _("Nilai sumber %(number)s terbukti dan disimpan.") % {"number": source})
            return HttpResponseRedirect(reverse("console_draw", args=[number]))
    return render(
        request,
        "console/draw_enter.html",
        {
            "wave": number,
            "form": form,
            "here": request.path,
            "kind": SOURCE_KINDS[named.kind],
            "appears": written(named.appears),
        },
    )


_CONFIRMS: Mapping[str, Any] = {
    "rules": draws.confirm_rules,
    "commit": draws.confirm_commitment,
    "draw": draws.confirm_result,
    "publish": draws.confirm_publication,
    "award": draws.confirm_awards,
    "recall": draws.confirm_recall,
    "void": draws.confirm_void,
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
            "step": _name(step)
        }
    elif step == "recall":
        draws.prepare_recall(draw_name=now.name, actor=actor, at=at, **given)
    elif step == "award":
        draws.prepare_awards(draw_name=now.name, actor=actor, at=at, **given)
    else:
        draws.prepare_void(draw_name=now.name, reason=given["reason"], actor=actor, at=at)
    return _("Disiapkan: %(step)s. Sekarang petugas lain membacanya dan mengesahkannya.") % {"step": _name(step)}


def _enter(request: HttpRequest, name: str, source: SourceState, given: Mapping[str, Any]) -> None:
    who: dict[str, Any] = {"draw_name": name, "number": source.number, "actor": operator(request), "at": clock.now()}
    if source.kind != "drand":
        draws.enter_pulse(answer=given["answer"].read(), certificate=given["certificate"].read(), **who)
    elif given["signature"]:
        draws.enter_round(signature=given["signature"], **who)
    else:
        draws.fetch_round(**who)


@never_cache
@require_POST
@acting("draw.take_back")
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Stop what was asked for, half way."""
    _wave(number)
    now = _draw(number)
    if now is None:
        raise Http404
    try:
        draws.stop_asked(draw_name=now.name, actor=operator(request), at=clock.now())
    except Refused as refused:
        _shown(refused)
        messages.error(request, draw_sentence(refused))
    else:
        messages.success(request, _("Langkah itu dihentikan. Tidak ada yang disiapkan untuk disahkan."))
    return HttpResponseRedirect(reverse("console_draw", args=[number]))


def _asked_line(request: HttpRequest, number: int, asked: AskedState | None) -> dict[str, Any] | None:
    """What was asked for last: on its way, or why nothing came of it. What came of it well speaks for itself."""
    if asked is None or asked.outcome == "done":
        return None
    words: Any = _("Sistem sedang mengerjakannya.")
    if asked.outcome:
        details = {name: _instant(name, value) for name, value in asked.details.items()}
        words = OUTCOMES.get(asked.outcome) or draw_sentence(Refused(asked.outcome, **details))
    elif asked.is_stopping:
        words = _("Sedang dihentikan.")
    return {
        "step": _name(asked.step),
        "by": operator_names(ids=[asked.asked_by]).get(asked.asked_by, "–"),
        "when": written(asked.asked_at),
        "words": words,
        "is_error": bool(asked.outcome),
        "stop_url": reverse("console_draw_stop", args=[number])
        if not asked.outcome and not asked.is_stopping and may(request, "draw.take_back")
        else "",
    }


def _instant(name: str, value: Any) -> Any:
    """An instant of a refusal's details, as the sentence expects it."""
    return datetime.fromisoformat(value) if name in ("earliest", "appears", "since") and value else value


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@acting("draw.confirm")
def cancel_awards(request: HttpRequest, number: int) -> HttpResponse:
    """Take back an announcement before its moment, and say why."""
    _wave(number)
    now = _draw(number)
    if now is None:
        raise Http404
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            draws.cancel_awards(
                draw_name=now.name, reason=form.cleaned_data["reason"], actor=operator(request), at=clock.now()
            )
        except Refused as refused:
            _shown(refused)
            form.add_error("reason", draw_sentence(refused))
        else:
            messages.success(request, _("Pengumuman itu dibatalkan. Undian tetap, dan yang lain dapat disiapkan."))
            return HttpResponseRedirect(reverse("console_draw", args=[number]))
    return render(
        request,
        "console/draw_cancel.html",
        {
            "wave": number,
            "form": form,
            "here": request.path,
            "found": [_awarding_line(request, number, one) for one in now.rounds],
        },
    )


def _planned(wave: WavePeriod, step: str) -> dict[str, str]:
    """The announcement that was planned is offered first."""
    if step != "award" or wave.results_at is None:
        return {}
    at = wave.results_at.astimezone(WIB)
    return {"announced_day": f"{at:%Y-%m-%d}", "announced_hour": f"{at:%H:%M}"}


def _awarding_line(request: HttpRequest, number: int, one: Round) -> dict[str, Any]:
    may_cancel = one.status == "decided" and not one.recall and may(request, "draw.confirm")
    return {
        "what": _("Tempat yang kembali (%(n)s)") % {"n": one.recall} if one.recall else _("Hasil undian"),
        "decree": one.decree,
        "when": written(one.announced_at),
        "people": counted(one.people),
        "unfilled": counted(one.unfilled),
        "state": _("Tertahan ketika waktunya tiba. Beri keputusan atau waktu lain: prakerja draw terms.")
        if one.refusal
        else AWARDINGS[one.status],
        "cancel_url": reverse("console_draw_cancel", args=[number]) if may_cancel else "",
    }


def _wave(number: int) -> WavePeriod:
    found = wave_period(number=number)
    if found is None:
        raise Http404
    return found


def _draw(number: int) -> DrawState | None:
    return next(iter(all_draws(wave_number=number)), None)


def _shown(refused: Refused) -> None:
    """What the gate of the pages answers itself."""
    if refused.reason == "not_permitted":
        raise refused


def _name(step: str) -> Any:
    return {"void": VOID, "recall": RECALL}.get(step) or STEPS[step]


def _waiting(now: DrawState | None, step: str) -> Prepared | None:
    waiting = now.waiting if now is not None else None
    # Of recalls there may be many, one after the other: one name for the page, a number of each in the draw.
    is_it = waiting is not None and (waiting.step == step or (step == "recall" and waiting.step.startswith("recall-")))
    return waiting if is_it else None


def _facts(wave: WavePeriod, now: DrawState | None) -> list[tuple[Any, Any]]:
    """Who is affected."""
    found: list[tuple[Any, Any]] = [(_("Kuota"), wave.quota), (_("Ditutup"), written(wave.closes_at))]
    if now is not None and now.rows is not None:
        found += [(TERMS["rows"], now.rows), (TERMS["eligible"], now.eligible)]
    return found


def _prepared_lines(waiting: Prepared | None) -> dict[str, Any] | None:
    """What waits for another operator, as pages show it."""
    if waiting is None:
        return None
    names = operator_names(ids=[waiting.prepared_by])
    return {
        "by": names.get(waiting.prepared_by, "–"),
        "when": written(waiting.prepared_at),
        "digest": waiting.digest,
        "digits": " ".join(waiting.digest[place : place + 4] for place in range(0, len(waiting.digest), 4)),
        "terms": [(TERMS.get(name, name), _term(name, value)) for name, value in waiting.terms.items()],
    }


def _term(name: str, value: Any) -> Any:
    if name == "sources":
        return ", ".join(written(datetime.fromisoformat(one)) for one in value)
    if name == "announced_at":
        return written(datetime.fromisoformat(value))
    if name == "deadline":
        # Exclusive: the last second before it still counts.
        return written(datetime.fromisoformat(value) - timedelta(seconds=1))
    if name == "reason":
        return REASONS.get(value, value)
    return counted(value) if isinstance(value, int) else value


def _step_lines(request: HttpRequest, wave: WavePeriod, now: DrawState | None, at: datetime) -> list[dict[str, Any]]:
    status = now.status if now else "drafted"
    taken = {one["step"]: one for one in now.steps if one["confirmed_at"] is not None} if now else {}
    names = operator_names(ids={one[who] for one in taken.values() for who in ("prepared_by", "confirmed_by")})
    place = _ORDER.index(status if status != "void" else "committed")
    is_awarded = now is not None and any(not one.recall for one in now.rounds)
    lines = []
    for step, name in STEPS.items():
        waiting, done = _waiting(now, step), taken.get(step)
        is_now = status == BEGINS[step] and not (step == "award" and is_awarded)
        # A repetition has rules and list that were confirmed for the first draw.
        is_done = is_awarded if step == "award" else place > _ORDER.index(BEGINS[step])
        lines.append(
            {
                "name": name,
                "state": _("Selesai") if is_done else _("Menunggu pengesahan") if waiting else "–",
                "by": names.get(done["prepared_by"], "–") if done else "",
                "confirmed_by": names.get(done["confirmed_by"], "–") if done else "",
                "when": written(done["confirmed_at"]) if done else "",
                "digest": done["digest"] if done else "",
                "waiting": _prepared_lines(waiting),
                "is_now": is_now,
                "prepare_url": reverse("console_draw_prepare", args=[wave.number, step])
                if is_now and may(request, "draw.prepare")
                else "",
                "confirm_url": reverse("console_draw_confirm", args=[wave.number, step])
                if waiting and may(request, "draw.confirm")
                else "",
                "take_back_url": reverse("console_draw_take_back", args=[wave.number, step])
                if waiting and may(request, "draw.take_back")
                else "",
            }
        )
    return lines


def _source_line(request: HttpRequest, number: int, now: DrawState, one: SourceState, at: datetime) -> dict[str, Any]:
    may_enter = now.status == "committed" and one.state == "waiting" and at >= one.appears
    return {
        "number": one.number,
        "kind": SOURCE_KINDS[one.kind],
        "appears": written(one.appears),
        "state": SOURCE_STATES[one.state],
        "url": reverse("console_draw_enter", args=[number, one.number])
        if may_enter and may(request, "draw.enter")
        else "",
    }


def _recall_line(request: HttpRequest, number: int, now: DrawState | None) -> dict[str, Any] | None:
    """What waits of seats that came back, and what may be done; None before the draw's own winners are awarded."""
    if now is None or not any(one.status == "done" for one in now.rounds):
        return None
    waiting = _waiting(now, "recall")

    def link(name: str, verb: str, is_offered: bool) -> str:
        return reverse(name, args=[number, "recall"]) if is_offered and may(request, verb) else ""

    return {
        "waiting": _prepared_lines(waiting),
        "prepare_url": link("console_draw_prepare", "draw.prepare", True),
        "confirm_url": link("console_draw_confirm", "draw.confirm", waiting is not None),
        "take_back_url": link("console_draw_take_back", "draw.take_back", waiting is not None),
    }


def _void_url(request: HttpRequest, number: int, now: DrawState | None) -> str:
    if now is None or now.status != "committed":
        return ""
    if _waiting(now, "void") is not None:
        return reverse("console_draw_confirm", args=[number, "void"]) if may(request, "draw.confirm") else ""
    return reverse("console_draw_prepare", args=[number, "void"]) if may(request, "draw.prepare") else ""
