"""A wave in numbers: who joined, was eligible, selected, told, has bought, was revoked. For operators; of nobody by name.

Reads: awards_award, intake_application, notifications_message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from prakerja.draw.figures import DrawFigures, draw_figures
from prakerja.intake.queries import WavePeriod, wave_period
from prakerja.kernel.db import rows

# What a wave's people are told as a wave, in the order in which it comes.
TEMPLATES = (
    "wave_joined",
    "result_pass",
    "result_pass_without_videos",
    "wave_not_selected",
    "deadline_reminder",
    "revoked",
)
_APPLICATIONS = """
SELECT status, reason, count(*) FROM intake_application WHERE wave_id = %s GROUP BY status, reason ORDER BY status, reason"""
_AWARDS = """
SELECT status, count(*), count(first_purchase_at) FROM awards_award WHERE wave_id = %s GROUP BY status ORDER BY status"""
_MESSAGES = """
SELECT m.template, m.channel, m.status, count(*)
  FROM notifications_message m JOIN intake_application a ON a.person_id = m.person_id
 WHERE a.wave_id = %(wave)s AND m.template = ANY(%(templates)s) AND m.created_at >= a.joined_at
   AND NOT EXISTS (SELECT 1 FROM intake_application later
                    WHERE later.person_id = a.person_id AND later.joined_at > a.joined_at AND later.joined_at <= m.created_at)
 GROUP BY m.template, m.channel, m.status"""


@dataclass(frozen=True)
class Messages:
    """Messages of one kind by one channel: how many are in each state."""

    template: str
    channel: str
    states: Mapping[str, int]


@dataclass(frozen=True)
class WaveNumbers:
    """`applications`: by state; `turned_down`: why, of those who were told; `awards`: by state; `bought` once or more."""

    period: WavePeriod
    applications: Mapping[str, int]
    turned_down: Mapping[str, int]
    draw: DrawFigures | None
    awards: Mapping[str, int]
    bought: int
    messages: tuple[Messages, ...]

    @property
    def joined(self) -> int:
        """Everybody who ever joined, also who left again."""
        return sum(self.applications.values())

    @property
    def awarded(self) -> int:
        return sum(self.awards.values())

    def as_json(self) -> dict[str, Any]:
        """For `prakerja wave show`."""
        return {
            "wave": self.period.number,
            "opens_at": self.period.opens_at.isoformat(),
            "closes_at": self.period.closes_at.isoformat(),
            "quota": self.period.quota,
            "joined": self.joined,
            "applications": dict(self.applications),
            "turned_down": dict(self.turned_down),
            "draw": None if self.draw is None else asdict(self.draw),
            "awarded": self.awarded,
            "awards": dict(self.awards),
            "bought": self.bought,
            "messages": [asdict(one) for one in self.messages],
        }


def wave_numbers(*, number: int) -> WaveNumbers | None:
    """The numbers of a wave as they are now; None when there is no such wave. Millions of rows take some seconds."""
    period = wave_period(number=number)
    if period is None:
        return None
    applications: dict[str, int] = {}
    turned_down: dict[str, int] = {}
    for status, reason, count in rows(_APPLICATIONS, [period.wave_id]):
        applications[status] = applications.get(status, 0) + count
        if status == "not_selected":
            turned_down[reason] = count
    awards = rows(_AWARDS, [period.wave_id])
    return WaveNumbers(
        period=period,
        applications=applications,
        turned_down=turned_down,
        draw=draw_figures(wave_number=number),
        awards={status: count for status, count, _ in awards},
        bought=sum(bought for _, _, bought in awards),
        messages=_messages(period),
    )


def _messages(period: WavePeriod) -> tuple[Messages, ...]:
    found: dict[tuple[str, str], dict[str, int]] = {}
    for template, channel, status, count in rows(_MESSAGES, {"wave": period.wave_id, "templates": list(TEMPLATES)}):
        found.setdefault((template, channel), {})[status] = count
    order = {name: place for place, name in enumerate(TEMPLATES)}
    return tuple(
        Messages(template, channel, states)
        for (template, channel), states in sorted(found.items(), key=lambda one: (order[one[0][0]], one[0][1]))
    )
