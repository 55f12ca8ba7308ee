"""The participants' door knows a client secret by its hash, and reads no partner's key for it (ADR 0050)."""

import hashlib

from django.db import migrations, models

from prakerja.kernel.secrets import unseal


def hash_keys(apps, schema_editor):
    credential = apps.get_model("partners", "ApiCredential")
    for row in credential.objects.filter(secret_hash=None).only("id", "sign_key_enc").iterator():
        key = unseal(row.sign_key_enc, table="partners_apicredential", column="sign_key_enc", row_id=row.id)
        credential.objects.filter(id=row.id).update(secret_hash=hashlib.sha256(key.encode()).digest())


class Migration(migrations.Migration):
    dependencies = [("partners", "0009_limits_that_all_doors_count")]
    operations = [
        migrations.AddField("apicredential", "secret_hash", models.BinaryField(null=True)),
        migrations.RunPython(hash_keys, migrations.RunPython.noop),
    ]
