from django.db import migrations

CHART = """
INSERT INTO ledger_account (id, code, has_running_balance) VALUES
    (1, 'treasury', false), (2, 'programme_funds', false), (3, 'wallet', true), (4, 'reserve', true),
    (5, 'vouchers_outstanding', false), (6, 'incentives_payable', false);
CREATE SEQUENCE ledger_account_number START 100;
CREATE TRIGGER ledger_transfer_immutable BEFORE UPDATE OR DELETE ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
"""
UNDO = """
DROP TRIGGER ledger_transfer_immutable ON ledger_transfer;
DROP SEQUENCE ledger_account_number;
DELETE FROM ledger_account;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("kernel", "0002_guards")]
    operations = [migrations.RunSQL(CHART, UNDO)]
