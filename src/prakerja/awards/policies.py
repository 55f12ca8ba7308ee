"""Pure decisions about an award."""

from __future__ import annotations

from datetime import datetime, timedelta

# The three induction videos are one minute each in the demo; 2-3 minutes in the programme (rules.md 6.1).
VIDEO_SECONDS = {1: 60, 2: 60, 3: 60}


def video_ready_at(*, video: int, started_at: datetime) -> datetime:
    """The first instant at which a video that started then can have been seen to its end."""
    return started_at + timedelta(seconds=VIDEO_SECONDS[video])
