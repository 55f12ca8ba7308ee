"""Wallets are swept a chunk at a time, in the order of one index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wallets", "0003_deadlines_are_traced")]
    operations = [
        migrations.RemoveIndex(model_name="wallet", name="wallets_wallet_open"),
        migrations.AddIndex(
            model_name="wallet",
            index=models.Index(
                fields=["spendable_until", "id"], name="wallets_wallet_swept", condition=models.Q(closed_at=None)
            ),
        ),
    ]
