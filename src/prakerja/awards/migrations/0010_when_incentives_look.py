"""The award remembers the review of its first training, and when incentives look whether they can be planned."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# Whoever may have met the conditions is looked at once; the look says when to look again.
FILL = """
UPDATE awards_award award SET plan_look_at = awarded_at
 WHERE award.status IN ('active', 'suspended') AND award.incentives_planned_at IS NULL
   AND (award.training_waived_at IS NOT NULL
        OR EXISTS (SELECT 1 FROM training_rating rating WHERE rating.person_id = award.person_id))
"""


class Migration(migrations.Migration):
    # The programme goes on while the indexes are built.
    atomic = False
    dependencies = [
        ("awards", "0009_awards_follow_a_moved_deadline"),
        ("training", "0014_a_nights_certificates_by_pages"),
    ]
    operations = [
        migrations.AddField("award", "reviewed_at", models.DateTimeField(null=True)),
        migrations.AddField("award", "plan_look_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        AddIndexConcurrently(
            "award",
            models.Index(
                fields=["plan_look_at", "id"],
                condition=models.Q(
                    ("incentives_planned_at", None), ("plan_look_at__isnull", False), ("status", "active")
                ),
                name="awards_award_plan_look",
            ),
        ),
        AddIndexConcurrently(
            "award",
            models.Index(
                fields=["scheme_version", "id"],
                condition=models.Q(("reviewed_at", None), ("status", "active"), ("training_waived_at", None)),
                name="awards_award_unreviewed",
            ),
        ),
        RemoveIndexConcurrently("award", "awards_award_unplanned"),
    ]
