#!/usr/bin/env python3
"""How hard our pages are to read, as years of school, in both languages.

Indonesian: the formula of Khadijah Rohani (1982), made for Malay, whose words and syllables are built as Indonesian's are; nobody
has published one for Indonesian whose weights can be checked. English: Flesch and Kincaid (1975). Both count words a sentence and
syllables a word (docs/how-to/measure.md). Measured are sentences of a page together, because a formula says nothing about three words.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(Path(__file__).resolve().parent))

from translations import CATALOGUES, forms, stored  # noqa: E402

# Years of school that are enough, by who reads: participants may have been to primary school alone, operators work with
# these words every day, programmers read specifications.
LIMITS = {"people": 6.0, "operators": 8.0, "programmers": 9.0}
# Words of the longest sentence that is still easily read in one breath.
MOST_WORDS = 30
# Below this a figure is chance.
LEAST_WORDS = 60
_READERS = (
    ("src/prakerja/developer_site/", "programmers"),
    ("src/prakerja/partner_api/", "programmers"),
    ("src/prakerja/webhooks/", "programmers"),
    ("src/prakerja/console/", "operators"),
    ("", "people"),
)
_MARKUP = re.compile(r"<[^>]+>|&\w+;|https?://\S+|[\w./-]+/[\w./-]+")
_PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*[^}]*\}|%[sd]")
_END = re.compile(r"[.!?:;]+(?=\s|$)")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’-][A-Za-zÀ-ÿ]+)*")
# Vowels that stand together and are one syllable, in Indonesian: pan-tai, pu-lau, am-boi. At the end of a word only: di-mu-lai, but
# ke-ma-u-an.
_DIPHTHONG = re.compile(r"(?:ai|au|oi)$")
_VOWELS_EN = re.compile(r"[aeiouy]+")


@dataclass(frozen=True)
class Level:
    """What was counted of some sentences, and the years of school that come of it."""

    words: int
    sentences: int
    syllables: int
    language: str

    @property
    def years(self) -> float:
        a_sentence, a_word = self.words / self.sentences, self.syllables / self.words
        if self.language == "id":
            return 0.3793 * a_sentence + 0.0207 * 300 * a_word - 13.988
        return 0.39 * a_sentence + 11.8 * a_word - 15.59


def syllables(word: str, language: str) -> int:
    """Syllables of a word; each at least one."""
    small = word.lower()
    if language == "id":
        return sum(max(_syllables_id(part), 1) for part in small.split("-"))
    count = len(_VOWELS_EN.findall(small))
    if small.endswith("e") and not small.endswith(("le", "ee")) and count > 1:
        count -= 1
    if small.endswith("ed") and not small.endswith(("ted", "ded")) and count > 1:
        count -= 1
    return max(count, 1)


def _syllables_id(word: str) -> int:
    return len(re.findall("[aeiou]", word)) - len(_DIPHTHONG.findall(word))


def sentences_of(text: str) -> list[list[str]]:
    """The sentences of a text as words; what is put in later counts as one word, markup and addresses as none."""
    plain = _PLACE.sub(" nama ", _MARKUP.sub(" ", text))
    return [words for part in _END.split(plain) if (words := _WORD.findall(part))]


def measure(texts: Iterable[str], language: str) -> Level:
    """The level of these texts together: of their sentences, not of labels and headings, which have no verb to count."""
    found = [words for text in texts if _is_prose(text) for words in sentences_of(text)]
    return Level(
        words=sum(map(len, found)),
        sentences=max(len(found), 1),
        syllables=sum(syllables(word, language) for words in found for word in words),
        language=language,
    )


def _is_prose(text: str) -> bool:
    return text.rstrip().endswith((".", "!", "?", ".”", ":")) and len(_WORD.findall(text)) > 3


def pages() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Every place with words for people: its name, its reader, and its sentences in Indonesian and English."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in CATALOGUES.values():
        for message in stored(path):
            if message.id:
                pairs = list(zip(forms(message.id), forms(message.string), strict=False))
                for place, _line in message.locations:
                    found[place] += pairs
    for path in sorted(ROOT.glob("examples/*/english.json")):
        found[str(path.relative_to(ROOT))] = list(json.loads(path.read_text(encoding="utf-8")).items())
    for place, pairs in sorted(found.items()):
        yield place, next(who for start, who in _READERS if place.startswith(start)), pairs


def too_hard() -> Iterator[tuple[str, str, float]]:
    """Places that take more school than their readers may have: name, language, years."""
    for place, who, pairs in pages():
        for language, texts in (("id", [one for one, _ in pairs]), ("en", [one for _, one in pairs])):
            level = measure(texts, language)
            if level.words >= LEAST_WORDS and level.years > LIMITS[who]:
                yield place, language, round(level.years, 1)


def too_long() -> Iterator[tuple[str, int]]:
    """Sentences for people with more words than one breath takes, in either language: as they begin, and how many words."""
    seen = set()
    for _place, who, pairs in pages():
        for text in (one for pair in pairs for one in pair if who == "people"):
            for words in sentences_of(text):
                beginning = " ".join(words[:6])
                if len(words) > MOST_WORDS and beginning not in seen:
                    seen.add(beginning)
                    yield beginning, len(words)


def table() -> list[str]:
    """The level of everything for each reader, and of each page, hardest last."""
    whole: dict[tuple[str, str], list[str]] = defaultdict(list)
    lines = []
    for place, who, pairs in pages():
        levels = [measure((pair[side] for pair in pairs), name) for side, name in enumerate(("id", "en"))]
        for side, name in enumerate(("id", "en")):
            whole[who, name] += [pair[side] for pair in pairs]
        if levels[0].words >= LEAST_WORDS:
            lines.append((levels[0].years, f"{levels[0].years:5.1f} {levels[1].years:5.1f}  {who:<12} {place}"))
    told = ["years of school: id, en", *(line for _, line in sorted(lines))]
    for who, limit in LIMITS.items():
        both = [measure(whole[who, name], name).years for name in ("id", "en")]
        told.append(f"{both[0]:5.1f} {both[1]:5.1f}  {who:<12} altogether (at most {limit:.0f} for a page)")
    return told


if __name__ == "__main__":
    print("\n".join(table()))
