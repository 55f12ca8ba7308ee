"""Endpoints and their secrets leave `partners`: the same rows under the name of the package that writes them."""

import django.db.models.deletion
from django.db import migrations, models

import prakerja.kernel.ids
import prakerja.kernel.models

TABLES = (("partners_webhookendpoint", "webhooks_endpoint"), ("partners_webhooksecret", "webhooks_secret"))
# Django shortens the names of foreign keys, so these do not follow from the tables' names.
FOREIGN_KEYS = (
    (
        "webhooks_endpoint",
        "partners_webhookendp_partner_id_6fa58f63_fk_partners_",
        "webhooks_endpoint_partner_id_6fa58f63_fk_partners_partner_id",
    ),
    (
        "webhooks_secret",
        "partners_webhooksecr_endpoint_id_1720ceb4_fk_partners_",
        "webhooks_secret_endpoint_id_1720ceb4_fk_webhooks_endpoint_id",
    ),
    (
        "webhooks_delivery",
        "webhooks_delivery_endpoint_id_6cbee67d_fk_partners_",
        "webhooks_delivery_endpoint_id_6cbee67d_fk_webhooks_endpoint_id",
    ),
    (
        "webhooks_replay",
        "webhooks_replay_endpoint_id_2b8b1293_fk_partners_",
        "webhooks_replay_endpoint_id_2b8b1293_fk_webhooks_endpoint_id",
    ),
)


def _rename_table(old: str, new: str) -> str:
    """A table with all its constraints and indexes, whatever PostgreSQL's version has named by itself."""
    return f"""
DO $rename$
DECLARE
    v_name text;
BEGIN
    ALTER TABLE {old} RENAME TO {new};
    FOR v_name IN SELECT conname FROM pg_constraint
                   WHERE conrelid = '{new}'::regclass AND starts_with(conname, '{old}_') LOOP
        EXECUTE format('ALTER TABLE {new} RENAME CONSTRAINT %I TO %I', v_name,
                       '{new}' || substr(v_name, length('{old}') + 1));
    END LOOP;
    FOR v_name IN SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
                   WHERE indrelid = '{new}'::regclass AND starts_with(relname, '{old}_') LOOP
        EXECUTE format('ALTER INDEX %I RENAME TO %I', v_name, '{new}' || substr(v_name, length('{old}') + 1));
    END LOOP;
END $rename$"""


def _id() -> models.UUIDField:
    return models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [("partners", "0004_webhook_endpoints"), ("webhooks", "0002_refuse_illegal_steps")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                *(migrations.RunSQL(_rename_table(old, new), _rename_table(new, old)) for old, new in TABLES),
                *(
                    migrations.RunSQL(
                        f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}",
                        f"ALTER TABLE {table} RENAME CONSTRAINT {new} TO {old}",
                    )
                    for table, old, new in FOREIGN_KEYS
                ),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Endpoint",
                    fields=[
                        ("id", _id()),
                        ("url", models.TextField()),
                        ("events", models.JSONField(default=list)),
                        ("created_at", models.DateTimeField()),
                        ("disabled_at", models.DateTimeField(null=True)),
                        ("disabled_reason", models.TextField(blank=True)),
                        ("failing_since", models.DateTimeField(null=True)),
                        ("failure_count", models.IntegerField(default=0)),
                        ("rest_until", models.DateTimeField(null=True)),
                        ("gone_count", models.SmallIntegerField(default=0)),
                        (
                            "partner",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.partner"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("disabled_at", None), ("disabled_reason", "")),
                                    models.Q(
                                        ("disabled_at__isnull", False),
                                        ("disabled_reason__in", ["partner", "gone", "failing"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="webhooks_endpoint_disabled",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Secret",
                    fields=[
                        ("id", _id()),
                        ("secret_enc", models.BinaryField()),
                        ("idempotency_key", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField()),
                        ("retired_at", models.DateTimeField(null=True)),
                        (
                            "endpoint",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="webhooks.endpoint"),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("idempotency_key", ""), _negated=True),
                                fields=("endpoint", "idempotency_key"),
                                name="webhooks_secret_idempotency",
                            )
                        ],
                    },
                ),
                migrations.AlterField(
                    model_name="delivery",
                    name="endpoint",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="webhooks.endpoint",
                    ),
                ),
                migrations.AlterField(
                    model_name="replay",
                    name="endpoint",
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="webhooks.endpoint"),
                ),
            ],
        )
    ]
