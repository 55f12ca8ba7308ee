"""deploy/nginx and deploy/caddy, as they are, in the real programs before real doors: calls pass, callers are known, slow ones wait alone.

Only ports and certificates are others. Skipped where a program is not installed (Debian: apt install nginx caddy).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from prakerja.access.actors import SYSTEM
from prakerja.partners import keys
from tests import builders as b
from tests.partner_api import served
from tests.partner_api.partner import PAYMENT
from tests.partner_api.signer import AT, Signer
from tests.waiting import LIMIT, free_port, stop, wait_until

pytestmark = [pytest.mark.journeys, pytest.mark.django_db(transaction=True)]
DEPLOY = Path(__file__).parents[2] / "deploy"
NAMES = ("prakerja.example", "operator.prakerja.example", "mitra.prakerja.example", "callbacks.prakerja.example")
PORTAL, _, PARTNERS, _ = NAMES
STATUS = f"{PAYMENT}/status"
BODY = b'{"invoice_code":"INV-1"}'
# What a good call is answered with here: nothing was bought.
UNKNOWN, NOT_REGISTERED = (404, "ERRPLT40493"), (403, "ERRINT40391")
# The door's threads are fewer.
SLOW = 12


@dataclass(frozen=True)
class Proxy:
    """A proxy that answers: by TLS at `port`, without it at `plain`."""

    port: int
    plain: int
    trusted: ssl.SSLContext

    @contextlib.contextmanager
    def to(self, name: str, *, of: str = "127.0.0.2") -> Iterator[HTTPConnection]:
        """A connection to a door by its name, from an address of this machine."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT, source_address=(of, 0))
        http = HTTPConnection(name, timeout=LIMIT)
        with plain, self.trusted.wrap_socket(plain, server_hostname=name) as http.sock:
            yield http

    def ask(
        self, name: str, method: str, path: str, body: bytes | None = None, *, of: str = "127.0.0.2", **more: Any
    ) -> tuple[HTTPResponse, bytes]:
        with self.to(name, of=of) as http:
            http.request(method, path, body, more.get("headers", {}))
            answer = http.getresponse()
            return answer, answer.read()


@contextlib.contextmanager
def nginx(folder: Path, doors: dict[int, int]) -> Iterator[Proxy]:
    port, plain = free_port(), free_port()
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    make_certificate(certificate, key)
    (folder / "prakerja-door.conf").write_text((DEPLOY / "nginx/prakerja-door.conf").read_text())
    text = with_doors((DEPLOY / "nginx/prakerja.conf").read_text(), doors)
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}").replace("listen 80", f"listen 127.0.0.1:{plain}")
    text = text.replace("/etc/ssl/prakerja/", f"{folder}/").replace("/etc/nginx/", f"{folder}/")
    (folder / "prakerja.conf").write_text(text)
    owner = "user root;" if os.getuid() == 0 else ""
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"{owner} daemon off; pid {folder}/pid; error_log stderr warn; events {{}} http {{ access_log off;"
        f" client_body_temp_path {folder}/body; {temporary} include {folder}/prakerja.conf; }}"
    )
    command = [found("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with running(command, port, {}):
        yield Proxy(port, plain, ssl.create_default_context(cafile=str(certificate)))


@contextlib.contextmanager
def caddy(folder: Path, doors: dict[int, int]) -> Iterator[Proxy]:
    port, plain = free_port(), free_port()
    text = with_doors((DEPLOY / "caddy/Caddyfile").read_text(), doors)
    # Its own authority, and nothing of the machine is touched.
    ours = f"\tadmin off\n\thttp_port {plain}\n\thttps_port {port}\n\tlocal_certs\n\tskip_install_trust\n\tdefault_bind 127.0.0.1\n"
    (folder / "Caddyfile").write_text(text.replace("\n{\n", "\n{\n" + ours, 1))
    root = folder / "caddy/pki/authorities/local/root.crt"
    command = [found("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with running(command, port, {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}):
        wait_until(root.exists)
        yield Proxy(port, plain, ssl.create_default_context(cafile=str(root)))


PROGRAMS: dict[str, Callable[[Path, dict[int, int]], contextlib.AbstractContextManager[Proxy]]] = {
    "nginx": nginx,
    "caddy": caddy,
}


def found(name: str) -> str:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") or ""


def with_doors(text: str, doors: dict[int, int]) -> str:
    for written, real in doors.items():
        text = re.sub(rf"(127\.0\.0\.1:|import door ){written}\b", rf"\g<1>{real}", text)
    return text


def make_certificate(certificate: Path, key: Path) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, PORTAL)])
    at = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in NAMES]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


@contextlib.contextmanager
def running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=os.environ | environment)
    try:

        def answers() -> bool:
            assert process.poll() is None, f"{command[0]} ended"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=LIMIT):
                return True
            return False

        wait_until(answers)
        yield
    finally:
        stop(process)


@pytest.fixture(scope="module")
def doors(django_db_setup: None) -> Iterator[dict[int, int]]:
    """The doors of people and of partners as in service, each by the port that the files name."""
    more = {
        "PRAKERJA_ENV": "production",
        "PRAKERJA_HOSTS": ",".join(NAMES),
        "PRAKERJA_TRUSTED_PROXIES": "127.0.0.1",
    }
    with served.running("portal", **more) as portal, served.running("partner_api", **more) as partners:
        yield {8000: portal, 8001: free_port(), 8002: partners, 8003: free_port()}


@pytest.fixture(params=list(PROGRAMS))
def proxy(request: pytest.FixtureRequest, tmp_path: Path, doors: dict[int, int]) -> Iterator[Proxy]:
    name = request.param
    if not found(name):
        pytest.skip(f"{name.upper()} IS NOT INSTALLED: DEPLOY/{name.upper()} IS NOT TRIED")
    with PROGRAMS[name](tmp_path, doors) as started:
        yield started


def outcome(answer: tuple[HTTPResponse, bytes]) -> tuple[int, str]:
    return answer[0].status, json.loads(answer[1])["code"]


def test_partners_and_people_come_through(proxy: Proxy) -> None:
    b.install()
    platform = b.world().platform
    keys.set_rules(actor=SYSTEM, code=platform.client_code, allowed_networks=["127.0.0.2/32"], at=AT)

    def call(*, of: str = "127.0.0.2", **more: str) -> tuple[int, str]:
        headers = Signer(platform).headers("POST", STATUS, BODY) | {"Content-Type": "application/json"} | more
        return outcome(proxy.ask(PARTNERS, "POST", STATUS, BODY, of=of, headers=headers))

    # `client_code` arrives, and the address is the caller's.
    assert call() == UNKNOWN
    # Whatever a caller says of itself.
    assert call(of="127.0.0.3") == NOT_REGISTERED
    forged = {"X-Forwarded-For": "127.0.0.2", "Forwarded": "for=127.0.0.2", "X-Real-IP": "127.0.0.2"}
    assert call(of="127.0.0.3", **forged) == NOT_REGISTERED
    assert call(**{"X-Forwarded-For": "198.51.100.1"}) == UNKNOWN
    signed = Signer(platform).headers("POST", STATUS, BODY) | {"X_Forwarded_For": "127.0.0.2"}
    assert proxy.ask(PARTNERS, "POST", STATUS, BODY, of="127.0.0.3", headers=signed)[0].status == 400

    # More slow ones than the door has threads, each with half of a body: nobody waits for them.
    with contextlib.ExitStack() as held:
        for _ in range(SLOW):
            http = held.enter_context(proxy.to(PARTNERS))
            http.putrequest("POST", STATUS)
            http.putheader("Content-Length", str(len(BODY)))
            http.endheaders(BODY[:5])
        assert call() == UNKNOWN
    assert proxy.ask(PARTNERS, "POST", STATUS, b" " * 300_000)[0].status == 413

    # People: TLS is believed, or their forms would be somebody else's; cookies are ours alone, pages packed.
    page, text = proxy.ask(PORTAL, "GET", "/masuk")
    assert (page.status, page.headers["Strict-Transport-Security"]) == (200, "max-age=31536000")
    cookie = next(one for one in page.headers.get_all("Set-Cookie", []) if "portal_csrf" in one)
    assert cookie.startswith("__Host-portal_csrf=")
    token = re.search(rb'csrfmiddlewaretoken" value="([^"]+)"', text)
    assert token is not None
    form = b"phone=0&csrfmiddlewaretoken=" + token[1]
    sent = {"Cookie": cookie.split(";")[0], "Content-Type": "application/x-www-form-urlencoded"}
    ours, theirs = {"Origin": f"https://{PORTAL}"}, {"Origin": f"http://{PORTAL}"}
    assert proxy.ask(PORTAL, "POST", "/masuk", form, headers=sent | ours)[0].status == 422
    assert proxy.ask(PORTAL, "POST", "/masuk", form, headers=sent | theirs)[0].status == 403
    packed = {"Accept-Encoding": "gzip"}
    assert proxy.ask(PORTAL, "GET", "/masuk", headers=packed)[0].headers["Content-Encoding"] == "gzip"
    contract = proxy.ask(PARTNERS, "GET", "/openapi.json", headers=packed)[0]
    assert (contract.status, contract.headers["Content-Encoding"]) == (200, "gzip")

    # Without TLS there is nothing but the way to it; a name that is none of ours has no door.
    plain = HTTPConnection("127.0.0.1", proxy.plain, timeout=LIMIT)
    plain.request("GET", "/masuk", headers={"Host": PORTAL})
    moved = plain.getresponse()
    assert moved.status == 308
    assert moved.headers["Location"].startswith(f"https://{PORTAL}")
    plain.close()
    with pytest.raises(ssl.SSLError), proxy.to("lain.example"):
        pass
