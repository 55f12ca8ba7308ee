"""Encryption of fields and blind indexes, with tink keysets that live in files, never in the database.

`seal` and `unseal` bind a text to its place: the associated data is table:column:row id, so a value copied to another row
or column does not decrypt. `blind_index` is a keyed hash for look-ups: a plain hash of a NIK is brute-forced in minutes.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import io
import os
import uuid
from pathlib import Path

import tink
from tink import aead, cleartext_keyset_handle, jwt, prf

INDEX_BYTES = 16


class KeysMissing(Exception):
    """No keyset where the environment says it should be."""


class Keys:
    def __init__(self, folder: Path) -> None:
        aead.register()
        prf.register()
        self._aead_handle = _read(folder / "fields.json")
        self._prf_handle = _read(folder / "index.json")
        self._aead = self._aead_handle.primitive(aead.Aead)
        self._prf = self._prf_handle.primitive(prf.PrfSet).primary()
        self.fingerprint = hashlib.sha256(self._prf.compute(b"fingerprint", INDEX_BYTES)).hexdigest()[:32]
        # A hot call hashes an OTP on every request: one derived key and hashlib are ten times faster than the PRF.
        self._otp_key = self._prf.compute(b"one-time-password", 32)
        self._index_key = self._prf.compute(b"blind-index", 32)

    def seal(self, text: str, place: bytes) -> bytes:
        return bytes(self._aead.encrypt(text.encode(), place))

    def seal_bytes(self, content: bytes, place: bytes) -> bytes:
        return bytes(self._aead.encrypt(content, place))

    def unseal_bytes(self, data: bytes, place: bytes) -> bytes:
        return bytes(self._aead.decrypt(bytes(data), place))

    def unseal(self, data: bytes, place: bytes) -> str:
        return bytes(self._aead.decrypt(bytes(data), place)).decode()

    def index(self, purpose: str, value: str) -> bytes:
        text = f"{purpose}\x00{value}".encode()
        return hmac.digest(self._index_key, text, "sha256")[:INDEX_BYTES]

    def otp(self, scope: uuid.UUID, code: str) -> bytes:
        return hmac.new(self._otp_key, scope.bytes + code.encode(), hashlib.sha256).digest()

    def derive(self, purpose: str) -> str:
        """A secret for another use (a Django signing key, a gateway key), different for every purpose."""
        return bytes(self._prf.compute(f"derive:{purpose}".encode(), 16)).hex() * 2


@functools.cache
def identity_keyset() -> tink.KeysetHandle:
    """The keyset that signs who somebody is, for others to check (RS256). Only doors that do so ever read it."""
    jwt.register_jwt_signature()
    return _read(_folder() / "identity.json")


def _read(path: Path) -> tink.KeysetHandle:
    if not path.exists():
        raise KeysMissing(
            f"no keyset at {path}; start with `prakerja up` or set PRAKERJA_KEYS to the folder that holds it"
        )
    return cleartext_keyset_handle.read(tink.JsonKeysetReader(path.read_text()))


def create_keys(folder: Path) -> None:
    """Make the keysets of a new installation (0600 in a 0700 folder). Existing ones are never overwritten."""
    aead.register()
    prf.register()
    jwt.register_jwt_signature()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, template in (
        ("fields.json", aead.aead_key_templates.AES128_GCM),
        ("index.json", prf.prf_key_templates.HMAC_SHA256),
        ("identity.json", jwt.jwt_rs256_2048_f4_template()),
    ):
        path = folder / name
        if path.exists():
            continue
        text = io.StringIO()
        cleartext_keyset_handle.write(tink.JsonKeysetWriter(text), tink.new_keyset_handle(template))
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text.getvalue())


@functools.cache
def keys() -> Keys:
    return Keys(_folder())


def _folder() -> Path:
    folder = os.environ.get("PRAKERJA_KEYS")
    if not folder:
        raise KeysMissing("PRAKERJA_KEYS does not name the folder with the keysets")
    return Path(folder)


def place(table: str, column: str, row_id: uuid.UUID) -> bytes:
    return f"{table}:{column}:{row_id}".encode()


def seal(text: str, *, table: str, column: str, row_id: uuid.UUID) -> bytes:
    return keys().seal(text, place(table, column, row_id))


def unseal(data: bytes | memoryview, *, table: str, column: str, row_id: uuid.UUID) -> str:
    return keys().unseal(bytes(data), place(table, column, row_id))


def seal_bytes(content: bytes, *, table: str, column: str, row_id: uuid.UUID) -> bytes:
    """What is no text: a picture."""
    return keys().seal_bytes(content, place(table, column, row_id))


def unseal_bytes(data: bytes | memoryview, *, table: str, column: str, row_id: uuid.UUID) -> bytes:
    return keys().unseal_bytes(bytes(data), place(table, column, row_id))


def blind_index(purpose: str, value: str) -> bytes:
    return keys().index(purpose, value)


def otp_hash(scope: uuid.UUID, code: str) -> bytes:
    """The stored form of a one-time password, bound to the challenge or intent that it belongs to."""
    return keys().otp(scope, code)
