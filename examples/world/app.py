"""Puts the program together."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from . import bank, bank_pages, pages, phone, registry
from .settings import Settings
from .store import Store


@dataclass(frozen=True, slots=True)
class World:
    """What the requests of this process share."""

    settings: Settings
    store: Store
    stopping: threading.Event


class _QuietFlask(Flask):
    """Flask, but the log of an unexpected error names the endpoint: a path may hold a telephone number."""

    def log_exception(self, exc_info: Any) -> None:
        self.logger.error("unexpected error in %s", request.endpoint, exc_info=exc_info)


def create_app(settings: Settings, store: Store, stopping: threading.Event) -> Flask:
    """The WSGI application of phone, bank and registry."""
    app = _QuietFlask(__name__)
    app.secret_key = store.session_key()
    app.config.update(
        SESSION_COOKIE_NAME="world_session",
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=64 * 1024,
    )
    app.extensions["world"] = World(settings=settings, store=store, stopping=stopping)
    pages.install(app)
    for blueprint in (phone.blueprint, bank.blueprint, bank_pages.blueprint, registry.blueprint):
        app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, _explain)
    app.add_url_rule("/", "home", _home)
    app.add_url_rule("/health", "health", _health)
    app.context_processor(lambda: {"portal_url": settings.portal_url, "sandbox_url": settings.sandbox_url})
    return app


def _home() -> str:
    return render_template("home.html")


def _health() -> Response:
    return Response("ok", mimetype="text/plain")


def _explain(error: HTTPException) -> Any:
    """A page for people, JSON for programs; neither repeats what was asked."""
    if error.response is not None:
        return error
    status = error.code or 500
    if request.mimetype == "application/json" or "text/html" not in request.headers.get("Accept", ""):
        return jsonify({"error": error.name.lower().replace(" ", "_")}), status
    return render_template("error.html", status=status), status
