"""What must be true of the data after a benchmark: counted again from the rows, independently of how they came there."""

from __future__ import annotations

from prakerja.kernel.db import row
from prakerja.reporting.proof import prove

_MONEY = {
    "all accounts sum to zero": """
        SELECT coalesce(sum(moved), 0) = 0 FROM (
            SELECT a.id, sum(CASE WHEN t.credit_id = a.id THEN t.amount ELSE -t.amount END) AS moved
              FROM ledger_account a JOIN ledger_transfer t ON a.id IN (t.credit_id, t.debit_id) GROUP BY a.id) x""",
    "each wallet equals its transfers": """
        SELECT NOT EXISTS (
            SELECT 1 FROM ledger_balance b LEFT JOIN (
                SELECT person_id, balance_id, account_id, sum(sign * amount) AS amount FROM (
                    SELECT person_id, balance_id, credit_id AS account_id, 1 AS sign, amount FROM ledger_transfer
                    UNION ALL
                    SELECT person_id, balance_id, debit_id, -1, amount FROM ledger_transfer) sides
                 GROUP BY person_id, balance_id, account_id) t
              ON t.person_id = b.person_id AND t.balance_id = b.id AND t.account_id = b.account_id
             WHERE b.amount <> coalesce(t.amount, 0) OR b.amount < 0)""",
    "debits equal transfers": """
        SELECT (SELECT coalesce(sum(amount), 0) FROM purchases_purchase WHERE status = 'succeeded')
             = (SELECT coalesce(sum(amount), 0) FROM ledger_transfer WHERE kind = 'purchase')
           AND (SELECT coalesce(sum(amount), 0) FROM ledger_balance WHERE account_id = 3)
             = (SELECT coalesce(sum(amount), 0) FROM ledger_transfer WHERE kind = 'fund')
             - (SELECT coalesce(sum(amount), 0) FROM ledger_transfer WHERE kind = 'purchase')""",
    "vouchers equal purchases": """
        SELECT (SELECT count(*) FROM vouchers_voucher) = (SELECT count(*) FROM purchases_purchase)
           AND NOT EXISTS (
            SELECT 1 FROM purchases_purchase p FULL JOIN vouchers_voucher v
                ON v.person_id = p.person_id AND v.id = p.voucher_id
             WHERE p.id IS NULL OR v.id IS NULL OR p.amount <> v.amount OR p.course_run_id <> v.course_run_id)""",
    "seats taken equal purchases and never exceed capacity": """
        SELECT NOT EXISTS (
            SELECT 1 FROM (
                SELECT course_run_id, sum(seats_taken) AS taken, bool_or(seats_taken > capacity) AS is_over
                  FROM catalogue_courserunseats GROUP BY 1) s
              FULL JOIN (
                SELECT course_run_id, count(*) AS bought FROM purchases_purchase WHERE status = 'succeeded' GROUP BY 1) p
                ON p.course_run_id = s.course_run_id
             WHERE s.is_over OR coalesce(s.taken, 0) <> coalesce(p.bought, 0))""",
    "nothing twice": """
        SELECT NOT EXISTS (SELECT 1 FROM purchases_purchase GROUP BY intent_id HAVING count(*) > 1)
           AND NOT EXISTS (SELECT 1 FROM purchases_purchase GROUP BY reference HAVING count(*) > 1)
           AND NOT EXISTS (SELECT 1 FROM purchases_purchase GROUP BY platform_id, invoice_code HAVING count(*) > 1)
           AND NOT EXISTS (SELECT 1 FROM ledger_transfer GROUP BY event_id, kind HAVING count(*) > 1)""",
}


def money(*, is_proved: bool = False) -> dict[str, bool]:
    """The checks that hold after any benchmark, and the project's own proof unless that ran already.

    Where it did, money may have left wallets by other ways than purchases: that is left to the proof.
    """
    found = {name: holds(sql) for name, sql in _MONEY.items() if not is_proved or name != "debits equal transfers"}
    if is_proved:
        return found
    proof = prove()
    found["prakerja proof"] = proof.ok and bool(proof.checks)
    return found | {f"proof: {check.name}": False for check in proof.checks if not check.ok}


def holds(sql: str, *parameters: object) -> bool:
    """Whether a statement that asks one question answers yes."""
    found = row(sql, parameters)
    return found is not None and found[0] is True


def purchases(*, attempted: int) -> dict[str, bool]:
    """After `authorise`: every call that was made has bought, told and been noted, once."""
    return {
        "every call bought": holds(
            "SELECT count(*) = %s FROM purchases_purchase p JOIN purchases_paymentintent i "
            "ON i.person_id = p.person_id AND i.id = p.intent_id "
            "WHERE i.status = 'consumed' AND p.amount = i.amount AND p.course_run_id = i.course_run_id",
            attempted,
        ),
        "every purchase told by e-mail and on the dashboard": holds(
            "SELECT count(*) = 2 * %s FROM notifications_message WHERE template = 'purchase_ok'", attempted
        ),
        "every purchase in the audit": holds(
            "SELECT count(*) = %s FROM audit_record WHERE action = 'purchase.authorised'", attempted
        ),
        "every purchase with its four claims": holds(
            "SELECT least(i.n, r.n, u.n, c.n) = %s AND greatest(i.n, r.n, u.n, c.n) = %s "
            "FROM (SELECT count(*) n FROM purchases_invoiceclaim) i, (SELECT count(*) n FROM purchases_referenceclaim) r, "
            "(SELECT count(*) n FROM purchases_platformuserclaim) u, (SELECT count(*) n FROM vouchers_codeclaim) c",
            attempted,
            attempted,
        ),
    }


def intents(*, attempted: int) -> dict[str, bool]:
    """After `send-otp`: every call left one open intent with its OTP on the way, and nothing has moved."""
    return {
        "every call left one open intent": holds(
            "SELECT count(*) = %s AND count(DISTINCT person_id) = %s FROM purchases_paymentintent WHERE status = 'otp_sent'",
            attempted,
            attempted,
        ),
        "every OTP waits in one SMS": holds(
            "SELECT count(*) = %s FROM notifications_message WHERE template = 'otp_purchase' AND channel = 'sms'",
            attempted,
        ),
        "every call in the audit": holds(
            "SELECT count(*) = %s FROM audit_record WHERE action = 'purchase.otp_sent'", attempted
        ),
        "every OTP counted for its day": holds(
            "SELECT sum(sent_today) = 2 * %s FROM access_otpguard WHERE purpose = 'purchase'", attempted
        ),
        "nothing moved": holds(
            "SELECT NOT EXISTS (SELECT 1 FROM ledger_transfer WHERE kind NOT IN ('programme_funding', 'fund', 'reserve'))"
        ),
    }


def redemptions(*, attempted: int) -> dict[str, bool]:
    """After `redeem`: every code is used up once, attended, and owed to the institution of its class."""
    return {
        "every call redeemed its code": holds(
            "SELECT count(*) = %s FROM vouchers_voucher WHERE status = 'redeemed' AND redeemed_at IS NOT NULL",
            attempted,
        ),
        "every redemption attended": holds(
            "SELECT count(*) = %s AND count(DISTINCT voucher_id) = %s FROM training_attendance",
            attempted,
            attempted,
        ),
        "institutions are owed what was redeemed": holds(
            "SELECT NOT EXISTS (SELECT 1 FROM (SELECT p.payable_id, sum(v.amount) AS owed FROM vouchers_voucher v "
            "  JOIN partners_partner p ON p.id = v.institution_id WHERE v.status = 'redeemed' GROUP BY 1) v "
            "FULL JOIN (SELECT credit_id, sum(amount) AS owed FROM ledger_transfer WHERE kind = 'redeem' GROUP BY 1) t "
            "  ON t.credit_id = v.payable_id WHERE v.owed IS DISTINCT FROM t.owed)"
        ),
        "every redemption in the audit": holds(
            "SELECT count(*) = %s FROM audit_record WHERE action = 'voucher.redeemed'", attempted
        ),
    }


def imports(*, people: int) -> dict[str, bool]:
    """After `import`: everybody on the lists holds one award, was told three times and has the wave's one deadline."""
    return {
        "everybody is one person with one award": holds(
            "SELECT (SELECT count(*) FROM people_person) = %s AND count(*) = %s AND count(DISTINCT person_id) = %s FROM awards_award",
            people,
            people,
            people,
        ),
        "everybody has the same deadline": holds("SELECT count(DISTINCT purchase_deadline_at) = 1 FROM awards_award"),
        "everybody was told once by each channel": holds(
            "SELECT count(*) = 3 * %s AND count(DISTINCT (person_id, channel)) = 3 * %s FROM notifications_message",
            people,
            people,
        ),
        "every claim, card, application and record is there": holds(
            "SELECT (SELECT count(*) FROM people_nikclaim) = %s AND (SELECT count(*) FROM people_contactclaim) = 2 * %s "
            "AND (SELECT count(*) FROM awards_cardclaim) = %s "
            "AND (SELECT count(*) FROM intake_application WHERE status = 'selected') = %s "
            "AND (SELECT count(*) FROM audit_record WHERE action = 'award.made') = %s",
            *(people,) * 5,
        ),
        "nothing of the lists stayed behind": holds(
            "SELECT NOT EXISTS (SELECT 1 FROM intake_listedline) "
            "AND NOT EXISTS (SELECT 1 FROM intake_resultimport WHERE status <> 'done')"
        ),
    }
