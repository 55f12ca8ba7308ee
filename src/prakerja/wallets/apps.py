from django.apps import AppConfig


class WalletsConfig(AppConfig):
    name = "prakerja.wallets"
    label = "wallets"
