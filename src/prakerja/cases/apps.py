from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "prakerja.cases"
    label = "cases"
