"""The public verbs of the draw; each stands in the file that its noun names."""

from prakerja.draw.asked_simulations import ask_simulation
from prakerja.draw.asking import ask_step, stop_asked
from prakerja.draw.awarding import award_drawn, confirm_awards, prepare_awards
from prakerja.draw.committing import confirm_commitment, prepare_commitment
from prakerja.draw.drawing import confirm_result, prepare_result
from prakerja.draw.files import rewrite_files
from prakerja.draw.keys import add_witness, trust
from prakerja.draw.listing import make_list
from prakerja.draw.log import add_cosignature, log_document
from prakerja.draw.planning import Priority, SeatPlan, set_strata
from prakerja.draw.publishing import confirm_publication, prepare_publication
from prakerja.draw.randomness import attest_absence, enter_pulse, enter_round, fetch_round
from prakerja.draw.recalling import confirm_recall, prepare_recall
from prakerja.draw.redeciding import cancel_awards, confirm_terms, prepare_terms
from prakerja.draw.ruling import confirm_rules, prepare_rules
from prakerja.draw.steps import Prepared
from prakerja.draw.taking_back import take_back_step
from prakerja.draw.voiding import confirm_void, prepare_void
from prakerja.draw.writing import write_folder

__all__ = [
    "Prepared",
    "Priority",
    "SeatPlan",
    "add_cosignature",
    "add_witness",
    "ask_simulation",
    "ask_step",
    "attest_absence",
    "award_drawn",
    "cancel_awards",
    "confirm_awards",
    "confirm_commitment",
    "confirm_publication",
    "confirm_recall",
    "confirm_result",
    "confirm_rules",
    "confirm_terms",
    "confirm_void",
    "enter_pulse",
    "enter_round",
    "fetch_round",
    "log_document",
    "make_list",
    "prepare_awards",
    "prepare_commitment",
    "prepare_publication",
    "prepare_recall",
    "prepare_result",
    "prepare_rules",
    "prepare_terms",
    "prepare_void",
    "rewrite_files",
    "set_strata",
    "stop_asked",
    "take_back_step",
    "trust",
    "write_folder",
]
