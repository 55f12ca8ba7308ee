from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Whoever writes down what a company took looks for the receipts that came before that."""

    atomic = False
    dependencies = [("notifications", "0012_find_what_is_in_a_gateways_hands")]
    operations = [
        AddIndexConcurrently(
            "strayreceipt", models.Index(fields=["phone_index"], name="notifications_stray_phone")
        ),
    ]
