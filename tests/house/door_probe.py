"""Visit every address of one door as a stranger, in a process with that door's own settings and no database at all.

    python -m tests.house.door_probe portal   →   one JSON list of {"route", "name", "allowed", "verb", "in_admin", "GET", "POST"}

A stranger is turned away before anything is looked up, so the protected addresses answer without a database; what they
answer is told as [status, Location].
"""

from __future__ import annotations

import json
import os
import re
import sys
import uuid
from collections.abc import Iterator
from typing import Any

_SAMPLES = {"int": "1", "uuid": str(uuid.UUID(int=1)), "slug": "id", "path": "x", "str": "x", "": "x"}


def _walk(patterns: Any, before: str = "", namespace: str = "") -> Iterator[tuple[str, str, Any]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, route, inner)
        else:
            yield route, f"{namespace}{pattern.name or ''}", pattern.callback


def _address(route: str) -> str:
    """An address that the route matches, as far as its pattern tells."""
    route = re.sub(r"\(\?P<\w+>[^)]*\)", "x", route).replace("^", "").replace("$", "")
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: _SAMPLES[found.group(1) or ""], route)


def _visit(client: Any, address: str, method: str) -> tuple[int, str] | str:
    client.cookies.clear()
    try:
        response = getattr(client, method.lower())(address)
    except Exception as error:
        return type(error).__name__
    return response.status_code, response.headers.get("Location", "")


def main(door: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = f"prakerja.config.settings.{door}"
    os.environ["DATABASE_URL"] = "postgresql:///nothing?host=/nonexistent"
    # A pool would wait ten seconds for a database that is not there.
    os.environ["PRAKERJA_POOL"] = "0"
    os.environ["PRAKERJA_ENV"] = "sandbox"
    import django
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import get_resolver

    django.setup()
    setup_test_environment()
    # One for all: each new one would build the door's middleware again.
    client = Client()
    found = []
    for route, name, view in _walk(get_resolver().url_patterns):
        allowed = getattr(view, "allowed", "")
        methods = () if allowed == "anyone" else ("GET", "POST")
        visits = {method: _visit(client, _address(route), method) for method in methods}
        found.append(
            {
                "route": route,
                "name": name,
                "allowed": allowed,
                "verb": getattr(view, "verb", ""),
                "in_admin": name.startswith("admin:"),
                **visits,
            }
        )
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
