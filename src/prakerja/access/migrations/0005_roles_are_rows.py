import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import prakerja.kernel.ids

ROLES = (
    "viewer",
    "helper",
    "curator",
    "partner_manager",
    "approver",
    "authoriser",
    "releaser",
    "administrator",
)
# Whoever changes an operator's roles waits for the operator's row, so two roles given at once see each other.
GUARD = """
CREATE FUNCTION access_guard_roles() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    alone constant text[] := ARRAY['approver', 'authoriser', 'releaser', 'administrator'];
BEGIN
    PERFORM 1 FROM access_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF NEW.role = ANY (alone) AND EXISTS (
        SELECT 1 FROM access_operatorrole
         WHERE user_id = NEW.user_id AND role = ANY (alone) AND role <> NEW.role AND id <> NEW.id) THEN
        RAISE EXCEPTION 'nobody holds % together with another role that is held alone', NEW.role
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_operatorrole_guard BEFORE INSERT OR UPDATE ON access_operatorrole
    FOR EACH ROW EXECUTE FUNCTION access_guard_roles();
"""
UNDO = """
DROP TRIGGER access_operatorrole_guard ON access_operatorrole;
DROP FUNCTION access_guard_roles();
"""
# The column stays for the code before this migration, which must be able to write it; nothing reads it any more.
KEEP = "ALTER TABLE access_user ALTER COLUMN role SET DEFAULT 'viewer'"
UNDO_KEEP = "ALTER TABLE access_user ALTER COLUMN role DROP DEFAULT"


def copy(apps, schema_editor):
    """Whoever has a role that this program does not know may look, and no more."""
    user = apps.get_model("access", "User")
    role = apps.get_model("access", "OperatorRole")
    role.objects.bulk_create(
        [
            role(user_id=id, role=old if old in ROLES else "viewer", given_at=created_at)
            for id, old, created_at in user.objects.values_list("id", "role", "created_at")
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("access", "0004_room_beside_hot_rows")]
    operations = [
        migrations.CreateModel(
            name="OperatorRole",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.TextField()),
                ("given_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="operatorrole",
            constraint=models.UniqueConstraint(fields=("user", "role"), name="access_operatorrole_once"),
        ),
        migrations.AddConstraint(
            model_name="operatorrole",
            constraint=models.CheckConstraint(condition=models.Q(("role__in", ROLES)), name="access_operatorrole_role"),
        ),
        migrations.RunSQL(GUARD, UNDO),
        migrations.RunPython(copy, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="user", name="role")],
            database_operations=[migrations.RunSQL(KEEP, UNDO_KEEP)],
        ),
    ]
