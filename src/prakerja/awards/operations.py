"""The public verbs of awards; each stands in the file that its noun names."""

from prakerja.awards.blacklisting import blacklist
from prakerja.awards.endings import annul, finish, lapse, revoke, revoke_unbought, withdraw
from prakerja.awards.granting import Grounds, Recipient, award_many
from prakerja.awards.induction import finish_video, start_video
from prakerja.awards.locking import lock_award, lock_wallet_and_award
from prakerja.awards.purchase_window import reopen_purchase_window
from prakerja.awards.suspensions import reinstate, suspend

__all__ = [
    "Grounds",
    "Recipient",
    "annul",
    "award_many",
    "blacklist",
    "finish",
    "finish_video",
    "lapse",
    "lock_award",
    "lock_wallet_and_award",
    "reinstate",
    "reopen_purchase_window",
    "revoke",
    "revoke_unbought",
    "start_video",
    "suspend",
    "withdraw",
]
