"""A wave has a planned result; and its quota stays once the rules of its draw are published."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0012_a_line_before_the_door")]
    operations = [
        migrations.AddField("wave", "results_at", models.DateTimeField(null=True)),
        migrations.AddField("wave", "quota_fixed_at", models.DateTimeField(null=True)),
    ]
