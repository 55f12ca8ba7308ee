"""What whoever watches a door is told: by the name of a route, never by an address; and it costs the database next to nothing."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from django.db import connection

from prakerja.config import due
from prakerja.config.measuring import measure
from prakerja.config.settings import partner_api, portal
from prakerja.config.wsgi.door import route_naming_handler
from prakerja.config.wsgi.doorstep import CALLS, with_doorstep
from prakerja.config.wsgi.health import Health, look
from prakerja.config.wsgi.watching import watched
from prakerja.kernel import clock
from prakerja.kernel.addresses import Proxies
from prakerja.kernel.db import row
from prakerja.kernel.figures import figures
from prakerja.kernel.logs import name_process
from prakerja.kernel.progress import note_outcome
from prakerja.partner_api.fixed_calls import serve_fixed_calls
from tests import builders
from tests.exposition import Samples, read, sample

HOST = "portal.example"
HSTS = 60


def ask(application: Any, path: str, *, method: str = "GET", **headers: str) -> tuple[str, dict[str, str], str]:
    """Status, headers and body of an answer."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": HOST,
        "wsgi.input": io.BytesIO(b""),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    environ |= {f"HTTP_{name}": value for name, value in headers.items()}
    told: list[Any] = []
    body = b"".join(application(environ, lambda *said: told.append(said)))
    return told[0][0], dict(told[0][1]), body.decode()


def figures_of(application: Any) -> Samples:
    status, fields, text = ask(application, "/metrics")
    assert (status, fields["Content-Type"]) == ("200 OK", "text/plain; version=0.0.4; charset=utf-8")
    return read(text)[1]


def stood(inner: Any) -> Any:
    return with_doorstep(inner, fields=CALLS, hosts=[HOST], has_tls=False, hsts_seconds=HSTS)


@pytest.mark.django_db
def test_requests_are_counted_by_the_names_of_routes(settings: Any) -> None:
    """A page's address may hold a code, and a label that anybody can make up grows for ever."""
    name_process("watched-door")
    settings.ROOT_URLCONF, settings.MIDDLEWARE, settings.ALLOWED_HOSTS = portal.ROOT_URLCONF, [], [HOST]
    settings.TEMPLATES = portal.TEMPLATES
    pages = stood(route_naming_handler())
    for path in ("/verifikasi/QWERTY234567secret", "/tidak-ada/QWERTY234567", "/verifikasi/ZXCVBN234567secret"):
        ask(pages, path)
    settings.ROOT_URLCONF = partner_api.ROOT_URLCONF
    calls = stood(serve_fixed_calls(route_naming_handler()))
    ask(calls, "/api/v1/integration/payment/send-otp", method="POST")
    ask(calls, "/api/v1/integration/redeem-code/status/QWERTY234567")
    found = figures_of(watched(Health(look)))
    ours = {dict(labels)["route"] for (name, labels) in found if ("door", "watched-door") in labels}
    assert "none" in ours
    assert any("verifi" in route for route in ours), ours
    assert "/api/v1/integration/payment/send-otp" in ours, ours
    assert not [route for route in ours if "secret" in route or "QWERTY" in route or "7777" in route]
    refused = {dict(labels).get("reason") for (name, labels) in found if name == "prakerja_refusals_total"}
    assert "client_missing" in refused or "headers_missing" in refused, refused


@pytest.mark.django_db
def test_a_believed_proxy_names_the_request_and_nobody_else() -> None:
    from ipaddress import ip_network

    def inner(environ: Any, start: Any) -> list[bytes]:
        start("200 OK", [])
        return [b""]

    door = with_doorstep(
        inner,
        fields=CALLS,
        hosts=[HOST],
        has_tls=False,
        hsts_seconds=HSTS,
        proxies=Proxies(networks=(ip_network("127.0.0.0/8"),)),
    )
    named = "c0ffee00-0000-4000-8000-000000000000"
    assert ask(door, "/", X_REQUEST_ID=named)[1]["X-Request-Id"] == named
    for wrong in ("short", "x" * 65, "a b c d e f g", "081234567890", "line\nbreak-and-more"):
        assert ask(door, "/", X_REQUEST_ID=wrong)[1]["X-Request-Id"] != wrong
    assert ask(stood(inner), "/", X_REQUEST_ID=named)[1]["X-Request-Id"] != named


# The queues of the worker -------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_worker_tells_what_waits() -> None:
    builders.participant(builders.world())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_message SET status = 'queued', sent_at = NULL WHERE channel = 'sms'")
        cursor.execute("SELECT count(*) FROM notifications_message WHERE status = 'queued'")
        waiting = cursor.fetchone()[0]
    assert waiting > 0
    began = clock.wall()
    note_outcome("proof", began_at=began, done=40, left=2)
    tasks, looks = due.due_tasks(), due.Looks()
    for task in tasks:
        looks.next_due(task)
    application = watched(Health(look), measure=lambda: measure({"all": (tasks, looks)}))
    found = figures_of(application)
    lanes = {lane: sample(found, "prakerja_messages_waiting", lane=lane) for lane in ("codes", "others")}
    assert sum(lanes.values()) == waiting
    assert sample(found, "prakerja_messages_oldest_seconds", lane="others") >= 0
    assert sample(found, "prakerja_last_proof_differences") == 2
    assert sample(found, "prakerja_figures_stale") == 0
    assert {dict(labels)["task"] for name, labels in found if name == "prakerja_due_lag_seconds"} == {
        t.name for t in tasks
    }
    for name in ("webhooks_waiting", "payments_unknown", "discrepancies_open", "messages_in_hand"):
        assert sample(found, f"prakerja_{name}") == 0


@pytest.mark.django_db
def test_no_figure_reads_a_whole_table() -> None:
    """Each is found in an index whose rows are only those that wait."""
    from prakerja.disbursements import queries as payments
    from prakerja.notifications import queries as messages
    from prakerja.webhooks import queries as webhooks

    statements: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    at = clock.now()
    with connection.execute_wrapper(note):
        messages.backlog(at=at, most=10)
        webhooks.waiting_deliveries(most=10)
        payments.payments_without_fate(most=10)
        payments.open_discrepancies(most=10)
    # An empty table is read whole because that is cheapest; here that is forbidden, so that a plan without it must exist.
    row("SELECT set_config('enable_seqscan', 'off', true)")
    assert len(statements) == 4
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute("EXPLAIN " + sql, params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan, plan


def test_whoever_watches_is_told_apart_from_ready(db: None) -> None:
    away = watched(Health(lambda: "no database"))
    assert ask(away, "/live")[0] == "200 OK"
    assert ask(away, "/ready")[::2] == ("503 Service Unavailable", "no database\n")
    assert ask(away, "/other")[0] == "404 Not Found"
    assert figures() is not None
