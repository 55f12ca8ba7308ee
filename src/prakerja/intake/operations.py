"""The public verbs of intake; each stands in the file that its noun names."""

from prakerja.intake.announcements import Correction, confirm_correction, prepare_correction
from prakerja.intake.result_import import ImportOutcome, Progress, give_up_import, import_results
from prakerja.intake.result_rows import ResultRow
from prakerja.intake.waves import open_wave

__all__ = [
    "Correction",
    "ImportOutcome",
    "Progress",
    "ResultRow",
    "confirm_correction",
    "give_up_import",
    "import_results",
    "open_wave",
    "prepare_correction",
]
