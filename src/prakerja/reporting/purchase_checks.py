"""Each purchase, voucher, training and end of an award against what caused it: checks of the proof."""

from __future__ import annotations

from prakerja.vouchers.states import VOUCHER_STATES

PURCHASE_CHECKS = [
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
]
