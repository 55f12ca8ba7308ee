from django.db import migrations, models


class Migration(migrations.Migration):
    """A code belongs to the browser that asked for it, and counts of a number stand under who asks, not under the number.

    Strangers' counts become everybody's; what stood in them was of one day.
    """

    dependencies = [("access", "0010_forget_what_other_programs_kept")]
    operations = [
        migrations.RenameModel("StrangerGuard", "PhoneGuard"),
        migrations.AlterField("phoneguard", "day", models.DateField(db_index=True, null=True)),
        migrations.RemoveConstraint("otpchallenge", "access_otpchallenge_one_live"),
        migrations.AddField("otpchallenge", "scope", models.TextField(blank=True, default="")),
        migrations.AddField("otpchallenge", "subject_enc", models.BinaryField(null=True)),
        migrations.AddConstraint(
            "otpchallenge",
            models.UniqueConstraint(
                condition=models.Q(("replaced_at", None), ("used_at", None)),
                fields=("person_id", "purpose", "scope"),
                name="access_otpchallenge_one_live_for_a_scope",
            ),
        ),
        # An OTP guard of signing in is read no more: the counts of a person's number stand in the other table.
        migrations.RunSQL("DELETE FROM access_otpguard WHERE purpose = 'sign_in'", migrations.RunSQL.noop),
    ]
