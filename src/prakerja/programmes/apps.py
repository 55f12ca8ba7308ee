from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "prakerja.programmes"
    label = "programmes"
