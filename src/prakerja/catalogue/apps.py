from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "prakerja.catalogue"
    label = "catalogue"
