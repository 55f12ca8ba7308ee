from django.db import migrations

# Django adds it to every unique text for LIKE; a reference is only ever looked up whole, and each purchase writes it.
LIKE_INDEX = """
DO $$ DECLARE v_index text; BEGIN
    FOR v_index IN SELECT indexname FROM pg_indexes
                    WHERE tablename = 'purchases_referenceclaim' AND indexname LIKE '%\\_like' LOOP
        EXECUTE format('DROP INDEX %I', v_index);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("purchases", "0003_search_by_platform_and_date")]
    operations = [migrations.RunSQL(LIKE_INDEX, migrations.RunSQL.noop)]
