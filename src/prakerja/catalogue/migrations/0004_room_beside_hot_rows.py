from django.db import migrations


class Migration(migrations.Migration):
    """A hot call changes one number of these rows: with room on its page the new version needs no new index entries."""

    dependencies = [("catalogue", "0003_curation_and_price_proposals")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE catalogue_courserunseats SET (fillfactor = 50)", "ALTER TABLE catalogue_courserunseats RESET (fillfactor)"
        ),
    ]
