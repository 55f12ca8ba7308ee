import django.db.models.deletion
from django.db import migrations, models

# Django adds it to every unique text for LIKE; a reference is only ever looked up whole.
LIKE_INDEX = """
DO $$ DECLARE v_index text; BEGIN
    FOR v_index IN SELECT indexname FROM pg_indexes
                    WHERE tablename = 'purchases_referenceclaim' AND indexname LIKE '%\\_like' LOOP
        EXECUTE format('DROP INDEX %I', v_index);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    """Each purchase writes every index of its tables, and nobody asks by these two."""

    dependencies = [("purchases", "0003_search_by_platform_and_date"), ("catalogue", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="purchase",
            name="course_run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.courserun",
            ),
        ),
        migrations.RunSQL(LIKE_INDEX, migrations.RunSQL.noop),
    ]
