"""The public verbs of intake; each stands in the file that its noun names."""

from prakerja.intake.result_import import ImportOutcome, ResultRow, import_results
from prakerja.intake.waves import open_wave

__all__ = [
    "ImportOutcome",
    "ResultRow",
    "import_results",
    "open_wave",
]
