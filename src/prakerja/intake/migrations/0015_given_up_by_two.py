"""An import whose list will not come again is given up by two operators."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("intake", "0014_nobody_leaves_a_drawn_wave")]
    operations = [
        migrations.AddField("resultimport", "give_up_asked_by", models.TextField(blank=True, default="", db_default="")),
        migrations.AddField("resultimport", "give_up_asked_at", models.DateTimeField(null=True)),
        migrations.AddField("resultimport", "give_up_reason", models.TextField(blank=True, default="", db_default="")),
        migrations.AddConstraint(
            "resultimport",
            models.CheckConstraint(
                condition=Q(give_up_asked_by="", give_up_asked_at=None, give_up_reason="")
                | ~Q(give_up_asked_by="") & Q(give_up_asked_at__isnull=False) & ~Q(give_up_reason=""),
                name="intake_resultimport_give_up",
            ),
        ),
    ]
