"""What the page of a draw shows: its steps, what waits and for whom, its randomness, its announcements."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from prakerja.access.permitting import operator_names
from prakerja.console.draw_words import (
    AWARDINGS,
    BEGINS,
    HELD_BACK,
    HELD_OTHERWISE,
    LATE,
    OTHER_STEPS,
    OUTCOMES,
    REASONS,
    SOURCE_KINDS,
    SOURCE_STATES,
    STEPS,
    TERMS,
    draw_sentence,
)
from prakerja.console.pages import may, operator
from prakerja.console.texts import counted, written
from prakerja.draw.asking import AskedState
from prakerja.draw.protocol.documents import ABSENT_AFTER_S
from prakerja.draw.queries import DrawState, Round, SourceState
from prakerja.draw.queries import draws as all_draws
from prakerja.draw.states import DRAW_STATES
from prakerja.draw.steps import Prepared
from prakerja.intake.queries import WavePeriod, wave_period
from prakerja.kernel.errors import Refused

_ORDER = tuple(state for state in DRAW_STATES.states() if state != "void")


def found_wave(number: int) -> WavePeriod:
    """The wave that a page is about."""
    found = wave_period(number=number)
    if found is None:
        raise Http404
    return found


def latest_draw(number: int) -> DrawState | None:
    """The last draw of a wave, None before its rules were prepared."""
    return next(iter(all_draws(wave_number=number)), None)


def leave_to_the_gate(refused: Refused) -> None:
    """What the gate of the pages answers itself."""
    if refused.reason == "not_permitted":
        raise refused


def step_name(step: str) -> Any:
    """A step as pages call it."""
    return OTHER_STEPS.get(step) or STEPS[step]


def waiting_for(now: DrawState | None, step: str) -> Prepared | None:
    """What waits of this step for another operator."""
    # Of recalls there may be many, one after the other: one name for the page, a number of each in the draw.
    waiting = now.waiting if now is not None else ()
    return next(
        (one for one in waiting if one.step == step or (step == "recall" and one.step.startswith("recall-"))), None
    )


def asked_line(request: HttpRequest, number: int, asked: AskedState | None) -> dict[str, Any] | None:
    """What was asked for last: on its way, or why nothing came of it. What came of it well speaks for itself."""
    if asked is None or asked.outcome == "done":
        return None
    words: Any = _("Sistem sedang mengerjakannya.")
    if asked.outcome:
        details = {name: _instant(name, value) for name, value in asked.details.items()}
        words = OUTCOMES.get(asked.outcome) or draw_sentence(Refused(asked.outcome, **details))
    elif asked.is_stopping:
        words = _("Sedang dihentikan.")
    names = operator_names(ids={asked.asked_by, asked.stop_wanted_by} - {""})
    return {
        "step": step_name(asked.step),
        "by": names.get(asked.asked_by, "–"),
        "when": written(asked.asked_at),
        "words": words,
        "is_error": bool(asked.outcome),
        "stop_url": reverse("console_draw_stop", args=[number])
        if not asked.outcome and not asked.is_stopping and may(request, "draw.take_back")
        else "",
        "asked_at": asked.asked_at.isoformat(),
        "is_own": asked.asked_by == operator(request).id,
        "stop_wanted_by": names.get(asked.stop_wanted_by, "–") if asked.stop_wanted_by and not asked.outcome else "",
    }


def _instant(name: str, value: Any) -> Any:
    """An instant of a refusal's details, as the sentence expects it."""
    return datetime.fromisoformat(value) if name in ("earliest", "appears", "since") and value else value


def awarding_line(request: HttpRequest, number: int, now: DrawState, one: Round) -> dict[str, Any]:
    """An announcement that was decided, and what may still be changed of it before its moment."""
    is_ahead = one.status == "decided"
    waiting = waiting_for(now, "terms") if is_ahead else None

    def link(name: str, verb: str, is_offered: bool, *more: str) -> str:
        return reverse(name, args=[number, *more]) if is_ahead and is_offered and may(request, verb) else ""

    return {
        "what": _("Tempat yang kembali (%(n)s)") % {"n": one.recall} if one.recall else _("Hasil undian"),
        "decree": one.decree,
        "when": written(one.announced_at),
        "people": counted(one.people),
        "awarded": counted(one.awarded),
        "unfilled": counted(one.unfilled),
        "state": AWARDINGS[one.status],
        "refusal": HELD_BACK.get(one.refusal, HELD_OTHERWISE) if one.refusal and is_ahead else "",
        "cancel_by": operator_names(ids=[one.cancel_asked_by]).get(one.cancel_asked_by, "–")
        if one.cancel_asked_by and is_ahead
        else "",
        "cancel_reason": one.cancel_reason,
        "cancel_url": link("console_draw_cancel", "draw.take_back", not one.recall),
        "waiting": prepared_lines(waiting),
        "terms_url": link("console_draw_prepare", "draw.prepare", True, "terms"),
        "confirm_url": link("console_draw_confirm", "draw.confirm", waiting is not None, "terms"),
        "take_back_url": link("console_draw_take_back", "draw.take_back", waiting is not None, "terms"),
    }


def facts(wave: WavePeriod, now: DrawState | None) -> list[tuple[Any, Any]]:
    """Who is affected."""
    found: list[tuple[Any, Any]] = [(_("Kuota"), wave.quota), (_("Ditutup"), written(wave.closes_at))]
    if now is not None and now.rows is not None:
        found += [(TERMS["rows"], now.rows), (TERMS["eligible"], now.eligible)]
    return found


def prepared_lines(waiting: Prepared | None) -> dict[str, Any] | None:
    """What waits for another operator, as pages show it."""
    if waiting is None:
        return None
    names = operator_names(ids={waiting.prepared_by, waiting.back_asked_by} - {""})
    return {
        "by": names.get(waiting.prepared_by, "–"),
        "when": written(waiting.prepared_at),
        "back_asked_by": names.get(waiting.back_asked_by, "–") if waiting.back_asked_by else "",
        "digest": waiting.digest,
        "digits": " ".join(waiting.digest[place : place + 4] for place in range(0, len(waiting.digest), 4)),
        "terms": [
            (TERMS.get(name, name), _term(name, value))
            for name, value in waiting.terms.items()
            if (name, value) != ("recall", 0)
        ],
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


def step_lines(request: HttpRequest, wave: WavePeriod, now: DrawState | None) -> list[dict[str, Any]]:
    """Every step with who prepared and confirmed it, what waits of it, and what may be done now."""
    status = now.status if now else "drafted"
    taken = {one["step"]: one for one in now.steps if one["confirmed_at"] is not None} if now else {}
    names = operator_names(ids={one[who] for one in taken.values() for who in ("prepared_by", "confirmed_by")})
    place = _ORDER.index(status if status != "void" else "committed")
    is_awarded = now is not None and any(not one.recall for one in now.rounds)
    lines = []
    for step, name in STEPS.items():
        waiting, done = waiting_for(now, step), taken.get(step)
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
                "waiting": prepared_lines(waiting),
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


def source_line(request: HttpRequest, number: int, now: DrawState, one: SourceState, at: datetime) -> dict[str, Any]:
    """A source that was named, what it gave, and what may be done about it."""
    may_enter = (
        now.status == "committed" and one.state == "waiting" and at >= one.appears and may(request, "draw.enter")
    )
    is_silent = one.kind != "drand" and at >= one.appears + timedelta(seconds=ABSENT_AFTER_S)
    return {
        "number": one.number,
        "kind": SOURCE_KINDS[one.kind],
        "appears": written(one.appears),
        "state": SOURCE_STATES[one.state],
        "is_late": one.state == "waiting" and now.status == "committed" and at >= one.appears,
        "rule": LATE[one.kind],
        "url": reverse("console_draw_enter", args=[number, one.number]) if may_enter else "",
        "absent_url": reverse("console_draw_absent", args=[number, one.number]) if may_enter and is_silent else "",
    }


def recall_line(request: HttpRequest, number: int, now: DrawState | None) -> dict[str, Any] | None:
    """What waits of seats that came back, and what may be done; None before the draw's own winners are awarded."""
    if now is None or not any(one.status == "done" for one in now.rounds):
        return None
    waiting = waiting_for(now, "recall")

    def link(name: str, verb: str, is_offered: bool) -> str:
        return reverse(name, args=[number, "recall"]) if is_offered and may(request, verb) else ""

    return {
        "waiting": prepared_lines(waiting),
        "prepare_url": link("console_draw_prepare", "draw.prepare", True),
        "confirm_url": link("console_draw_confirm", "draw.confirm", waiting is not None),
        "take_back_url": link("console_draw_take_back", "draw.take_back", waiting is not None),
    }


def void_url(request: HttpRequest, number: int, now: DrawState | None) -> str:
    """Where a draw that cannot end is made void, or what waits of that confirmed; "" where neither may be."""
    if now is None or now.status != "committed":
        return ""
    if waiting_for(now, "void") is not None:
        return reverse("console_draw_confirm", args=[number, "void"]) if may(request, "draw.confirm") else ""
    return reverse("console_draw_prepare", args=[number, "void"]) if may(request, "draw.prepare") else ""
