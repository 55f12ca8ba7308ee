"""What both programs do to every request: site, language, session, CSRF, headers and error pages."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from examples.shared import formats
from examples.shared.advice import next_step, plain_sentence
from examples.shared.config import Settings
from examples.shared.places import hour_there
from examples.shared.prakerja_client import PartnerRefusal, PartnerUnavailable
from examples.shared.store import Account, Session, Visitors, connect
from examples.shared.texts import LANGUAGES, Translator
from examples.shared.tongues import tongue_of

# The longest form; a page that takes files says so itself.
FORM_BYTES = 64 * 1024
HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'{form_ends};"
    " frame-ancestors 'none'; base-uri 'none'"
)

HTTP_ERRORS = {
    404: ("Halaman tidak ditemukan", "Alamat ini tidak ada, atau isinya sudah dipindahkan."),
    405: ("Cara membuka halaman ini keliru", "Halaman ini hanya menerima kiriman dari formulirnya."),
    413: ("Kiriman terlalu besar", "Isian yang dikirim melebihi batas."),
}
UNREADABLE = ("Permintaan tidak dapat dibaca", "Peramban mengirim sesuatu yang tidak kami pahami.")


@dataclass(frozen=True)
class Site:
    """One site of a program: a brand's shop or an institution's classes."""

    code: str
    name: str
    accent: str
    cookie: str
    cookie_path: str
    language_cookie: str
    home_endpoint: str
    tagline: str = ""


@dataclass(frozen=True)
class Program:
    """What differs between the two programs."""

    settings: Settings
    database: Path
    translator: Translator
    find_site: Callable[[], Site | None]
    front: Site
    may_lead_to_portal: bool = False
    # Called by machines that sign what they send: no session, no form, no token of a form.
    machine_endpoints: frozenset[str] = frozenset()


def site() -> Site:
    """Return the site that this request is for."""
    current: Site = g.site
    return current


def database() -> sqlite3.Connection:
    """Return this request's connection; it is closed at the end of the request."""
    if "database" not in g:
        g.database = connect(g.program.database)
    connection: sqlite3.Connection = g.database
    return connection


def visitors() -> Visitors:
    """Return accounts and sessions over this request's connection."""
    return Visitors(database())


def session() -> Session:
    """Return the visitor's session, starting one when a form needs it."""
    if g.session is None:
        g.session = visitors().start_session(site=site().code)
    current: Session = g.session
    return current


def account() -> Account | None:
    """Return who is signed in at this site."""
    found: Account | None = g.account
    return found


def sign_in(account_id: str) -> None:
    """Start a fresh session for an account; the id from before the sign-in is worth nothing afterwards."""
    if g.session is not None:
        visitors().end_session(g.session)
    g.session = visitors().start_session(site=site().code, account_id=account_id)


def sign_out() -> None:
    """End the session."""
    if g.session is not None:
        visitors().end_session(g.session)
    g.session = None
    g.forget_cookie = True


def language() -> str:
    """Return the visitor's language; Prakerja's own sentences are asked for in it."""
    return str(g.get("language", "id"))


def say(text: str, **values: object) -> str:
    """Return a sentence in the visitor's language."""
    sentence: str = g.program.translator.translate(g.language, text, **values)
    return sentence


def notice(text: str, **values: object) -> None:
    """Keep one sentence for the next page."""
    visitors().leave_notice(session(), say(text, **values))


def safe_path(candidate: str | None, fallback: str) -> str:
    """Return a path of this very site; anything that could lead elsewhere becomes the fallback."""
    if candidate and candidate.startswith("/") and not candidate.startswith("//"):
        ordinary = all(" " < letter < "\x7f" and letter != "\\" for letter in candidate)
        if ordinary:
            return candidate
    return fallback


def to_sign_in() -> Response:
    """Send a visitor without an account to the sign-in page, and back here afterwards."""
    here = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return make_response(redirect(url_for("accounts.sign_in", next=here), 303))


def build_app(name: str, folder: Path, program: Program) -> Flask:
    """Make a Flask program with everything of this module installed; its own routes come afterwards."""
    app = Flask(name, static_folder=str(HERE / "static"), static_url_path="/static")
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder / "templates"), FileSystemLoader(HERE / "templates")])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["MAX_CONTENT_LENGTH"] = FORM_BYTES
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 300
    app.before_request(lambda: _begin(program))
    app.after_request(_finish)
    app.teardown_request(_close)
    app.context_processor(_page_words)
    app.add_template_filter(as_written)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(PartnerRefusal, _refusal)
    app.register_error_handler(PartnerUnavailable, _unavailable)
    app.register_error_handler(500, _fault)
    app.add_url_rule("/health", "health", lambda: Response("ok", mimetype="text/plain"))
    app.add_url_rule("/language/<code>", "language", _choose_language)
    return app


def _begin(program: Program) -> ResponseReturnValue | None:
    g.program = program
    g.session = g.account = None
    g.site = program.front
    g.forget_cookie = False
    # In the words of the front page until the site is known, and for addresses where there is none.
    _speak(program.front)
    if request.endpoint in {"health", "static"}:
        return None
    found = program.find_site()
    if found is None:
        abort(404)
    g.site = found
    if request.endpoint in program.machine_endpoints:
        return None
    _speak(found)
    cookie = request.cookies.get(found.cookie)
    if cookie:
        g.session = visitors().find_session(site=found.code, cookie=cookie)
    if g.session is not None and g.session.account_id:
        g.account = visitors().account(g.session.account_id)
    if request.method == "POST" and not _token_fits():
        return _problem_page(
            title=say("Halaman ini sudah terlalu lama terbuka"),
            text=say("Demi keamanan, kiriman ini tidak diproses."),
            advice=say("Muat ulang halaman sebelumnya, lalu isi dan kirim lagi."),
            status=400,
        )
    return None


def _speak(site: Site) -> None:
    """Take the language that this visitor chose for the site; Indonesian until they choose."""
    chosen = request.cookies.get(site.language_cookie, "id")
    g.language = chosen if chosen in LANGUAGES else "id"


def _token_fits() -> bool:
    sent = request.form.get("csrf_token", "")
    return g.session is not None and hmac.compare_digest(sent.encode(), g.session.csrf.encode())


def _form_ends() -> str:
    """Where else a form may end: at Prakerja's verification page. Browsers check the redirect after a form too."""
    program: Program | None = g.get("program")
    if program is None or not program.may_lead_to_portal:
        return ""
    parts = urlsplit(program.settings.portal_url)
    return f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _finish(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY.format(form_ends=_form_ends())
    response.headers["X-Content-Type-Options"] = "nosniff"
    # A teacher may scan a code with the camera; nothing else of the device is anybody's business here.
    response.headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    current = g.get("session")
    if current is not None and current.cookie:
        response.set_cookie(g.site.cookie, current.cookie, path=g.site.cookie_path, httponly=True, samesite="Lax")
    elif g.get("forget_cookie"):
        response.delete_cookie(g.site.cookie, path=g.site.cookie_path, httponly=True, samesite="Lax")
    return response


def _close(_error: BaseException | None) -> None:
    connection = g.pop("database", None)
    if connection is not None:
        connection.close()


def as_written(words: str) -> str:
    """Words that came from an institution: a page in the other language says so, for whoever has it read out."""
    return Markup("<span{}>{}</span>").format(lang_of(words), words) if lang_of(words) else words


def lang_of(words: str) -> str:
    """The attribute of an element whose whole text these words are; "" where they are in the language of the page."""
    tongue = tongue_of(words) if words else ""
    return "" if tongue in ("", language()) else Markup(' lang="{}"').format(tongue)


def _take_notice() -> str:
    return visitors().take_notice(g.session) if g.session is not None else ""


def _page_words() -> dict[str, Any]:
    language = g.get("language", "id")
    settings = g.program.settings
    return {
        "_": say,
        "site": g.site,
        "account": g.get("account"),
        "language": language,
        "home_endpoint": g.site.home_endpoint,
        "here": request.full_path.rstrip("?") if request.method == "GET" else "",
        "lang_of": lang_of,
        "csrf_token": lambda: session().csrf,
        "take_notice": _take_notice,
        "thousands": lambda number: formats.thousands(number, language),
        "rupiah": lambda amount: formats.rupiah(amount, language),
        "wib_date": lambda instant: formats.wib_date(instant, language),
        "wib_last_day": lambda instant: formats.wib_last_day(instant, language),
        "wib_until": lambda instant: formats.wib_until(instant, language),
        "wib_instant": lambda instant: formats.wib_instant(instant, language),
        "hour_there": lambda instant, province_code: hour_there(instant, province_code, language),
        "portal_url": settings.portal_url,
        "phone_url": settings.phone_url,
        "institution_url": settings.institution_url,
    }


def _choose_language(code: str) -> ResponseReturnValue:
    if code not in LANGUAGES:
        abort(404)
    response = make_response(redirect(safe_path(request.args.get("next"), "/"), 303))
    response.set_cookie(g.site.language_cookie, code, max_age=365 * 24 * 3600, httponly=True, samesite="Lax")
    return response


def _problem_page(*, title: str, text: str, advice: str, status: int) -> ResponseReturnValue:
    page = render_template("shared/problem.html", title=title, text=text, advice=advice)
    return page, status


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response(request.environ)
    title, text = HTTP_ERRORS.get(status, UNREADABLE)
    return _problem_page(
        title=say(title), text=say(text), advice=say("Kembali ke beranda dan mulai dari sana."), status=status
    )


def _refusal(error: PartnerRefusal) -> ResponseReturnValue:
    return _problem_page(
        title=say("Prakerja menolak permintaan ini"),
        text=plain_sentence(error.code, error.message, say),
        advice=say(next_step(error.code)),
        status=502,
    )


def _unavailable(_error: PartnerUnavailable) -> ResponseReturnValue:
    return _problem_page(
        title=say("Layanan Prakerja belum dapat dihubungi"),
        text=say("Kami tidak mendapat jawaban dari Prakerja."),
        advice=say("Tunggu sebentar, lalu muat ulang halaman ini. Tidak ada yang berubah pada pesanan Anda."),
        status=503,
    )


def _fault(_error: Exception) -> ResponseReturnValue:
    return _problem_page(
        title=say("Ada gangguan di situs kami"),
        text=say("Kesalahannya ada pada kami, bukan pada Anda."),
        advice=say("Tunggu sebentar, lalu coba lagi."),
        status=500,
    )
