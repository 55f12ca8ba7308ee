from django.db import migrations


class Migration(migrations.Migration):
    """Parts of an SMS belong to a person: a context below has the column, and the key is added here, from above."""

    dependencies = [
        ("people", "0008_whose_nik_it_is"),
        ("notifications", "0011_told_when_sent_and_when_delivered"),
    ]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE notifications_smspart ADD CONSTRAINT notifications_smspart_person FOREIGN KEY (person_id) "
            "REFERENCES people_person (id) ON DELETE RESTRICT",
            "ALTER TABLE notifications_smspart DROP CONSTRAINT notifications_smspart_person",
        )
    ]
