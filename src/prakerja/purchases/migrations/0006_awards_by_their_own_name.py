import django.db.models.deletion
from django.db import migrations, models

from prakerja.kernel.functions import install_function
from prakerja.kernel.models import OwnedReference


def _award_of(model: str) -> list[migrations.operations.base.Operation]:
    """The key follows the renamed table by itself; only its description changes."""
    key = f"purchases_{model}_award_owned"
    return [
        migrations.AlterField(
            model_name=model,
            name="award",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="awards.award",
            ),
        ),
        migrations.RemoveConstraint(model_name=model, name=key),
        migrations.AddConstraint(model_name=model, constraint=OwnedReference(field="award", name=key, to="awards_award")),
    ]


class Migration(migrations.Migration):
    dependencies = [("purchases", "0005_a_seat_and_its_dates"), ("awards", "0001_a_context_of_its_own")]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[*_award_of("paymentintent"), *_award_of("purchase")]),
        install_function("purchases/checks.sql", sha256="e721836231041533fa839e6a7165945c98b303cddddafb263f625a0ce37b4a38"),
        install_function("purchases/send_otp.sql", sha256="fc0fdd4f5fc6ea48756411dfa01cb4b0e1d1cd65bad90ec478f3467892180f4d"),
        install_function("purchases/authorise.sql", sha256="53d1fe3da82a7b70da0994a9169090d701bc1c6ed681eae0ec1eab62c5e6867c"),
    ]
