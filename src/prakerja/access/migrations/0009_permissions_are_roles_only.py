from django.db import migrations

# The column stays for the code before this migration, which reads and writes it; nothing else does any more.
KEEP = "ALTER TABLE access_user ALTER COLUMN is_superuser SET DEFAULT false"
UNDO_KEEP = "ALTER TABLE access_user ALTER COLUMN is_superuser DROP DEFAULT"


class Migration(migrations.Migration):
    """Django's groups, permissions and superusers gave nobody anything here: roles do (access/permissions.py)."""

    dependencies = [("access", "0008_rules_numbers_leave_the_checks")]
    operations = [
        migrations.RemoveField(model_name="user", name="groups"),
        migrations.RemoveField(model_name="user", name="user_permissions"),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="user", name="is_superuser")],
            database_operations=[migrations.RunSQL(KEEP, UNDO_KEEP)],
        ),
    ]
