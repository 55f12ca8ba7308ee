"""What falls due of the public log: each day's checkpoint of the ledger, and time stamps of what the log holds."""

from __future__ import annotations

from datetime import datetime

from prakerja.checkpoints.days import next_checkpoint, sign_days
from prakerja.checkpoints.stamping import is_left_alone, next_stamp, stamp_log
from prakerja.kernel.due import DueTask


def run_days(at: datetime) -> int:
    """Sign the ledger of this day. Returns how many checkpoints that were."""
    return sign_days(at=at)


def run_stamps(at: datetime) -> int:
    """Have the log's last checkpoint stamped. Returns how many stamps came."""
    return stamp_log(at=at)


TASKS = [
    DueTask(name="sign the ledger", next_due=next_checkpoint, run=run_days),
    DueTask(name="stamp the log", next_due=next_stamp, run=run_stamps, calls_network=True, follows_more=is_left_alone),
]
