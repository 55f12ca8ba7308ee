from django.db import migrations

# The first form of 0004 dropped it, the form that was released keeps it: databases that ran the first one get it back.
INDEX = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS purchases_purchase_course_run_id_5cfdc495 ON purchases_purchase (course_run_id)
"""


class Migration(migrations.Migration):
    # Buyers go on while it is built; where it stands already nothing happens.
    atomic = False
    dependencies = [("purchases", "0010_rules_numbers_leave_the_checks")]
    operations = [migrations.RunSQL(INDEX, migrations.RunSQL.noop)]
