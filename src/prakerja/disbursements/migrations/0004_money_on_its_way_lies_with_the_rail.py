"""Money that is on its way when this runs moves from `in_transit:<bank>` to `in_transit:<rail>`, who holds it.

Transfers are immutable, so each open payment gets one more (kind `in_transit_moved`), of
the instant of its sending: the money has lain there since. Payments that ended before keep
their transfers: both of them touch `in_transit:<bank>` and add up to nothing.
"""

from django.db import migrations

MOVE = """
INSERT INTO ledger_account (id, code, has_running_balance)
SELECT nextval('ledger_account_number'), 'in_transit:' || open.rail, false
  FROM (SELECT DISTINCT rail FROM disbursements_paymentinstruction WHERE status = 'sent') open
    ON CONFLICT (code) DO NOTHING;
INSERT INTO ledger_transfer (id, person_id, event_id, kind, debit_id, credit_id, amount, at)
SELECT gen_random_uuid(), instruction.person_id, instruction.id, 'in_transit_moved', sent.credit_id, held.id,
       instruction.amount, instruction.sent_at
  FROM disbursements_paymentinstruction instruction
  JOIN ledger_transfer sent ON sent.person_id = instruction.person_id AND sent.event_id = instruction.id
                           AND sent.kind = 'send'
  JOIN ledger_account held ON held.code = 'in_transit:' || instruction.rail
 WHERE instruction.status = 'sent' AND sent.credit_id <> held.id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("disbursements", "0003_rails_and_attempts"),
        ("ledger", "0003_room_beside_hot_rows"),
    ]

    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
