"""Receipts of tickets are signed by a key of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("draw", "0003_what_follows_from_a_draw")]

    operations = [
        migrations.RemoveConstraint("signingkey", "draw_signingkey_kind"),
        migrations.AddConstraint(
            "signingkey",
            models.CheckConstraint(
                condition=models.Q(("kind__in", ("operator", "documents", "witness", "receipt"))),
                name="draw_signingkey_kind",
            ),
        ),
    ]
