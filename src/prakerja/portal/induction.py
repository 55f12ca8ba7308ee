"""The texts of the three induction videos: titles and transcripts come from the file that the films are made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from prakerja.programmes.schemes import Scheme, video_ends_at
from prakerja.reporting.dashboard import Video


@dataclass(frozen=True, slots=True)
class Film:
    """One video as its page shows it. `state`: done, running, next or locked; `remaining` in seconds."""

    number: int
    title: str
    transcript: tuple[str, ...]
    state: str
    remaining: int


@cache
def _script() -> list[dict[str, Any]]:
    text = (Path(__file__).parent / "induction.json").read_text(encoding="utf-8")
    videos: list[dict[str, Any]] = json.loads(text)["videos"]
    return videos


def films(*, views: tuple[Video, ...], rules: Scheme, language: str, at: datetime) -> list[Film]:
    """The three films with what this person has seen of them at the instant `at` (UTC)."""
    seen = {view.number: view for view in views}
    result = []
    reachable = True
    for number, video in enumerate(_script(), start=1):
        view = seen.get(number)
        remaining = 0
        if view is not None and view.finished_at is not None:
            state = "done"
        elif view is not None:
            state = "running"
            remaining = max(0, round((video_ends_at(scheme=rules, started_at=view.started_at) - at).total_seconds()))
        else:
            state = "next" if reachable else "locked"
        reachable = state == "done"
        transcript = tuple(slide[language] for slide in video["slides"])
        result.append(Film(number, video["title"][language], transcript, state, remaining))
    return result
