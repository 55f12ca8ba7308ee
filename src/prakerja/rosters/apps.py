from django.apps import AppConfig


class RostersConfig(AppConfig):
    name = "prakerja.rosters"
    label = "rosters"
