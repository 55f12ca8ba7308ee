from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial"), ("vouchers", "0001_initial")]
    operations = [
        install_function("training/redeem.sql", sha256="37165ea09b9fcf147ec1af2233eaa8420184b2c60bf54538ee472f98e2285e15"),
    ]
