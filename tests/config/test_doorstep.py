"""Before and after every request of a door: whose name it asks, what every answer has, which cookies are ours."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

import pytest

from prakerja.config.settings.proxies import proxies_from_environment
from prakerja.config.wsgi import doorstep
from prakerja.config.wsgi.doorstep import CALLS, PAGES, known_host, with_doorstep
from prakerja.config.wsgi.plain_pages import plain_page
from prakerja.kernel.addresses import Proxies
from prakerja.kernel.errors import CannotRun
from prakerja.kernel.logs import Redact
from tests.house.source import ROOT

HSTS = 60
PROXY = "10.0.0.1"
OURS = Proxies((ip_network("10.0.0.0/8"),))
HOSTS = ["127.0.0.1", "[::1]", "localhost", "portal.example", ".kartu.example"]
Answer = tuple[str, dict[str, str], dict[str, Any]]


def ask(
    status: str = "200 OK",
    *more: tuple[str, str],
    fields: dict[str, str] = PAGES,
    has_tls: bool = False,
    path: str = "/",
    peer: str = "203.0.113.99",
    proxies: Proxies = OURS,
    **headers: str,
) -> Answer:
    """An answer of a door: status, headers, and the environment that the door saw."""
    seen: dict[str, Any] = {}
    told: list[Any] = []

    def inner(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.update(environ)
        start_response(status, [("Content-Type", "text/html"), *more])
        return [b""]

    door = with_doorstep(inner, fields=fields, hosts=HOSTS, has_tls=has_tls, hsts_seconds=HSTS, proxies=proxies)
    environ = {"PATH_INFO": path, "HTTP_HOST": "portal.example", "REMOTE_ADDR": peer} | {
        f"HTTP_{name}": text for name, text in headers.items()
    }
    door(environ, lambda *said: told.append(said))
    return told[0][0], dict(told[0][1]), seen


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "[::1]:8000", "localhost", "LOCALHOST:1", "portal.example", "a.kartu.example"]
)
def test_names_that_are_ours(host: str) -> None:
    assert ask(HOST=host)[0] == "200 OK"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "portal.example.evil.example",
        "10.0.0.1",
        "127.0.0.1, evil.example",
        "",
        "a b",
        "portal.example:x",
    ],
)
def test_other_names_reach_nothing(host: str) -> None:
    status, fields, seen = ask(HOST=host)
    assert (status, seen) == ("421 Misdirected Request", {})
    assert fields["X-Content-Type-Options"] == "nosniff"


def test_a_door_that_listens_everywhere_answers_to_digits_and_to_no_strangers_name() -> None:
    """Whoever owns a name can make it lead here, and a browser then shares our pages with theirs; digits nobody owns."""
    is_known = known_host(["@addresses", "machine"])
    assert [is_known(host) for host in ("192.168.1.7:8006", "[fe80::1]:8006", "machine:8006")] == [True] * 3
    assert [is_known(host) for host in ("evil.example", "@addresses", "192.168.1.7.evil.example")] == [False] * 3


def test_whoever_watches_asks_by_any_name_for_health() -> None:
    assert ask(HOST="10.1.2.3", path="/health")[0] == "200 OK"


def test_calls_are_kept_by_nobody() -> None:
    _, fields, _ = ask(fields=CALLS)
    assert (fields["Cache-Control"], fields["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert "Strict-Transport-Security" not in fields


@pytest.mark.parametrize("fields", [CALLS, PAGES], ids=["calls", "pages"])
def test_what_every_answer_has(fields: dict[str, str]) -> None:
    _, found, _ = ask(fields=fields)
    assert found["Cross-Origin-Opener-Policy"] == found["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in found["Permissions-Policy"]
    assert len(found["X-Request-Id"]) == 16
    assert found["X-Request-Id"] != ask(fields=fields)[1]["X-Request-Id"]


def test_a_view_says_it_better() -> None:
    _, fields, _ = ask("429 Too Many Requests", ("Retry-After", "600"), ("cache-control", "public, max-age=300"))
    assert (fields["Retry-After"], fields["cache-control"]) == ("600", "public, max-age=300")
    assert "Cache-Control" not in fields


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize("path", ["/", "/health"])
def test_whoever_is_told_to_come_back_is_told_when(status: str, path: str) -> None:
    assert int(ask(status, path=path)[1]["Retry-After"]) > 0


def test_tls_is_said_for_the_next_visits() -> None:
    _, fields, seen = ask(fields=CALLS, has_tls=True, peer=PROXY, X_FORWARDED_PROTO="https")
    assert fields["Strict-Transport-Security"] == "max-age=60; includeSubDomains"
    assert seen["wsgi.url_scheme"] == "https"
    assert "Strict-Transport-Security" not in ask(has_tls=True, peer=PROXY)[1]
    assert "Strict-Transport-Security" not in ask(peer=PROXY, X_FORWARDED_PROTO="https")[1]
    # Whoever is no proxy of ours says nothing about TLS, and of several words the last is our proxy's.
    for said in ({"peer": "198.51.100.1"}, {"peer": PROXY, "X_FORWARDED_PROTO": "https, http"}):
        _, fields, seen = ask(**({"has_tls": True, "X_FORWARDED_PROTO": "https"} | said))
        assert "Strict-Transport-Security" not in fields
        assert "wsgi.url_scheme" not in seen


@pytest.mark.parametrize(
    ("header", "said", "found"),
    [
        ("X-Forwarded-For", "203.0.113.7", "203.0.113.7"),
        ("X-Forwarded-For", "203.0.113.7:4711", "203.0.113.7"),
        ("X-Forwarded-For", "::ffff:203.0.113.7", "203.0.113.7"),
        ("X-Forwarded-For", "2001:db8::1", "2001:db8::1"),
        ("X-Forwarded-For", "[2001:db8::1]", "2001:db8::1"),
        ("X-Forwarded-For", "[2001:db8::1]:4711", "2001:db8::1"),
        # What a caller wrote of itself stands before what our proxies wrote.
        ("X-Forwarded-For", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("X-Forwarded-For", "198.51.100.1,203.0.113.7, 10.0.0.9", "203.0.113.7"),
        ("X-Forwarded-For", "10.0.0.4, 10.0.0.9", "10.0.0.4"),
        ("X-Forwarded-For", "203.0.113.7, unknown", ""),
        ("X-Forwarded-For", "203.0.113.7, ", "203.0.113.7"),
        ("X-Forwarded-For", "for=203.0.113.7", ""),
        ("X-Forwarded-For", "", ""),
        ("Forwarded", "for=203.0.113.7", "203.0.113.7"),
        ("Forwarded", 'For="203.0.113.7:4711"', "203.0.113.7"),
        ("Forwarded", 'by=10.0.0.1; for="[2001:db8::1]:4711" ;proto=https', "2001:db8::1"),
        ("Forwarded", "for=198.51.100.1, for=203.0.113.7;proto=https", "203.0.113.7"),
        ("Forwarded", "for=203.0.113.7, for=10.0.0.9", "203.0.113.7"),
        ("Forwarded", 'for="203.0.113.7, for=198.51.100.1', "198.51.100.1"),
        ("Forwarded", 'for=203.0.113.7;x=", for=198.51.100.1', "198.51.100.1"),
        ("Forwarded", "for=203.0.113.7, rubbish", ""),
        ("Forwarded", "for=203.0.113.7, for=unknown", ""),
        ("Forwarded", "for=203.0.113.7, for=_hidden", ""),
        ("Forwarded", "for=2001:db8::1", ""),
        ("Forwarded", "203.0.113.7", ""),
        ("Forwarded", "xfor=203.0.113.7", ""),
        ("Forwarded", "", ""),
    ],
)
def test_who_calls_behind_our_proxies(header: str, said: str, found: str) -> None:
    """The last hop that is none of ours, in the one header that our proxies write; "" when it cannot be known."""
    ours = Proxies((ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")), header)
    other = "X-Forwarded-For" if header == "Forwarded" else "Forwarded"
    for peer in ("10.0.0.1", "::ffff:10.0.0.1", "2001:db8:ffff::9"):
        # A proxy lets the header through that it does not write.
        spoken = {header: said, other: "198.51.100.66" if other != "Forwarded" else "for=198.51.100.66"}
        seen = ask(peer=peer, proxies=ours, **{name.upper().replace("-", "_"): text for name, text in spoken.items()})[
            2
        ]
        assert seen["REMOTE_ADDR"] == found
        assert not [name for name in seen if "FORWARDED" in name]
    # Whoever comes past the proxies is not believed.
    for stranger in ("198.51.100.1", "2001:db8:fffe::1"):
        spoken = {header.upper().replace("-", "_"): said or "10.0.0.1"}
        assert ask(peer=stranger, proxies=ours, **spoken)[2]["REMOTE_ADDR"] == stranger
        assert ask(peer=stranger, **spoken)[2]["REMOTE_ADDR"] == stranger


def test_a_proxy_that_was_not_named_is_spoken_of_once(caplog: pytest.LogCaptureFixture) -> None:
    doorstep._warned = float("-inf")
    ask(peer="10.0.0.1")
    assert not caplog.records
    for number in range(3):
        ask(peer="192.0.2.7", X_FORWARDED_FOR=f"203.0.113.{number}")
    assert [one.levelname for one in caplog.records] == ["WARNING"]
    assert "PRAKERJA_TRUSTED_PROXIES" in caplog.text
    assert "203.0.113" not in caplog.text


@pytest.mark.parametrize(
    ("name", "text"), [("PRAKERJA_TRUSTED_PROXIES", "10.0.0.1/8"), ("PRAKERJA_FORWARDED_HEADER", "X-Real-IP")]
)
def test_a_setting_that_names_no_proxy_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(CannotRun, match=text):
        proxies_from_environment()


def test_cookies_are_ours_alone_where_tls_is() -> None:
    given = "portal_session=abc; HttpOnly; Path=/; SameSite=Lax"
    assert ask("200 OK", ("Set-Cookie", given))[1]["Set-Cookie"] == given
    _, fields, seen = ask(
        "200 OK",
        ("Set-Cookie", given),
        has_tls=True,
        COOKIE="portal_session=planted; __Host-portal_session=mine; __Secure-portal_pending=p; x=y",
    )
    assert fields["Set-Cookie"] == f"__Host-{given}; Secure"
    assert ask("200 OK", ("Set-Cookie", f" {given}"), has_tls=True)[1]["Set-Cookie"] == f"__Host-{given}; Secure"
    assert seen["HTTP_COOKIE"] == "portal_session=mine; portal_pending=p"
    of_a_part = "portal_pending=p; Path=/masuk; Secure"
    assert ask("200 OK", ("Set-Cookie", of_a_part), has_tls=True)[1]["Set-Cookie"] == f"__Secure-{of_a_part}"


def test_log_lines_name_the_request() -> None:
    _, fields, _ = ask()
    record = logging.LogRecord("prakerja", logging.INFO, "", 0, "a line", (), None)
    Redact().filter(record)
    assert record.request == f"[{fields['X-Request-Id']}] "


def test_every_entry_is_made_by_door() -> None:
    """Whose doorstep nobody goes around."""
    entries = [*(ROOT / "src/prakerja/config/wsgi").glob("*.py"), ROOT / "src/prakerja/sandbox/site/wsgi.py"]
    made = {}
    for path in entries:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "application":
                made[path.name] = ast.unparse(node.value).split("(")[0]
    assert len(made) == 5
    assert set(made.values()) == {"door"}


def shown(status: str, kind: str, body: bytes, **headers: str) -> tuple[str, dict[str, str], bytes]:
    """What a client reads of an answer; the doorstep has the pages of a door."""
    told: list[Any] = []

    def inner(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body))), ("Allow", "POST")])
        return [body]

    door = with_doorstep(inner, fields=PAGES, hosts=HOSTS, has_tls=False, hsts_seconds=HSTS, plain_page=plain_page)
    environ = {"PATH_INFO": "/", "HTTP_HOST": "portal.example"} | {
        f"HTTP_{name}": text for name, text in headers.items()
    }
    read = b"".join(door(environ, lambda *said: told.append(said)))
    return told[0][0], dict(told[0][1]), read


@pytest.mark.parametrize("status", ["405 Method Not Allowed", "421 Misdirected Request"])
def test_a_browser_reads_a_page_where_a_door_says_nothing(status: str) -> None:
    host = "evil.example" if status.startswith("421") else "portal.example"
    told, fields, read = shown(status, "text/html; charset=utf-8", b"", HOST=host, ACCEPT="text/html,*/*")
    assert (told, fields["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert fields["Content-Length"] == str(len(read))
    assert b'<html lang="id">' in read
    assert b"<main>" in read
    assert b'<div lang="en">' in read
    # What else was said stays.
    assert ("Allow" in fields) is status.startswith("405")


def test_a_program_and_an_envelope_are_left_alone() -> None:
    assert shown("405 Method Not Allowed", "text/html", b"", ACCEPT="application/json")[2] == b""
    assert shown("405 Method Not Allowed", "application/json", b"{}", ACCEPT="text/html, */*")[2] == b"{}"
    assert shown("404 Not Found", "text/html", b"ours", ACCEPT="text/html")[2] == b"ours"


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "408 Request Timeout", "413 Content Too Large", "503 Service Unavailable"]
)
def test_what_the_server_of_a_door_refuses_is_a_page_in_both_languages(status: str) -> None:
    said, kind, page = plain_page(status)
    assert (said, kind) == (status, "text/html; charset=utf-8")
    assert page.count(b"<h1>") == page.count(b"<h2>") == 1
    words = re.findall(r"<(?:h1|h2|p)>(.*?)</", page.decode())
    # Indonesian and English differ: nothing was left untranslated.
    assert len(set(words)) == len(words)
