from django.db import migrations

# Contexts below `people` have the person_id column only; the key to the person is added here, from above.
TABLES = ["ledger_balance", "access_otpchallenge", "access_otpguard", "notifications_message"]


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("ledger", "0001_initial"),
        ("access", "0001_initial"),
        ("notifications", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_person FOREIGN KEY (person_id) "
            "REFERENCES people_person (id) ON DELETE RESTRICT",
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_person",
        )
        for table in TABLES
    ]
