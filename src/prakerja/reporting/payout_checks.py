"""Each incentive and each payment against what caused it: checks of the proof."""

from __future__ import annotations

from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.incentives.states import INCENTIVE_STATES

PAYOUT_CHECKS = [
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
