"""The public verbs of disbursements; each stands in the file that its noun names.

A participant links an account through `incentives.operations`, which knows until when the person's scheme lets him. Who
owes money drafts its payment and is told of everything that follows (payers.py).
"""

from prakerja.disbursements.accounts import (
    inquire_account,
    link_account,
    request_link,
    store_inquiry,
    take_new_accounts,
    unlink_account,
    unlink_for_erasure,
)
from prakerja.disbursements.batches import (
    approve_batch,
    authorise_batch,
    close_batches,
    release_batch,
    sandbox_sign_off,
)
from prakerja.disbursements.callbacks import CallbackRefused, read_callback
from prakerja.disbursements.changing_phone import change_phone, replace_lost_phone, request_phone_change
from prakerja.disbursements.discrepancies import resolve_discrepancy
from prakerja.disbursements.drafting import Draft, cancel_draft, draft_payment, draft_payments
from prakerja.disbursements.payments import (
    ask_payment,
    ask_payments,
    ask_soon,
    send_payment,
    send_payments,
    take_callback,
)

__all__ = [
    "CallbackRefused",
    "Draft",
    "approve_batch",
    "ask_payment",
    "ask_payments",
    "ask_soon",
    "authorise_batch",
    "cancel_draft",
    "change_phone",
    "close_batches",
    "draft_payment",
    "draft_payments",
    "inquire_account",
    "link_account",
    "read_callback",
    "release_batch",
    "replace_lost_phone",
    "request_link",
    "request_phone_change",
    "resolve_discrepancy",
    "sandbox_sign_off",
    "send_payment",
    "send_payments",
    "store_inquiry",
    "take_callback",
    "take_new_accounts",
    "unlink_account",
    "unlink_for_erasure",
]
