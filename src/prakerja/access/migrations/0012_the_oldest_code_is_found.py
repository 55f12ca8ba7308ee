from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Old codes are forgotten every night: the oldest is found without reading them all."""

    # Everybody goes on signing in while it is built.
    atomic = False
    dependencies = [("access", "0011_codes_count_for_who_asks")]
    operations = [
        AddIndexConcurrently("otpchallenge", models.Index(fields=["sent_at"], name="access_otpchallenge_sent")),
    ]
