from django.apps import AppConfig


class SittingsConfig(AppConfig):
    name = "prakerja.sittings"
    label = "sittings"
