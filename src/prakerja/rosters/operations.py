"""The public verbs of rosters; each stands in the file that its noun names."""

from prakerja.rosters.importing import Imported, Report, import_roster, progress_name
from prakerja.rosters.turning import confirm_turn, take_back_turn, undo_turn

__all__ = ["Imported", "Report", "confirm_turn", "import_roster", "progress_name", "take_back_turn", "undo_turn"]
