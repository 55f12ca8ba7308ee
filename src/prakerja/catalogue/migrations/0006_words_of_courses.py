"""The words of a course for the search, kept by PostgreSQL, and the words of the whole catalogue with their roots and trigrams.

No model knows the column: whoever changes a course, by whatever way, changes its words. The letters are cut as
`kernel.forgiving.words_of` cuts what people type. The words that exist are learned by the verbs, and here for the courses that
are there already (ADR 0032).
"""

from __future__ import annotations

from typing import Any

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

WORDS = """to_tsvector('simple'::regconfig, regexp_replace(translate(lower({text}),
    'àáâãäåèéêëìíîïòóôõöùúûüçñ', 'aaaaaaeeeeiiiiooooouuuucn'), '[^a-z0-9]+', ' ', 'g'))"""
COLUMN = f"""
ALTER TABLE catalogue_course ADD COLUMN words tsvector GENERATED ALWAYS AS (
    setweight({WORDS.format(text="title")}, 'A')
    || setweight({WORDS.format(text="category || ' ' || target_job")}, 'B')
    || setweight({WORDS.format(text="summary")}, 'C')
    || setweight({WORDS.format(text="syllabus::text")}, 'D')) STORED;
CREATE INDEX catalogue_course_words ON catalogue_course USING gin (words);
"""


def learn(apps: Any, schema_editor: Any) -> None:
    """The words of the courses of before."""
    from prakerja.kernel.forgiving import roots, trigrams

    known = apps.get_model("catalogue", "SearchWord")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT unnest(tsvector_to_array(course.words || institution.words)) FROM catalogue_course course "
            "JOIN partners_partner institution ON institution.id = course.institution_id"
        )
        words = [word for (word,) in cursor.fetchall()]
    known.objects.bulk_create(
        known(word=word, roots=sorted(roots(word)), trigrams=sorted(trigrams(word))) for word in words
    )


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0005_refuse_illegal_steps"),
        ("partners", "0008_words_of_an_institution"),
    ]
    operations = [
        migrations.RunSQL(
            COLUMN,
            "ALTER TABLE catalogue_course DROP COLUMN words",
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.TextField(db_collation="C", primary_key=True, serialize=False)),
                ("roots", django.contrib.postgres.fields.ArrayField(models.TextField())),
                ("trigrams", django.contrib.postgres.fields.ArrayField(models.TextField())),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["roots"], name="catalogue_searchword_roots"),
                    django.contrib.postgres.indexes.GinIndex(fields=["trigrams"], name="catalogue_searchword_trigrams"),
                ]
            },
        ),
        migrations.RunPython(learn, migrations.RunPython.noop),
    ]
