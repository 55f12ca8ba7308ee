"""What another operator asked for two stop."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("draw", "0012_what_a_step_answered")]
    operations = [
        migrations.AddField("askedstep", "stop_wanted_by", models.TextField(blank=True, default="", db_default="")),
        migrations.AddField("askedstep", "stop_wanted_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "askedstep",
            models.CheckConstraint(
                condition=Q(stop_wanted_by="", stop_wanted_at=None)
                | ~Q(stop_wanted_by="") & Q(stop_wanted_at__isnull=False) & ~Q(stop_wanted_by=F("asked_by")),
                name="draw_askedstep_stop_wanted",
            ),
        ),
    ]
