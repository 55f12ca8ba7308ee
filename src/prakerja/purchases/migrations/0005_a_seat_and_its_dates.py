from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    """`authorise` reads a class's dates with the seat that it takes: a rival could move the class between the two.

    And the checks hand over what they read of the scheme, so that it is read once.
    """

    dependencies = [("purchases", "0004_drop_a_needless_index")]
    operations = [
        # What a function returns cannot be changed in place.
        migrations.RunSQL("DROP FUNCTION IF EXISTS check_purchase", migrations.RunSQL.noop),
        install_function("purchases/checks.sql", sha256="9b8583eebdb163b2c2944253a409aea1ad88afd48ef4a8d4c7b12b63d05d0202"),
        install_function("purchases/authorise.sql", sha256="2f7e4931c4a97e7f798447ea9faface1c1577c002c1c05b12dbcd488bb19724d"),
    ]
