import django.db.models.deletion
from django.db import migrations, models

from prakerja.kernel.models import OwnedReference


def _award_of(model: str) -> list[migrations.operations.base.Operation]:
    """The key follows the renamed table by itself; only its description changes."""
    key = f"incentives_{model}_award_owned"
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
    dependencies = [("incentives", "0002_claims_and_checks"), ("awards", "0001_a_context_of_its_own")]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[*_award_of("incentive"), *_award_of("repaymentclaim")])
    ]
