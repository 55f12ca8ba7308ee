from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "prakerja.kernel"
    label = "kernel"
