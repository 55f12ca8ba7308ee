"""What one operator could take back alone takes two: a step of another's, an announcement that was decided, a witness's key.

And a simulation that was asked for by page is kept.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import prakerja.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("draw", "0009_announcements_decided_anew"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="ProposedWitness",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField()),
                ("public", models.BinaryField()),
                ("proposed_by", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_by", models.TextField(blank=True, default="")),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddConstraint(
            "proposedwitness",
            models.UniqueConstraint(fields=["name", "public"], name="draw_proposedwitness_once"),
        ),
        migrations.AddConstraint(
            "proposedwitness",
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by="") & ~Q(confirmed_by=F("proposed_by")),
                name="draw_proposedwitness_two_people",
            ),
        ),
        migrations.CreateModel(
            name="AskedSimulation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True, default="")),
                ("figures", models.JSONField(default=dict)),
                (
                    "wave",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.wave"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "askedsimulation",
            models.CheckConstraint(
                condition=Q(ended_at=None, answer="") | Q(ended_at__isnull=False) & ~Q(answer=""),
                name="draw_askedsimulation_ended",
            ),
        ),
        migrations.AddField("awarding", "cancel_asked_by", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField("awarding", "cancel_asked_at", models.DateTimeField(null=True)),
        migrations.AddField("awarding", "cancel_reason", models.TextField(blank=True, db_default="", default="")),
        migrations.AddConstraint(
            "awarding",
            models.CheckConstraint(
                condition=Q(cancel_asked_by="", cancel_asked_at=None, cancel_reason="")
                | ~Q(cancel_asked_by="") & Q(cancel_asked_at__isnull=False) & ~Q(cancel_reason=""),
                name="draw_awarding_cancel_asked",
            ),
        ),
        migrations.AddField("step", "back_asked_by", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField("step", "back_asked_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "step",
            models.CheckConstraint(
                condition=Q(back_asked_by="", back_asked_at=None)
                | ~Q(back_asked_by="") & Q(back_asked_at__isnull=False) & ~Q(back_asked_by=F("prepared_by")),
                name="draw_step_asked_back",
            ),
        ),
        migrations.AlterField(
            "signingkey",
            "user",
            models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
