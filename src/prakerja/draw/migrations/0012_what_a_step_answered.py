"""What an asked step came to is its answer: an outcome is what somebody drew.

0007 was changed so for a day: a database of that day has the name already, and keeps it when it goes back. The constraint is made
anew where the column was renamed, so that it reads the same in both.
"""

from __future__ import annotations

from django.db import migrations, models

_FORWARDS = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'draw_askedstep'::regclass AND attname = 'outcome' AND NOT attisdropped) THEN
    ALTER TABLE draw_askedstep DROP CONSTRAINT draw_askedstep_ended;
    ALTER TABLE draw_askedstep RENAME COLUMN outcome TO answer;
    ALTER TABLE draw_askedstep ADD CONSTRAINT draw_askedstep_ended
      CHECK (answer = '' AND ended_at IS NULL OR ended_at IS NOT NULL AND NOT (answer = ''));
    COMMENT ON COLUMN draw_askedstep.answer IS 'outcome before draw 0012';
  END IF;
END $$"""
_BACKWARDS = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'draw_askedstep'::regclass AND attname = 'answer'
             AND col_description(attrelid, attnum) = 'outcome before draw 0012') THEN
    COMMENT ON COLUMN draw_askedstep.answer IS NULL;
    ALTER TABLE draw_askedstep RENAME COLUMN answer TO outcome;
  END IF;
END $$"""


class Migration(migrations.Migration):
    dependencies = [("draw", "0011_a_key_of_the_ledger")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_FORWARDS, _BACKWARDS)],
            state_operations=[
                migrations.RemoveConstraint(model_name="askedstep", name="draw_askedstep_ended"),
                migrations.RenameField(model_name="askedstep", old_name="outcome", new_name="answer"),
                migrations.AddConstraint(
                    model_name="askedstep",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("answer", ""), ("ended_at", None))
                        | (models.Q(("ended_at__isnull", False)) & ~models.Q(("answer", ""))),
                        name="draw_askedstep_ended",
                    ),
                ),
            ],
        ),
    ]
