"""The public verbs of intake; each stands in the file that its noun names."""

from prakerja.intake.announcements import (
    Correction,
    confirm_correction,
    look_at_correction,
    prepare_correction,
    take_back_correction,
)
from prakerja.intake.applying import end_withdrawals, join_wave, keep_nonces, seal_nonce, withdraw_application
from prakerja.intake.asked_imports import (
    Unfinished,
    UploadedState,
    ask_confirmation,
    ask_going_on,
    unfinished_imports,
    upload_results,
    uploaded_lists,
    waiting_by_digest,
)
from prakerja.intake.drawn_results import (
    Announced,
    Announcement,
    Winner,
    Winners,
    announced,
    award_winners,
    begin_drawn_results,
    finish_drawn_results,
    require_announceable,
)
from prakerja.intake.holding import hold_cards, release_cards
from prakerja.intake.import_reports import ImportOutcome, Progress
from prakerja.intake.letters import answer_letter, write_letter
from prakerja.intake.lining import InLine, Place, join_at_once, join_in_turn
from prakerja.intake.prepared_results import Prepared, take_back_results, waiting_results
from prakerja.intake.rest import TurnedDown, let_rest_be_told, lock_waiting, turn_down
from prakerja.intake.result_import import import_results, prepare_results
from prakerja.intake.result_rows import ResultRow
from prakerja.intake.result_terms import ResultsAhead, look_at_results, require_confirmable
from prakerja.intake.unfinished_imports import alone, give_up_import, is_alone
from prakerja.intake.uploaded_lists import different_lines, rejected_lines, rejected_reasons
from prakerja.intake.wave_changes import WaveChange, WaveTerms, fix_quota, look_at_change, wave_terms
from prakerja.intake.wave_proposals import (
    Proposed,
    confirm_wave,
    look_at_proposal,
    prepare_wave,
    prepare_wave_change,
    proposals,
    take_back_wave,
)
from prakerja.intake.waves import WavePlan, look_ahead, open_wave

__all__ = [
    "Announced",
    "Announcement",
    "Correction",
    "ImportOutcome",
    "InLine",
    "Place",
    "Prepared",
    "Progress",
    "Proposed",
    "ResultRow",
    "ResultsAhead",
    "TurnedDown",
    "Unfinished",
    "UploadedState",
    "WaveChange",
    "WavePlan",
    "WaveTerms",
    "Winner",
    "Winners",
    "alone",
    "announced",
    "answer_letter",
    "ask_confirmation",
    "ask_going_on",
    "award_winners",
    "begin_drawn_results",
    "confirm_correction",
    "confirm_wave",
    "different_lines",
    "end_withdrawals",
    "finish_drawn_results",
    "fix_quota",
    "give_up_import",
    "hold_cards",
    "import_results",
    "is_alone",
    "join_at_once",
    "join_in_turn",
    "join_wave",
    "keep_nonces",
    "let_rest_be_told",
    "lock_waiting",
    "look_ahead",
    "look_at_change",
    "look_at_correction",
    "look_at_proposal",
    "look_at_results",
    "open_wave",
    "prepare_correction",
    "prepare_results",
    "prepare_wave",
    "prepare_wave_change",
    "proposals",
    "rejected_lines",
    "rejected_reasons",
    "release_cards",
    "require_announceable",
    "require_confirmable",
    "seal_nonce",
    "take_back_correction",
    "take_back_results",
    "take_back_wave",
    "turn_down",
    "unfinished_imports",
    "upload_results",
    "uploaded_lists",
    "waiting_by_digest",
    "waiting_results",
    "wave_terms",
    "withdraw_application",
    "write_letter",
]
