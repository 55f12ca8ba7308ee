"""Which language words are written in that others wrote: an institution's title or summary, a participant's review.

A course declares its own; of the rest nobody does, and a course about English may describe itself in English. So it is told from the small words that every
sentence has, and from the endings that Indonesian words have; a title of borrowed words alone is Indonesian, as people say it.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-z]+")
_ENGLISH = frozenset(
    _WORD.findall(
        "the and of to for with your you from this that these those will are is was be by at how what who in on into our we it"
        " as or not have has can learn about very good me my am please let yes dear since did could would"
    )
)
_INDONESIAN = frozenset(
    _WORD.findall(
        "yang dan di ke dari untuk dengan pada ini itu anda kami saya tidak akan bisa dapat juga dalam atau cara agar oleh bagi"
        " sebagai sudah sangat lebih dasar lanjutan pemula usaha kerja bahasa kelas lewat tanpa sampai setelah para"
    )
)
# How Indonesian makes a word of another: whatever begins or ends like this counts as one.
_FORMED = re.compile(r"(?:me[mn]|ber|pe[mn])\w{4,}|\w{4,}(?:kan|nya|an)")


def tongue_of(words: str) -> str:
    """`en` where more words are English for certain than Indonesian, else `id`."""
    english = indonesian = 0
    for word in _WORD.findall(words.lower()):
        if word in _ENGLISH:
            english += 1
        elif word in _INDONESIAN or _FORMED.fullmatch(word):
            indonesian += 1
    return "en" if english > indonesian else "id"
