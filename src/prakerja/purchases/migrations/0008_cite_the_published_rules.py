from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    """Only comments differ: they cite documents that can be opened."""

    dependencies = [("purchases", "0007_refuse_illegal_steps")]
    operations = [
        install_function("purchases/checks.sql", sha256="13c4452274d04289c501eb4a194ab51d09a04d732c547ef0e650de8becce02e8"),
        install_function("purchases/send_otp.sql", sha256="cfc995a8be2bfa93f7953c126460b7dcc8d387a1c2db33418fc0334174c167e6"),
        install_function("purchases/authorise.sql", sha256="ee67a895e8b5e99b620f070ce119d9a089c84db8cc4fb99a2b7bd39a610addd4"),
    ]
