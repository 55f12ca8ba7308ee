from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "prakerja.console"
    label = "console"
