"""One plain word for one thing: what docs/glossary.md gave up stands in no page, message or catalogue."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from tests.house.source import PACKAGE, ROOT, files, shown

Words = Iterator[tuple[str, str]]
# What the published contract spells out is said on the partners' wire and on the pages for programmers as it was published.
CATALOGUE = PACKAGE / "portal/locale/en/LC_MESSAGES/django.po"


def given_up(language: str) -> dict[str, str]:
    """Word → what we say instead, from the table of the glossary."""
    table = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").partition("## One plain word each")[2]
    rows = re.findall(rf"^\| {language} \| ([^|]+) \| ([^|]+) \|", table, re.MULTILINE)
    return {word.strip(): instead.strip() for instead, words in rows for word in words.split(",")}


def catalogue(language: str) -> Words:
    """The sentences of pages and messages: the source's own, or their English."""
    with CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="en"):
            texts = message.id if language == "id" else message.string
            for text in (texts,) if isinstance(texts, str) else texts:
                yield f"{shown(CATALOGUE)}: {text[:60]}", text


def tables(language: str) -> Words:
    """The sentences of the example programs."""
    for path in files(".json", below=ROOT / "examples"):
        if path.name == "english.json":
            for indonesian, english in json.loads(path.read_text(encoding="utf-8")).items():
                yield f"{shown(path)}: {indonesian[:60]}", indonesian if language == "id" else english


def templates() -> Words:
    """Pages as they are written; what stands in them is Indonesian or markup."""
    for path in files(".html"):
        if not path.is_relative_to(PACKAGE / "developer_site"):
            text = re.sub(r"\{#.*?#\}|<[^>]*>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            quoted = re.findall(r"_\(\s*[\"']([^\"']+)|(?:^|[}>])([^{}<>]+)", text)
            yield from ((f"{shown(path)}: {one[0] or one[1]}"[:100], one[0] or one[1]) for one in quoted)


def demo_data() -> Words:
    """What the demo's institutions write."""
    for path in files(".toml", below=PACKAGE / "sandbox/worlds"):
        yield from ((shown(path), text) for text in _texts_of(tomllib.loads(path.read_text(encoding="utf-8"))))


def lessons() -> Words:
    """What the institutions teach, where a *dompet* is the one in a pocket."""
    for path in files(".toml", below=ROOT / "examples/institution/lessons"):
        for text in _texts_of(tomllib.loads(path.read_text(encoding="utf-8"))):
            yield shown(path), re.sub(r"\bdompet\b(?! (?:elektronik|digital))", "tas", text, flags=re.IGNORECASE)


def _texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _texts_of(member)


SOURCES = {
    "id": (lambda: catalogue("id"), lambda: tables("id"), templates, demo_data, lessons),
    "en": (lambda: catalogue("en"), lambda: tables("en")),
}


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_text_uses_a_word_that_was_given_up(language: str) -> None:
    words = given_up(language)
    assert len(words) > 5
    pattern = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, words)) + r")(?![\w-])", re.IGNORECASE)
    found = [
        f"{where}: “{match[0]}”, we say “{words[match[0].lower()]}”"
        for source in SOURCES[language]
        for where, text in source()
        if (match := pattern.search(re.sub(r"%\(\w+\)\w|\{\w*\}", " ", text)))
    ]
    assert found == []


# Nouns after what is counted: English needs another form for one. Limits of the rules (`hours`, `days`, `most`) and ends of a
# range are never one, and a browser counts by itself what is written `%{count}`.
_THINGS = "n|num|count|times|all|done|total|left|seconds|seconds_left|minutes"
_COUNTED = re.compile(
    rf"(?<!to )(?<!and )(?<!least )(?<!first )(?:%\((?:{_THINGS})\)s|\{{(?:{_THINGS})\}}) (?:\w+ )?(\w+s)\b"
)
_NOUNS = re.compile(
    "account|assignment|attempt|buyer|character|code|course|day|digit|hour|institution|lesson|letter|meeting|message|minute|"
    "month|participant|payment|question|rating|review|schedule|seat|second|session|star|survey|task|time|training|tr(?:y|ie)|"
    "video|week|word"
)


def test_a_number_before_a_noun_has_a_form_for_one() -> None:
    """“1 assignments”: a counted noun is a plural form of gettext, or the number stands behind a colon."""
    singular = []
    with CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="en"):
            if isinstance(message.id, str) and message.id:
                singular.append(re.sub(r"%+\{count\}", "", str(message.string)))
    singular += [text for _, text in tables("en")]
    found = [
        text
        for text in singular
        if any(_NOUNS.fullmatch(match[1].lower().removesuffix("s")) for match in _COUNTED.finditer(text))
    ]
    assert found == []
