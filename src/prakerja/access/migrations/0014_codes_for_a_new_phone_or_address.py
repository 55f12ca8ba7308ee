"""A code may show that a new phone or e-mail address is somebody's own."""

from django.db import migrations, models

PURPOSES = ["sign_in", "purchase", "link_account", "attendance", "phone", "change_email"]


class Migration(migrations.Migration):

    dependencies = [("access", "0013_codes_for_strangers")]

    operations = [
        migrations.RemoveConstraint("otpchallenge", "access_otpchallenge_purpose"),
        migrations.AddConstraint(
            "otpchallenge",
            models.CheckConstraint(condition=models.Q(purpose__in=PURPOSES), name="access_otpchallenge_purpose"),
        ),
    ]
