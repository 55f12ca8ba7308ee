"""Pure decisions about who may be awarded, and what an applicant is told of how far it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

# Nobody draws by hand: whoever no other reason speaks against was not drawn (rules.md 3.4).
QUOTA_FULL = "KUOTA_PENUH"
# So often not selected, and a letter may be written (rules.md 3.5).
FAILURES_FOR_LETTER = 3


class _Decided(Protocol):
    announced_at: datetime | None
    drawn_at: datetime | None


def has_results(wave: _Decided) -> bool:
    """Whether what a wave gave is there to be read: nobody leaves it any more (rules.md 4.4)."""
    return wave.announced_at is not None or wave.drawn_at is not None


def application_label(*, status: str, closes_at: datetime, results_begun: bool, at: datetime) -> str:
    """Which of the dashboard's words an application has at `at` (rules.md 2.2): open, processing, evaluating, selected,
    not_selected; or withdrawn, which is ours.

    Until the wave closes it waits for that; then it is processed; from when a list of results is read on it is evaluated.
    """
    if status != "waiting":
        return status
    if results_begun:
        return "evaluating"
    return "open" if at < closes_at else "processing"


def born_until(*, age: int, on: date) -> date:
    """The last birthday of those who have `age` full years on day `on` (WIB)."""
    try:
        return on.replace(year=on.year - age)
    except ValueError:
        # 29 February: who was born on 1 March is a day too young.
        return date(on.year - age, 2, 28)
