"""Whoever joins a wave is looked up in the blacklist by who they are."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # People go on buying while the index is built.
    atomic = False
    dependencies = [("awards", "0010_when_incentives_look")]
    operations = [
        AddIndexConcurrently("blacklist", models.Index(fields=["person_id"], name="awards_blacklist_person")),
    ]
