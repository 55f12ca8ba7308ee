"""What falls due in access: codes and counts that are old enough are forgotten."""

from __future__ import annotations

from datetime import datetime

from prakerja.access.forgetting import forget_old, next_forgetting
from prakerja.kernel.clock import wall
from prakerja.kernel.due import DueTask


def run_forgetting(at: datetime) -> int:
    """Tonight's forgetting."""
    return forget_old(at=at, wall=wall())


TASKS = [DueTask(name="forget codes", next_due=next_forgetting, run=run_forgetting)]
