from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """For new rows only: old ones may name actors by other words, and the trail is never changed."""

    dependencies = [("audit", "0002_append_only")]
    operations = [
        AddConstraintNotValid(
            model_name="record",
            constraint=models.CheckConstraint(
                condition=models.Q(("actor_kind__in", ("operator", "participant", "partner", "decree", "system"))),
                name="audit_record_actor_kind",
            ),
        )
    ]
