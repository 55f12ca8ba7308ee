"""Signed notes, checkpoints and cosignatures as C2SP writes them: a short text and lines of Ed25519 signatures below it.

    the text, each line ended
    <an empty line>
    — name base64(key id, signature)

Three readers are stricter here than C2SP: an unknown signature line, a second spelling of the same base64 and anything after
the last line are refused, so that no bit of a published note can change unseen.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

# What a key signs: a note, or as a witness that it saw a checkpoint at a time.
NOTE, COSIGNATURE = 1, 4
_NAME = re.compile(r"[^\s+\x00-\x20\x7f]+")
_DASH = "— "


class NoteError(ValueError):
    """A note, checkpoint or key that cannot be read, or a signature that does not hold."""


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes:
    """The bytes of the one base64 spelling of them. Raises NoteError."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("no base64") from error
    # The last sign before the padding has free bits that a decoder passes over.
    if to_base64(data) != text:
        raise NoteError("base64 in another spelling")
    return data


@dataclass(frozen=True)
class Verifier:
    """A name and the public key that it signs with; `kind` says what it signs."""

    name: str
    public: bytes
    kind: int = NOTE

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise NoteError("a key's name has neither blanks nor plus signs")
        if len(self.public) != 32:
            raise NoteError("an Ed25519 key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def spelled(self) -> str:
        """As others keep it: name+key id+key."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def read(cls, text: str) -> Verifier:
        """Read what `spelled` wrote. Raises NoteError."""
        name, _, rest = text.partition("+")
        key_id, _, key = rest.partition("+")
        data = from_base64(key)
        if len(data) != 33 or data[0] not in (NOTE, COSIGNATURE):
            raise NoteError("no Ed25519 key")
        found = cls(name, data[1:], data[0])
        if found.key_id.hex() != key_id:
            raise NoteError("the key's id is another one's")
        return found

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A name with its private key: the 32 bytes that an Ed25519 key is made of."""

    name: str
    seed: bytes
    kind: int = NOTE

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self._key().public_key().public_bytes_raw(), self.kind)

    def line(self, text: str) -> str:
        """The signature line under a note's text, with its end."""
        return self._line(self._key().sign(_signed(text)))

    def cosignature(self, text: str, *, seconds: int) -> str:
        """The line of a witness that saw a checkpoint at this time (Unix seconds)."""
        signature = self._key().sign(_cosigned(text, seconds))
        return self._line(seconds.to_bytes(8, "big") + signature)

    def _line(self, data: bytes) -> str:
        return f"{_DASH}{self.name} {to_base64(self.verifier.key_id + data)}\n"

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def _signed(text: str) -> bytes:
    if not text.endswith("\n") or "\n\n" in text:
        raise NoteError("a note's text ends with its line and has no empty one")
    return text.encode()


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n".encode() + _signed(text)


@dataclass(frozen=True)
class Signature:
    """Who signed, by a key that the reader knows; `seconds` is a witness's time, else None."""

    by: Verifier
    seconds: int | None


@dataclass(frozen=True)
class Note:
    """A text with its signature lines, as they stand there."""

    text: str
    lines: tuple[str, ...]

    def spelled(self) -> bytes:
        return (self.text + "\n" + "".join(self.lines)).encode()

    @classmethod
    def read(cls, content: bytes) -> Note:
        """Read a note strictly; no signature is looked at. Raises NoteError."""
        try:
            text, gap, below = content.decode().rpartition("\n\n")
        except UnicodeDecodeError as error:
            raise NoteError("no text") from error
        lines = [f"{line}\n" for line in below.split("\n")[:-1]]
        if not gap or not lines or any(not re.fullmatch(r"— \S+ \S+\n", line) for line in lines):
            raise NoteError("no signed note")
        found = cls(text + "\n", tuple(lines))
        _signed(found.text)
        if found.spelled() != content:
            raise NoteError("a note in another spelling")
        return found

    def signatures(self, known: Iterable[Verifier]) -> list[Signature]:
        """Who signed. Every line is by one of `known` and holds, and nobody signed twice. Raises NoteError."""
        keys: Mapping[tuple[str, bytes], Verifier] = {(one.name, one.key_id): one for one in known}
        found: list[Signature] = []
        for line in self.lines:
            name, _, encoded = line[len(_DASH) : -1].partition(" ")
            data = from_base64(encoded)
            by = keys.get((name, data[:4]))
            if by is None:
                raise NoteError(f"{name} is no key that we know")
            seconds, signature, message = None, data[4:], _signed(self.text)
            if by.kind == COSIGNATURE:
                seconds, signature = int.from_bytes(data[4:12], "big"), data[12:]
                message = _cosigned(self.text, seconds)
            if len(signature) != 64 or not by.has_signed(message, signature):
                raise NoteError(f"the signature of {name} does not hold")
            if any(one.by == by for one in found):
                raise NoteError(f"{name} signed twice")
            found.append(Signature(by, seconds))
        return found


def sign(text: str, signers: Iterable[Signer]) -> Note:
    """A note with a line of each signer."""
    return Note(text, tuple(one.line(text) for one in signers))


@dataclass(frozen=True)
class Checkpoint:
    """How large a tree is and what its root is; `origin` names the tree."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """Read a checkpoint's text: three lines and nothing else. Raises NoteError."""
        parts = text.split("\n")
        if len(parts) != 4 or parts[3] or not parts[0] or not re.fullmatch(r"0|[1-9][0-9]{0,18}", parts[1]):
            raise NoteError("no checkpoint")
        root = from_base64(parts[2])
        if len(root) != 32:
            raise NoteError("a root has 32 bytes")
        return cls(parts[0], int(parts[1]), root)
