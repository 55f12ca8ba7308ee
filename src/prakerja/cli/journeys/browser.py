"""A browser in eighty lines: cookies, redirects, forms as they stand on the page. No JavaScript, as on a cheap phone."""

from __future__ import annotations

import functools
import re
import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

# Field → name of the file, what it holds, its kind.
Files = dict[str, tuple[str, bytes, str]]


class UnexpectedPage(Exception):
    """A page did not show what a person would have looked for there."""


@dataclass
class Form:
    action: str
    method: str
    # What would be sent if the person pressed the button now.
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects forms, the visible text and what carries a data-testid."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self.marked: dict[str, str] = {}
        self._form: Form | None = None
        self._select = ""
        self._textarea = ""
        self._marks: list[tuple[str, str]] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "head"):
            self._hidden += 1
        mark = got.get("data-testid") or got.get("id")
        if mark:
            self._marks.append((tag, mark))
            self.marked.setdefault(mark, "")
        if tag == "form":
            self._form = Form(got.get("action", ""), got.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None and "disabled" not in got:
            self._field(self._form, tag, got)

    def _field(self, form: Form, tag: str, got: dict[str, str]) -> None:
        name, value = got.get("name", ""), got.get("value", "")
        if tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(value)
            if "selected" in got or self._select not in form.values:
                form.values[self._select] = [value]
        if not name:
            return
        form.names.add(name)
        kind = got.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._textarea = name
            form.texts.append(name)
            form.values[name] = [""]
        elif tag == "input" and kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(value or "on")
            if "checked" in got:
                form.values.setdefault(name, []).append(value or "on")
        elif tag == "input" and kind not in ("submit", "button"):
            form.values[name] = [value]
            if kind != "hidden":
                form.texts.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head"):
            self._hidden -= 1
        if self._marks and self._marks[-1][0] == tag:
            self._marks.pop()
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self._form is not None:
            self._form.values[self._textarea] = [self._form.values[self._textarea][0] + data]
        if not self._hidden:
            self.text.append(data)
            for _, mark in self._marks[-1:]:
                self.marked[mark] += data


@dataclass(frozen=True)
class Page:
    url: str
    status: int
    html: str
    text: str
    forms: tuple[Form, ...]
    marked: dict[str, str]

    def marked_text(self, name: str) -> str:
        """The text of the element with this data-testid or id."""
        if name not in self.marked:
            raise UnexpectedPage(f"{self.path}: nothing is marked {name}")
        return " ".join(self.marked[name].split())

    def must_say(self, *sentences: str) -> Page:
        for sentence in sentences:
            if sentence not in self.text:
                raise UnexpectedPage(f"{self.path} ({self.status}) does not say “{sentence}”: …{self.text[:600]}…")
        return self

    @property
    def path(self) -> str:
        return httpx.URL(self.url).path

    def form(self, *, has: str = "", action: str = "") -> Form:
        for form in self.forms:
            if (not has or has in form.names) and action in form.action and (has or action):
                return form
        raise UnexpectedPage(f"{self.path} ({self.status}) has no form with {has or action}: …{self.text[:600]}…")


def read_page(*, url: str, status: int, html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    text = re.sub(r"\s+", " ", " ".join(reader.text)).replace("\u00a0", " ")
    return Page(url, status, html, text, tuple(reader.forms), reader.marked)


@functools.cache
def certificates() -> ssl.SSLContext:
    """Who may vouch for a server. Read once: reading them takes longer than most pages."""
    return httpx.create_ssl_context(trust_env=False)


def _read(answer: httpx.Response) -> Page:
    """The page that was answered. Raises UnexpectedPage when the door says that it could not: no step goes on past that."""
    if answer.status_code >= 500:
        raise UnexpectedPage(f"{answer.url.path} answered {answer.status_code}")
    return read_page(url=str(answer.url), status=answer.status_code, html=answer.text)


class Browser:
    """One person at one site. Each site has its own, because cookies do not know ports."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._client = httpx.Client(follow_redirects=True, timeout=120, trust_env=False, verify=certificates())

    def get(self, path: str) -> Page:
        answer = self._client.get(urljoin(self.base, path))
        return _read(answer)

    def submit(self, page: Page, *, has: str = "", action: str = "", **values: str) -> Page:
        """Fill the form that has this field (or action) and press its button."""
        return self.press(page, page.form(has=has, action=action), **values)

    def press(self, page: Page, form: Form, **values: str) -> Page:
        """Press the button of this very form."""
        answer = self._send(page, form, values, follow=True)
        return _read(answer)

    def submit_photo(self, page: Page, *, field: str, content: bytes) -> Page:
        """Choose a photo (JPEG) in this field of a form, and press its button."""
        files = {field: ("foto.jpg", content, "image/jpeg")}
        answer = self._send(page, page.form(has=field), {}, files=files, follow=True)
        return _read(answer)

    def leave(self, page: Page, form: Form) -> str:
        """Press a button that leads to another site; returns its address, to be opened where that site knows us."""
        answer = self._send(page, form, {}, follow=False)
        if answer.next_request is None:
            raise UnexpectedPage(f"{page.path} ({answer.status_code}) leads nowhere: …{answer.text[:600]}…")
        return str(answer.next_request.url)

    def _send(
        self, page: Page, form: Form, values: dict[str, str], *, files: Files | None = None, follow: bool
    ) -> httpx.Response:
        chosen = files or {}
        sent = {name: value for name, value in form.values.items() if name not in chosen}
        sent |= {name: [value] for name, value in values.items()}
        target = urljoin(page.url, form.action) if form.action else page.url
        if form.method == "get":
            return self._client.get(target, params=dict(sent), follow_redirects=follow)
        return self._client.post(target, data=dict(sent), files=files, follow_redirects=follow)

    def close(self) -> None:
        self._client.close()
