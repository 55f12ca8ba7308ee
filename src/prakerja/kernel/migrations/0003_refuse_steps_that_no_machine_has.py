"""What the triggers of `kernel.states.install_steps` call: for a step that the table's machine does not have, and only then."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION kernel_refuse_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: no step from % to %', TG_TABLE_NAME,
        coalesce(to_jsonb(OLD) ->> TG_ARGV[0], 'nothing'), to_jsonb(NEW) ->> TG_ARGV[0]
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_guards")]
    operations = [migrations.RunSQL(REFUSE, "DROP FUNCTION kernel_refuse_step()")]
