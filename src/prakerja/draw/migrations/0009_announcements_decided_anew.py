"""An announcement says why it did not begin, and may be given other terms; a step that was taken back keeps who confirmed it."""

from django.db import migrations, models
from django.db.models import F, Q

STEPS = ("rules", "commit", "draw", "publish", "void", "award", "terms")


class Migration(migrations.Migration):
    dependencies = [("draw", "0008_files_that_are_due")]
    operations = [
        migrations.AddField("awarding", "refusal", models.TextField(blank=True, db_default="", default="")),
        migrations.RemoveConstraint("step", "draw_step_name"),
        migrations.AddConstraint(
            "step",
            models.CheckConstraint(condition=Q(step__in=STEPS) | Q(step__startswith="recall-"), name="draw_step_name"),
        ),
        migrations.RemoveConstraint("step", "draw_step_two_people"),
        migrations.AddConstraint(
            "step",
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by="") & ~Q(confirmed_by=F("prepared_by")),
                name="draw_step_two_people",
            ),
        ),
    ]
