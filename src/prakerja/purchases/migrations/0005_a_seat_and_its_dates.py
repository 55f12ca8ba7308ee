from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    """`authorise` reads a class's dates with the seat that it takes: a rival could move the class between the two."""

    dependencies = [("purchases", "0004_drop_needless_indexes")]
    operations = [
        install_function("purchases/authorise.sql", sha256="6f158fd3e31aa5cde17c6e27bf04f433d7f938ee5a1ae8920515fba78b856bb6"),
    ]
