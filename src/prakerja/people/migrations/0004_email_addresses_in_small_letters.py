"""E-mail addresses have one spelling, in small letters (decisions.md 85): those that were kept with capitals get it."""

from django.db import migrations

from prakerja.kernel.secrets import blind_index, seal, unseal


def lower(apps, schema_editor):
    ContactPoint = apps.get_model("people", "ContactPoint")
    ContactClaim = apps.get_model("people", "ContactClaim")
    bound = {"table": "people_contactpoint", "column": "value_enc"}
    for point in ContactPoint.objects.filter(kind="email").iterator(chunk_size=1000):
        address = unseal(point.value_enc, **bound, row_id=point.id)
        small = address.lower()
        if small == address:
            continue
        # Whoever has the small spelling already keeps it; this one stays reachable, and an operator corrects it.
        claim = ContactClaim.objects.filter(kind="email", index=blind_index("email", address))
        if not ContactClaim.objects.filter(kind="email", index=blind_index("email", small)).exists():
            claim.update(index=blind_index("email", small))
            ContactPoint.objects.filter(id=point.id).update(value_enc=seal(small, **bound, row_id=point.id))


class Migration(migrations.Migration):
    dependencies = [("people", "0003_drop_consent")]

    operations = [migrations.RunPython(lower, migrations.RunPython.noop)]
