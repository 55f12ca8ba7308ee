"""Nothing ever wrote it: what a person allows is kept where it is asked for (grants, surveys)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0002_owners_of_lower_rows")]

    operations = [migrations.DeleteModel(name="Consent")]
