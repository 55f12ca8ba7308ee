from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    """A suspended award refuses a purchase by its own name: it has not ended."""

    dependencies = [("purchases", "0007_refuse_illegal_steps")]
    operations = [
        install_function("purchases/checks.sql", sha256="df8362dee4440bf017c2c26388d6c9227b8e9b98eb93709a45e08ef051dc5d2f"),
    ]
