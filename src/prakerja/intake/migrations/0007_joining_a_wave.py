"""People join waves: a ticket, leaving and coming back, and why somebody was not selected."""

from django.db import migrations, models

from prakerja.kernel.functions import install_function
from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0006_imports_that_go_on"),
        ("awards", "0011_whose_line_of_the_blacklist"),
        ("notifications", "0010_messages_to_strangers"),
        ("registrations", "0001_initial"),
    ]
    operations = [
        migrations.AddField("wave", "rest_due_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "wave",
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at")), name="intake_wave_opens"
            ),
        ),
        migrations.AddField("application", "ticket", models.TextField(null=True)),
        migrations.AddField("application", "reason", models.TextField(blank=True, default="", db_default="")),
        migrations.RemoveConstraint("application", "intake_application_status"),
        migrations.AddConstraint(
            "application",
            models.CheckConstraint(
                condition=models.Q(status__in=("waiting", "selected", "not_selected", "withdrawn")),
                name="intake_application_status",
            ),
        ),
        migrations.AddIndex(
            "application",
            models.Index(
                fields=["ticket"], name="intake_application_ticket", condition=models.Q(ticket__isnull=False)
            ),
        ),
        migrations.AddConstraint(
            "application",
            models.CheckConstraint(
                condition=~models.Q(status="not_selected") | ~models.Q(reason=""), name="intake_application_why"
            ),
        ),
        migrations.AddIndex(
            "application",
            models.Index(
                fields=["wave", "id"], name="intake_application_waiting", condition=models.Q(status="waiting")
            ),
        ),
        install_steps(
            table="intake_application",
            begins=["waiting"],
            steps=[
                ("waiting", "selected"),
                ("not_selected", "selected"),
                ("waiting", "not_selected"),
                ("waiting", "withdrawn"),
                ("withdrawn", "waiting"),
            ],
        ),
        install_function("intake/join_wave.sql", sha256="f3cc67f27446dcd1fa78efc6a725b56d558db8983839e65dcf09710bb2d6d2b3"),
    ]
