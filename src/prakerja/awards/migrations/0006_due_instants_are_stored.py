"""When an award is reminded and revoked is stored and indexed. Rows that are there already are null, and reckoned by the worker."""

from django.db import migrations, models
from django.db.models import F, Q

NOT_BOUGHT = Q(status="active", first_purchase_at=None)
HELD = NOT_BOUGHT & Q(revocation_held_at__isnull=False, revocation_released_at=None)
REVOCABLE = (
    NOT_BOUGHT
    & (Q(deadline_set_at=None) | Q(deadline_set_at__lt=F("purchase_deadline_at")))
    & (Q(revocation_held_at=None) | Q(revocation_released_at__isnull=False))
)
_OF_REMINDER = "purchase_deadline_at, awarded_at, reminded_at, scheme_version_id"
_OF_REVOCATION = "purchase_deadline_at, scheme_version_id"


def _trigger(column: str, inputs: str) -> tuple[str, str]:
    old = ", ".join(f"OLD.{name}" for name in inputs.split(", "))
    new = ", ".join(f"NEW.{name}" for name in inputs.split(", "))
    return (
        f"CREATE FUNCTION awards_forget_{column}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN NEW.{column} := NULL; RETURN NEW; END $$;"
        f"CREATE TRIGGER awards_award_forget_{column} BEFORE UPDATE OF {inputs} ON awards_award FOR EACH ROW "
        f"WHEN (({old}) IS DISTINCT FROM ({new}) AND NEW.{column} IS NOT DISTINCT FROM OLD.{column}) "
        f"EXECUTE FUNCTION awards_forget_{column}()",
        f"DROP TRIGGER awards_award_forget_{column} ON awards_award; DROP FUNCTION awards_forget_{column}()",
    )


class Migration(migrations.Migration):
    dependencies = [("awards", "0005_deadlines_are_traced")]
    operations = [
        migrations.AddField(model_name="award", name="remind_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="award", name="revoke_at", field=models.DateTimeField(null=True)),
        migrations.RemoveIndex(model_name="award", name="awards_award_not_bought"),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(
                fields=["remind_at", "id"],
                name="awards_award_remind",
                condition=NOT_BOUGHT & Q(remind_at__lt=F("purchase_deadline_at")),
            ),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["revoke_at", "id"], name="awards_award_revoke", condition=REVOCABLE),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(
                fields=["id"],
                name="awards_award_unreckoned",
                condition=NOT_BOUGHT & (Q(remind_at=None) | Q(revoke_at=None)),
            ),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["purchase_deadline_at", "id"], name="awards_award_held", condition=HELD),
        ),
        migrations.RunSQL(*_trigger("remind_at", _OF_REMINDER)),
        migrations.RunSQL(*_trigger("revoke_at", _OF_REVOCATION)),
    ]
