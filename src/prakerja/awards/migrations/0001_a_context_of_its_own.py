"""Awards, their cards, the induction videos and the blacklist leave `intake`: the same rows under their owner's name."""

import django.db.models.deletion
from django.db import migrations, models

import prakerja.kernel.ids
import prakerja.kernel.models

TABLES = ("award", "inductionview", "cardclaim", "blacklist")


def _rename(old: str, new: str) -> str:
    """Tables with all their constraints and indexes, whatever PostgreSQL's version has named by itself."""
    tables = ", ".join(f"'{name}'" for name in TABLES)
    return f"""
DO $rename$
DECLARE
    v_table text;
    v_name text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY[{tables}] LOOP
        EXECUTE format('ALTER TABLE %I RENAME TO %I', '{old}_' || v_table, '{new}_' || v_table);
        FOR v_name IN SELECT conname FROM pg_constraint
                       WHERE conrelid = ('{new}_' || v_table)::regclass AND starts_with(conname, '{old}_') LOOP
            EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', '{new}_' || v_table, v_name,
                           '{new}_' || substr(v_name, length('{old}_') + 1));
        END LOOP;
        FOR v_name IN SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
                       WHERE indrelid = ('{new}_' || v_table)::regclass AND starts_with(relname, '{old}_') LOOP
            EXECUTE format('ALTER INDEX %I RENAME TO %I', v_name, '{new}_' || substr(v_name, length('{old}_') + 1));
        END LOOP;
    END LOOP;
END $rename$"""


def _person() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
    )


def _id() -> models.UUIDField:
    return models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)


def _owned(to: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("intake", "0002_reminders"),
        # On a new database these point at the old name first.
        ("purchases", "0005_a_seat_and_its_dates"),
        ("incentives", "0002_claims_and_checks"),
        ("ledger", "0001_initial"),
        ("people", "0001_initial"),
        ("programmes", "0001_initial"),
        ("wallets", "0001_initial"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            # The keys to wave, decree and application go along; intake's state stops knowing them in its own migration.
            database_operations=[migrations.RunSQL(_rename("intake", "awards"), _rename("awards", "intake"))],
            state_operations=[
                migrations.CreateModel(
                    name="Blacklist",
                    fields=[
                        ("nik_index", models.BinaryField(primary_key=True, serialize=False)),
                        ("person_id", models.UUIDField()),
                        ("reason", models.TextField()),
                        ("listed_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="CardClaim",
                    fields=[
                        ("index", models.BinaryField(primary_key=True, serialize=False)),
                        ("person_id", models.UUIDField()),
                        ("award_id", models.UUIDField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Award",
                    fields=[
                        ("id", _id()),
                        ("wave_id", models.UUIDField()),
                        ("decree_id", models.UUIDField()),
                        ("application_id", models.UUIDField()),
                        ("card_number_enc", models.BinaryField()),
                        ("status", models.TextField(default="active")),
                        ("awarded_at", models.DateTimeField()),
                        ("purchase_deadline_at", models.DateTimeField()),
                        ("videos_done_at", models.DateTimeField(null=True)),
                        ("first_purchase_at", models.DateTimeField(null=True)),
                        ("reminded_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        ("end_reason", models.TextField(blank=True)),
                        ("person", _person()),
                        ("reserve", _owned("ledger.balance")),
                        (
                            "scheme_version",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="programmes.schemeversion",
                            ),
                        ),
                        ("wallet", _owned("wallets.wallet")),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("first_purchase_at", None), ("status", "active")),
                                fields=["purchase_deadline_at"],
                                name="awards_award_not_bought",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("person", "id"), name="awards_award_owned"),
                            prakerja.kernel.models.OwnedReference(
                                field="wallet", name="awards_award_wallet_owned", to="wallets_wallet"
                            ),
                            prakerja.kernel.models.OwnedReference(
                                field="reserve", name="awards_award_reserve_owned", to="ledger_balance"
                            ),
                            models.UniqueConstraint(fields=("person", "wave_id"), name="awards_award_once_per_wave"),
                            models.UniqueConstraint(fields=("person", "wallet"), name="awards_award_wallet_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        (
                                            "active",
                                            "suspended",
                                            "revoked",
                                            "lapsed",
                                            "withdrawn",
                                            "annulled",
                                            "finished",
                                        ),
                                    )
                                ),
                                name="awards_award_status",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ended_at", None), ("status__in", ["active", "suspended"])),
                                    models.Q(
                                        models.Q(("status__in", ["active", "suspended"]), _negated=True),
                                        ("ended_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="awards_award_ended",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InductionView",
                    fields=[
                        ("id", _id()),
                        ("video", models.SmallIntegerField()),
                        ("started_at", models.DateTimeField()),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("award", _owned("awards.award")),
                        ("person", _person()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("person", "id"), name="awards_inductionview_owned"),
                            prakerja.kernel.models.OwnedReference(
                                field="award", name="awards_inductionview_award_owned", to="awards_award"
                            ),
                            models.UniqueConstraint(
                                fields=("person", "award", "video"), name="awards_inductionview_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("video__gte", 1), ("video__lte", 3)),
                                name="awards_inductionview_video",
                            ),
                        ],
                    },
                ),
            ],
        )
    ]
