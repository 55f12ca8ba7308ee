"""Who may still buy by the deadline that their wave has by now may buy, also before their own award has followed it."""

from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [
        ("purchases", "0015_nothing_is_bought_that_ends_too_late"),
        ("awards", "0009_awards_follow_a_moved_deadline"),
    ]
    operations = [
        install_function("purchases/checks.sql", sha256="d096813ee26df7b5d1b8bc85102d6d9dde6f05061728f9602f78358bc137710f"),
    ]
