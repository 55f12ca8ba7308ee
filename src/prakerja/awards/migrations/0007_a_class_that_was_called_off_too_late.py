"""Since when the incentive of an award asks for no training, because its only class was called off too late for another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("awards", "0006_due_instants_are_stored")]
    operations = [
        migrations.AddField(
            model_name="award",
            name="training_waived_at",
            field=models.DateTimeField(null=True),
        ),
    ]
