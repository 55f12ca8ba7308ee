"""Words as people type them when they search: other forms of an Indonesian word, and words with a slip of the finger. Pure.

One rule for whatever is searched, the catalogue in the database and the questions in the help alike. Indonesian builds words by
what stands before and behind a root (`memasak`, `masakan`, `pemasakan`), so two words belong together when they can have the same
root. A root is guessed, not known: a word has several, and a wrong one does harm only where another word has it too.
"""

from __future__ import annotations

import re
import unicodedata

from prakerja.kernel.typed import without_unseen

LONGEST = 30
# Words that stand in every title or none; they are left out of a question that has others.
COMMON = frozenset(
    (
        *("dan", "di", "ke", "dari", "untuk", "dengan", "yang", "atau", "pada", "dalam", "cara", "belajar", "kursus"),
        *("pelatihan", "kelas", "ikut", "mau", "ingin", "saya", "bisa", "apa", "bagaimana", "apakah"),
        *("the", "a", "an", "of", "for", "to", "in", "and", "how", "what", "i", "my", "course", "courses", "class"),
    )
)

_NASAL = "aeiou"
# What stands before a root, what the root then begins with, and what the prefix took from it.
_PREFIXES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("menge", "bcdfghjklmnpqrstvwxyz", ("",)),
    ("penge", "bcdfghjklmnpqrstvwxyz", ("",)),
    ("meng", "aeioughkq", ("", "k")),
    ("peng", "aeioughkq", ("", "k")),
    ("meny", _NASAL, ("s",)),
    ("peny", _NASAL, ("s",)),
    ("mem", _NASAL, ("p", "m")),
    ("pem", _NASAL, ("p", "m")),
    ("mem", "bfpv", ("",)),
    ("pem", "bfpv", ("",)),
    ("men", _NASAL, ("t", "n")),
    ("pen", _NASAL, ("t", "n")),
    ("men", "cdjstz", ("",)),
    ("pen", "cdjstz", ("",)),
    ("me", "lmnrwy", ("",)),
    ("pe", "bcdfghjklmnprstwy", ("",)),
    ("per", "abcdefghijklmnopqrstuvwxyz", ("",)),
    ("pel", _NASAL, ("",)),
    ("ber", "abcdefghijklmnopqrstuvwxyz", ("",)),
    ("bel", _NASAL, ("",)),
    ("ter", "abcdefghijklmnopqrstuvwxyz", ("",)),
    ("di", "abcdefghijklmnopqrstuvwxyz", ("",)),
    ("ke", "abcdefghijklmnopqrstuvwxyz", ("",)),
    ("se", "abcdefghijklmnopqrstuvwxyz", ("",)),
)
_ENDINGS = ("nya", "lah", "kah", "ku", "mu")
_SUFFIXES = ("kan", "an", "i")
_SHORTEST = 4


def words_of(text: str) -> list[str]:
    """The words of a text in small letters `a-z0-9`, accents cut, in order; what is longer than any word is cut too."""
    plain = unicodedata.normalize("NFKD", without_unseen(text).casefold())
    return [
        word[:LONGEST] for word in re.findall("[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    ]


def asked_words(text: str, *, most: int = 8) -> list[str]:
    """What a question asks for: each of its words once, without the common ones when there are others; at most `most`."""
    found = list(dict.fromkeys(words_of(text)))
    return ([word for word in found if word not in COMMON] or found)[:most]


def roots(word: str) -> frozenset[str]:
    """The word itself and every root that it could be made from: `memasak` → memasak, masak, pasak."""
    if not word.isalpha() or len(word) <= _SHORTEST:
        return frozenset((word,))
    found = {word}
    for stripped in _without_ends(word):
        for root in _without_beginnings(stripped, twice=True):
            # A root of three letters is believed only where the prefix is the one of such roots (`mengelas`: las).
            if len(root) >= _SHORTEST or (len(root) == 3 and stripped.startswith((f"menge{root}", f"penge{root}"))):
                found.add(root)
    return frozenset(found)


def _without_ends(word: str) -> set[str]:
    bare = {word} | {word.removesuffix(end) for end in _ENDINGS if word.endswith(end)}
    return bare | {one.removesuffix(end) for one in bare for end in _SUFFIXES if one.endswith(end)}


def _without_beginnings(word: str, *, twice: bool) -> set[str]:
    found = {word}
    for prefix, begins, taken in _PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and rest[:1] and rest[0] in begins:
            for letter in taken:
                found |= _without_beginnings(letter + rest, twice=False) if twice else {letter + rest}
    return found


def trigrams(word: str) -> frozenset[str]:
    """Every three letters in a row of the word with two blanks before it and one behind: what near words share."""
    padded = f"  {word} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


def slips_allowed(word: str) -> int:
    """How many slips are forgiven: none in a word of three letters, one up to six, two in a longer one.

    A slip spoils at most four of a word's trigrams, so a word with one shares a trigram with what was meant (ADR 0032).
    """
    return 0 if len(word) < 4 or word.isdigit() else 1 if len(word) < 7 else 2


def slips(typed: str, meant: str, *, most: int = 2) -> int:
    """How many letters are missing, too many, wrong or swapped with their neighbour; `most` + 1 when it is more than that."""
    if abs(len(typed) - len(meant)) > most:
        return most + 1
    before: list[int] = []
    line = list(range(len(meant) + 1))
    for row, letter in enumerate(typed, 1):
        before, above, line = line, before, [row]
        for column, other in enumerate(meant, 1):
            cost = min(before[column] + 1, line[column - 1] + 1, before[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == meant[column - 2] and typed[row - 2] == other:
                cost = min(cost, above[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
    return min(line[-1], most + 1)


def nearest(typed: str, candidates: frozenset[str] | set[str] | list[str]) -> list[str]:
    """Those of the candidates that differ from what was typed by the fewest slips that are forgiven, in order of the alphabet."""
    most = slips_allowed(typed)
    if not most:
        return []
    found: dict[int, list[str]] = {}
    for word in sorted(set(candidates)):
        count = slips(typed, word, most=most)
        if count <= most and not word.isdigit():
            found.setdefault(count, []).append(word)
    return found[min(found)] if found else []
