"""An award says that its incentives are planned, so that looking for those that are not does not read every award."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

FILL = """
UPDATE awards_award award SET incentives_planned_at = planned.at
  FROM (SELECT person_id, award_id, min(planned_at) AS at FROM incentives_incentive WHERE kind = 'post_training' GROUP BY 1, 2) planned
 WHERE planned.person_id = award.person_id AND planned.award_id = award.id
"""


class Migration(migrations.Migration):
    # The programme goes on while the index is built.
    atomic = False
    dependencies = [
        ("awards", "0007_a_class_that_was_called_off_too_late"),
        ("incentives", "0006_when_it_is_whose_turn"),
    ]
    operations = [
        migrations.AddField("award", "incentives_planned_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        AddIndexConcurrently(
            "award",
            models.Index(
                fields=["id"],
                name="awards_award_unplanned",
                condition=models.Q(
                    ("incentives_planned_at", None),
                    ("status", "active"),
                    models.Q(("first_purchase_at__isnull", False), ("training_waived_at__isnull", False), _connector="OR"),
                ),
            ),
        ),
    ]
