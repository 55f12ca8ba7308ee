"""`prakerja conformance` against a running system of ours, and against servers that break the contract; and by itself."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from prakerja.conformance.report import Report
from prakerja.conformance.shapes import QUOTA, problem
from prakerja.conformance.wire import Answer, envelope_problem
from tests import running
from tests.conformance.mutants import MUTANTS
from tests.conformance.proxy import Behind, Door
from tests.waiting import LIMIT, finish, serving

pytestmark = pytest.mark.journeys


def play(system: running.System, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = system.run("conformance", "--base-url", system.urls["partner_api"], "--json", *arguments)
    assert result.out, result.err
    return result.code, result.document


def section(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in document["sections"] if one["name"] == name)


def not_holding(document: dict[str, Any]) -> list[str]:
    return [
        f"{part['name']}: {check['name']}: {check['detail']}"
        for part in document["sections"]
        for check in part["checks"]
        if check["outcome"] != "holds"
    ]


def test_our_own_server_holds_everything(system: running.System) -> None:
    """With both partners' credentials and somebody who buys, nothing required, proposed or optional is left out."""
    shop = system.json("partner", "add", "--kind", "platform", "--code", "toko-uji", "--name", "Toko Uji")
    school = system.json(
        *("partner", "add", "--kind", "institution", "--code", "lembaga-uji", "--name", "Lembaga Uji"),
        *("--redirect-uri", "https://lembaga.example/kembali"),
    )
    goods = system.json("sandbox", "course", "--price", "250000")
    buyer = system.json("sandbox", "participant", "--stage", "ready")
    arguments = (
        *("--client-code", shop["client_code"], "--sign-key", shop["sign_key"]),
        *("--institution-client-code", school["client_code"], "--institution-sign-key", school["sign_key"]),
        *("--course-code", goods["course_code"], "--schedule-code", goods["schedule_code"], "--amount", "250000"),
        *("--card-number", buyer["card_number"], "--phone", buyer["phone"]),
        *("--otp-from-phone", system.urls["phone"]),
        *("--redirect-uri", "https://lembaga.example/kembali"),
    )
    code, document = play(system, *arguments)
    assert not_holding(document) == []
    assert (code, document["ok"]) == (0, True)
    assert [part["name"] for part in document["sections"] if part["skipped"]] == []
    assert document["kind"] == "platform and institution"
    names = {check["name"] for check in section(document, "Purchase")["checks"]}
    assert {"authorize with the OTP: 200", "void: 200", "a second void: 400 ERRPLT40028"} <= names
    names = {check["name"] for check in section(document, "Sign-in")["checks"]}
    assert {"authorize: 200", "profile for an unknown client: 400 ERROAUTH4029"} <= names
    names = {check["name"] for check in section(document, "A visitor signs in")["checks"]}
    assert {"profile: 200", "a refresh token once more ends the grant"} <= names
    assert section(document, "Sign-in")["omitted"] == []
    assert document["holds"] > 900
    # Who runs it again at once is told to wait, and nothing fails; later the same card buys again.
    code, document = play(system, *arguments, "--only", "purchase")
    assert (code, not_holding(document)) == (0, [])
    assert section(document, "Purchase")["omitted"][0].startswith("send-otp and what follows: too soon")
    system.json("clock", "advance", "2m")
    code, document = play(system, *arguments, "--only", "purchase")
    assert (code, not_holding(document), section(document, "Purchase")["omitted"]) == (0, [], [])


def test_an_institution_with_a_bought_code(system: running.System) -> None:
    """The credentials' kind is found out; the code that is given is redeemed."""
    pupil = system.json("sandbox", "participant", "--stage", "purchased")
    school = pupil["institution_credentials"]
    given = ("--client-code", school["client_code"], "--sign-key", school["sign_key"])
    code, document = play(system, *given, "--redeem-code", pupil["redeem_code"])
    assert not_holding(document) == []
    assert code == 0
    assert document["kind"] == "institution"
    names = {check["name"] for check in section(document, "Redeem codes")["checks"]}
    assert {"status of a code: 200", "commit: 200", "a second commit: 400 ERRTRX40021"} <= names
    names = {check["name"] for check in section(document, "Assignments")["checks"]}
    assert {"submission: 200", "feedback: 200", "afterwards both are 1, 2 or 3"} <= names
    assert section(document, "Purchase")["skipped"].startswith("no platform's credentials")
    # Once more: it is used up, which is said and fails nothing.
    code, document = play(system, *given, "--redeem-code", pupil["redeem_code"])
    assert code == 0
    assert "commit: the code was redeemed before" in section(document, "Redeem codes")["omitted"]


def test_a_platform_alone_is_told_what_was_not_asked(system: running.System) -> None:
    shop = system.json("partner", "add", "--kind", "platform", "--code", "toko-lain", "--name", "Toko Lain")
    result = system.run(
        *("conformance", "--base-url", system.urls["partner_api"] + "/"),
        *("--client-code", shop["client_code"], "--sign-key", shop["sign_key"]),
    )
    assert result.code == 0, result.out
    assert "✓ HMAC-SHA1 over the bytes that are sent" in result.out
    assert "– skipped: nobody who buys" in result.out
    assert "The published contract holds" in result.out
    assert shop["sign_key"] not in result.out + result.err


def test_a_wrong_key_fails_once(system: running.System) -> None:
    code, document = play(system, "--client-code", "tokopedia", "--sign-key", "0" * 32)
    assert (code, document["ok"]) == (1, False)
    assert len(not_holding(document)) == 1
    assert document["sections"][0]["omitted"] == ["all other forms: the plainest is refused"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--base-url", "http://127.0.0.1:9"], "does not answer"),
        (["--base-url", "no address"], "is no address"),
        (["--base-url", "http://127.0.0.1:9", "--institution-client-code", "x"], "go together"),
    ],
)
def test_what_cannot_be_asked_is_said(system: running.System, arguments: list[str], sentence: str) -> None:
    result = system.run("conformance", "--client-code", "a", "--sign-key", "b", *arguments)
    assert result.code == 2
    assert sentence in result.err
    assert result.out == ""


def test_another_server_may_choose_where_nothing_is_published(system: running.System) -> None:
    """`--published-only` tells what differs and fails nothing; what is published it still demands."""
    shop = system.json("partner", "add", "--kind", "platform", "--code", "toko-tanding", "--name", "Toko Tanding")
    given = ("--client-code", shop["client_code"], "--sign-key", shop["sign_key"], "--only", "quota", "--json")
    behind = Behind(system.urls["partner_api"], {shop["client_code"]: shop["sign_key"]})
    for mutant, strict, lenient in (
        ("quota: another number for ERRPLT40490", 1, 0),
        ("quota: another number for ERRPLT40036", 1, 1),
    ):
        door = Door(behind, MUTANTS[mutant].answering)
        with serving(door):
            codes = [
                system.run("conformance", "--base-url", door.url, *given, *more).code
                for more in ((), ("--published-only",))
            ]
        assert codes == [strict, lenient], mutant


# --- servers that break the contract ---


class Careless(BaseHTTPRequestHandler):
    """Takes any signature, answers 200 to everything and never says which envelope it uses."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"status": "ok"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_DELETE = do_POST

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def careless(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a careless server, or of the kind that a test names."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), getattr(request, "param", Careless))
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


class Strange(Careless):
    """A web page at every address, as where somebody forgot a port."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"<p>x")

    do_GET = do_DELETE = do_POST


class Abrupt(Careless):
    """Hangs up on every body that it does not like, as some servers in front of others do."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if self.command == "DELETE" or length > 10_000:
            self.close_connection = True
            return
        super().do_POST()

    do_GET = do_DELETE = do_POST


@pytest.mark.parametrize("careless", [Strange], indirect=True)
def test_a_server_of_something_else_is_told_at_once(system: running.System, careless: str) -> None:
    result = system.run("conformance", "--base-url", careless, "--client-code", "a", "--sign-key", "b")
    assert result.code == 1
    assert "✗ the answers are JSON objects: 200, no JSON object; is this where a partner API answers?" in result.out
    assert "0 hold, 1 fail, 0 differ" in result.out


@pytest.mark.parametrize("careless", [Abrupt], indirect=True)
def test_a_server_that_hangs_up_is_played_to_the_end(system: running.System, careless: str) -> None:
    result = system.run("conformance", "--base-url", careless, "--client-code", "a", "--sign-key", "b", "--json")
    assert result.code == 1
    checks = {check["name"]: check for part in result.document["sections"] for check in part["checks"]}
    assert checks["70 kB: 413 ERRINT41390"]["detail"].startswith("no answer (")
    assert checks["every answer of this run was an envelope"]["outcome"] == "fails"


def test_a_server_of_another_protocol(system: running.System) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            with server.accept()[0] as visitor:
                asked = b""
                # To its last byte: what is left unread breaks the connection before the answer is seen.
                while not asked.endswith(b"}"):
                    asked += visitor.recv(4096)
                visitor.sendall(b"220 surat.example ESMTP\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        result = system.run("conformance", "--base-url", address, "--client-code", "a", "--sign-key", "b")
        finish(thread)
    assert (result.code, result.out) == (2, "")
    assert "does not answer (what came is not HTTP)" in result.err


def test_a_server_that_takes_everything_does_not_pass(system: running.System, careless: str) -> None:
    result = system.run("conformance", "--base-url", careless, "--client-code", "a", "--sign-key", "b", "--json")
    assert result.code == 1
    failed = {
        check["name"] for part in result.document["sections"] for check in part["checks"] if check["outcome"] == "fails"
    }
    assert {
        "a wrong key is refused",
        "another body than was signed is refused",
        "broken JSON is refused",
        "both codes empty: 400 ERRPLT40036",
        "every answer of this run was an envelope",
    } <= failed


# --- by itself ---

# Runs the kit where nothing but the kit can be imported of ours, nor what the rest of ours stands on.
ALONE = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        top, _, rest = name.partition(".")
        if top in ("django", "psycopg") or (top == "prakerja" and rest and rest.partition(".")[0] != "conformance"):
            raise ImportError(f"{name} is out of the kit's reach")

sys.meta_path.insert(0, Refuse())
from prakerja.conformance.command import main
sys.exit(main())
"""


def alone(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ALONE, "--client-code", "a", "--sign-key", "b", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, env=running.environment())


def test_the_kit_needs_nothing_else_of_ours(system: running.System, careless: str) -> None:
    """Alone it says of the same server what the command says, with the same exit codes."""
    arguments = ("--client-code", "a", "--sign-key", "b", "--base-url", careless)
    kit, command = alone("--base-url", careless, "--json"), system.run("conformance", *arguments, "--json")
    assert (kit.returncode, json.loads(kit.stdout), kit.stderr) == (1, command.document, "")
    kit, command = alone("--base-url", careless), system.run("conformance", *arguments)
    assert (kit.returncode, kit.stdout) == (command.code, command.out)
    kit = alone("--base-url", "no address")
    assert (kit.returncode, kit.stdout) == (2, "")
    assert kit.stderr == "no address bukan alamat.\nno address is no address.\n"


@pytest.mark.parametrize(
    ("status", "document", "expected"),
    [
        (200, {"success": True, "message": "OK", "data": {}}, ""),
        (200, {"success": True, "message": "OK"}, ""),
        (400, {"success": False, "message": "x", "code": "ERRPLT40036"}, ""),
        (201, {"success": False, "message": "x", "code": "ERRPLT40036"}, "201: clients take anything but 200"),
        (200, {"success": False, "message": "x"}, "200 without success true"),
        (400, {"success": True, "message": "x"}, "400 without success false"),
        (400, {"success": False, "message": "x"}, "400 without a code"),
        (400, {"success": False, "message": "", "code": "ERR"}, "no message"),
        (400, {"success": False, "message": "x", "code": "ERR1", "data": None}, "a refusal with data"),
        (502, None, "502 without a JSON object"),
    ],
)
def test_envelopes(status: int, document: Any, expected: str) -> None:
    found = envelope_problem(Answer(status, document, "application/json"))
    assert found.startswith(expected)
    assert bool(found) is bool(expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"schedule_code": "a", "course_code": "b", "quota": 1}, ""),
        ({"schedule_code": "a", "course_code": "b", "quota": True}, "quota is bool"),
        ({"schedule_code": "a", "course_code": "b", "quota": "1"}, "quota is str"),
        ({"schedule_code": "a", "quota": 1}, "course_code is missing"),
        ({"schedule_code": "a", "course_code": "b", "quota": 1, "x": 1}, "x is not published"),
    ],
)
def test_shapes(data: dict[str, Any], expected: str) -> None:
    assert problem(data, QUOTA) == expected


def test_what_differs_from_our_choices_fails_nothing() -> None:
    """Of another server, which `--published-only` asks; ours must keep its own pages too."""
    report = Report(base_url="http://x", kind="platform", is_strict=False)
    assert report.ok is False, "nothing was asked"
    part = report.section("A")
    part.required("one", True)
    part.proposed("two", False, "seen")
    assert report.ok is True
    part.required("three", False)
    assert report.ok is False
    assert (report.as_json()["holds"], report.as_json()["differs"], report.as_json()["fails"]) == (1, 1, 1)
    strict = Report(base_url="http://x", kind="platform")
    assert strict.section("A").proposed("two", False, "seen") is False
    assert strict.ok is False
