"""Who consented before there were rows for it consented to the same words, on the same pages."""

from django.db import migrations

CHUNK = 1000


def write_down(apps, schema_editor):
    Consent = apps.get_model("people", "Consent")
    found = []

    def keep(one):
        found.append(Consent(**one))
        if len(found) >= CHUNK:
            Consent.objects.bulk_create(found)
            found.clear()

    answered = apps.get_model("surveys", "Response").objects.filter(consented_at__isnull=False)
    for person_id, language, number, at in answered.values_list(
        "person_id", "person__language", "survey__number", "consented_at"
    ).iterator(chunk_size=CHUNK):
        keep(
            {
                "person_id": person_id,
                "purpose": "survey",
                "about": str(number),
                "version": "1",
                "language": language,
                "page": "survey",
                "given_at": at,
            }
        )
    allowed = apps.get_model("grants", "Grant").objects.all()
    for person_id, language, code, at, ended_at, reason in allowed.values_list(
        "person_id", "person__language", "partner__code", "allowed_at", "ended_at", "end_reason"
    ).iterator(chunk_size=CHUNK):
        is_withdrawn = reason == "participant"
        keep(
            {
                "person_id": person_id,
                "purpose": "institution",
                "about": code,
                "version": "1",
                "language": language,
                "page": "consent",
                "given_at": at,
                "withdrawn_at": ended_at if is_withdrawn else None,
                "withdrawn_by": "connections" if is_withdrawn else "",
            }
        )
    Consent.objects.bulk_create(found)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_what_people_said_yes_to"),
        ("surveys", "0002_announcements"),
        ("grants", "0001_initial"),
    ]

    operations = [migrations.RunPython(write_down, migrations.RunPython.noop)]
