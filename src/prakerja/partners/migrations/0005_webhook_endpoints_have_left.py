"""Endpoints and their secrets are `webhooks`' own: the tables have their new names already."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partners", "0004_webhook_endpoints"), ("webhooks", "0003_endpoints_and_secrets")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="WebhookSecret"),
                migrations.DeleteModel(name="WebhookEndpoint"),
            ]
        )
    ]
