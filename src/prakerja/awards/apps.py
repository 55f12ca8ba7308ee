from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "prakerja.awards"
    label = "awards"
