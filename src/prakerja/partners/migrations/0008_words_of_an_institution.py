"""The words of a partner's name, place and self-portrait, which the search of the catalogue looks up (ADR 0032).

PostgreSQL keeps them itself, in a column that no model knows: whoever changes a name, by whatever way, changes its words. The
letters are cut as `kernel.forgiving.words_of` cuts what people type. Partners are a few hundred, so there is no index.
"""

from __future__ import annotations

from django.db import migrations

WORDS = """to_tsvector('simple'::regconfig, regexp_replace(translate(lower({text}),
    'àáâãäåèéêëìíîïòóôõöùúûüçñ', 'aaaaaaeeeeiiiiooooouuuucn'), '[^a-z0-9]+', ' ', 'g'))"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0007_where_an_institution_teaches")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE partners_partner ADD COLUMN words tsvector GENERATED ALWAYS AS ("
            + WORDS.format(text="name || ' ' || city || ' ' || address")
            + ") STORED",
            "ALTER TABLE partners_partner DROP COLUMN words",
        )
    ]
