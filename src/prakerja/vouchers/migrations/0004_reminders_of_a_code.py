"""A code keeps when its owner is reminded of its end, and is found by that."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("vouchers", "0003_refuse_illegal_steps")]
    operations = [
        migrations.AddField(model_name="voucher", name="remind_at", field=models.DateTimeField(null=True)),
        AddIndexConcurrently(
            model_name="voucher",
            index=models.Index(
                condition=models.Q(("remind_at", None), ("status", "issued")),
                fields=["issued_at"],
                name="vouchers_voucher_unreckoned",
            ),
        ),
        AddIndexConcurrently(
            model_name="voucher",
            index=models.Index(
                condition=models.Q(("remind_at__lt", models.F("redeemable_until")), ("status", "issued")),
                fields=["remind_at"],
                name="vouchers_voucher_remind",
            ),
        ),
    ]
