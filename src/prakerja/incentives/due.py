"""Which rows wait for which instant: one statement per task, in UTC. Hours and cut-offs come from the scheme's data.

Each yields (person_id, id, due_at). A task's next instant is the least due_at, and what it does at an instant are the
rows whose due_at has come: the two cannot disagree, because they are the same statement.

Reads: awards_award, disbursements_discrepancy, disbursements_paymentinstruction, disbursements_payoutaccount,
ledger_balance, programmes_schemeversion, purchases_purchase, surveys_response, training_cancellationcase,
training_completion, training_rating, vouchers_voucher, wallets_wallet.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from prakerja.awards.states import AWARD_STATES
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.due import Many, do_due_many, left_of, turn_is_over
from prakerja.kernel.looks import Question
from prakerja.programmes.queries import schemes
from prakerja.programmes.schemes import CutoffKind, Scheme, cutoff_at

# The first training of the award `a`, as `purchases.queries.first_voucher` says it.
_FIRST = """SELECT purchase.voucher_id
          FROM purchases_purchase purchase
          JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
          JOIN programmes_schemeversion rules ON rules.id = a.scheme_version_id
         WHERE purchase.person_id = a.person_id AND purchase.award_id = a.id AND purchase.status = 'succeeded'
           AND (voucher.status <> 'expired' OR rules.data->'incentive'->>'first_training' = 'BOUGHT')
         ORDER BY purchase.authorised_at, purchase.number LIMIT 1"""
# Whose conditions may hold: something has happened that may have made the last one true, or the 24 hours after it end
# (`planning`, rules.md 5.4).
PLAN = """
SELECT a.person_id, a.id, a.plan_look_at AS due_at FROM awards_award a
 WHERE a.status = 'active' AND a.incentives_planned_at IS NULL AND a.plan_look_at IS NOT NULL"""

FALL_DUE = """
SELECT i.person_id, i.id, i.due_at FROM incentives_incentive i WHERE i.status = 'planned'"""

# Due and nothing under way: no re-check is awaited, no draft waits for signatures, no case of an operator is open.
PAY = f"""
SELECT i.person_id, i.id, i.due_at
  FROM incentives_incentive i
  JOIN awards_award a ON a.person_id = i.person_id AND a.id = i.award_id
 WHERE i.status = 'due' AND i.recheck_at IS NULL AND i.due_at IS NOT NULL AND a.status IN {AWARD_STATES.sql("PAYABLE")}
   AND NOT EXISTS (SELECT 1 FROM disbursements_paymentinstruction payment
                     LEFT JOIN disbursements_discrepancy discrepancy
                       ON discrepancy.person_id = payment.person_id AND discrepancy.instruction_id = payment.id
                    WHERE payment.person_id = i.person_id AND payment.payer = 'incentives' AND payment.owed_id = i.id
                      AND (payment.status = 'drafted' OR discrepancy.status = 'open'))"""

# Seven days after the last look, or when an account is linked that it did not see, which `rechecks.note_accounts` says.
RECHECK = f"""
SELECT i.person_id, i.id, i.recheck_at AS due_at
  FROM incentives_incentive i
  JOIN awards_award a ON a.person_id = i.person_id AND a.id = i.award_id
 WHERE i.status IN {INCENTIVE_STATES.sql("OWED")} AND i.recheck_at IS NOT NULL AND a.status IN {AWARD_STATES.sql("PAYABLE")}"""

LAPSE_SURVEY = """
SELECT response.person_id, response.id, response.closes_at AS due_at
  FROM surveys_response response
 WHERE response.submitted_at IS NULL AND response.closed_at IS NULL"""

# The instant at which the last of its conditions came true.
FINISH = f"""
SELECT a.person_id, a.id, GREATEST(
        a.awarded_at, wallet.closed_at,
        (SELECT max(COALESCE(i.paid_at, i.ended_at)) FROM incentives_incentive i
          WHERE i.person_id = a.person_id AND i.award_id = a.id),
        (SELECT max(COALESCE(response.submitted_at, response.closed_at)) FROM surveys_response response
          WHERE response.person_id = a.person_id),
        (SELECT max(GREATEST(purchase.authorised_at, voucher.redeemed_at, voucher.ended_at))
           FROM purchases_purchase purchase
           JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
          WHERE purchase.person_id = a.person_id AND purchase.award_id = a.id)) AS due_at
  FROM awards_award a
  JOIN wallets_wallet wallet ON wallet.person_id = a.person_id AND wallet.id = a.wallet_id
  JOIN ledger_balance fund ON fund.person_id = a.person_id AND fund.id = wallet.balance_id AND fund.amount = 0
  JOIN ledger_balance reserve ON reserve.person_id = a.person_id AND reserve.id = a.reserve_id AND reserve.amount = 0
 WHERE a.status = 'active'
   AND NOT EXISTS (SELECT 1 FROM incentives_incentive i WHERE i.person_id = a.person_id AND i.award_id = a.id
                      AND i.status NOT IN {INCENTIVE_STATES.sql("ENDED")})
   AND NOT EXISTS (SELECT 1 FROM surveys_response response WHERE response.person_id = a.person_id
                      AND response.submitted_at IS NULL AND response.closed_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM purchases_purchase purchase
                     JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id
                                                  AND voucher.id = purchase.voucher_id
                    WHERE purchase.person_id = a.person_id AND purchase.award_id = a.id
                      AND purchase.status = 'succeeded' AND voucher.status = 'issued')"""

# The three cut-offs below hold for every award of a scheme version at once: %(cutoff)s and %(version)s are filled in.
_FIRST_REVIEWED = f"""EXISTS (
        SELECT 1 FROM ({_FIRST}) first
          JOIN training_completion completion
            ON completion.person_id = a.person_id AND completion.voucher_id = first.voucher_id
          JOIN training_rating rating ON rating.person_id = a.person_id AND rating.completion_id = completion.id)"""

# Whose award remembers no review of the first training. It may be there all the same (another training became the first): the verb
# looks, and lets the award remember it.
UNREVIEWED = """
SELECT a.person_id, a.id, %(cutoff)s::timestamptz AS due_at
  FROM awards_award a
 WHERE a.scheme_version_id = %(version)s AND a.status = 'active' AND a.training_waived_at IS NULL AND a.reviewed_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM training_cancellationcase cancelled
                    WHERE cancelled.person_id = a.person_id AND cancelled.status = 'open')"""
# Of these, who is really without one: whom the reminder of the cut-off tells.
LAPSE_UNREVIEWED = f"{UNREVIEWED}\n   AND NOT {_FIRST_REVIEWED}"

LAPSE_UNOPENED = f"""
SELECT a.person_id, a.id, %(cutoff)s::timestamptz AS due_at
  FROM awards_award a
 WHERE a.scheme_version_id = %(version)s AND a.status IN {AWARD_STATES.sql("LIVE")}
   AND (SELECT count(*) FROM surveys_response response WHERE response.person_id = a.person_id) < %(surveys)s"""

# Something is still promised or owed and no valid account was linked when the cut-off came, as `had_valid_account` says it; a
# payment under way keeps its course.
LAPSE_UNLINKED = f"""
SELECT a.person_id, a.id, %(cutoff)s::timestamptz AS due_at
  FROM awards_award a
  JOIN ledger_balance reserve ON reserve.person_id = a.person_id AND reserve.id = a.reserve_id
 WHERE a.scheme_version_id = %(version)s AND a.status IN {AWARD_STATES.sql("PAYABLE")}
   AND NOT EXISTS (SELECT 1 FROM disbursements_payoutaccount account
                    WHERE account.person_id = a.person_id AND account.nik_matches AND account.is_kyc_complete
                      AND account.linked_at < %(cutoff)s
                      AND (account.unlinked_at IS NULL OR account.unlinked_at >= %(cutoff)s))
   AND (reserve.amount > 0 OR EXISTS (
        SELECT 1 FROM incentives_incentive i WHERE i.person_id = a.person_id AND i.award_id = a.id
           AND i.status IN {INCENTIVE_STATES.sql("WAITING")}))"""


def next_cutoff(sql: str, cutoff_of: Callable[[Scheme], datetime | None]) -> Question:
    """The least cut-off of a scheme version that an award still waits for."""
    one = sql
    for name in _EACH:
        one = one.replace(f"%({name})s", f"given.{name}")
    # With its LIMIT the inner question ends at the first award; an EXISTS might be answered by reading all of them.
    return Question(
        f"SELECT min(given.cutoff) FROM unnest({', '.join(f'%({name})s::{kind}[]' for name, kind in _EACH.items())})"
        f" AS given ({', '.join(_EACH)}) WHERE (SELECT 1 FROM ({one}) waiting LIMIT 1) IS NOT NULL",
        lambda: {name: [found[name] for found in _cutoffs(cutoff_of)] for name in _EACH},
    )


def do_cutoff_many(sql: str, cutoff_of: Callable[[Scheme], datetime | None], *, at: datetime, work: Many) -> int:
    """Call `work` for the awards whose scheme's cut-off has passed, many at a time (`do_due_many`); returns how many it did."""
    done = 0
    for parameters in _cutoffs(cutoff_of):
        if parameters["cutoff"] <= at and not turn_is_over():
            done += do_due_many(sql, at=at, parameters=parameters, work=work)
    return done


def left_of_cutoff(sql: str, cutoff_of: Callable[[Scheme], datetime | None], *, at: datetime) -> int:
    """How many awards wait whose scheme's cut-off has passed."""
    passed = [parameters for parameters in _cutoffs(cutoff_of) if parameters["cutoff"] <= at]
    return sum(left_of(sql, at=at, parameters=parameters) for parameters in passed)


def review_cutoff(rules: Scheme) -> datetime | None:
    """Until when the first training must be completed and reviewed; years without a review date use the completion's."""
    review = cutoff_at(scheme=rules, kind=CutoffKind.REVIEW)
    return cutoff_at(scheme=rules, kind=CutoffKind.COMPLETE) if review is None else review


def survey_limit(rules: Scheme) -> datetime | None:
    return cutoff_at(scheme=rules, kind=CutoffKind.SURVEY)


def link_limit(rules: Scheme) -> datetime | None:
    return cutoff_at(scheme=rules, kind=CutoffKind.LINK)


# What a statement is given for each scheme version.
_EACH = {"cutoff": "timestamptz", "version": "uuid", "surveys": "integer"}


def _cutoffs(cutoff_of: Callable[[Scheme], datetime | None]) -> list[dict[str, Any]]:
    found = []
    for version_id, rules in schemes().items():
        cutoff = cutoff_of(rules)
        if cutoff is not None:
            found.append({"cutoff": cutoff, "version": version_id, "surveys": rules.survey.times})
    return found
