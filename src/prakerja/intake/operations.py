"""The public verbs of intake; each stands in the file that its noun names."""

from prakerja.intake.ending import reopen_purchase_window, revoke_unbought, withdraw
from prakerja.intake.induction import finish_video, start_video
from prakerja.intake.results import ImportOutcome, ResultRow, import_results
from prakerja.intake.waves import open_wave

__all__ = [
    "ImportOutcome",
    "ResultRow",
    "finish_video",
    "import_results",
    "open_wave",
    "reopen_purchase_window",
    "revoke_unbought",
    "start_video",
    "withdraw",
]
