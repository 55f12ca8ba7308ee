"""A job-search incentive without a completion, whose award asks for no training because its class was called off."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("awards", "0007_a_class_that_was_called_off_too_late"),
        ("incentives", "0006_when_it_is_whose_turn"),
    ]
    operations = [
        migrations.AddField(
            model_name="incentive",
            name="training_waived_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RemoveConstraint(model_name="incentive", name="incentives_incentive_cause"),
        migrations.AddConstraint(
            model_name="incentive",
            constraint=models.CheckConstraint(
                condition=Q(kind="post_training", completion__isnull=False)
                | Q(kind="post_training", training_waived_at__isnull=False)
                | Q(kind="survey", response__isnull=False),
                name="incentives_incentive_cause",
            ),
        ),
    ]
