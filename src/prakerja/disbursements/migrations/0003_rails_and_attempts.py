"""A payment knows its rail, and every call about it is a row.

One rail existed until now, the demo bank: what was drafted before this migration goes, and went, by `sandbox`.
"""

import django.db.models.deletion
from django.db import migrations, models

import prakerja.kernel.ids
import prakerja.kernel.models

RAIL_BEFORE = "sandbox"


class Migration(migrations.Migration):
    dependencies = [("disbursements", "0002_asking")]

    operations = [
        migrations.AddField("paymentbatch", "rail", models.TextField(default=RAIL_BEFORE), preserve_default=False),
        migrations.AddField(
            "paymentinstruction", "rail", models.TextField(default=RAIL_BEFORE), preserve_default=False
        ),
        migrations.AddField("paymentinstruction", "rail_reference", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.RemoveConstraint("paymentbatch", "disbursements_batch_one_drafted"),
        migrations.AddConstraint(
            "paymentbatch",
            models.UniqueConstraint(
                condition=models.Q(("status", "drafted")),
                fields=("rail", "provider", "pay_date"),
                name="disbursements_batch_one_drafted",
            ),
        ),
        migrations.AddConstraint(
            "paymentinstruction",
            models.CheckConstraint(
                condition=models.Q(("rail__in", ("sandbox",))), name="disbursements_instruction_rail"
            ),
        ),
        # A claim named the bank or e-wallet; a callback knows only the rail that it comes by. References are random
        # and begin with the bank's name, so none meets another.
        migrations.RemoveConstraint("referenceclaim", "disbursements_referenceclaim_value"),
        migrations.RenameField("referenceclaim", "provider", "rail"),
        migrations.RunSQL(
            f"UPDATE disbursements_referenceclaim SET rail = '{RAIL_BEFORE}'", migrations.RunSQL.noop
        ),
        migrations.AddConstraint(
            "referenceclaim",
            models.UniqueConstraint(fields=("rail", "reference"), name="disbursements_referenceclaim_value"),
        ),
        migrations.CreateModel(
            name="PaymentAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rail", models.TextField()),
                ("kind", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
                ("amount", models.BigIntegerField(null=True)),
                (
                    "instruction",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="disbursements.paymentinstruction",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "instruction"], name="disbursements_attempt_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="disbursements_paymentattempt_owned"),
                    prakerja.kernel.models.OwnedReference(
                        field="instruction",
                        name="disbursements_attempt_instruction",
                        to="disbursements_paymentinstruction",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("send", "ask", "callback"))),
                        name="disbursements_attempt_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "answer__in",
                                ["", "settled", "failed", "held", "processing", "returned", "not_found", "unknown"],
                            )
                        ),
                        name="disbursements_attempt_answer",
                    ),
                ],
            },
        ),
    ]
