"""The public verbs of awards; each stands in the file that its noun names."""

from prakerja.awards.endings import reopen_purchase_window, revoke_unbought, withdraw
from prakerja.awards.granting import Grounds, Recipient, award_many
from prakerja.awards.induction import finish_video, start_video

__all__ = [
    "Grounds",
    "Recipient",
    "award_many",
    "finish_video",
    "reopen_purchase_window",
    "revoke_unbought",
    "start_video",
    "withdraw",
]
