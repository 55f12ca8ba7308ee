from django.db import migrations

# Signing in was allauth's, axes's and Django's sessions' until 0005 to 0007 took over what is still wanted. The release that
# read these tables is the one before last; they hold addresses of visitors and sealed secrets that nobody needs any more.
FORGET = """
DROP TABLE IF EXISTS account_emailconfirmation, account_emailaddress, mfa_authenticator, django_session,
                     axes_accessattemptexpiration, axes_accessattempt, axes_accessfailurelog, axes_accesslog;
DELETE FROM django_migrations WHERE app IN ('account', 'axes', 'mfa', 'sessions');
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0009_permissions_are_roles_only")]
    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
