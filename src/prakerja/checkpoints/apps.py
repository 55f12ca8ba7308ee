from django.apps import AppConfig


class CheckpointsConfig(AppConfig):
    name = "prakerja.checkpoints"
    label = "checkpoints"
