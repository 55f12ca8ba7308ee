"""The words of the catalogue: learned when a course is made or changed, and what a question's words mean among them (ADR 0032).

Reads: partners_partner.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from prakerja.catalogue.models import SearchWord
from prakerja.kernel.db import requires_transaction, rows
from prakerja.kernel.forgiving import asked_words, nearest, roots, slips_allowed, trigrams

# A word of which only the beginning is typed must have this many letters of it.
BEGINNING = 3
# How many words that share most trigrams are looked at for one that was mistyped.
LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word of a question and the words of the catalogue that it means: itself, its other forms, its continuations.

    `is_corrected`: the catalogue has no such word, and `means` are the nearest. Empty: nothing comes near.
    """

    typed: str
    means: tuple[str, ...]
    is_corrected: bool = False


@requires_transaction
def learn_words(*, course_ids: Sequence[uuid.UUID]) -> int:
    """Keep the words of these courses and of their institutions that are not known yet; returns how many."""
    found = rows(
        "SELECT DISTINCT unnest(tsvector_to_array(course.words || institution.words)) FROM catalogue_course course "
        "  JOIN partners_partner institution ON institution.id = course.institution_id WHERE course.id = ANY(%s) "
        "EXCEPT SELECT word FROM catalogue_searchword ORDER BY 1",
        [list(course_ids)],
    )
    words = [SearchWord(word=word, roots=sorted(roots(word)), trigrams=sorted(trigrams(word))) for (word,) in found]
    # Two courses may teach the same new word at the same moment.
    SearchWord.objects.bulk_create(words, ignore_conflicts=True)
    return len(words)


# What a typed word is or continues, and what has a root of its own; for words that are nothing of this, what is near.
_MEANT = f"""
WITH typed AS (SELECT * FROM unnest(%(words)s::text[], %(slips)s::int[]) AS one(word, slips)),
related AS (
  SELECT typed.word AS typed, known.word FROM typed JOIN catalogue_searchword known ON known.word = typed.word
  UNION
  SELECT typed.word, known.word FROM typed
    JOIN catalogue_searchword known ON known.word >= typed.word COLLATE "C" AND known.word < (typed.word || '~') COLLATE "C"
   WHERE length(typed.word) >= {BEGINNING}
  UNION
  SELECT root.typed, known.word FROM unnest(%(rooted)s::text[], %(roots)s::text[]) AS root(typed, root)
    JOIN catalogue_searchword known ON known.roots @> ARRAY[root.root]
)
SELECT typed, word, false FROM related
UNION ALL
SELECT typed.word, near.word, true FROM typed CROSS JOIN LATERAL (
  SELECT known.word, count(*) AS shared
    FROM unnest(%(trigrammed)s::text[], %(trigrams)s::text[]) AS tri(typed, trigram)
    JOIN catalogue_searchword known ON known.trigrams @> ARRAY[tri.trigram]
   WHERE tri.typed = typed.word AND abs(length(known.word) - length(typed.word)) <= typed.slips
   GROUP BY known.word ORDER BY shared DESC, known.word LIMIT {LOOKED_AT}) near
 WHERE typed.slips > 0 AND NOT EXISTS (SELECT 1 FROM related WHERE related.typed = typed.word)
"""


def meant_words(*, text: str, right: Collection[str] = ()) -> tuple[AskedWord, ...]:
    """What the words of a question mean in the catalogue, in the order typed; by one statement.

    `right` are words that are never taken for another one, although no course may have them: names of places.
    """
    typed = asked_words(text)
    if not typed:
        return ()
    rooted = [(word, root) for word in typed for root in sorted(roots(word))]
    trigrammed = [(word, trigram) for word in typed for trigram in sorted(trigrams(word))]
    found = rows(
        _MEANT,
        {
            "words": typed,
            "slips": [0 if word in right else slips_allowed(word) for word in typed],
            "rooted": [word for word, _ in rooted],
            "roots": [root for _, root in rooted],
            "trigrammed": [word for word, _ in trigrammed],
            "trigrams": [trigram for _, trigram in trigrammed],
        },
    )
    related: dict[str, set[str]] = {}
    near: dict[str, set[str]] = {}
    for word, known, is_near in found:
        (near if is_near else related).setdefault(word, set()).add(known)
    asked = []
    for word in typed:
        if word in related:
            asked.append(AskedWord(word, tuple(sorted(related[word]))))
        else:
            means = tuple(nearest(word, near.get(word, set())))
            asked.append(AskedWord(word, means, is_corrected=bool(means)))
    return tuple(asked)
