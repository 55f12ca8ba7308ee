"""The public verbs of awards; each stands in the file that its noun names."""

from prakerja.awards.blacklisting import blacklist_person
from prakerja.awards.cards import other_cards
from prakerja.awards.endings import (
    annul_award,
    finish_awards,
    lapse_awards,
    revoke_award,
    withdraw_award,
)
from prakerja.awards.first_training import (
    first_training_changed,
    look_at_schedules,
    note_looks,
    note_review,
    note_reviews,
)
from prakerja.awards.granting import Grounds, award_listed
from prakerja.awards.holding import extend_held, release_held
from prakerja.awards.induction import finish_video, start_video
from prakerja.awards.locking import (
    lock_award,
    lock_awards,
    lock_wallet_and_award,
    lock_wallets_and_awards,
    note_planned,
)
from prakerja.awards.moving import begin_deadline_move, follow_deadline_moves
from prakerja.awards.purchase_window import (
    reopen_purchase_window,
    reopen_purchase_windows,
    waive_training,
    window_after_void,
)
from prakerja.awards.revoking import revoke_overdue, revoke_unbought
from prakerja.awards.suspensions import reinstate_award, suspend_award

__all__ = [
    "Grounds",
    "annul_award",
    "award_listed",
    "begin_deadline_move",
    "blacklist_person",
    "extend_held",
    "finish_awards",
    "finish_video",
    "first_training_changed",
    "follow_deadline_moves",
    "lapse_awards",
    "lock_award",
    "lock_awards",
    "lock_wallet_and_award",
    "lock_wallets_and_awards",
    "look_at_schedules",
    "note_looks",
    "note_planned",
    "note_review",
    "note_reviews",
    "other_cards",
    "reinstate_award",
    "release_held",
    "reopen_purchase_window",
    "reopen_purchase_windows",
    "revoke_award",
    "revoke_overdue",
    "revoke_unbought",
    "start_video",
    "suspend_award",
    "waive_training",
    "window_after_void",
    "withdraw_award",
]
