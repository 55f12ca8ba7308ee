"""An answered survey is owed by a function of the owner: the participants' door writes no transfer by itself (ADR 0050)."""

from django.db import migrations

from prakerja.kernel.functions import install_function


class Migration(migrations.Migration):
    dependencies = [
        ("incentives", "0008_reminders_of_the_years_ends"),
        ("ledger", "0003_room_beside_hot_rows"),
        ("surveys", "0005_half_answered_surveys"),
        ("awards", "0012_who_withdraws_moves_no_other_money"),
        ("programmes", "0012_a_budget_is_booked_by_two"),
    ]
    operations = [
        install_function("incentives/owe_survey.sql", sha256="971bab02e0c5440c6fb3fa288994c0ccf90dbfacbb1cfc75c8c21edc797b353c", is_new=True),
    ]
