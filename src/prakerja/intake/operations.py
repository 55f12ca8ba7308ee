"""The public verbs of intake; each stands in the file that its noun names."""

from prakerja.intake.announcements import Correction, confirm_correction, prepare_correction
from prakerja.intake.applying import join_wave, keep_nonces, seal_nonce, withdraw_application
from prakerja.intake.letters import answer_letter, write_letter
from prakerja.intake.result_import import ImportOutcome, Progress, give_up_import, import_results
from prakerja.intake.result_rows import ResultRow
from prakerja.intake.waves import WavePlan, announce_wave, look_ahead, open_wave

__all__ = [
    "Correction",
    "ImportOutcome",
    "Progress",
    "ResultRow",
    "WavePlan",
    "announce_wave",
    "answer_letter",
    "confirm_correction",
    "give_up_import",
    "import_results",
    "join_wave",
    "keep_nonces",
    "look_ahead",
    "open_wave",
    "prepare_correction",
    "seal_nonce",
    "withdraw_application",
    "write_letter",
]
