"""What all pages share: two languages, the form token, amounts and instants as people write them."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta, timezone
from typing import Any

from babel.dates import format_date
from flask import Flask, Response, abort, request, session, url_for

from .addresses import masked
from .texts import ENGLISH

_WIB = timezone(timedelta(hours=7))
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def language() -> str:
    """``id`` unless this browser chose ``en``."""
    return "en" if session.get("language") == "en" else "id"


def translate(sentence: str) -> str:
    """The sentence in the page's language; Indonesian is the source."""
    return ENGLISH[sentence] if language() == "en" and sentence in ENGLISH else sentence


def rupiah(amount: int) -> str:
    """1000000 → Rp1.000.000; in English Rp1,000,000."""
    written = f"Rp{amount:,}"
    return written if language() == "en" else written.replace(",", ".")


def instant(value: str) -> str:
    """An RFC 3339 instant as a person in Jakarta reads it."""
    moment = datetime.fromisoformat(value).astimezone(_WIB)
    hour = f"{moment:%H:%M}" if language() == "en" else f"{moment:%H.%M}"
    return f"{format_date(moment.date(), 'd MMM y', locale=language())} {hour} WIB"


def require_form_token() -> None:
    """Refuse a form that does not come from a page of ours."""
    expected = session.get("form_token", "")
    given = request.form.get("form_token", "")
    if not expected or not hmac.compare_digest(str(expected).encode(), given.encode("utf-8", "surrogateescape")):
        abort(403)


def install(app: Flask) -> None:
    """Give templates these words and every page its headers."""
    app.jinja_env.filters.update(rupiah=rupiah, instant=instant, masked=masked)
    app.before_request(_remember_language)
    app.after_request(_harden)
    app.context_processor(_words)


def _remember_language() -> None:
    chosen = request.args.get("lang")
    if chosen in ("id", "en"):
        session["language"] = chosen


def _words() -> dict[str, Any]:
    return {"t": translate, "language": language(), "form_token": _form_token, "switch": _switch}


def _form_token() -> str:
    """This browser's token, made when the first form is shown."""
    if "form_token" not in session:
        session["form_token"] = secrets.token_hex(16)
    return str(session["form_token"])


def _switch(code: str) -> str:
    """The address of this page in another language; a page that answers a form goes back to its start."""
    if request.endpoint is None or request.method != "GET":
        return url_for("home", lang=code)
    return url_for(request.endpoint, **(request.view_args or {}), lang=code)


def _harden(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
