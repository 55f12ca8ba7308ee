"""A code says by which way it was sent: one from an e-mail does not show that somebody holds the phone."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("access", "0014_codes_for_a_new_phone_or_address")]

    operations = [
        migrations.AddField("otpchallenge", "channel", models.TextField(default="sms", db_default="sms")),
        migrations.AddConstraint(
            "otpchallenge",
            models.CheckConstraint(
                condition=models.Q(channel__in=["sms", "email"]), name="access_otpchallenge_channel"
            ),
        ),
    ]
