from django.apps import AppConfig


class DrawConfig(AppConfig):
    name = "prakerja.draw"
    label = "draw"
