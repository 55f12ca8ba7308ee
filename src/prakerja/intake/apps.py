from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "prakerja.intake"
    label = "intake"
