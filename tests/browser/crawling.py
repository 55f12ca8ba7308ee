"""Go through a site as its visitors do, one look at each page in each language, and know which addresses nobody saw."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Error as PlaywrightError

from tests.browser.checks import LEAST_HEIGHT, look_at
from tests.browser.sites import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page


class Crawl:
    """One site: what was seen of it, and what is wrong there. `each` names the addresses of which every one is looked at."""

    def __init__(self, site: Site, *, each: tuple[str, ...] = (), least_height: int = LEAST_HEIGHT) -> None:
        self.site = site
        self.each = each
        self.least_height = least_height
        self.seen: set[str] = set()
        # Of which pieces its pages are made, and what somebody asked for again in English.
        self.pieces: set[int] = set()
        self.said_again: set[str] = set()
        self.problems: list[str] = []

    def told(self) -> str:
        """What is wrong, a line for each kind of fault with the pages that have it; "" when all is well."""
        pages: dict[str, list[str]] = {}
        for problem in self.problems:
            address, _, words = problem.partition(": ")
            pages.setdefault(words, []).append(address.removeprefix(self.site.base))
        return "\n".join(f"{words} — on {len(found)}: {', '.join(found[:2])}" for words, found in pages.items())

    def unseen(self) -> set[str]:
        return set(self.site.names) - self.seen


class Visitor:
    """One person with one browser on one site."""

    def __init__(self, crawl: Crawl, page: Page, *, language: str = "id") -> None:
        self._crawl = crawl
        self.page = page
        self._language = language
        self._met: set[str] = set()
        # What can be asked for again, in the order in which it was met, and whether some piece of it was new then.
        self._shown: dict[str, bool] = {}

    def look(self, *, is_address: bool = False) -> list[str]:
        """Look at the page that is shown; `is_address` when it can be asked for again. Returns where its links lead."""
        crawl = self._crawl
        path = self._path(self.page.url)
        name = "" if path is None else self._name(path)
        seen = look_at(self.page, language=self._language, least_height=crawl.least_height)
        crawl.problems += seen.problems
        is_new = not seen.pieces <= crawl.pieces
        crawl.pieces |= seen.pieces
        if path is not None:
            crawl.seen.add(name)
            if is_address:
                self._shown[path] = self._shown.get(path, False) or is_new
        return seen.links

    def visit(self, path: str) -> list[str]:
        """Ask for a page and look at it. What is no page (a file, another site) is left alone."""
        try:
            answer = self.page.goto(self._crawl.site.base + path)
        except PlaywrightError as error:
            # A file to keep is taken along, and the page before stays.
            if "Download is starting" not in str(error):
                raise
            return []
        assert answer is not None, path
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if not is_page or self._path(self.page.url) is None:
            return []
        return self.look(is_address=True)

    def crawl(self, *starts: str, past: frozenset[str] = frozenset()) -> None:
        """Look at these addresses, and at one of each kind that their links lead to. `past` names what is not followed."""
        waiting = deque(starts)
        # A start that asks for something particular does not stand for its address.
        self._met |= {self._key(start) for start in starts if "?" not in start}
        while waiting:
            for link in self.visit(waiting.popleft()):
                path = self._path(link)
                if path is None:
                    continue
                name, key = self._name(path), self._key(path)
                # A link that chooses the language would choose it for all that follows.
                if name and "language" not in name and name not in past and key not in self._met:
                    self._met.add(key)
                    waiting.append(path)

    def in_english(self, *, one_of: Callable[[str], str] = str) -> None:
        """Ask once more for what was shown, in English: for every page that had something new, and of the others for one of each
        kind that nobody asked for; of names that `one_of` takes for the same, for one."""
        self._speak("en")
        for path, is_new in list(self._shown.items()):
            name = self._name(path)
            alike = one_of(name)
            # Names that stand for themselves are asked for again, whatever their address ends in.
            kind = self._key(path) if alike == name else alike
            if kind not in self._crawl.said_again or (is_new and alike == name):
                self._crawl.said_again.add(kind)
                self.visit(path)

    def look_in_both(self) -> None:
        """Look at a page that can be asked for again now but not later; ends in Indonesian."""
        self.look()
        for language in ("en", "id"):
            self._speak(language)
            self.page.reload()
            if language == "en":
                self.look()

    def _speak(self, language: str) -> None:
        site = self._crawl.site
        if site.language_cookie:
            chosen = {"name": site.language_cookie, "value": language, "url": site.base}
            self.page.context.add_cookies([chosen])  # type: ignore[list-item]
        else:
            self.page.goto(f"{site.base}/?lang={language}")
        self._language = language

    def _path(self, address: str) -> str | None:
        """The path of an address of this site, with its query; None for another site's."""
        base = self._crawl.site.base
        if address != base and not address.startswith(f"{base}/"):
            return None
        parts = urlsplit(address)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _name(self, path: str) -> str:
        return self._crawl.site.name_of(unquote(path.partition("?")[0]))

    def _key(self, path: str) -> str:
        name = self._name(path)
        return path if not name or name in self._crawl.each else name
