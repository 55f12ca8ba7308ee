"""The texts of the three induction videos: titles and transcripts come from the file that the films are made of."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from prakerja.programmes.schemes import Scheme, scheme_by_key, video_ends_at
from prakerja.reporting.dashboard import Video


@dataclass(frozen=True, slots=True)
class Film:
    """One video as its page shows it. `state`: done, running, next or locked.

    `remaining`: whole seconds until it counts as seen, never fewer than `finish_video` would say; `elapsed`: how far into the
    film that is. Both are of the one clock that decides, so that a reload, the way back or a second tab shows the same.
    """

    number: int
    title: str
    transcript: tuple[str, ...]
    state: str
    remaining: int
    elapsed: int


@cache
def _script() -> dict[str, Any]:
    text = (Path(__file__).parent / "induction.json").read_text(encoding="utf-8")
    script: dict[str, Any] = json.loads(text)
    return script


def films(*, views: tuple[Video, ...], rules: Scheme, language: str, at: datetime) -> list[Film]:
    """The three films with what this person has seen of them at the instant `at` (UTC)."""
    seen = {view.number: view for view in views}
    result = []
    reachable = True
    for number, video in enumerate(_script()["videos"], start=1):
        view = seen.get(number)
        remaining = elapsed = 0
        if view is not None and view.finished_at is not None:
            state = "done"
        elif view is not None:
            state = "running"
            remaining = max(
                0, math.ceil((video_ends_at(scheme=rules, started_at=view.started_at) - at).total_seconds())
            )
            elapsed = rules.videos.seconds - remaining
        else:
            state = "next" if reachable else "locked"
        reachable = state == "done"
        transcript = tuple(slide[language] for slide in video["slides"])
        result.append(Film(number, video["title"][language], transcript, state, remaining, elapsed))
    return result


def tells_own_amounts(rules: Scheme) -> bool:
    """Whether the amounts that the films name are this person's: they were made for one scheme version."""
    told = scheme_by_key(_script()["amounts_of"])
    return (
        rules.training_fund,
        rules.incentive.amount,
        rules.incentive.times,
        rules.survey.amount,
        rules.survey.times,
    ) == (
        told.training_fund,
        told.incentive.amount,
        told.incentive.times,
        told.survey.amount,
        told.survey.times,
    )
