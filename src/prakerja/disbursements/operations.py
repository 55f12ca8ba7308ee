"""The public verbs of disbursements; each stands in the file that its noun names.

A participant links an account through `incentives.operations`, which knows until when the person's scheme lets him.
"""

from prakerja.disbursements.accounts import (
    inquire_account,
    link_account,
    request_link,
    store_inquiry,
    unlink_account,
)
from prakerja.disbursements.batches import (
    approve_batch,
    authorise_batch,
    close_batches,
    release_batch,
    sandbox_sign_off,
)
from prakerja.disbursements.instructions import (
    ask_later,
    ask_now,
    ask_status,
    draft_instruction,
    drop_instruction,
    mark_sent,
    may_send_again,
    note_answer,
    note_attempt,
    record_result,
    route_of_reference,
    transmit,
)

__all__ = [
    "approve_batch",
    "ask_later",
    "ask_now",
    "ask_status",
    "authorise_batch",
    "close_batches",
    "draft_instruction",
    "drop_instruction",
    "inquire_account",
    "link_account",
    "mark_sent",
    "may_send_again",
    "note_answer",
    "note_attempt",
    "record_result",
    "release_batch",
    "request_link",
    "route_of_reference",
    "sandbox_sign_off",
    "store_inquiry",
    "transmit",
    "unlink_account",
]
