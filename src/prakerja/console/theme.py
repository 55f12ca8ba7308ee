"""The colours of the console's pages as a style sheet of their own: written into each page, they would need a policy that lets
anything be written into a page (ADR 0028)."""

from __future__ import annotations

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from unfold.settings import get_config
from unfold.utils import convert_color

from prakerja.console.pages import anyone


@anyone
@require_GET
def theme(request: HttpRequest) -> HttpResponse:
    """The same for everybody."""
    response = HttpResponse(_sheet(), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@cache
def _sheet() -> str:
    config = get_config()
    lines = [
        f"  --color-{name}-{weight}: {convert_color(value)};"
        for name, weights in config["COLORS"].items()
        for weight, value in weights.items()
    ]
    return "\n".join([":root {", *lines, "}", ""])
