"""A wave is announced and changed by two operators; and two take a correction of an announcement back."""

from django.db import migrations, models
from django.db.models import F, Q

import prakerja.kernel.ids

ASKED_BACK = Q(back_asked_by="", back_asked_at=None) | ~Q(back_asked_by="") & Q(back_asked_at__isnull=False) & ~Q(
    back_asked_by=F("prepared_by")
)


class Migration(migrations.Migration):
    dependencies = [("intake", "0015_given_up_by_two")]
    operations = [
        migrations.CreateModel(
            name="WaveProposal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.SmallIntegerField()),
                ("seen", models.JSONField(default=dict)),
                ("terms", models.JSONField()),
                ("reason", models.TextField(blank=True)),
                ("digest", models.TextField()),
                ("prepared_by", models.TextField()),
                ("prepared_at", models.DateTimeField()),
                ("confirmed_by", models.TextField(blank=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
                ("back_asked_by", models.TextField(blank=True, default="")),
                ("back_asked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddConstraint(
            "waveproposal",
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by="") & ~Q(confirmed_by=F("prepared_by")),
                name="intake_waveproposal_two_people",
            ),
        ),
        migrations.AddConstraint(
            "waveproposal", models.CheckConstraint(condition=ASKED_BACK, name="intake_waveproposal_asked_back")
        ),
        migrations.AddConstraint(
            "waveproposal",
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(confirmed_at=None, replaced_at=None),
                name="intake_waveproposal_one_waits",
            ),
        ),
        migrations.AddField(
            "announcementcorrection", "back_asked_by", models.TextField(blank=True, default="", db_default="")
        ),
        migrations.AddField("announcementcorrection", "back_asked_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "announcementcorrection",
            models.CheckConstraint(condition=ASKED_BACK, name="intake_announcementcorrection_asked_back"),
        ),
    ]
