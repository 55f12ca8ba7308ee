from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "prakerja.webhooks"
    label = "webhooks"
