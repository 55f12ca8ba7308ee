from django.apps import AppConfig


class VouchersConfig(AppConfig):
    name = "prakerja.vouchers"
    label = "vouchers"
