from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "prakerja.privacy"
    label = "privacy"
