from django.apps import AppConfig


class PurchasesConfig(AppConfig):
    name = "prakerja.purchases"
    label = "purchases"
