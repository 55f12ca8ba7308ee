"""The public verbs of checkpoints."""

from prakerja.checkpoints.days import BrokenLedger, sign_days
from prakerja.checkpoints.stamping import stamp_log

__all__ = ["BrokenLedger", "sign_days", "stamp_log"]
