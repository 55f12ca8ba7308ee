from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [("purchases", "0001_initial"),]
    operations = [
        install_function("purchases/checks.sql", sha256="6044393d76d0120ac0ff264af48b984db384299978683d50bebb6da642cb43eb"),
        install_function("purchases/send_otp.sql", sha256="cc372e094a8bc349e6f1d7649d5d99711c5604bfbce264b8dae20d923750e8e6"),
        install_function("purchases/authorise.sql", sha256="f8ba09d9794afb85dbd82d6c2ef7bb119456cbe00ab2d1d5d3ece4b33577038f"),
    ]
