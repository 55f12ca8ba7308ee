"""A draw only goes forward, and what was signed, listed or drawn is never changed or deleted, whoever tries."""

from django.db import migrations

from prakerja.kernel.states import install_steps

TABLES = ("document", "entry", "logentry", "outcome", "signednote")


class Migration(migrations.Migration):
    dependencies = [("draw", "0001_draws_and_their_documents"), ("kernel", "0003_refuse_steps_that_no_machine_has")]
    operations = [
        install_steps(
            table="draw_draw",
            begins=["drafted", "ruled", "listed"],
            steps=[
                ("drafted", "ruled"),
                ("ruled", "listed"),
                ("listed", "committed"),
                ("committed", "drawn"),
                ("drawn", "published"),
                ("committed", "void"),
            ],
        ),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER draw_{table}_for_ever BEFORE UPDATE OR DELETE ON draw_{table} "
                "FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change()",
                f"DROP TRIGGER draw_{table}_for_ever ON draw_{table}",
            )
            for table in TABLES
        ),
    ]
