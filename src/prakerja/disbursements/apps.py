from django.apps import AppConfig


class DisbursementsConfig(AppConfig):
    name = "prakerja.disbursements"
    label = "disbursements"
