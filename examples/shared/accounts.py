"""Sign-up, sign-in and sign-out of one site; the same pages for a shop and a class site."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examples.shared import web

_WORD = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
EMAIL = re.compile(
    rf"(?=.{{1,64}}@){_WORD}(?:\.{_WORD})*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{{2,63}}"
)
PASSWORD_MIN = 8
FAILURES = 10
FAILURE_WINDOW_S = 600


class FailureCounter:
    """Remembers failed sign-ins of the last ten minutes, in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[tuple[str, str], deque[float]] = {}

    def is_blocked(self, *, site: str, email: str) -> bool:
        """Say whether this e-mail failed too often at this site."""
        with self._lock:
            moments = self._failures.get((site, email.lower()), deque())
            while moments and moments[0] < time.monotonic() - FAILURE_WINDOW_S:
                moments.popleft()
            return len(moments) >= FAILURES

    def count(self, *, site: str, email: str) -> None:
        """Note one failure."""
        with self._lock:
            if len(self._failures) > 10_000:
                self._failures.clear()
            self._failures.setdefault((site, email.lower()), deque()).append(time.monotonic())


def _clean(name: str, limit: int) -> str:
    return request.form.get(name, "").replace("\x00", "").strip()[:limit]


def _next_path() -> str:
    home = url_for(web.site().home_endpoint)
    return web.safe_path(request.values.get("next"), home)


def accounts_blueprint(*, url_prefix: str = "", printed: Mapping[tuple[str, str], str] | None = None) -> Blueprint:
    """Make the pages; endpoints are `accounts.sign_up`, `accounts.sign_in` and `accounts.sign_out`.

    `printed`: the passwords of a demo's people, by site and e-mail. `/signin?demo=E-MAIL` fills the form in for one of them.
    """
    filled = printed or {}
    pages = Blueprint("accounts", __name__, url_prefix=url_prefix)
    failures = FailureCounter()

    @pages.route("/signup", methods=["GET", "POST"])
    def sign_up() -> ResponseReturnValue:
        values = {"name": "", "email": ""}
        errors: dict[str, str] = {}
        if request.method == "POST":
            values = {"name": _clean("name", 100), "email": _clean("email", 254)}
            password = request.form.get("password", "")[:200]
            errors = _sign_up_errors(values, password)
            if not errors:
                opened = web.visitors().sign_up(site=web.site().code, password=password, **values)
                if opened:
                    web.sign_in(opened.id)
                    web.notice("Akun Anda sudah dibuka.")
                    return redirect(_next_path(), 303)
                errors["email"] = web.say("Email ini sudah punya akun di sini. Silakan masuk.")
        page = render_template(
            "shared/sign_up.html", values=values, errors=errors, next=_next_path(), minimum=PASSWORD_MIN
        )
        return page, 422 if errors else 200

    @pages.route("/signin", methods=["GET", "POST"])
    def sign_in() -> ResponseReturnValue:
        asked = request.args.get("demo", "")
        site = web.site().code
        password = filled.get((site, asked), "")
        email = asked if password else ""
        errors: dict[str, str] = {}
        if request.method == "POST":
            email = _clean("email", 254)
            if failures.is_blocked(site=site, email=email):
                errors["email"] = web.say("Terlalu banyak percobaan. Coba lagi sepuluh menit kemudian.")
            else:
                found = web.visitors().sign_in(site=site, email=email, password=request.form.get("password", "")[:200])
                if found:
                    web.sign_in(found.id)
                    return redirect(_next_path(), 303)
                failures.count(site=site, email=email)
                errors["email"] = web.say(
                    "Email atau kata sandi tidak cocok. Periksa lagi, atau buka akun baru bila belum punya."
                )
        page = render_template("shared/sign_in.html", email=email, password=password, errors=errors, next=_next_path())
        return page, 422 if errors else 200

    @pages.post("/signout")
    def sign_out() -> ResponseReturnValue:
        web.sign_out()
        return redirect(url_for(web.site().home_endpoint), 303)

    return pages


def _sign_up_errors(values: dict[str, str], password: str) -> dict[str, str]:
    errors = {}
    if not values["name"]:
        errors["name"] = web.say("Isi nama Anda.")
    if not EMAIL.fullmatch(values["email"]):
        errors["email"] = web.say("Isi alamat email yang lengkap, misalnya nama@contoh.id.")
    if len(password) < PASSWORD_MIN:
        errors["password"] = web.say("Kata sandi paling sedikit {n} huruf atau angka.", n=PASSWORD_MIN)
    return errors
