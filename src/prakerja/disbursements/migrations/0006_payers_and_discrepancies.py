"""A payment knows who owes it, what is owed is paid once, and what a rail says against what we know is a row."""

import django.db.models.deletion
from django.db import migrations, models

import prakerja.kernel.ids
import prakerja.kernel.models
from prakerja.kernel.states import install_steps

# Only incentives had anything paid until now. An incentive knows its latest payment, a payment the one it follows.
PAYERS = """
WITH RECURSIVE chain (person_id, owed_id, payment_id) AS (
    SELECT person_id, id, instruction_id FROM incentives_incentive WHERE instruction_id IS NOT NULL
     UNION ALL
    SELECT chain.person_id, chain.owed_id, payment.follow_up_of_id
      FROM chain
      JOIN disbursements_paymentinstruction payment
        ON payment.person_id = chain.person_id AND payment.id = chain.payment_id
     WHERE payment.follow_up_of_id IS NOT NULL)
UPDATE disbursements_paymentinstruction payment
   SET payer = 'incentives', owed_id = chain.owed_id
  FROM chain
 WHERE payment.person_id = chain.person_id AND payment.id = chain.payment_id
"""

# What can still change is asked about from now on: whatever has no answer, and what ended in the last fourteen days.
ASK = """
UPDATE disbursements_paymentinstruction
   SET ask_at = coalesce(ended_at, settled_at, sent_at)
 WHERE ask_at IS NULL
   AND (status = 'sent'
        OR status IN ('settled', 'failed') AND coalesce(ended_at, settled_at) > (
           SELECT max(greatest(sent_at, settled_at, ended_at)) - interval '14 days'
             FROM disbursements_paymentinstruction))
"""

ANSWERS = ["", "settled", "failed", "held", "processing", "returned", "not_found", "conflict", "unknown"]


class Migration(migrations.Migration):
    dependencies = [
        ("disbursements", "0005_refuse_illegal_steps"),
        ("incentives", "0002_claims_and_checks"),
    ]

    operations = [
        migrations.AddField("paymentinstruction", "payer", models.TextField(null=True)),
        migrations.AddField("paymentinstruction", "owed_id", models.UUIDField(null=True)),
        migrations.RunSQL(PAYERS, migrations.RunSQL.noop),
        migrations.RunSQL(ASK, migrations.RunSQL.noop),
        # A row changed twice in one transaction has its deferred keys checked at the end, and until then no column may
        # be altered: they are checked now.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField("paymentinstruction", "payer", models.TextField()),
        migrations.AlterField("paymentinstruction", "owed_id", models.UUIDField()),
        migrations.RemoveIndex("paymentinstruction", "disbursements_instruction_ask"),
        migrations.AddIndex(
            "paymentinstruction",
            models.Index(
                condition=models.Q(("ask_at__isnull", False)), fields=["ask_at"], name="disbursements_instruction_asked"
            ),
        ),
        migrations.AddIndex(
            "paymentinstruction",
            models.Index(fields=["person", "payer", "owed_id"], name="disbursements_instr_owed"),
        ),
        migrations.AddConstraint(
            "paymentinstruction",
            models.UniqueConstraint(
                condition=models.Q(("status__in", ("drafted", "sent", "settled"))),
                fields=("person", "payer", "owed_id"),
                name="disbursements_instruction_one_live",
            ),
        ),
        migrations.RemoveConstraint("paymentinstruction", "disbursements_instruction_status"),
        migrations.AddConstraint(
            "paymentinstruction",
            models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ("drafted", "held", "cancelled", "sent", "settled", "failed", "returned", "overpaid"),
                    )
                ),
                name="disbursements_instruction_status",
            ),
        ),
        migrations.RemoveConstraint("paymentattempt", "disbursements_attempt_answer"),
        migrations.AddConstraint(
            "paymentattempt",
            models.CheckConstraint(
                condition=models.Q(("answer__in", ANSWERS)), name="disbursements_attempt_answer"
            ),
        ),
        migrations.CreateModel(
            name="Discrepancy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("known", models.TextField()),
                ("said", models.TextField()),
                ("said_amount", models.BigIntegerField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("found_by", models.TextField()),
                ("found_at", models.DateTimeField()),
                ("status", models.TextField(default="open")),
                ("decision", models.TextField(blank=True)),
                ("resolved_by", models.TextField(blank=True)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["found_at"],
                        name="disbursements_discrepancy_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="disbursements_discrepancy_owned"),
                    prakerja.kernel.models.OwnedReference(
                        field="instruction",
                        name="disbursements_discrepancy_instruction",
                        to="disbursements_paymentinstruction",
                    ),
                    models.UniqueConstraint(
                        fields=("person", "instruction", "known", "said", "said_amount"),
                        name="disbursements_discrepancy_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("open", "resolved"))),
                        name="disbursements_discrepancy_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("found_by__in", ("send", "ask", "callback"))),
                        name="disbursements_discrepancy_found_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("said__in", tuple(ANSWERS[1:]))), name="disbursements_discrepancy_said"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", ""), ("resolved_at", None), ("status", "open")),
                            models.Q(
                                ("decision__in", ("accepted", "dismissed")),
                                ("resolved_at__isnull", False),
                                ("status", "resolved"),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="disbursements_discrepancy_resolved",
                    ),
                ],
            },
        ),
        install_steps(
            table="disbursements_paymentinstruction",
            begins=["drafted"],
            steps=[
                ("drafted", "held"),
                ("drafted", "cancelled"),
                ("drafted", "sent"),
                ("sent", "settled"),
                ("sent", "failed"),
                ("settled", "returned"),
                ("overpaid", "returned"),
                ("failed", "settled"),
                ("returned", "settled"),
                ("failed", "overpaid"),
                ("returned", "overpaid"),
            ],
        ),
        install_steps(table="disbursements_discrepancy", begins=["open"], steps=[("open", "resolved")]),
    ]
