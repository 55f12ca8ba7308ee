"""A person's way through the pages that a server sends browsers to, pressed by a program: cookies, links and forms.

No page is published. What is found here is what any page of this kind has (contract.md 3.2: a link to the check, a button
back); where nothing is found the kit says so and asks nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from prakerja.conformance.wire import Unreachable, certificates

_STEPS = 12
# What a button sends when it says no, or asks for another message.
_NO = frozenset(("cancel", "deny", "no_match", "send", "keluar", "logout"))
# What is typed, by the name of the member.
Fill = Callable[[str], str]


class NoSuchForm(Exception):
    """The page has nothing that a program knows how to press."""


@dataclass
class _Form:
    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    button: tuple[str, str] | None = None

    @property
    def says_no(self) -> bool:
        chosen = {*self.values.values(), *((self.button[1],) if self.button else ())}
        return bool(chosen & _NO)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self.links: list[str] = []
        self._form: _Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = _Form(got.get("action", ""), got.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a" and got.get("href"):
            self.links.append(got["href"])
        elif self._form is not None and got.get("name"):
            self._member(self._form, tag, got)

    def _member(self, form: _Form, tag: str, got: dict[str, str]) -> None:
        kind = got.get("type", "text")
        if tag == "button" or (tag == "input" and kind == "submit"):
            form.button = form.button or (got["name"], got.get("value", ""))
        elif tag == "input" and kind == "hidden":
            form.values[got["name"]] = got.get("value", "")
        elif tag == "input" and kind not in ("radio", "checkbox"):
            form.typed.append(got["name"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


def press_through(url: str, back: str, fill: Fill | None = None) -> dict[str, str]:
    """Go from `url` until a page leads to `back`; the query of that address, which nobody opens. {}: no page did.

    Raises NoSuchForm, Unreachable.
    """
    with httpx.Client(timeout=15, trust_env=False, verify=certificates(), follow_redirects=False) as browser:
        try:
            response = browser.get(url)
            for _ in range(_STEPS):
                here = str(response.url)
                location = response.headers.get("location", "")
                if location:
                    target = urljoin(here, location)
                    if _leads_back(target, back):
                        return dict(parse_qsl(urlsplit(target).query))
                    response = browser.get(target)
                    continue
                page = _Reader()
                page.feed(response.text)
                ended = [urljoin(here, link) for link in page.links if _leads_back(urljoin(here, link), back)]
                if ended:
                    return dict(parse_qsl(urlsplit(ended[0]).query))
                response = _next(browser, here, page, fill)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(type(error).__name__) from error
    return {}


def _next(browser: httpx.Client, here: str, page: _Reader, fill: Fill | None) -> httpx.Response:
    forms = [form for form in page.forms if form.method == "post" and not form.says_no]
    # Whatever asks for something comes before what only has a button.
    forms.sort(key=lambda form: not form.typed)
    known = [form for form in forms if not form.typed or (fill is not None and all(fill(name) for name in form.typed))]
    path = urlsplit(here).path
    onward = [urljoin(here, link) for link in page.links]
    onward = [link for link in onward if urlsplit(link).path == path and urlsplit(link).query and link != here]
    mine = [form for form in known if urlsplit(urljoin(here, form.action or here)).path == path or form.typed]
    if mine:
        form = mine[0]
        values = {**form.values, **{name: fill(name) for name in form.typed if fill is not None}}
        if form.button is not None:
            values[form.button[0]] = form.button[1]
        return browser.post(urljoin(here, form.action) if form.action else here, data=values)
    if onward:
        return browser.get(onward[0])
    raise NoSuchForm("nothing to press is found on it")


def _leads_back(target: str, back: str) -> bool:
    wanted, found = urlsplit(back), urlsplit(target)
    return (found.scheme, found.netloc, found.path) == (wanted.scheme, wanted.netloc, wanted.path)
