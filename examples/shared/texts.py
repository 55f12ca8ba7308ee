"""Two languages: the Indonesian sentence is the key, English is looked up in JSON tables."""

from __future__ import annotations

import json
from pathlib import Path

from markupsafe import Markup, escape

LANGUAGES = ("id", "en")


class Translator:
    """Looks English up in the given tables; a sentence without a translation stays Indonesian."""

    def __init__(self, *tables: Path) -> None:
        self._english: dict[str, str] = {}
        for table in tables:
            self._english.update(json.loads(table.read_text(encoding="utf-8")))

    def translate(self, language: str, text: str, **values: object) -> str:
        """Return the sentence in a language with its `{name}` places filled; one that is filled with markup is markup."""
        sentence = self._english.get(text, text) if language == "en" else text
        if any(isinstance(value, Markup) for value in values.values()):
            return escape(sentence).format(**values)
        return sentence.format(**values) if values else sentence
