"""The database refuses what the state machines do not have."""

from django.db import migrations

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has"), ("catalogue", "0004_room_beside_hot_rows")]
    operations = [
        install_steps(
            table="catalogue_curationreview",
            begins=["draft"],
            steps=[
                ("draft", "submitted"),
                ("returned", "submitted"),
                ("submitted", "accepted"),
                ("submitted", "returned"),
                ("draft", "withdrawn"),
                ("submitted", "withdrawn"),
                ("returned", "withdrawn"),
                ("accepted", "withdrawn"),
            ],
        ),
        install_steps(
            table="catalogue_priceproposal",
            begins=["submitted"],
            steps=[
                ("submitted", "accepted"),
                ("submitted", "returned"),
                ("submitted", "withdrawn"),
            ],
        ),
    ]
