"""What falls due of a draw: at the moment that was decided its winners are awarded, then everybody else is told."""

from __future__ import annotations

from datetime import datetime

from prakerja.draw.asked_simulations import next_simulation, simulate_asked
from prakerja.draw.asking import do_asked, next_asked
from prakerja.draw.awarding import award_some, awards_left, next_awarding
from prakerja.draw.files import next_files, settle_one
from prakerja.draw.telling import next_telling, tell_some, tellings_left
from prakerja.kernel.due import DueTask, in_chunks


def run_awards(at: datetime) -> int:
    """Award whose moment has come, some at a time. Returns how many."""
    return in_chunks(lambda: award_some(at=at))


def run_telling(at: datetime) -> int:
    """Tell who was not drawn, some at a time. Returns how many."""
    return in_chunks(lambda: tell_some(at=at))


def run_asked(at: datetime) -> int:
    """Prepare what operators asked for, one after the other. Returns how many."""
    return in_chunks(lambda: do_asked(at=at))


def run_simulations(at: datetime) -> int:
    """Count the waves that operators asked for, one after the other. Returns how many."""
    return in_chunks(lambda: simulate_asked(at=at))


def run_files(at: datetime) -> int:
    """Write the folders of draws that may not hold what was signed, one after the other. Returns how many."""
    return in_chunks(lambda: settle_one(at=at))


TASKS = [
    # It waits for nobody, but a list of millions takes minutes: nobody else shall wait for it.
    DueTask(name="prepare draws", next_due=next_asked, run=run_asked, calls_network=True),
    DueTask(name="simulate waves", next_due=next_simulation, run=run_simulations, calls_network=True),
    DueTask(name="write folders of draws", next_due=next_files, run=run_files, calls_network=True),
    DueTask(name="award who was drawn", next_due=next_awarding, run=run_awards, left=awards_left),
    DueTask(name="tell who was not drawn", next_due=next_telling, run=run_telling, left=tellings_left),
]
