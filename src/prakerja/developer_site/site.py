"""How a public page is declared, rendered, kept and sent. No sessions, no cookies, no scripts, no middleware.

A page is the same for everybody who asks in one language at one host name, so it is made once and then kept as bytes: a
reader costs this door a look-up, and partners' calls do not notice.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from importlib import resources
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from prakerja.kernel.compiled_templates import CompiledTemplates
from prakerja.partner_api.endpoint import refusal_response
from prakerja.partner_api.errors import Language

View = Callable[..., HttpResponse]
HTML = "text/html; charset=utf-8"
_KEPT_AT_MOST = 512
_kept: dict[tuple[str, ...], bytes] = {}


def public(*methods: str) -> Callable[[View], View]:
    """Declare a page that anybody may read, unsigned, by these methods (HEAD comes with GET)."""

    def declare(view: View) -> View:
        @functools.wraps(view)
        def inner(request: HttpRequest, **arguments: Any) -> HttpResponse:
            if (request.method or "") not in (*methods, "HEAD"):
                refusal = refusal_response(request, "method_not_allowed")
                refusal["Allow"] = ", ".join(methods)
                return refusal
            return view(request, **arguments)

        inner.allowed = "anyone"  # type: ignore[attr-defined]
        return inner

    return declare


def page(request: HttpRequest, template: str, *, language: Language, name: str, **context: Any) -> HttpResponse:
    """A page that is the same for everybody; `name` tells it from others of the same template."""
    base = base_url(request)
    key = (template, name, language, base)
    body = _kept.get(key)
    if body is None:
        if len(_kept) >= _KEPT_AT_MOST:
            _kept.clear()
        body = _kept[key] = render(template, language=language, base=base, here=request.path, **context)
    return respond(body, HTML)


def forget() -> None:
    """Make every page anew: for tests that change what pages tell."""
    _kept.clear()


def render(template: str, *, language: Language, base: str, here: str, **context: Any) -> bytes:
    """The bytes of one page. `here` is its address in this language."""
    other: Language = "en" if language == "id" else "id"
    with translation.override(language):
        text = (
            environment()
            .get_template(f"docs/{template}.html")
            .render(
                language=language,
                base_url=base,
                here=here,
                there=in_language(here, other),
                url=functools.partial(address, language),
                is_demo=settings.IS_DEMO,
                phone_url=settings.PHONE_URL if settings.IS_DEMO else "",
                **context,
            )
        )
    return text.encode()


def respond(body: bytes, content_type: str, *, status: int = 200, keep: bool = True) -> HttpResponse:
    """Send bytes with the headers of every public page."""
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
        "Cache-Control": "public, max-age=300" if keep else "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        ),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    if settings.IS_DEMO:
        headers["X-Robots-Tag"] = "noindex, nofollow"
    return HttpResponse(body, status=status, headers=headers)


def address(language: Language, page: str, /, **arguments: Any) -> str:
    """Where a page stands in a language."""
    return reverse(f"docs-{language}:{page}", kwargs=arguments or None)


def in_language(here: str, language: Language) -> str:
    """The same page in the other language: English pages stand below `/docs/en/`."""
    rest = here.removeprefix("/docs/").removeprefix("en/")
    return f"/docs/en/{rest}" if language == "en" else f"/docs/{rest}"


def base_url(request: HttpRequest) -> str:
    """Where samples send their requests: this very host."""
    try:
        host = request.get_host()
    except DisallowedHost:
        host = "prakerja.example"
    return f"{'http' if settings.IS_DEMO else 'https'}://{host}"


@functools.cache
def environment() -> Environment:
    """The templates, with gettext."""
    made = Environment(
        loader=PackageLoader("prakerja.developer_site"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=CompiledTemplates("developer_site", made_in=__file__),
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals["style"] = style_address
    return made


@functools.cache
def style() -> bytes:
    """The style sheet."""
    return resources.files("prakerja.developer_site").joinpath("style.css").read_bytes()


def style_address() -> str:
    """Where it stands; another content has another address, so that nobody keeps an old one."""
    return f"{reverse('docs-id:style')}?v={hashlib.sha256(style()).hexdigest()[:12]}"
