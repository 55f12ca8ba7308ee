import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    """Requests for erasure."""

    initial = True
    dependencies = [("people", "0005_what_people_said_yes_to")]
    operations = [
        migrations.CreateModel(
            name="ErasureCase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("status", models.TextField(default="open")),
                ("asked_at", models.DateTimeField()),
                ("words", models.TextField(blank=True)),
                ("answer_by", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.TextField(blank=True)),
                ("answer", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(null=True)),
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
                        condition=models.Q(("status__in", ("open", "partly"))),
                        fields=["answer_by"],
                        name="privacy_erasurecase_pending",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "id"), name="privacy_erasurecase_owned"),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("open", "partly"))),
                        fields=("person",),
                        name="privacy_erasurecase_one_pending",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("open", "partly", "erased", "refused", "taken_back"))),
                        name="privacy_erasurecase_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ("open", "taken_back")),
                            models.Q(("answered_at__isnull", False), models.Q(("answer", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="privacy_erasurecase_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("status__in", ("open", "partly"))),
                            models.Q(
                                models.Q(("status__in", ("open", "partly")), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="privacy_erasurecase_ended",
                    ),
                ],
            },
        ),
        install_steps(
            table="privacy_erasurecase",
            begins=["open"],
            steps=[
                ("open", "partly"),
                ("open", "erased"),
                ("partly", "erased"),
                ("open", "refused"),
                ("open", "taken_back"),
                ("partly", "taken_back"),
            ],
        ),
    ]
