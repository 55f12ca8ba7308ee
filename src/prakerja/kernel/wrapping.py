"""Keysets under another key: of a passphrase in a file, or of a key service (KMS) that never gives its own key away.

The key service is a program that answers two questions over a Unix socket or HTTP (docs/how-to/keep-the-keys.md):

    POST /wrap    {"key": NAME, "plaintext": BASE64, "about": BASE64}   → {"ciphertext": BASE64}
    POST /unwrap  {"key": NAME, "ciphertext": BASE64, "about": BASE64}  → {"plaintext": BASE64}

It is asked when a process starts and when keys change, never for a person's request.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import http.client
import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from prakerja.kernel.errors import CannotRun

# As it stands in a keyset's file: {"by": "passphrase", "salt"} or {"by": "kms", "key"}.
Wrapping = dict[str, str]
# Seconds that a key service may take to connect and for each answer: a door that cannot start says so soon.
KMS_WAITS_S = 5.0
_NONCE = 12
# 64 MiB and some tenths of a second for each guess.
_N, _R, _P = 2**16, 8, 1


class CannotOpen(CannotRun):
    """Keys are there and cannot be opened."""


def wrapping_from_environment() -> Wrapping | None:
    """How new files are wrapped: by PRAKERJA_KEYS_PASSPHRASE_FILE, or by PRAKERJA_KMS and PRAKERJA_KMS_KEY."""
    if os.environ.get("PRAKERJA_KMS"):
        return new_wrapping("kms")
    return new_wrapping("passphrase" if os.environ.get("PRAKERJA_KEYS_PASSPHRASE_FILE") else "nothing")


def new_wrapping(by: str) -> Wrapping | None:
    """A wrapping of this kind: passphrase, kms, or nothing."""
    if by == "kms":
        return {"by": "kms", "key": os.environ.get("PRAKERJA_KMS_KEY", "prakerja")}
    return {"by": "passphrase", "salt": secrets.token_hex(16)} if by == "passphrase" else None


def wrap(wrapping: Wrapping, plain: bytes, *, about: bytes) -> bytes:
    """Seal the keys of a file. Raises CannotOpen."""
    if wrapping["by"] == "kms":
        # A key of this file alone, which the service wraps: what it gets to see is short, whatever the file holds.
        own = secrets.token_bytes(32)
        told = _ask("wrap", {"key": wrapping["key"], "plaintext": _text(own), "about": _text(about)}, "ciphertext")
        return len(told).to_bytes(4, "big") + told + _sealed(own, plain, about)
    return _sealed(_from_passphrase(wrapping["salt"]), plain, about)


def unwrap(wrapping: Wrapping, sealed: bytes, *, about: bytes) -> bytes:
    """Open the keys of a file. Raises CannotOpen: the passphrase is another, the service does not answer or refuses."""
    if wrapping["by"] == "kms":
        size = int.from_bytes(sealed[:4], "big")
        told, rest = sealed[4 : 4 + size], sealed[4 + size :]
        own = _ask("unwrap", {"key": wrapping["key"], "ciphertext": _text(told), "about": _text(about)}, "plaintext")
    else:
        own, rest = _from_passphrase(wrapping["salt"]), sealed
    try:
        return AESGCM(own).decrypt(rest[:_NONCE], rest[_NONCE:], about)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen(
            "Kunci tidak dapat dibuka: kata sandinya lain, atau berkasnya berubah.",
            "The keys cannot be opened: the passphrase is another one, or the file was changed.",
        ) from error


def _sealed(key: bytes, plain: bytes, about: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def _from_passphrase(salt: str) -> bytes:
    named = os.environ.get("PRAKERJA_KEYS_PASSPHRASE_FILE", "")
    if not named or not Path(named).is_file():
        raise CannotOpen(
            "Kunci terkunci dengan kata sandi. Isi PRAKERJA_KEYS_PASSPHRASE_FILE dengan berkas yang memuatnya.",
            "The keys are wrapped by a passphrase. Set PRAKERJA_KEYS_PASSPHRASE_FILE to the file that holds it.",
        )
    words = Path(named).read_bytes().strip()
    if not words:
        raise CannotOpen(f"Berkas kata sandi {named} kosong.", f"The file of the passphrase, {named}, is empty.")
    return _stretched(words, salt)


@functools.lru_cache(maxsize=32)
def _stretched(words: bytes, salt: str) -> bytes:
    return hashlib.scrypt(words, salt=bytes.fromhex(salt), n=_N, r=_R, p=_P, maxmem=2 * 128 * _N * _R, dklen=32)


class _Socket(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=KMS_WAITS_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(KMS_WAITS_S)
        self.sock.connect(self._path)


def _ask(verb: str, told: dict[str, str], wanted: str) -> bytes:
    where = os.environ.get("PRAKERJA_KMS", "")
    if not where:
        raise CannotOpen(
            "Kunci dijaga layanan kunci. Isi PRAKERJA_KMS dengan alamatnya (unix:/jalur atau http://…).",
            "The keys are kept by a key service. Set PRAKERJA_KMS to its address (unix:/path or http://…).",
        )
    connection: http.client.HTTPConnection
    if where.startswith("unix:"):
        connection = _Socket(where.removeprefix("unix:"))
    else:
        parts = urlsplit(where)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=KMS_WAITS_S)
    try:
        connection.request("POST", f"/{verb}", json.dumps(told), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read(1 << 20)
    except TimeoutError as error:
        raise CannotOpen(
            f"Layanan kunci di {where} tidak menjawab dalam {KMS_WAITS_S:.0f} detik. Coba lagi setelah layanan itu pulih.",
            f"The key service at {where} did not answer within {KMS_WAITS_S:.0f} seconds. Start again when it does.",
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise CannotOpen(
            f"Layanan kunci di {where} tidak dapat dihubungi ({type(error).__name__}). Jalankan dahulu.",
            f"The key service at {where} cannot be reached ({type(error).__name__}). Start it first.",
        ) from error
    finally:
        connection.close()
    try:
        found: Any = json.loads(body)
        if answer.status == http.client.OK:
            return base64.b64decode(found[wanted], validate=True)
    except (ValueError, KeyError, TypeError):
        pass
    raise CannotOpen(
        f"Layanan kunci di {where} menolak (HTTP {answer.status}): kuncinya lain atau tidak boleh dipakai.",
        f"The key service at {where} refused (HTTP {answer.status}): another key, or one that may not be used.",
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
