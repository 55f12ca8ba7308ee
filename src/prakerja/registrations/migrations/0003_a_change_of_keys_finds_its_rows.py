"""A change of keys finds phones of registrations by their index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registrations", "0002_told_before_it_goes")]
    operations = [
        AddIndexConcurrently("registration", models.Index(fields=["phone_index"], name="registrations_phone")),
    ]
