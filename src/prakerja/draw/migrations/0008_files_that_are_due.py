"""A draw says that its folder is to be written, until it is; those that there are are looked at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("draw", "0007_steps_that_were_asked_for")]
    operations = [
        migrations.AddField("draw", "files_due_at", models.DateTimeField(null=True)),
        migrations.RunSQL(
            "UPDATE draw_draw SET files_due_at = changed_at WHERE status <> 'drafted'", migrations.RunSQL.noop
        ),
    ]
