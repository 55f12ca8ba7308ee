from django.db import migrations


class Migration(migrations.Migration):
    """The rows went with `awards`; everybody who pointed at them says so by now.

    An award's keys to wave, decree and application stay in the database, made by the first migration: an award stands
    below intake and knows only their ids.
    """

    dependencies = [
        ("intake", "0002_reminders"),
        ("awards", "0001_a_context_of_its_own"),
        ("purchases", "0006_awards_by_their_own_name"),
        ("incentives", "0003_awards_by_their_own_name"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="InductionView"),
                migrations.DeleteModel(name="Award"),
                migrations.DeleteModel(name="CardClaim"),
                migrations.DeleteModel(name="Blacklist"),
            ]
        )
    ]
