from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "prakerja.registrations"
    label = "registrations"
