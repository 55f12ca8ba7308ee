from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    """A suspended award refuses a purchase by its own name: it has not ended."""

    dependencies = [("purchases", "0008_cite_the_published_rules")]
    operations = [
        install_function("purchases/checks.sql", sha256="764c5375658f49b0a83679f8164044cec5de68401e271e981ac8aa220cad81c9"),
    ]
