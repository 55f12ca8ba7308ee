from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "prakerja.notifications"
    label = "notifications"
