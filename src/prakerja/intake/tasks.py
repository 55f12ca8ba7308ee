"""What falls due in intake: lists of results that operators sent are read and awarded; whoever was not selected is told."""

from __future__ import annotations

from datetime import datetime

from prakerja.intake.asked_imports import do_asked_import, next_asked_import
from prakerja.intake.rest import next_rest, rest_left, turn_down_some
from prakerja.intake.uploaded_lists import forget_one, next_forgetting
from prakerja.kernel.due import DueTask, in_chunks


def run_rest(at: datetime) -> int:
    """Turn down who stands in no list of a wave that was announced, some at a time. Returns how many."""
    return in_chunks(lambda: turn_down_some(at=at))


def run_asked(at: datetime) -> int:
    """Do what operators asked for with their lists, one after the other. Returns how many."""
    return in_chunks(lambda: do_asked_import(at=at))


def run_forgetting(at: datetime) -> int:
    """Forget lists that nobody decided in time. Returns how many."""
    return in_chunks(lambda: forget_one(at=at))


TASKS = [
    # It waits for nobody, but a list of thousands takes minutes: nobody else shall wait for it.
    DueTask(name="import lists of results", next_due=next_asked_import, run=run_asked, calls_network=True),
    DueTask(name="tell who was not selected", next_due=next_rest, run=run_rest, left=rest_left),
    DueTask(name="forget lists of results", next_due=next_forgetting, run=run_forgetting),
]
