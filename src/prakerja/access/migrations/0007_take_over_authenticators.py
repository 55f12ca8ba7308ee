import json

from django.db import migrations
from django.utils import timezone

from prakerja.kernel.secrets import keys, seal

# allauth kept authenticators in a table of its own until now, all sealed in one place.
OLD_PLACE = b"mfa_authenticator:secret"
# The keys of sessions stood in this table as they are in cookies: whoever has a copy could enter. All sign in again.
FORGET_SESSIONS = """
DO $$ BEGIN
    IF to_regclass('django_session') IS NOT NULL THEN
        DELETE FROM django_session;
    END IF;
END $$
"""


def take_over(apps, schema_editor):
    connection = schema_editor.connection
    if "mfa_authenticator" not in connection.introspection.table_names():
        return
    factor = apps.get_model("access", "SecondFactor")
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, data FROM mfa_authenticator WHERE type = 'totp' ORDER BY id")
        found = {user_id: data if isinstance(data, dict) else json.loads(data) for user_id, data in cursor.fetchall()}
    for user_id, data in found.items():
        secret = keys().unseal(bytes.fromhex(data["secret"]), OLD_PLACE)
        sealed = seal(secret, table="access_secondfactor", column="secret_enc", row_id=user_id)
        factor.objects.get_or_create(
            user_id=user_id, defaults={"secret_enc": sealed, "confirmed_at": timezone.now()}
        )


class Migration(migrations.Migration):
    dependencies = [("access", "0006_signing_in_and_sessions")]
    operations = [
        migrations.RunSQL(FORGET_SESSIONS, migrations.RunSQL.noop),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
