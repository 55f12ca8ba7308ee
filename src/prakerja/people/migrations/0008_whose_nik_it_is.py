"""A person's NIK is found from their side too, by its index: lists of other offices name NIKs, and a wave has millions of people."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The programme goes on while the index is built.
    atomic = False
    dependencies = [("people", "0007_consents_of_registering")]
    operations = [
        AddIndexConcurrently(
            "nikclaim",
            models.Index(fields=["person_id"], include=("index",), name="people_nikclaim_of_person"),
        ),
    ]
