"""The checks of the proof: (what it proves, the rows it looks at, a statement that returns the rows that differ)."""

from __future__ import annotations

from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.ledger.chart import Chart
from prakerja.reporting.draw_checks import DRAW_CHECKS
from prakerja.reporting.ledger_checks import LEDGER_CHECKS
from prakerja.vouchers.states import VOUCHER_STATES

# The accounts of a person, each with a running balance.
_PERSONAL = f"({int(Chart.WALLET)}, {int(Chart.RESERVE)})"
# What every account got and gave, as one reading of the transfers: joined by "either side", each account would read all of them.
_MOVED = """
    SELECT side.account_id, sum(CASE side.account_id WHEN both_sides.credit_id THEN amount ELSE -amount END) AS amount
      FROM (SELECT debit_id, credit_id, sum(amount) AS amount FROM ledger_transfer GROUP BY 1, 2) both_sides
      CROSS JOIN LATERAL (VALUES (both_sides.debit_id), (both_sides.credit_id)) side (account_id)
     GROUP BY side.account_id"""


def _account(code: str, expected: str, name: str, counted: str) -> tuple[str, str, str]:
    """The balance of one programme account equals a sum over the rows that stand behind it."""
    return (
        name,
        counted,
        f"""
        SELECT account.balance, expected.amount AS expected
          FROM (SELECT coalesce(sum(moved.amount), 0) AS balance
                  FROM ledger_account a JOIN ({_MOVED}) moved ON moved.account_id = a.id
                 WHERE a.code = '{code}') account,
               (SELECT coalesce(sum(amount), 0) AS amount FROM {expected}) expected
         WHERE account.balance <> expected.amount
        """,
    )


def _per_account(prefix: str, expected: str, name: str, counted: str) -> tuple[str, str, str]:
    """The same for a family of accounts (`payable:<institution>`): `expected` yields (code, amount)."""
    return (
        name,
        counted,
        f"""
        SELECT coalesce(account.code, expected.code) AS account, coalesce(account.balance, 0) AS balance,
               coalesce(expected.amount, 0) AS expected
          FROM (SELECT a.code, coalesce(sum(moved.amount), 0) AS balance
                  FROM ledger_account a LEFT JOIN ({_MOVED}) moved ON moved.account_id = a.id
                 WHERE a.code LIKE '{prefix}:%' GROUP BY a.code) account
          FULL JOIN (SELECT code, sum(amount) AS amount FROM ({expected}) rows (code, amount) GROUP BY code) expected
            ON expected.code = account.code
         WHERE coalesce(account.balance, 0) <> coalesce(expected.amount, 0)
        """,
    )


def _claim(name: str, claim: str, row: str, on: str, key: str) -> tuple[str, str, str]:
    """Every claim has its row, and every row its claim."""
    return (
        name,
        claim,
        f"SELECT claimed.{key} AS claim, target.id AS target FROM {claim} claimed FULL JOIN {row} target ON {on} "
        f"WHERE claimed.{key} IS NULL OR target.id IS NULL",
    )


_MONEY = [
    (
        "all accounts sum to zero",
        "ledger_account",
        f"SELECT total FROM (SELECT coalesce(sum(moved.amount), 0) AS total"
        f"  FROM ledger_account a JOIN ({_MOVED}) moved ON moved.account_id = a.id) x WHERE total <> 0",
    ),
    (
        "each running balance equals its transfers",
        "ledger_balance",
        # Which account of the person a transfer touches, the next check proves: here each table is read once.
        f"""
        SELECT balance.id AS balance, balance.amount, coalesce(moved.amount, 0) AS transfers
          FROM ledger_balance balance
          LEFT JOIN (SELECT person_id, balance_id,
                            sum(CASE WHEN credit_id IN {_PERSONAL} THEN amount ELSE -amount END) AS amount
                       FROM ledger_transfer WHERE balance_id IS NOT NULL
                      GROUP BY person_id, balance_id) moved
            ON moved.person_id = balance.person_id AND moved.balance_id = balance.id
         WHERE balance.amount <> coalesce(moved.amount, 0)
        """,
    ),
    (
        "a transfer names the balance of the personal account it touches, and no other",
        "ledger_transfer",
        """
        SELECT t.id AS transfer FROM ledger_transfer t
          LEFT JOIN ledger_balance b ON b.person_id = t.person_id AND b.id = t.balance_id
         WHERE ((t.debit_id IN (3, 4) OR t.credit_id IN (3, 4)) <> (t.balance_id IS NOT NULL))
            OR (t.balance_id IS NOT NULL AND b.account_id NOT IN (t.debit_id, t.credit_id))
        """,
    ),
    (
        "an ended award holds nothing",
        "awards_award",
        # Two questions, because most awards run or most balances are empty: each is answered by the few that could differ.
        """
        SELECT award.id AS award, award.status, 'reserve' AS held, reserve.amount
          FROM awards_award award
          JOIN ledger_balance reserve ON reserve.person_id = award.person_id AND reserve.id = award.reserve_id
         WHERE award.ended_at IS NOT NULL AND reserve.amount <> 0
         UNION ALL
        SELECT award.id, award.status, 'wallet', balance.amount
          FROM wallets_wallet wallet
          JOIN awards_award award ON award.person_id = wallet.person_id AND award.wallet_id = wallet.id
          JOIN ledger_balance balance ON balance.person_id = wallet.person_id AND balance.id = wallet.balance_id
         WHERE balance.amount <> 0 AND (award.ended_at IS NOT NULL OR wallet.closed_at IS NOT NULL)
        """,
    ),
    _account(
        "vouchers_outstanding",
        "vouchers_voucher WHERE status = 'issued'",
        "bought and not redeemed equals vouchers_outstanding",
        "vouchers_voucher",
    ),
    _per_account(
        "payable",
        "SELECT 'payable:' || partner.code, voucher.amount FROM vouchers_voucher voucher "
        "JOIN partners_partner partner ON partner.id = voucher.institution_id WHERE voucher.status = 'redeemed'",
        "redeemed and not settled equals payable, per institution",
        "vouchers_voucher",
    ),
    _account(
        "incentives_payable",
        f"incentives_incentive WHERE status IN {INCENTIVE_STATES.sql('OWED')}",
        "incentives due or held equal incentives_payable",
        "incentives_incentive",
    ),
    _per_account(
        "in_transit",
        "SELECT 'in_transit:' || instruction.rail, instruction.amount FROM disbursements_paymentinstruction instruction "
        "WHERE instruction.status = 'sent'",
        "sent and unanswered equals in_transit, per rail",
        "disbursements_paymentinstruction",
    ),
    _per_account(
        "paid_out",
        "SELECT 'paid_out:' || account.provider, instruction.amount FROM disbursements_paymentinstruction instruction "
        "JOIN disbursements_payoutaccount account ON account.person_id = instruction.person_id "
        f" AND account.id = instruction.payout_account_id WHERE instruction.status IN {INSTRUCTION_STATES.sql('ARRIVED')}",
        "settled and overpaid payments equal paid_out, per bank or e-wallet",
        "disbursements_paymentinstruction",
    ),
]

_CAUSES = [
    (
        "a purchase has its transfer, and a void exactly when it is voided",
        "purchases_purchase",
        """
        SELECT purchase.id AS purchase, purchase.status, purchase.amount, bought.amount AS bought, undone.amount AS undone
          FROM purchases_purchase purchase
          LEFT JOIN ledger_transfer bought ON bought.person_id = purchase.person_id
                AND bought.event_id = purchase.id AND bought.kind = 'purchase'
          LEFT JOIN ledger_transfer undone ON undone.person_id = purchase.person_id
                AND undone.event_id = purchase.id AND undone.kind IN ('void', 'void_late')
         WHERE bought.amount IS DISTINCT FROM purchase.amount
            OR (purchase.status = 'voided') <> (undone.amount IS NOT DISTINCT FROM purchase.amount)
            OR (purchase.status = 'succeeded' AND undone.id IS NOT NULL)
        """,
    ),
    (
        "a purchase succeeded exactly when its voucher is not cancelled, at the same price",
        "purchases_purchase",
        """
        SELECT purchase.id AS purchase, purchase.status, voucher.status AS voucher, voucher.amount
          FROM purchases_purchase purchase
          FULL JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
         WHERE purchase.id IS NULL OR voucher.id IS NULL OR purchase.amount <> voucher.amount
            OR (purchase.status = 'succeeded') <> (voucher.status <> 'cancelled')
        """,
    ),
    (
        "a voucher was redeemed exactly when the institution was credited and the first attendance verified",
        "vouchers_voucher",
        """
        SELECT voucher.id AS voucher, voucher.status, moved.amount AS credited, attendance.id IS NOT NULL AS attended
          FROM vouchers_voucher voucher
          LEFT JOIN ledger_transfer moved ON moved.person_id = voucher.person_id
                AND moved.event_id = voucher.id AND moved.kind = 'redeem'
          LEFT JOIN training_attendance attendance ON attendance.person_id = voucher.person_id
                AND attendance.voucher_id = voucher.id AND attendance.sequence = 1
         WHERE (voucher.redeemed_at IS NOT NULL) <> (moved.amount IS NOT DISTINCT FROM voucher.amount)
            OR (voucher.redeemed_at IS NOT NULL) <> (attendance.id IS NOT NULL)
        """,
    ),
    (
        "attendance was verified after the first one, and the post-test after every session",
        "training_attendance",
        """
        SELECT attendance.id AS attendance, attendance.sequence, count(earlier.id) AS before
          FROM training_attendance attendance
          JOIN vouchers_voucher voucher ON voucher.person_id = attendance.person_id AND voucher.id = attendance.voucher_id
          JOIN catalogue_courserun run ON run.id = voucher.course_run_id
          JOIN catalogue_course course ON course.id = run.course_id
          LEFT JOIN training_attendance earlier ON earlier.person_id = attendance.person_id
                AND earlier.voucher_id = attendance.voucher_id
                AND earlier.verified_at <= attendance.verified_at
                AND (earlier.sequence = 1 OR attendance.sequence = 999 AND earlier.sequence < 999)
         WHERE attendance.sequence > 1
         GROUP BY attendance.id, attendance.sequence, course.delivery, run.session_count
        HAVING count(earlier.id) < CASE WHEN attendance.sequence = 999 AND course.delivery = 'live'
                                        THEN run.session_count ELSE 1 END
        """,
    ),
    (
        "a completion that was derived has every attendance of its class",
        "training_completion",
        """
        SELECT completion.id AS completion, count(attendance.id) AS attended
          FROM training_completion completion
          JOIN vouchers_voucher voucher ON voucher.person_id = completion.person_id AND voucher.id = completion.voucher_id
          JOIN catalogue_courserun run ON run.id = voucher.course_run_id
          JOIN catalogue_course course ON course.id = run.course_id
          LEFT JOIN training_attendance attendance ON attendance.person_id = completion.person_id
                AND attendance.voucher_id = completion.voucher_id
         WHERE completion.source = 'derived'
         GROUP BY completion.id, course.delivery, run.session_count, course.has_post_test
        HAVING count(attendance.id) < CASE course.delivery WHEN 'live' THEN run.session_count ELSE 1 END
                                      + course.has_post_test::int
        """,
    ),
    (
        "an institution's e-mail address is bound to a code that was verified with it",
        "training_institutionemailclaim",
        """
        SELECT claim.id AS claim
          FROM training_institutionemailclaim claim
         WHERE NOT EXISTS (SELECT 1 FROM training_attendance attendance
                            WHERE attendance.person_id = claim.person_id AND attendance.voucher_id = claim.voucher_id
                              AND attendance.institution_email_index = claim.email_index)
        """,
    ),
    (
        "an expired voucher gave its price back once",
        "vouchers_voucher",
        """
        SELECT voucher.id AS voucher, voucher.status, moved.amount AS returned
          FROM vouchers_voucher voucher
          LEFT JOIN ledger_transfer moved ON moved.person_id = voucher.person_id
                AND moved.event_id = voucher.id AND moved.kind = 'voucher_expired'
         WHERE (voucher.status = 'expired') <> (moved.amount IS NOT DISTINCT FROM voucher.amount)
               -- One whose class turned out to have been cancelled was taken back afterwards, from where it had gone.
           AND NOT (voucher.status = 'cancelled' AND voucher.cancel_reason = 'session_cancelled'
                    AND EXISTS (SELECT 1 FROM purchases_purchase purchase
                                  JOIN ledger_transfer undone ON undone.person_id = purchase.person_id
                                       AND undone.event_id = purchase.id AND undone.kind = 'void'
                                 WHERE purchase.person_id = voucher.person_id AND purchase.voucher_id = voucher.id
                                   AND undone.debit_id = moved.credit_id AND undone.amount = voucher.amount))
        """,
    ),
    (
        "every sold class can be redeemed: its code has hours, and its institution a way",
        "purchases_purchase",
        f"""
        SELECT purchase.id AS purchase, run.code AS run, course.mode, voucher.redeemable_from, voucher.redeemable_until
          FROM purchases_purchase purchase
          JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
          JOIN catalogue_courserun run ON run.id = voucher.course_run_id
          JOIN catalogue_course course ON course.id = run.course_id
          JOIN partners_partner institution ON institution.id = voucher.institution_id
         WHERE voucher.status IN {VOUCHER_STATES.sql("UNREDEEMED")} AND voucher.redeemed_at IS NULL
           AND (voucher.redeemable_from >= voucher.redeemable_until OR voucher.redeemable_until <= voucher.issued_at
                OR course.mode = 'online' AND NOT institution.legacy_commit
                   AND jsonb_array_length(institution.redirect_uris) = 0)
        """,
    ),
    (
        "a cancelled class leaves no price with an unredeemed code",
        "purchases_classcancellation",
        """
        SELECT run.code AS run, purchase.id AS purchase, voucher.status AS voucher, purchase.amount
          FROM catalogue_courserun run
          LEFT JOIN purchases_classcancellation cancellation ON cancellation.course_run_id = run.id
          JOIN purchases_purchase purchase ON purchase.course_run_id = run.id AND purchase.status = 'succeeded'
          JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
          JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id
          JOIN wallets_wallet wallet ON wallet.person_id = award.person_id AND wallet.id = award.wallet_id
         -- While its buyers are being dealt with, they are not all; operators see a class that stays so.
         WHERE run.cancelled_at IS NOT NULL AND (cancellation.id IS NULL OR cancellation.finished_at IS NOT NULL)
           AND (voucher.status = 'issued' OR voucher.status = 'expired' AND wallet.closed_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM training_cancellationcase known
                            WHERE known.person_id = purchase.person_id AND known.purchase_id = purchase.id)
        """,
    ),
    (
        "a code that was entered before its class was cancelled has been looked at, or waits for an operator",
        "purchases_classcancellation",
        """
        SELECT run.code AS run, purchase.id AS purchase, purchase.amount
          FROM purchases_classcancellation cancellation
          JOIN catalogue_courserun run ON run.id = cancellation.course_run_id
          JOIN purchases_purchase purchase ON purchase.course_run_id = run.id AND purchase.status = 'succeeded'
          JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
         WHERE cancellation.finished_at IS NOT NULL AND voucher.status = 'redeemed'
           AND NOT EXISTS (SELECT 1 FROM training_completion completion
                            WHERE completion.person_id = voucher.person_id AND completion.voucher_id = voucher.id)
           AND NOT EXISTS (SELECT 1 FROM training_cancellationcase known
                            WHERE known.person_id = purchase.person_id AND known.purchase_id = purchase.id)
        """,
    ),
    (
        "an intent is consumed exactly when it has its purchase",
        "purchases_paymentintent",
        """
        SELECT intent.id AS intent, intent.status, purchase.id AS purchase
          FROM purchases_paymentintent intent
          LEFT JOIN purchases_purchase purchase ON purchase.person_id = intent.person_id AND purchase.intent_id = intent.id
         WHERE (intent.status = 'consumed') <> (purchase.id IS NOT NULL)
            OR purchase.id IS NOT NULL AND purchase.amount <> intent.amount
        """,
    ),
    (
        "seats taken equal succeeded purchases, per run",
        "catalogue_courserun",
        """
        SELECT run.code AS run, seats.taken, coalesce(bought.count, 0) AS bought
          FROM catalogue_courserun run
          JOIN (SELECT course_run_id, sum(seats_taken) AS taken FROM catalogue_courserunseats GROUP BY 1) seats
            ON seats.course_run_id = run.id
          LEFT JOIN (SELECT course_run_id, count(*) AS count FROM purchases_purchase
                      WHERE status = 'succeeded' GROUP BY 1) bought ON bought.course_run_id = run.id
         WHERE seats.taken <> coalesce(bought.count, 0)
        """,
    ),
    (
        "no purchase before the videos, after the deadline or above the listed price",
        "purchases_purchase",
        """
        SELECT purchase.id AS purchase FROM purchases_purchase purchase
          JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id
          LEFT JOIN (SELECT course_id, platform_id, max(price) AS price FROM catalogue_listing GROUP BY 1, 2) listed
            ON listed.course_id = purchase.course_id AND listed.platform_id = purchase.platform_id
         WHERE award.videos_done_at IS NULL OR purchase.authorised_at < award.videos_done_at
            OR listed.price IS NULL OR listed.price < purchase.amount
        """,
    ),
    (
        "a revoked person is on the blacklist, and nobody else is",
        "awards_award",
        """
        SELECT award.id AS award, listed.person_id AS listed
          FROM (SELECT * FROM awards_award WHERE status = 'revoked') award
          FULL JOIN awards_blacklist listed ON listed.person_id = award.person_id
         WHERE award.id IS NULL OR listed.person_id IS NULL
        """,
    ),
    (
        "nobody was ended by a date that had passed when it was set",
        "awards_award",
        """
        SELECT award.id AS award, award.end_reason AS ended_by, award.purchase_deadline_at AS date,
               COALESCE(award.deadline_set_at, award.awarded_at) AS set_at, award.deadline_set_by AS set_by
          FROM awards_award award
         WHERE award.end_reason = 'no_purchase'
           AND (award.purchase_deadline_at <= COALESCE(award.deadline_set_at, award.awarded_at)
                OR award.ended_at < award.purchase_deadline_at)
         UNION ALL
        SELECT award.id, 'sweep', wallet.spendable_until, COALESCE(wallet.spendable_set_at, wallet.opened_at),
               wallet.spendable_set_by
          FROM wallets_wallet wallet
          JOIN awards_award award ON award.person_id = wallet.person_id AND award.wallet_id = wallet.id
         WHERE wallet.closed_at >= wallet.spendable_until
           AND wallet.spendable_until <= COALESCE(wallet.spendable_set_at, wallet.opened_at)
         UNION ALL
        SELECT purchase.award_id, 'code', voucher.redeemable_until, voucher.issued_at, ''
          FROM vouchers_voucher voucher
          JOIN purchases_purchase purchase
            ON purchase.person_id = voucher.person_id AND purchase.voucher_id = voucher.id
         WHERE voucher.status = 'expired' AND voucher.redeemable_until <= voucher.issued_at
         UNION ALL
        SELECT award.id, 'survey', response.closes_at, response.opens_at, ''
          FROM surveys_response response
          JOIN awards_award award ON award.person_id = response.person_id
         WHERE response.submitted_at IS NULL AND response.closed_at IS NOT NULL AND response.announced_at IS NOT NULL
           AND response.closes_at <= GREATEST(response.opens_at, response.announced_at)
        """,
    ),
    (
        "each incentive that fell due left the reserve once",
        "incentives_incentive",
        f"""
        SELECT incentive.id AS incentive, incentive.status, moved.amount AS moved
          FROM incentives_incentive incentive
          LEFT JOIN ledger_transfer moved ON moved.person_id = incentive.person_id
                AND moved.event_id = incentive.id AND moved.kind IN ('incentive_due', 'survey_due')
         WHERE incentive.status IN {INCENTIVE_STATES.sql("EARNED")}
               AND moved.amount IS DISTINCT FROM incentive.amount
            OR incentive.status = 'planned' AND moved.id IS NOT NULL
        """,
    ),
    (
        "an incentive that waits to fall due or to be paid has its instant, or something of its own that it waits for",
        "incentives_incentive",
        """
        SELECT incentive.id AS incentive, incentive.status
          FROM incentives_incentive incentive
          LEFT JOIN disbursements_paymentinstruction payment
            ON payment.person_id = incentive.person_id AND payment.payer = 'incentives'
           AND payment.owed_id = incentive.id AND payment.status = 'drafted'
         WHERE incentive.due_at IS NULL
           AND (incentive.status = 'planned'
                OR incentive.status = 'due' AND incentive.recheck_at IS NULL AND payment.id IS NULL)
        """,
    ),
    (
        "an incentive is paid exactly when its latest instruction is settled for its amount",
        "incentives_incentive",
        """
        SELECT incentive.id AS incentive, incentive.status, instruction.status AS instruction
          FROM incentives_incentive incentive
          LEFT JOIN disbursements_paymentinstruction instruction
            ON instruction.person_id = incentive.person_id AND instruction.id = incentive.instruction_id
         WHERE (incentive.status = 'paid') <> coalesce(instruction.status = 'settled', false)
            OR instruction.amount <> incentive.amount
        """,
    ),
    (
        "nothing was paid without certificate, stars, review (but of a class that was called off) and a valid account",
        "incentives_incentive",
        """
        SELECT incentive.id AS incentive FROM incentives_incentive incentive
          JOIN disbursements_paymentinstruction instruction
            ON instruction.person_id = incentive.person_id AND instruction.id = incentive.instruction_id
          JOIN disbursements_payoutaccount account
            ON account.person_id = instruction.person_id AND account.id = instruction.payout_account_id
         WHERE instruction.sent_at IS NOT NULL
           AND (NOT account.nik_matches OR NOT account.is_kyc_complete OR incentive.kind = 'post_training'
                AND NOT EXISTS (SELECT 1 FROM awards_award award
                                 WHERE award.person_id = incentive.person_id AND award.id = incentive.award_id
                                   AND award.training_waived_at = incentive.training_waived_at)
                AND (NOT EXISTS (SELECT 1 FROM training_certificate certificate
                             WHERE certificate.person_id = incentive.person_id
                               AND certificate.completion_id = incentive.completion_id)
             OR NOT EXISTS (SELECT 1 FROM training_rating rating
                             WHERE rating.person_id = incentive.person_id
                               AND rating.completion_id = incentive.completion_id)))
        """,
    ),
    (
        "nothing was sent inside the payout pause",
        "disbursements_paymentinstruction",
        """
        WITH pause AS MATERIALIZED (
            SELECT id, (data -> 'payout_pause' ->> 'first')::date AS first, (data -> 'payout_pause' ->> 'last')::date AS last
              FROM programmes_schemeversion)
        SELECT instruction.id AS instruction, instruction.sent_at
          FROM disbursements_paymentinstruction instruction
          JOIN awards_award award ON award.person_id = instruction.person_id
          JOIN pause ON pause.id = award.scheme_version_id
         WHERE (instruction.sent_at AT TIME ZONE 'Asia/Jakarta')::date BETWEEN pause.first AND pause.last
        """,
    ),
    (
        "a follow-up never pays what its predecessor paid, unless an operator booked that it did",
        "disbursements_paymentinstruction",
        f"""
        SELECT later.id AS instruction, later.status, earlier.status AS earlier
          FROM disbursements_paymentinstruction later
          JOIN disbursements_paymentinstruction earlier
            ON earlier.person_id = later.person_id AND earlier.id = later.follow_up_of_id
         WHERE later.status IN {INSTRUCTION_STATES.sql("LIVE")} AND earlier.status IN {INSTRUCTION_STATES.sql("LIVE")}
            OR earlier.amount <> later.amount OR earlier.owed_id <> later.owed_id OR earlier.payer <> later.payer
            OR earlier.status = 'overpaid' AND NOT EXISTS (
               SELECT 1 FROM disbursements_discrepancy discrepancy
                WHERE discrepancy.person_id = earlier.person_id AND discrepancy.instruction_id = earlier.id
                  AND discrepancy.decision = 'accepted')
        """,
    ),
    (
        "nothing left while a case was open about what it follows up",
        "disbursements_discrepancy",
        """
        SELECT discrepancy.id AS discrepancy, later.id AS instruction, later.sent_at
          FROM disbursements_discrepancy discrepancy
          JOIN disbursements_paymentinstruction earlier
            ON earlier.person_id = discrepancy.person_id AND earlier.id = discrepancy.instruction_id
          JOIN disbursements_paymentinstruction later
            ON later.person_id = earlier.person_id AND later.payer = earlier.payer AND later.owed_id = earlier.owed_id
         WHERE later.id <> earlier.id AND later.sent_at > discrepancy.found_at
           AND (discrepancy.resolved_at IS NULL OR later.sent_at < discrepancy.resolved_at)
        """,
    ),
    (
        "every call about a payment went by the payment's own rail, and every payment that left has its order",
        "disbursements_paymentattempt",
        """
        SELECT payment.id AS instruction, payment.rail, attempt.rail AS asked, attempt.kind
          FROM disbursements_paymentinstruction payment
          LEFT JOIN disbursements_paymentattempt attempt
            ON attempt.person_id = payment.person_id AND attempt.instruction_id = payment.id
         WHERE attempt.rail <> payment.rail OR attempt.id IS NOT NULL AND payment.sent_at IS NULL
            OR attempt.made_at < payment.sent_at
            OR payment.sent_at IS NOT NULL AND attempt.id IS NULL
               -- Calls are rows since payments know their rail; what left before has its own stamp only.
               AND payment.sent_at > (SELECT min(made_at) FROM disbursements_paymentattempt WHERE kind = 'send')
        """,
    ),
]

_CLAIMS = [
    _claim(
        "each NIK claim has its person and back",
        "people_nikclaim",
        "people_person",
        "target.id = claimed.person_id",
        "person_id",
    ),
    _claim(
        "each card claim has its award and back",
        "awards_cardclaim",
        "awards_award",
        "target.person_id = claimed.person_id AND target.id = claimed.award_id",
        "award_id",
    ),
    _claim(
        "each code claim has its voucher and back",
        "vouchers_codeclaim",
        "vouchers_voucher",
        "target.person_id = claimed.person_id AND target.id = claimed.voucher_id",
        "voucher_id",
    ),
    _claim(
        "each invoice claim has its purchase and back",
        "purchases_invoiceclaim",
        "purchases_purchase",
        "target.person_id = claimed.person_id AND target.id = claimed.purchase_id "
        "AND target.platform_id = claimed.platform_id AND target.invoice_code = claimed.invoice_code",
        "purchase_id",
    ),
    _claim(
        "each reference claim has its purchase and back",
        "purchases_referenceclaim",
        "purchases_purchase",
        "target.person_id = claimed.person_id AND target.id = claimed.purchase_id "
        "AND target.reference = claimed.reference",
        "purchase_id",
    ),
    _claim(
        "each rail's reference has its payment and back",
        "disbursements_referenceclaim",
        "disbursements_paymentinstruction",
        "target.person_id = claimed.person_id AND target.id = claimed.instruction_id "
        "AND target.rail = claimed.rail AND target.reference = claimed.reference",
        "instruction_id",
    ),
    _claim(
        "each certificate link's claim has its open link and back",
        "training_certificateshareclaim",
        "(SELECT * FROM training_certificateshare WHERE closed_at IS NULL)",
        "target.person_id = claimed.person_id AND target.id = claimed.share_id",
        "share_id",
    ),
    _claim(
        "each contact claim has its live contact point and back",
        "people_contactclaim",
        "(SELECT * FROM people_contactpoint WHERE retired_at IS NULL)",
        "target.person_id = claimed.person_id AND target.kind = claimed.kind",
        "person_id",
    ),
]

_REGISTERED = [
    (
        "whoever registered agreed to the comparison first and made every statement",
        "registrations_profile",
        "SELECT profile.person_id FROM registrations_profile profile "
        "WHERE NOT EXISTS (SELECT 1 FROM people_consent consent WHERE consent.person_id = profile.person_id "
        "AND consent.purpose = 'identity_check' AND consent.given_at <= profile.registered_at) "
        "OR (SELECT count(DISTINCT said.what) FROM registrations_declaration said "
        "WHERE said.person_id = profile.person_id AND said.made_at <= profile.registered_at) < 3",
    ),
    (
        "each finished registration has its person, and what they told us",
        "(SELECT * FROM registrations_registration WHERE status = 'registered') finished",
        "SELECT registration.id FROM registrations_registration registration WHERE status = 'registered' AND NOT EXISTS "
        "(SELECT 1 FROM people_person person JOIN registrations_profile profile ON profile.person_id = person.id "
        "JOIN people_nikclaim claim ON claim.person_id = person.id WHERE person.id = registration.became)",
    ),
    (
        "whom the registry did not prove an operator did",
        "registrations_registration",
        "SELECT registration.id FROM registrations_registration registration WHERE status = 'registered' "
        "AND registry_status <> 'match' AND accepted_version IS DISTINCT FROM identity_version",
    ),
]

_JOINED = [
    (
        "whoever joined a wave by themselves had registered and taken the test, while it was open",
        "(SELECT * FROM intake_application WHERE ticket IS NOT NULL) joined",
        "SELECT a.id FROM intake_application a JOIN intake_wave w ON w.id = a.wave_id "
        "LEFT JOIN registrations_profile profile ON profile.person_id = a.person_id AND profile.registered_at <= a.joined_at "
        "LEFT JOIN sittings_sitting sitting ON sitting.person_id = a.person_id "
        "AND least(sitting.ended_at, sitting.ends_at) <= a.joined_at "
        "WHERE a.ticket IS NOT NULL AND (profile.id IS NULL OR sitting.id IS NULL "
        "OR a.joined_at < w.opens_at OR a.joined_at >= w.closes_at)",
    ),
    (
        "nobody has two applications in one wave",
        "intake_application",
        "SELECT person_id, wave_id FROM intake_application GROUP BY person_id, wave_id HAVING count(*) > 1",
    ),
    (
        "whoever was not selected has a reason, of after the announcement",
        "(SELECT * FROM intake_application WHERE status = 'not_selected') turned_down",
        "SELECT a.id FROM intake_application a JOIN intake_wave w ON w.id = a.wave_id WHERE a.status = 'not_selected' "
        "AND (a.reason = '' OR w.announced_at IS NULL OR a.decided_at < w.announced_at)",
    ),
    (
        "every answer of a test came within its time, and every test ended in it",
        "sittings_sitting",
        "SELECT s.id FROM sittings_sitting s WHERE s.ended_at > s.ends_at OR EXISTS (SELECT 1 FROM sittings_answer a "
        "WHERE a.person_id = s.person_id AND (a.answered_at < s.begun_at OR a.answered_at >= s.ends_at "
        "OR a.answered_at > s.ended_at OR a.number > jsonb_array_length(s.questions)))",
    ),
]

CHECKS: tuple[tuple[str, str, str], ...] = (
    *_MONEY,
    *_CAUSES,
    *_CLAIMS,
    *_REGISTERED,
    *_JOINED,
    *DRAW_CHECKS,
    *LEDGER_CHECKS,
)
