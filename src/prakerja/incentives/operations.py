"""The public verbs of incentives; each stands in the file that its noun names."""

from prakerja.incentives.accounts import link_account, request_link, unlink_account
from prakerja.incentives.endings import (
    annul_ineligible,
    finish_many,
    lapse_unlinked_many,
    lapse_unreviewed,
    lapse_unreviewed_many,
    revoke_suspended,
)
from prakerja.incentives.payments import draft_many, draft_payment
from prakerja.incentives.planning import fall_due, fall_due_many, plan_incentives, plan_many
from prakerja.incentives.rechecks import note_accounts, recheck_incentive, retry_payment
from prakerja.incentives.surveying import (
    keep_half_survey,
    lapse_many,
    lapse_survey,
    lapse_unopened_many,
    lapse_unopened_surveys,
    submit_survey,
)
from prakerja.incentives.sweeping import sweep_balance, sweep_balances

__all__ = [
    "annul_ineligible",
    "draft_many",
    "draft_payment",
    "fall_due",
    "fall_due_many",
    "finish_many",
    "keep_half_survey",
    "lapse_many",
    "lapse_survey",
    "lapse_unlinked_many",
    "lapse_unopened_many",
    "lapse_unopened_surveys",
    "lapse_unreviewed",
    "lapse_unreviewed_many",
    "link_account",
    "note_accounts",
    "plan_incentives",
    "plan_many",
    "recheck_incentive",
    "request_link",
    "retry_payment",
    "revoke_suspended",
    "submit_survey",
    "sweep_balance",
    "sweep_balances",
    "unlink_account",
]
