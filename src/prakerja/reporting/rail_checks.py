"""What rails say that they paid, held against what we have as paid: the proof's checks with `--rails`.

The lines of each rail's statement are copied into a table of the session, so that they are compared as everything else is:
by one statement that returns what differs. A payment without an answer yet may stand at the rail in any way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from prakerja.disbursements.queries import rail_statement, rails_in_use
from prakerja.disbursements.states import INSTRUCTION_STATES

_LINES = "CREATE TEMPORARY TABLE rail_line (rail text, reference text, status text, amount bigint)"
_ARRIVED = INSTRUCTION_STATES.sql("ARRIVED")

RAIL_CHECKS = (
    (
        "what a rail paid is paid or under way here, for the same amount",
        "rail_line",
        f"""
        SELECT line.rail, line.reference, line.amount, payment.status AS ours, payment.amount AS our_amount
          FROM rail_line line
          LEFT JOIN disbursements_paymentinstruction payment
            ON payment.rail = line.rail AND payment.reference = line.reference
         WHERE line.status = 'settled'
           AND (payment.id IS NULL OR payment.amount <> line.amount
                OR payment.status <> 'sent' AND payment.status NOT IN {_ARRIVED})
        """,
    ),
    (
        "what is paid here the rail paid",
        f"disbursements_paymentinstruction WHERE status IN {_ARRIVED}",
        f"""
        SELECT payment.rail, payment.reference, payment.amount, payment.status AS ours, line.status AS theirs
          FROM disbursements_paymentinstruction payment
          LEFT JOIN rail_line line ON line.rail = payment.rail AND line.reference = payment.reference
         WHERE payment.status IN {_ARRIVED} AND line.status IS DISTINCT FROM 'settled'
        """,
    ),
    (
        "what is owed was paid once by the rails, or an operator booked that it was paid twice",
        "rail_line",
        """
        SELECT payment.payer, payment.owed_id AS owed, count(*) AS times, sum(line.amount)::bigint AS amount
          FROM rail_line line
          JOIN disbursements_paymentinstruction payment
            ON payment.rail = line.rail AND payment.reference = line.reference
         WHERE line.status = 'settled' AND payment.status <> 'overpaid'
         GROUP BY payment.person_id, payment.payer, payment.owed_id
        HAVING count(*) > 1
        """,
    ),
)


@contextmanager
def rail_lines() -> Iterator[None]:
    """While it lasts, every rail's statement stands in `rail_line`. Network calls: never inside a transaction.

    :raises NoStatement: a rail gave no complete list.
    """
    lines = [
        (rail, line.reference, line.status, line.amount)
        for rail in rails_in_use()
        for line in rail_statement(rail=rail)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LINES)
        try:
            with cursor.copy("COPY rail_line FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
            yield
        finally:
            cursor.execute("DROP TABLE IF EXISTS rail_line")
