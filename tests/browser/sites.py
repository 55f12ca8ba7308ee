"""Every address of every site, as the programs themselves declare them: what a crawl did not meet has a name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import Resolver404
from django.urls.resolvers import RegexPattern, URLResolver
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from examples.institution.app import create_app as create_institution
from examples.platform.app import create_app as create_shop
from examples.platform.brands import read_brands
from examples.shared.config import Settings
from examples.world.app import create_app as create_world
from examples.world.settings import from_environment
from examples.world.store import Store
from tests.waiting import LIMIT


@dataclass(frozen=True)
class Site:
    """Where it is served, the names of its addresses, and which name a path has ("" when it is none of them)."""

    base: str
    names: frozenset[str]
    name_of: Callable[[str], str]
    # How English is asked for: a cookie, or else a word in the address; "" where English has addresses of its own.
    language_cookie: str = ""


def django_site(base: str, urlconf: Any, *, language_cookie: str = "") -> Site:
    """A door of ours, by its URL configuration (a module, or a list of patterns)."""
    root = URLResolver(RegexPattern(r"^/"), urlconf)

    # Every page links to the same hundred places, and Django looks for each from the first address to the last.
    @cache
    def name_of(path: str) -> str:
        try:
            found = root.resolve(path)
        except Resolver404:
            return ""
        return found.view_name or found.route

    return Site(base, frozenset(_django_names(root.url_patterns)), name_of, language_cookie)


def _django_names(patterns: Any, before: str = "", namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _django_names(pattern.url_patterns, route, inner)
        else:
            yield f"{namespace}{pattern.name}" if pattern.name else route


def flask_site(base: str, app: Flask, *, language_cookie: str = "") -> Site:
    """An example program, by its map of addresses; what takes no GET is no page."""
    adapter = app.url_map.bind("site")
    names = frozenset(rule.endpoint for rule in app.url_map.iter_rules() if rule.methods and "GET" in rule.methods)

    def name_of(path: str) -> str:
        try:
            return str(adapter.match(path)[0])
        except (HTTPException, RequestRedirect):
            return ""

    return Site(base, names, name_of, language_cookie)


def shop_app(folder: Path) -> Flask:
    return create_shop(_settings(folder), list(range(1, len(read_brands()) + 1)))


def institution_app(folder: Path) -> Flask:
    return create_institution(_settings(folder))


def world_app(folder: Path) -> Flask:
    settings = from_environment({"GATEWAY_KEY": "none", "BANK_KEY": "none", "DATA_DIR": str(folder)})
    return create_world(settings, Store(folder), threading.Event())


def _settings(folder: Path) -> Settings:
    """For a program that is asked for its addresses and nothing else."""
    return Settings(
        api_url="http://127.0.0.1:9",
        partners_file=folder / "none.json",
        data_dir=folder,
        host="127.0.0.1",
        portal_url="",
        phone_url="",
        institution_url="",
        timeout_s=LIMIT,
    )
