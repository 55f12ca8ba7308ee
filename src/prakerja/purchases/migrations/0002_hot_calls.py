from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [("purchases", "0001_initial"),]
    operations = [
        install_function("purchases/checks.sql", sha256="64652b0747506bd94c49c13768e411a5bf319ab7e0e95e702583b1bd87a604e0"),
        install_function("purchases/send_otp.sql", sha256="1616ca52085c13927558039be23fc4612306a77838fcb16a0b6ee71e502eccff"),
        install_function("purchases/authorise.sql", sha256="057486312d3263d7bf048e9bdcaa8af032fd7f5439d4ac92e4ec9eb9bdcce1e0"),
    ]
