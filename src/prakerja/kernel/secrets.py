"""Encryption of fields, blind indexes, one-time values and derived secrets, with keys that live in files, never in the database.

`seal` and `unseal` bind a text to its place: the associated data is table:column:row id, so a value copied to another row
or column does not decrypt. `blind_index` is a keyed hash for look-ups: a plain hash of a NIK is brute-forced in minutes.

Each root has its own keys, and each key counts from an instant on (ADR 0040). What was sealed names its key; a one-time value
is made and checked with the key of the instant in its own id; an index has one form at any moment (`kernel.index_forms`).
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import io
import itertools
import json
import logging
import os
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tink
from tink import aead, cleartext_keyset_handle, jwt

from prakerja.kernel import keysets
from prakerja.kernel.clock import wall
from prakerja.kernel.errors import CannotRun
from prakerja.kernel.index_forms import INDEX_BYTES, Link, form_of
from prakerja.kernel.keysets import Key, Keyset, KeysMissing
from prakerja.kernel.wrapping import wrapping_from_environment

_LOG = logging.getLogger(__name__)
# Seconds after which a process looks whether the folder changed; a new key counts later than that (`kernel.rotation`).
REREAD_SECONDS = 1.0
# Seconds until keys that could not be read again are looked at once more.
_RESTS = 30.0
_TINK = 1
_SEALED_FROM = 5


class KeyUnknown(tink.TinkError):  # type: ignore[misc]
    """Sealed with a key that is not in our folder; `key_id` is it."""

    def __init__(self, key_id: int) -> None:
        super().__init__(f"sealed with the key {key_id}, which is not here")
        self.key_id = key_id


class _Ring:
    """A root's keys ready for use: which one counts now, and which one a sealed value names."""

    def __init__(self, keyset: Keyset, *, seals: bool = False) -> None:
        self.keyset = keyset
        # Looked at from the newest: nearly always the first one counts.
        self._newest_first = [(key.counts_from.timestamp(), key) for key in reversed(keyset.keys)]
        self.aeads = {key.id: keysets.aead_of(key) for key in keyset.keys} if seals else {}

    def at(self, moment: float) -> Key:
        for since, key in self._newest_first:
            if since <= moment:
                return key
        return self._newest_first[-1][1]


class _Folder:
    """Keys of one folder. What changes in the folder is read again by itself, a second later at most."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._read()

    def _read(self) -> None:
        seen = self._stamp()
        self._take()
        self._seen, self._looked_at = seen, time.monotonic()

    def _take(self) -> None:
        """Read them, all or none."""
        raise NotImplementedError

    def _stamp(self) -> list[tuple[str, int, int]]:
        """Which files lie there: a keyset that changed is another file."""
        try:
            with os.scandir(self._folder) as found:
                files = [one for one in found if one.name.endswith(".json")]
                return sorted((one.name, one.inode(), one.stat().st_mtime_ns) for one in files)
        except FileNotFoundError:
            # Nothing is there, or something is being put there now: whoever reads it says so.
            return []

    def refresh(self, *, now: bool = False) -> None:
        """Read the folder again when something was put into it since; `now` looks at once."""
        if not now and time.monotonic() - self._looked_at < REREAD_SECONDS:
            return
        with self._lock:
            self._looked_at = time.monotonic()
            if self._stamp() == self._seen:
                return
            try:
                self._read()
            except CannotRun as error:
                # The keys that are open go on; whoever needs the new one is told so.
                _LOG.warning("the keys cannot be read again: %s", error.english)
                self._looked_at = time.monotonic() + _RESTS


class Keys(_Folder):
    """Every root of one folder."""

    def _take(self) -> None:
        found = keysets.read_folder(self._folder)
        self._sealing = _Ring(found["sealing"], seals=True)
        self._sessions = _Ring(found["sessions"], seals=True)
        self._otp = _Ring(found["otp"])
        self._gateways = _Ring(found["gateways"])
        self.fingerprint = found["index"].lineage
        self.chain = tuple(Link(key.id, key.part("index"), key.prefix()) for key in found["index"].keys)
        self._first_index = found["index"].keys[0]
        self.keysets = found

    def seal_bytes(self, content: bytes, place: bytes) -> bytes:
        self.refresh()
        ring = self._sealing
        return bytes(ring.aeads[ring.at(wall().timestamp()).id].encrypt(content, place))

    def seal(self, text: str, place: bytes) -> bytes:
        return self.seal_bytes(text.encode(), place)

    def unseal_bytes(self, data: bytes, place: bytes) -> bytes:
        data = bytes(data)
        return bytes(self._opener(data, "_sealing").decrypt(data, place))

    def unseal(self, data: bytes, place: bytes) -> str:
        return self.unseal_bytes(data, place).decode()

    def seal_token(self, text: str, place: bytes) -> bytes:
        """What a browser or a partner holds for us: sealed by the root of sessions, so that people's data keep theirs."""
        self.refresh()
        ring = self._sessions
        return bytes(ring.aeads[ring.at(wall().timestamp()).id].encrypt(text.encode(), place))

    def unseal_token(self, data: bytes, place: bytes) -> str:
        data = bytes(data)
        return bytes(self._opener(data, "_sessions", "_sealing").decrypt(data, place)).decode()

    def _opener(self, data: bytes, *rings: str) -> aead.Aead:
        """The key that the sealed value names, of the first ring that has it. Raises TinkError: it names none of ours."""
        key_id = key_id_of(data)
        for looks_again in (False, True):
            self.refresh(now=looks_again)
            for name in rings:
                found: aead.Aead | None = getattr(self, name).aeads.get(key_id)
                if found is not None:
                    return found
        raise KeyUnknown(key_id)

    def sealing_id(self) -> int:
        """The key that seals now."""
        self.refresh()
        return self._sealing.at(wall().timestamp()).id

    def index(self, purpose: str, value: str) -> bytes:
        self.refresh()
        return form_of(f"{purpose}\x00{value}".encode(), self.chain)

    def lasting(self, purpose: str, value: str) -> bytes:
        """Sixteen bytes that are the same for ever: of the first index key, whatever came after it."""
        text = f"{purpose}\x00{value}".encode()
        return hmac.digest(self._first_index.part("index"), text, "sha256")[:INDEX_BYTES]

    def mark(self, purpose: str, value: str, made_at: float | None = None) -> bytes:
        """Sixteen bytes for what lives a day at most, with the key that counted at `made_at` (Unix seconds; None: now)."""
        self.refresh()
        key = self._otp.at(wall().timestamp() if made_at is None else made_at)
        return hmac.digest(key.part("mark"), f"{purpose}\x00{value}".encode(), "sha256")[:INDEX_BYTES]

    def otp(self, scope: uuid.UUID, code: str) -> bytes:
        """The key is that of the instant in the scope's id, so a code that waits outlives a change of keys."""
        self.refresh()
        key = self._otp.at(_second_of(scope))
        return hmac.new(key.part("otp"), scope.bytes + code.encode(), hashlib.sha256).digest()

    def derive(self, purpose: str) -> str:
        """A secret shared with a gateway, different for every purpose."""
        return _as_text(self._gateways.at(wall().timestamp()), f"gateway:{purpose}")

    def django_secrets(self) -> list[str]:
        """The signing key of pages, and those before it, which are still believed."""
        ring = self._sessions
        first = ring.at(wall().timestamp())
        return [_as_text(key, "secret") for key in (first, *(key for key in ring.keyset.keys if key.id != first.id))]


def key_id_of(data: bytes) -> int:
    """Which key a sealed value names. Raises TinkError: it is no sealed value."""
    if len(data) <= _SEALED_FROM or data[0] != _TINK:
        raise tink.TinkError("not sealed by us")
    return int.from_bytes(data[1:_SEALED_FROM], "big")


def _second_of(scope: uuid.UUID) -> float:
    """When a UUIDv7 was made; what is no such thing is of no time, so its key is the one that counts now."""
    return (scope.int >> 80) / 1000 if scope.version == 7 else wall().timestamp()


def _as_text(key: Key, use: str) -> str:
    return key.given[use].decode() if use in key.given else key.part(use).hex()


class SigningKeys(_Folder):
    """The keys that sign who somebody is, for others to check (RS256). Only doors that do so ever read them."""

    def _take(self) -> None:
        jwt.register_jwt_signature()
        self._ring = _Ring(keysets.read_identity(self._folder))
        self._signers, self._published = {}, {}
        for key in self._ring.keyset.keys:
            handle = cleartext_keyset_handle.read(tink.JsonKeysetReader(keysets.signer_of(key)))
            self._signers[key.id] = handle.primitive(jwt.JwtPublicKeySign)
            self._published[key.id] = json.loads(jwt.jwk_set_from_public_keyset_handle(handle.public_keyset_handle()))

    def signer(self) -> jwt.JwtPublicKeySign:
        """Of the key that counts now."""
        self.refresh()
        return self._signers[self._ring.at(wall().timestamp()).id]

    def published(self, *, lasting: timedelta) -> list[dict[str, str]]:
        """The public halves, as members of a JSON Web Key Set: of the key that counts, of one that will, and of those whose place was
        taken less than `lasting` ago, which is how long what they signed is good for."""
        self.refresh()
        oldest, found = wall() - lasting, self._ring.keyset.keys
        taken_at = [key.counts_from for key in found[1:]]
        good = [key for key, at in itertools.zip_longest(found, taken_at) if at is None or at > oldest]
        return [one for key in good for one in self._published[key.id]["keys"]]


@functools.cache
def signing_keys() -> SigningKeys:
    return SigningKeys(_folder())


def new_identity_key(*, made_at: datetime, counts_from: datetime) -> Key:
    """A key of chance that signs who somebody is."""
    jwt.register_jwt_signature()
    text = io.StringIO()
    template = jwt.jwt_rs256_2048_f4_template()
    cleartext_keyset_handle.write(tink.JsonKeysetWriter(text), tink.new_keyset_handle(template))
    return keysets.new_identity_key(signs=text.getvalue(), made_at=made_at, counts_from=counts_from)


def create_keys(folder: Path) -> None:
    """Make the keysets of a new installation (0600 in a 0700 folder). Existing ones are never overwritten or changed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not keysets.is_made(folder):
        wrapping = wrapping_from_environment()
        # That of sealing comes last: with it they are all there.
        for root in reversed(keysets.ROOTS):
            if not keysets.path_of(folder, root).exists():
                keysets.write_keyset(folder, keysets.new_keyset(root), wrapping)
    if not keysets.has_identity(folder):
        key = new_identity_key(made_at=wall(), counts_from=datetime.fromtimestamp(0, UTC))
        keysets.write_identity(folder, Keyset(keysets.IDENTITY, (key,)), wrapping_from_environment())


@functools.cache
def keys() -> Keys:
    return Keys(_folder())


def _folder() -> Path:
    folder = os.environ.get("PRAKERJA_KEYS")
    if not folder:
        raise KeysMissing(
            "PRAKERJA_KEYS tidak menyebut folder kunci.", "PRAKERJA_KEYS does not name the folder with the keysets."
        )
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
    """The form by which a value is looked up and claimed at this moment; used at once, it is kept nowhere but in its column.

    Its columns are declared as `kernel.sealed.IndexField`.
    """
    return keys().index(purpose, value)


def lasting_index(purpose: str, value: str) -> bytes:
    """Sixteen bytes that never change: for a name that others keep."""
    return keys().lasting(purpose, value)


def mark(purpose: str, value: str, *, made_at: float | None = None) -> bytes:
    """Sixteen bytes for counts and tokens of a day at most; a change of the key for one-time values begins them anew."""
    return keys().mark(purpose, value, made_at)


def otp_hash(scope: uuid.UUID, code: str) -> bytes:
    """The stored form of a one-time password, bound to the challenge or intent that it belongs to."""
    return keys().otp(scope, code)
