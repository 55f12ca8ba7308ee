"""The calls that go past Django's request machinery are answered to the letter as Django would answer them."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from prakerja.config.settings import partner_api as door
from prakerja.partner_api.fixed_calls import Application, serve_fixed_calls
from prakerja.partner_api.urls import FIXED_ROUTES
from tests.partner_api.partner import PAYMENT, Scene
from tests.partner_api.signer import Signer

Answer = tuple[str, list[tuple[str, str]], bytes]


@pytest.fixture(autouse=True)
def as_the_door_is(settings: Any) -> None:
    """Its own addresses and middleware, where the settings of the tests are the console's."""
    settings.ROOT_URLCONF, settings.MIDDLEWARE = door.ROOT_URLCONF, door.MIDDLEWARE


def ask(application: Application, method: str, path: str, body: bytes = b"{}", **headers: str) -> Answer:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    environ |= {"HTTP_" + name.upper(): value for name, value in headers.items()}
    told: list[Any] = []
    answer = b"".join(application(environ, lambda *said: told.append(said)))
    status, fields = told[0]
    return status, sorted(fields), answer


def never(environ: dict[str, Any], start_response: Any) -> Any:
    raise AssertionError("this was for the direct way")


@pytest.mark.parametrize("path", sorted(FIXED_ROUTES))
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_a_stranger_is_told_the_same(scene: Scene, method: str, path: str) -> None:
    assert ask(serve_fixed_calls(never), method, path) == ask(WSGIHandler(), method, path)


# For real, because both ways give the connection back, and with it a test's transaction would go.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("members", [{"course_code": "x", "schedule_code": "y"}, {}, [], {"course_code": 1}])
def test_a_partner_is_told_the_same(members: Any) -> None:
    scene = Scene()
    body = json.dumps(members).encode()
    path = f"{PAYMENT}/quota-schedule"
    headers = Signer(scene.world.platform, "sha1").headers("POST", path, body)
    told_by_us = ask(serve_fixed_calls(never), "POST", path, body, **headers)
    assert told_by_us == ask(WSGIHandler(), "POST", path, body, **headers)
    assert told_by_us[0].startswith("4")


def test_a_success(scene: Scene) -> None:
    body = json.dumps({"course_code": scene.course.code, "schedule_code": scene.run.code}).encode()
    path = f"{PAYMENT}/quota-schedule"
    headers = Signer(scene.world.platform, "sha1").headers("POST", path, body)
    status, fields, answer = ask(serve_fixed_calls(never), "POST", path, body, **headers)
    assert status == "200 OK"
    assert fields == [("Content-Length", str(len(answer))), ("Content-Type", "application/json")]
    assert json.loads(answer)["data"]["quota"] == 100


@pytest.mark.parametrize("path", [f"/{PAYMENT}/quota-schedule", "/api/v1/integration/no/such", "/"])
def test_everything_else_is_for_django(scene: Scene, path: str) -> None:
    with pytest.raises(AssertionError, match="direct way"):
        ask(serve_fixed_calls(never), "POST", path)


@pytest.mark.django_db(transaction=True)
def test_the_connection_goes_back_when_the_call_is_over() -> None:
    scene = Scene()
    connection.ensure_connection()
    body = b'{"invoice_code": "INV-1"}'
    path = f"{PAYMENT}/status"
    ask(
        serve_fixed_calls(never), "POST", path, body, **Signer(scene.world.platform, "sha1").headers("POST", path, body)
    )
    assert connection.connection is None
