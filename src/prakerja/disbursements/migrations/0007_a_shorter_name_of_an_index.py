from django.db import migrations


class Migration(migrations.Migration):
    """Django takes names of up to 30 characters."""

    dependencies = [("disbursements", "0006_payers_and_discrepancies")]
    operations = [
        migrations.RenameIndex(
            model_name="paymentinstruction",
            old_name="disbursements_instruction_asked",
            new_name="disbursements_to_ask_about",
        )
    ]
