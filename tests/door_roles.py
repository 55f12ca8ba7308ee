"""A request of a test is answered as the role of its door, and what falls due is done as the worker's: a right that is missing fails
where it is needed (ADR 0039). What a test does by itself is its owner's work, as a builder's is.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.db import connection
from psycopg import sql

from prakerja.config import privileges as wanted
from prakerja.kernel import looks, privileges
from prakerja.kernel.db import row, transaction
from prakerja.kernel.due import DueTask
from tests import recording, running

_DOORS = {
    "prakerja.config.portal_urls": "portal",
    "prakerja.console.urls": "console",
    "prakerja.config.partner_urls": "partner_api",
    "prakerja.config.callback_urls": "callbacks",
    "prakerja.sandbox.site.urls": wanted.SANDBOX,
}
# Before the database was made nobody has a role; and nobody takes another's while they work as somebody.
_prefix: str | None = None
_here = threading.local()
_heard: list[recording.Listening] = []


def make() -> None:
    """Make every role in the tests' server, which all workers share, and say what each may do in this worker's database."""
    global _prefix
    found = row("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
    if found is None or not found[1]:
        # A server that somebody lends us, whose roles are no business of ours.
        return
    prefix = str(found[0])
    with running.once("roles"), connection.cursor() as cursor:
        for name in (*wanted.ROLES, wanted.SANDBOX):
            role = privileges.role_name(prefix, name)
            if row("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]) is None:
                cursor.execute(f"CREATE ROLE {connection.ops.quote_name(role)} LOGIN")
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {connection.ops.quote_name(role)}")
    with transaction():
        privileges.settle(wanted.wanted(), prefix=prefix)
    _prefix = prefix


def watch() -> None:
    """Let every request and every due task of this process be done so from now on."""
    answer: Callable[..., Any] = BaseHandler.get_response

    def get_response(self: BaseHandler, request: Any) -> Any:
        with as_role(_DOORS.get(str(settings.ROOT_URLCONF))):
            return answer(self, request)

    BaseHandler.get_response = get_response  # type: ignore[method-assign,assignment]

    begin = DueTask.__init__

    def __init__(self: DueTask, *given: Any, **named: Any) -> None:
        as_worker = {name: _as_worker(named[name]) for name in ("next_due", "run", "left") if named.get(name)}
        # A look is one of many that are asked together, which is the worker's work below.
        if isinstance(named.get("next_due"), (looks.Look, looks.Question)):
            del as_worker["next_due"]
        begin(self, *given, **{**named, **as_worker})

    DueTask.__init__ = __init__  # type: ignore[method-assign]
    looks._answers = _as_worker(looks._answers)


def _as_worker(work: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(work)
    def inner(*given: Any) -> Any:
        with as_role("worker"):
            return work(*given)

    return inner


@contextlib.contextmanager
def as_role(role: str | None) -> Iterator[None]:
    """Work as this role of the database on this thread's connection."""
    if role is None or _prefix is None or getattr(_here, "role", None):
        yield
        return
    try:
        connection.ensure_connection()
    except RuntimeError:
        # A test that may not ask the database has no use for a role.
        yield
        return
    session: psycopg.Connection[Any] = connection.connection
    if session.closed:
        # What answered before closed it, as a door does behind each request: there is nobody to be.
        yield
        return
    _here.role = role
    try:
        with _recorded(session, role) if recording.FOLDER else _limited(session, role):
            yield
    finally:
        _here.role = None


@contextlib.contextmanager
def _limited(session: psycopg.Connection[Any], role: str) -> Iterator[None]:
    assert _prefix is not None
    session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(privileges.role_name(_prefix, role))))
    try:
        yield
    finally:
        # A transaction that failed is rolled back by whoever began it, and the role with it.
        if not session.closed and session.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
            session.execute("RESET ROLE")


@contextlib.contextmanager
def _recorded(session: psycopg.Connection[Any], role: str) -> Iterator[None]:
    if not _heard or _heard[-1].session is not session:
        _heard.append(recording.Listening(session))
    _heard[-1].begin(role)
    try:
        yield
    finally:
        _heard[-1].end()


def url_for(door: str) -> str:
    """The tests' own database, as this door's role."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    login = "" if _prefix is None else f"{privileges.role_name(_prefix, door)}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(
        parts._replace(netloc=login or parts.netloc, path="/" + quote(str(connection.settings_dict["NAME"])))
    )
