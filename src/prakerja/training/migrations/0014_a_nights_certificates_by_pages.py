"""Certificates show at the same instant of a night: they are found a page at a time, by instant and id."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Institutions go on reporting while the index is built.
    atomic = False
    dependencies = [("training", "0013_redeem_on_site")]
    operations = [
        AddIndexConcurrently(
            "certificate",
            models.Index(
                fields=["visible_from", "id"],
                name="training_certificate_to_tell",
                condition=models.Q(("announced_at", None)),
            ),
        ),
        RemoveIndexConcurrently("certificate", "training_certificate_untold"),
    ]
