from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "prakerja.people"
    label = "people"
