"""What another operator prepared two take back."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("rosters", "0001_rosters")]
    operations = [
        migrations.AddField("turn", "back_asked_by", models.TextField(blank=True, default="", db_default="")),
        migrations.AddField("turn", "back_asked_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "turn",
            models.CheckConstraint(
                condition=Q(back_asked_by="", back_asked_at=None)
                | ~Q(back_asked_by="") & Q(back_asked_at__isnull=False) & ~Q(back_asked_by=F("prepared_by")),
                name="rosters_turn_asked_back",
            ),
        ),
    ]
