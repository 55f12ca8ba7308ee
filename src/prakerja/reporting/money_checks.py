"""Every account against the rows that stand behind it: the checks of the proof about balances."""

from __future__ import annotations

from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.ledger.chart import Chart

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


MONEY_CHECKS = [
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
