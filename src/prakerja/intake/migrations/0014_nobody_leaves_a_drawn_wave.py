"""Since when the results of a wave's draw are public: from then on nobody leaves it; and since when the draw holds the cards."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0013_waves_that_change")]
    operations = [
        migrations.AddField("wave", "drawn_at", models.DateTimeField(null=True)),
        migrations.AddField("wave", "cards_held_at", models.DateTimeField(null=True)),
    ]
