import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models

from prakerja.kernel.states import install_steps

KEY = models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)
LIVE = ("open", "proposed", "confirmed")


class Migration(migrations.Migration):
    """Whoever lost their phone asks for another; two operators decide, and days to object pass."""

    dependencies = [("privacy", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="LostPhoneCase",
            fields=[
                ("id", KEY.clone()),
                ("status", models.TextField(default="asked")),
                ("language", models.TextField(default="id")),
                ("phone_index", models.BinaryField()),
                ("phone_enc", models.BinaryField(null=True)),
                ("nik_index", models.BinaryField(null=True)),
                ("nik_enc", models.BinaryField(null=True)),
                ("words_enc", models.BinaryField(null=True)),
                ("about", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("proven_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("answer_by", models.DateTimeField(null=True)),
                ("proposed_by", models.TextField(blank=True)),
                ("proposed_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("confirmed_by", models.TextField(blank=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("changes_at", models.DateTimeField(null=True)),
                ("ended_by", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "confirmed")),
                        fields=["changes_at"],
                        name="privacy_lostphonecase_due",
                    ),
                    models.Index(fields=["about"], name="privacy_lostphonecase_about"),
                    models.Index(fields=["nik_index"], name="privacy_lostphonecase_nik"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ("asked", "proven", "open", "proposed", "confirmed", "changed", "refused", "objected"),
                            )
                        ),
                        name="privacy_lostphonecase_status",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", LIVE)),
                        fields=("phone_index",),
                        name="privacy_lostphonecase_one_live",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("proposed", "confirmed"))),
                        fields=("about",),
                        name="privacy_lostphonecase_one_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("confirmed", "changed")), _negated=True),
                            models.Q(
                                ("about__isnull", False),
                                ("changes_at__isnull", False),
                                models.Q(("proposed_by", ""), _negated=True),
                                models.Q(("confirmed_by", ""), _negated=True),
                                models.Q(("proposed_by", models.F("confirmed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="privacy_lostphonecase_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LostPhonePhoto",
            fields=[
                ("id", KEY.clone()),
                ("kind", models.TextField()),
                ("content_enc", models.BinaryField()),
                ("taken_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="privacy.lostphonecase"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "kind"), name="privacy_lostphonephoto_one"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("ktp", "kk"))), name="privacy_lostphonephoto_kind"
                    ),
                ]
            },
        ),
        install_steps(
            table="privacy_lostphonecase",
            begins=["asked"],
            steps=[
                ("asked", "proven"),
                ("proven", "open"),
                ("open", "proposed"),
                ("proposed", "confirmed"),
                ("confirmed", "changed"),
                ("confirmed", "refused"),
                ("open", "refused"),
                ("proposed", "refused"),
                ("open", "objected"),
                ("proposed", "objected"),
                ("confirmed", "objected"),
            ],
        ),
    ]
