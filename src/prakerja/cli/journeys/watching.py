"""The three films before the card number, watched by the programme's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from prakerja.cli.journeys.browser import UnexpectedPage
from prakerja.cli.journeys.people import Participant
from prakerja.cli.journeys.timeline import Timeline
from prakerja.sandbox import clock


def watch_videos(timeline: Timeline, name: str, person: Participant, at: datetime) -> None:
    for number in (1, 2, 3):
        with timeline.step(at, name, f"watches video {number}; it cannot be skipped"):
            person.start_video(number)
            early = person.finish_video(number)
            if early.status == 200 and f"/video/{number}/selesai" not in early.html:
                raise UnexpectedPage(f"video {number} could be skipped")
            clock.advance(timedelta(seconds=61))
            person.finish_video(number)
