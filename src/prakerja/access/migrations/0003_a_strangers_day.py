from django.db import migrations, models


class Migration(migrations.Migration):
    """A number that nobody registered reaches its daily limit too: where it never did, a patient asker was told which is which."""

    dependencies = [("access", "0002_strangers")]
    operations = [
        migrations.AddField(model_name="strangerguard", name="day", field=models.DateField(null=True)),
        migrations.AddField(model_name="strangerguard", name="sent_today", field=models.SmallIntegerField(default=0)),
    ]
