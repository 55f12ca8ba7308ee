"""An authority of time for tests: `openssl ts` behind a door of its own, another program than the one that checks."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_CONFIG = """
[req]
distinguished_name = dn
x509_extensions = ext
prompt = no
[dn]
CN = {name}
[ext]
{extensions}
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
certs = {folder}/none.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
_ROOT = "basicConstraints = critical,CA:true\nkeyUsage = critical,keyCertSign\nsubjectKeyIdentifier = hash"
_SIGNER = (
    "basicConstraints = CA:false\nkeyUsage = critical,digitalSignature\nextendedKeyUsage = critical,timeStamping\n"
    "subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid"
)


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


@dataclass
class Authority:
    """Where it answers, its root certificate, and what it answers next time instead of the truth."""

    folder: Path
    url: str = ""
    instead: bytes | None = None
    asked: list[bytes] = field(default_factory=list)

    @property
    def roots(self) -> Path:
        return self.folder / "root.pem"

    def answer(self, question: bytes) -> bytes:
        """The stamp for a question, by `openssl ts -reply`."""
        (self.folder / "question").write_bytes(question)
        config = self.folder / "tsa.cnf"
        _openssl(
            "ts", "-reply", "-config", str(config), "-queryfile", f"{self.folder}/question",
            "-out", f"{self.folder}/answer",
        )  # fmt: skip
        return (self.folder / "answer").read_bytes()

    def judges(self, data: bytes, answer: bytes) -> bool:
        """Whether openssl takes an answer for a stamp of this data."""
        (self.folder / "data").write_bytes(data)
        (self.folder / "judged").write_bytes(answer)
        command = ["openssl", "ts", "-verify", "-data", f"{self.folder}/data", "-in", f"{self.folder}/judged"]
        return subprocess.run([*command, "-CAfile", str(self.roots)], capture_output=True, check=False).returncode == 0


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """The authority, answering on a free port."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, extensions in (("root", _ROOT), ("signer", _SIGNER)):
        config = folder / f"{name}.cnf"
        config.write_text(_CONFIG.format(name=f"Time {name}", extensions=extensions, folder=folder))
        by = [] if name == "root" else ["-CA", f"{folder}/root.pem", "-CAkey", f"{folder}/root.key"]
        _openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-config", str(config),
            "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem", *by,
        )  # fmt: skip
    (folder / "serial").write_text("01\n")
    (folder / "none.pem").write_text("")
    (folder / "tsa.cnf").write_text(
        _CONFIG.format(name="x", extensions="", folder=folder).replace(f"certs = {folder}/none.pem\n", "")
    )
    found = Authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            found.asked.append(question)
            said = found.answer(question) if found.instead is None else found.instead
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
