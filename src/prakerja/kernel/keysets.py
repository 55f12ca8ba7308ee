"""Keysets in files: which roots there are, how a file looks, how it is written so that a kill leaves the old or the new one.

Each root is a file of its own and opens one kind of thing only (ADR 0040): what is sealed, by what it is looked up, one-time
values, sessions, gateways. A file holds every key of its root, the oldest first; what is no secret (ids, when they were made and
from when they count) can be read without opening it. The keys may be wrapped (`kernel.wrapping`), then the rest is sealed.

Installations made before there were roots have `fields.json` and `index.json`; they are read as they are, and become these files
by `prakerja keys upgrade` only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tink
from tink import aead, cleartext_keyset_handle, prf

from prakerja.kernel.clock import wall
from prakerja.kernel.errors import CannotRun
from prakerja.kernel.wrapping import Wrapping, unwrap, wrap

ROOTS = ("sealing", "index", "otp", "sessions", "gateways")
# Signs who somebody is, for others: nothing of ours is opened by it, and only the door that signs reads it.
IDENTITY = "identity"
# What a root's loss takes with it, Indonesian and English: shown by `keys show`, `backup create` and the installer.
LOST_WITH = {
    "sealing": (
        "NIK, telepon, nomor kartu, kode dan rekening tidak terbaca lagi",
        "NIKs, phones, card numbers, codes and accounts can never be read again",
    ),
    "index": (
        "tidak seorang pun ditemukan dari NIK, telepon, kartu atau kodenya",
        "nobody is found by NIK, phone, card or code; lists of other offices are lost",
    ),
    "otp": (
        "kode sekali pakai yang sedang berjalan",
        "one-time passwords and orders under way: they are asked for again",
    ),
    "sessions": (
        "masuk lembaga dan halaman yang sedang terbuka",
        "tokens of institutions and pages under way: sign in again",
    ),
    "gateways": ("rahasia bersama gerbang contoh", "secrets shared with the demo's gateways"),
    IDENTITY: (
        "tanda tangan atas masuk yang sedang berjalan di lembaga",
        "signatures of sign-ins under way at institutions, which fetch the next public half by themselves",
    ),
}
_FORMAT = "prakerja keyset 1"
_KEY_BYTES = 32
_OLD = "fields.json"
_PLAIN_IDENTITY = "identity.json"
_SIGNS = "tink"


class KeysMissing(CannotRun):
    """No keyset where the environment says it should be, or one that cannot be opened."""


@dataclass(frozen=True)
class Key:
    """One key of a root. `given` are parts that an older installation made another way."""

    id: int
    made_at: datetime
    counts_from: datetime
    material: bytes = field(repr=False)
    given: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def part(self, use: str, size: int = 32) -> bytes:
        """The key for one use, different for every use."""
        found = self.given.get(use)
        return found if found is not None else hmac.digest(self.material, use.encode(), "sha256")[:size]

    def check(self) -> str:
        """By this the database knows the key again; it tells nothing of it."""
        return self.part("check", 16).hex()

    def prefix(self) -> bytes:
        return self.id.to_bytes(4, "big")


@dataclass(frozen=True)
class Keyset:
    """The keys of a root, the oldest first. `lineage` names the installation that an index belongs to."""

    root: str
    keys: tuple[Key, ...]
    lineage: str = ""

    def primary(self, at: float) -> Key:
        """What new things are made with at this Unix time: the last one that counts."""
        for key in reversed(self.keys):
            if key.counts_from.timestamp() <= at:
                return key
        return self.keys[0]

    def with_key(self, key: Key) -> Keyset:
        return replace(self, keys=(*self.keys, key))

    def without(self, key_id: int) -> Keyset:
        return replace(self, keys=tuple(key for key in self.keys if key.id != key_id))


def new_key(*, made_at: datetime, counts_from: datetime | None = None) -> Key:
    """A key of chance. It counts from its making when nothing else is said."""
    return Key(
        # Four bytes that stand before what it makes, as tink's ids do; never 0.
        id=secrets.randbelow(2**31 - 1) + 1,
        made_at=made_at,
        counts_from=counts_from or made_at,
        material=secrets.token_bytes(_KEY_BYTES),
    )


def new_keyset(root: str) -> Keyset:
    """The first keyset of a new installation. Its key has always counted: a sandbox's past is older than the machine's now."""
    first = new_key(made_at=wall(), counts_from=datetime.fromtimestamp(0, UTC))
    lineage = hashlib.sha256(first.part("lineage")).hexdigest()[:32] if root == "index" else ""
    return Keyset(root, (first,), lineage)


def path_of(folder: Path, root: str) -> Path:
    return folder / f"{root}.keyset.json"


def is_old(folder: Path) -> bool:
    """Whether these are the keysets of an installation from before there were roots."""
    return (folder / _OLD).exists() and not path_of(folder, "sealing").exists()


def is_made(folder: Path) -> bool:
    return (folder / _OLD).exists() or path_of(folder, "sealing").exists()


def read_folder(folder: Path) -> dict[str, Keyset]:
    """Every root's keyset, opened. Raises KeysMissing: one is missing or cannot be opened."""
    if is_old(folder):
        return _read_old(folder)
    return {root: read_keyset(folder, root) for root in ROOTS}


def read_keyset(folder: Path, root: str) -> Keyset:
    """One root's keyset, opened. Raises KeysMissing."""
    document = document_of(path_of(folder, root))
    material = document["material"]
    if document["wrapped"] is not None:
        opened = unwrap(document["wrapped"], base64.b64decode(material), about=_about(document))
        material = json.loads(opened)
    keys = tuple(
        Key(
            id=one["id"],
            made_at=datetime.fromisoformat(one["made_at"]),
            counts_from=datetime.fromisoformat(one["counts_from"]),
            material=base64.b64decode(material[str(one["id"])]["material"]),
            given={use: base64.b64decode(text) for use, text in material[str(one["id"])]["given"].items()},
        )
        for one in document["keys"]
    )
    return Keyset(root, keys, document.get("lineage", ""))


def document_of(path: Path) -> dict[str, Any]:
    """A keyset's file as it is, unopened. Raises KeysMissing."""
    if not path.exists():
        raise KeysMissing(
            f"Tidak ada kunci di {path}. Jalankan `prakerja up`, atau isi PRAKERJA_KEYS dengan folder kuncinya.",
            f"There is no keyset at {path}. Start `prakerja up`, or set PRAKERJA_KEYS to the folder that holds it.",
        )
    try:
        found = json.loads(path.read_text())
    except ValueError:
        found = {}
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise KeysMissing(
            f"{path} bukan berkas kunci Prakerja, atau terpotong. Kembalikan dari salinannya.",
            f"{path} is no keyset of Prakerja, or cut off. Bring it back from its copy.",
        )
    return found


def wrapping_of(folder: Path, root: str) -> Wrapping | None:
    """How a root's file is wrapped; None when its keys lie in it plainly."""
    found: Wrapping | None = document_of(path_of(folder, root))["wrapped"]
    return found


def write_keyset(folder: Path, keyset: Keyset, wrapping: Wrapping | None) -> None:
    """Put this in place of a root's file, at once: whoever is killed leaves the one before."""
    document: dict[str, Any] = {
        "format": _FORMAT,
        "root": keyset.root,
        "lineage": keyset.lineage,
        "keys": [
            {"id": key.id, "made_at": key.made_at.isoformat(), "counts_from": key.counts_from.isoformat()}
            for key in keyset.keys
        ],
        "wrapped": wrapping,
    }
    material: Any = {
        str(key.id): {
            "material": base64.b64encode(key.material).decode(),
            "given": {use: base64.b64encode(part).decode() for use, part in key.given.items()},
        }
        for key in keyset.keys
    }
    if wrapping is not None:
        material = base64.b64encode(wrap(wrapping, json.dumps(material).encode(), about=_about(document))).decode()
    put_file(path_of(folder, keyset.root), json.dumps({**document, "material": material}, indent=1))


def has_identity(folder: Path) -> bool:
    return any(path.exists() for path in identity_files(folder))


def identity_files(folder: Path) -> tuple[Path, Path]:
    """Where the keys that sign who somebody is may lie: the first alone as tink's own file, or all as a root's."""
    return folder / _PLAIN_IDENTITY, path_of(folder, IDENTITY)


def new_identity_key(*, signs: str, made_at: datetime, counts_from: datetime) -> Key:
    """A key that signs who somebody is: `signs` is tink's keyset of it alone, as JSON."""
    # By tink's number institutions know it (`kid`).
    return Key(int(json.loads(signs)["primaryKeyId"]), made_at, counts_from, b"", {_SIGNS: signs.encode()})


def signer_of(key: Key) -> str:
    """tink's keyset of a key that signs who somebody is, as JSON."""
    return key.given[_SIGNS].decode()


def read_identity(folder: Path) -> Keyset:
    """The keys that sign who somebody is. Raises KeysMissing."""
    plain, _ = identity_files(folder)
    since = datetime.fromtimestamp(0, UTC)
    if plain.exists():
        return Keyset(IDENTITY, (new_identity_key(signs=plain.read_text(), made_at=since, counts_from=since),))
    found = read_keyset(folder, IDENTITY)
    # A file from when there was one key gives it another number than tink does.
    return replace(
        found,
        keys=tuple(
            new_identity_key(signs=signer_of(key), made_at=key.made_at, counts_from=key.counts_from)
            for key in found.keys
        ),
    )


def identity_wrapping(folder: Path) -> Wrapping | None:
    """How the keys that sign who somebody is are wrapped."""
    plain, _ = identity_files(folder)
    return None if plain.exists() else wrapping_of(folder, IDENTITY)


def write_identity(folder: Path, keyset: Keyset, wrapping: Wrapping | None) -> None:
    """One key alone that nothing wraps is tink's own file; everything else is one like those of the roots.

    While both lie there the first one is read, which is the one before until it is gone.
    """
    plain, other = identity_files(folder)
    if wrapping is None and len(keyset.keys) == 1:
        put_file(plain, signer_of(keyset.keys[0]))
        other.unlink(missing_ok=True)
        return
    write_keyset(folder, keyset, wrapping)
    plain.unlink(missing_ok=True)


def put_file(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all, and onto the disk. What root writes belongs to whose folder it is."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            if os.geteuid() == 0:
                whose = path.parent.stat()
                os.fchown(file.fileno(), whose.st_uid, whose.st_gid)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        # A full disk: half a key is nobody's.
        beside.unlink()
        raise
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _about(document: Mapping[str, Any]) -> bytes:
    """What is sealed together with the keys, so that no part of a file can be exchanged for another's."""
    return json.dumps([document["root"], document["lineage"], document["keys"]], sort_keys=True).encode()


def aead_of(key: Key) -> aead.Aead:
    """tink's AES-GCM with this key: what it seals begins with the key's id."""
    return _aead(key.id, key.part("aead", 16))


def _aead(key_id: int, raw: bytes) -> aead.Aead:
    aead.register()
    # The message AesGcmKey with its one field, the key.
    value = base64.b64encode(bytes([0x1A, len(raw)]) + raw).decode()
    one = {
        "keyData": {
            "typeUrl": "type.googleapis.com/google.crypto.tink.AesGcmKey",
            "value": value,
            "keyMaterialType": "SYMMETRIC",
        },
        "status": "ENABLED",
        "keyId": key_id,
        "outputPrefixType": "TINK",
    }
    document = json.dumps({"primaryKeyId": key_id, "key": [one]})
    return cleartext_keyset_handle.read(tink.JsonKeysetReader(document)).primitive(aead.Aead)


def _read_old(folder: Path) -> dict[str, Keyset]:
    """Two keysets did everything: one sealed, everything else came from the other."""
    prf.register()
    since = datetime.fromtimestamp(0, UTC)
    sealing = json.loads((folder / _OLD).read_text())
    index = folder / "index.json"
    if not index.exists():
        raise KeysMissing(
            f"Tidak ada kunci di {index}. Kembalikan dari salinannya.",
            f"There is no keyset at {index}. Bring it back from its copy.",
        )
    text = index.read_text()
    chance = cleartext_keyset_handle.read(tink.JsonKeysetReader(text)).primitive(prf.PrfSet).primary()

    def derived(purpose: str) -> bytes:
        return (bytes(chance.compute(f"derive:{purpose}".encode(), 16)).hex() * 2).encode()

    def one(number: int, **given: bytes) -> Key:
        # The parts that are not given come from what only the old keysets can tell.
        base = bytes(chance.compute(f"root:{number}".encode(), _KEY_BYTES))
        return Key(number, since, since, base, given)

    index_key = bytes(chance.compute(b"blind-index", 32))
    otp_key = bytes(chance.compute(b"one-time-password", 32))
    ids = _old_ids(chance)
    sealed = [
        # The key is what follows the two bytes of its field in the message.
        one(entry["keyId"], aead=base64.b64decode(entry["keyData"]["value"])[2:])
        for entry in sealing["key"]
        if entry["status"] == "ENABLED"
    ]
    # tink's primary is what counts.
    sealed.sort(key=lambda key: key.id == sealing["primaryKeyId"])
    lineage = hashlib.sha256(chance.compute(b"fingerprint", 16)).hexdigest()[:32]
    return {
        "sealing": Keyset("sealing", tuple(sealed)),
        "index": Keyset("index", (one(json.loads(text)["primaryKeyId"], index=index_key),), lineage),
        "otp": Keyset("otp", (one(ids[0], otp=otp_key, mark=index_key),)),
        "sessions": Keyset("sessions", (one(ids[1], secret=derived("django")),)),
        "gateways": Keyset(
            "gateways", (one(ids[2], **{f"gateway:{name}": derived(name) for name in ("gateway", "bank")}),)
        ),
    }


def _old_ids(chance: prf.Prf) -> list[int]:
    """Ids for the roots that an old installation did not have: the same at every reading."""
    return [int.from_bytes(chance.compute(f"id:{n}".encode(), 4), "big") >> 1 or 1 for n in range(3)]


def old_files(folder: Path) -> list[Path]:
    return [path for path in (folder / _OLD, folder / "index.json") if path.exists()]
