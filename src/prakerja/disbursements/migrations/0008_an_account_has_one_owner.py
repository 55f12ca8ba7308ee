"""A bank account has one owner: those that are linked and theirs are claimed, for whoever linked them first."""

import prakerja.kernel.ids
from django.db import migrations, models

from prakerja.kernel.secrets import blind_index, unseal


def claim(apps, schema_editor):
    PayoutAccount = apps.get_model("disbursements", "PayoutAccount")
    AccountClaim = apps.get_model("disbursements", "AccountClaim")
    linked = PayoutAccount.objects.filter(kind="bank_account", unlinked_at=None, nik_matches=True)
    claims = []
    for account in linked.order_by("linked_at", "id").iterator(chunk_size=1000):
        number = unseal(
            bytes(account.number_enc), table="disbursements_payoutaccount", column="number_enc", row_id=account.id
        )
        index = blind_index("payout_account", f"{account.provider}:{number}")
        claims.append(AccountClaim(index=index, person_id=account.person_id))
        if len(claims) == 1000:
            AccountClaim.objects.bulk_create(claims, ignore_conflicts=True)
            claims = []
    # The second of two keeps a link that is held at its next payment: whose it is, the claim says.
    AccountClaim.objects.bulk_create(claims, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("disbursements", "0007_a_shorter_name_of_an_index")]
    operations = [
        migrations.CreateModel(
            name="AccountClaim",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("index", models.BinaryField()),
                ("person_id", models.UUIDField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["index"], name="disbursements_accountclaim_value")]
            },
        ),
        migrations.RunPython(claim, migrations.RunPython.noop),
    ]
