"""A family card is found in every draw, by whoever proves one and by a change of keys."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("draw", "0013_two_stop_what_another_asked_for")]
    operations = [
        AddIndexConcurrently("familynonce", models.Index(fields=["card"], name="draw_familynonce_card")),
    ]
