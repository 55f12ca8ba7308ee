from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "prakerja.access"
    label = "access"
