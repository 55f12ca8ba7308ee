from django.db import migrations, models

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    """Since when an award stands still; and a suspended one can be revoked."""

    dependencies = [("awards", "0002_refuse_illegal_steps")]
    operations = [
        migrations.AddField(model_name="award", name="suspended_at", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "suspended"), ("suspended_at__isnull", False)),
                    models.Q(models.Q(("status", "suspended"), _negated=True), ("suspended_at", None)),
                    _connector="OR",
                ),
                name="awards_award_suspended",
            ),
        ),
        install_steps(
            table="awards_award",
            begins=["active"],
            steps=[
                ("active", "suspended"),
                ("active", "revoked"),
                ("suspended", "revoked"),
                ("active", "lapsed"),
                ("active", "withdrawn"),
                ("suspended", "active"),
                ("active", "annulled"),
                ("suspended", "annulled"),
                ("active", "finished"),
            ],
        ),
    ]
