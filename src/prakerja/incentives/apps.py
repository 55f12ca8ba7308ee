from django.apps import AppConfig


class IncentivesConfig(AppConfig):
    name = "prakerja.incentives"
    label = "incentives"
