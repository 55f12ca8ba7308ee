from django.db import migrations


class Migration(migrations.Migration):
    """A hot call changes one number of these rows: with room on its page the new version needs no new index entries."""

    dependencies = [("ledger", "0002_chart_and_immutability")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE ledger_balance SET (fillfactor = 80)", "ALTER TABLE ledger_balance RESET (fillfactor)"
        ),
    ]
