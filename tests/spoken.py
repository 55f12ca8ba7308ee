"""In which language a page says its words, as a screen reader hears it."""

from __future__ import annotations

from html.parser import HTMLParser


class Spoken(HTMLParser):
    """Which language each piece of text is said to be in."""

    VOID = frozenset(("br", "img", "input", "link", "meta", "source", "track", "path", "rect", "circle"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = [("", "")]
        self.said: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append((tag, dict(attrs).get("lang") or self.open[-1][1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing stands in it."""

    def handle_endtag(self, tag: str) -> None:
        while tag not in self.VOID and len(self.open) > 1 and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open[-1][0] not in ("title", "script", "style"):
            self.said.append((self.open[-1][1], data))


def unmarked(html: str, *words: str) -> list[str]:
    """Which of these Indonesian words an English page says as if they were English; each must stand somewhere."""
    reader = Spoken()
    reader.feed(html)
    return [data for language, data in reader.said if language != "id" and any(word in data for word in words)]
