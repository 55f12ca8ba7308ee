"""The documents of a draw, each of one spelling (draw.md 5): rules, commitment, result, void, manifest.

Read strictly: no member may be missing, unknown or of another type, and what is not its own spelling is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal, Self

import msgspec

from prakerja.proofs import canonical

WAVE = re.compile(r"[a-z0-9-]{1,32}")
STRATUM = re.compile(r"[0-9]{1,8}")
_HEX64 = re.compile(r"[0-9a-f]{64}")
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
# Within a day after its time an optional source is there or absent; a required one is waited for this long; and a secret.
ABSENT_AFTER_S, MISSING_AFTER_S, SILENT_AFTER_S = 24 * 3600, 7 * 24 * 3600, 72 * 3600
VALUE_BYTES: Mapping[str, int] = {"nist-beacon-2": 64, "drand": 32}


class DocumentError(ValueError):
    """A document of a draw that cannot be."""


def instant_text(instant: datetime) -> str:
    """How documents write an instant: UTC, whole seconds."""
    return instant.astimezone(UTC).strftime(_INSTANT)


def read_instant(text: str) -> datetime:
    """The instant of such a text. Raises DocumentError."""
    try:
        found = datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)
    except ValueError as error:
        raise DocumentError(f"{text!r} is no instant") from error
    if instant_text(found) != text:
        raise DocumentError(f"{text!r} is no instant")
    return found


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a document; `msgspec` reads it without defaults or conversions."""


class Document(_Part, frozen=True, kw_only=True):
    """One spelling, one hash."""

    def spelled(self) -> bytes:
        return canonical.spelled(msgspec.to_builtins(self))

    @property
    def sha256(self) -> str:
        return sha256(self.spelled()).hexdigest()

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read and check what the document alone can show. Raises DocumentError."""
        try:
            found = msgspec.convert(canonical.read(content), cls, strict=True)
        except (canonical.NotCanonical, msgspec.ValidationError) as error:
            raise DocumentError(str(error)) from error
        found.require()
        if found.spelled() != content:
            raise DocumentError("spelled in another way")
        return found

    def require(self) -> None:
        """Raise DocumentError for what cannot be."""


class Group(_Part, frozen=True, kw_only=True):
    """Seats that are filled first by members of a group, for each stratum its share or for all together."""

    code: str
    seats: int
    scope: Literal["stratum", "national"]


class Rules(Document, frozen=True, kw_only=True):
    """What is published before the wave opens. `groups` are in the order in which they are filled."""

    type: Literal["prakerja-draw-rules"] = "prakerja-draw-rules"
    version: Literal[1] = 1
    wave: str
    seats: int
    weights: dict[str, int]
    groups: list[Group]
    family_cap: int
    released_counts: bool
    min_lead_s: int
    published_at: str

    def require(self) -> None:
        if not WAVE.fullmatch(self.wave):
            raise DocumentError("the wave's name is a word of a-z, 0-9 and -")
        if any(not STRATUM.fullmatch(code) or weight < 0 for code, weight in self.weights.items()):
            raise DocumentError("a stratum is 1 to 8 digits with a weight of 0 or more")
        codes = [one.code for one in self.groups]
        if len(set(codes)) != len(codes) or any(not re.fullmatch("[A-Z]", code) for code in codes):
            raise DocumentError("a group is one letter, once")
        numbers = [self.seats, self.min_lead_s, *(one.seats for one in self.groups)]
        if min(numbers) < 0 or not 1 <= self.family_cap <= 9:
            raise DocumentError("seats and leads are 0 or more, the family cap 1 to 9")
        read_instant(self.published_at)


class Listed(_Part, frozen=True, kw_only=True):
    """What the canonical list is: rows, those that are eligible, bytes, hash and root of its tree."""

    rows: int
    eligible: int
    size: int = msgspec.field(name="bytes")
    sha256: str
    root: str


class NistSource(_Part, frozen=True, kw_only=True, tag_field="kind", tag="nist-beacon-2"):
    """A pulse of the NIST beacon 2.0, named by chain, time and certificate."""

    chain: int
    time: str
    certificate: str
    optional: bool

    @property
    def at(self) -> datetime:
        """When it appears. Raises DocumentError."""
        if not self.time.endswith(":00.000Z"):
            raise DocumentError("a pulse is of a full minute")
        return read_instant(self.time.replace(".000Z", "Z"))


class DrandSource(_Part, frozen=True, kw_only=True, tag_field="kind", tag="drand"):
    """A round of drand, named by chain and number."""

    chain: str
    round: int
    optional: bool


Source = NistSource | DrandSource


def kind_of(source: Source) -> str:
    """The kind's word, as the document has it."""
    return "drand" if isinstance(source, DrandSource) else "nist-beacon-2"


class Commitment(Document, frozen=True, kw_only=True):
    """What fixes a draw before its randomness exists: the list, the rules, the secret's hash, and which randomness it will be."""

    type: Literal["prakerja-draw-commitment"] = "prakerja-draw-commitment"
    version: Literal[1] = 1
    draw: str
    rules: str
    closed_at: str
    committed_at: str
    listed: Listed = msgspec.field(name="list")
    secret: str
    sources: list[Source]

    def require(self) -> None:
        read_draw(self.draw)
        for one in (self.rules, self.secret, self.listed.sha256, self.listed.root):
            _require_hash(one)
        if not 0 <= self.listed.eligible <= self.listed.rows or self.listed.size < 0:
            raise DocumentError("the list's numbers do not fit")
        if read_instant(self.closed_at) > read_instant(self.committed_at):
            raise DocumentError("committed before the wave was closed")
        if not self.sources or kind_of(self.sources[-1]) != "drand" or self.sources[-1].optional:
            raise DocumentError("the last source is drand, and required")
        for source in self.sources[:-1]:
            if not isinstance(source, NistSource) or not source.optional or source.chain != 2:
                raise DocumentError("before drand come optional pulses of the NIST beacon")
            if not re.fullmatch("[0-9a-f]{128}", source.certificate):
                raise DocumentError("a certificate is named by its SHA-512")
            _ = source.at
        _require_hash(self.sources[-1].chain)  # type: ignore[arg-type]
        if self.sources[-1].round < 1:  # type: ignore[union-attr]
            raise DocumentError("rounds are counted from 1")


class Value(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """What a source gave, in hex, or null where it was absent; `signature` is drand's alone."""

    value: str | None
    signature: str | msgspec.UnsetType = msgspec.UNSET


class Resulted(_Part, frozen=True, kw_only=True):
    """What the results are: rows, bytes, hash and root of their tree."""

    rows: int
    size: int = msgspec.field(name="bytes")
    sha256: str
    root: str


class Tickets(_Part, frozen=True, kw_only=True):
    """Tickets in hex, ascending, a newline after each: how many, and the hash over them."""

    count: int
    sha256: str


class Result(Document, frozen=True, kw_only=True):
    """What came of it: the values of the sources, the secret, the seed and the results that follow."""

    type: Literal["prakerja-draw-result"] = "prakerja-draw-result"
    version: Literal[1] = 1
    draw: str
    commitment: str
    drawn_at: str
    values: list[Value]
    secret: str
    seed: str
    results: Resulted
    winners: Tickets
    unfilled: int

    def require(self) -> None:
        read_draw(self.draw)
        for one in (
            self.commitment,
            self.secret,
            self.seed,
            self.results.sha256,
            self.results.root,
            self.winners.sha256,
        ):
            _require_hash(one)
        read_instant(self.drawn_at)


class Void(Document, frozen=True, kw_only=True):
    """A draw that ended without a result: a source or the secret never came, or the list was wrong before the first source."""

    type: Literal["prakerja-draw-void"] = "prakerja-draw-void"
    version: Literal[1] = 1
    draw: str
    commitment: str
    reason: Literal["source", "secret", "list"]
    voided_at: str

    def require(self) -> None:
        read_draw(self.draw)
        _require_hash(self.commitment)
        read_instant(self.voided_at)


class Recall(Document, frozen=True, kw_only=True):
    """Seats that became free are given on by the same ranks: which were released, who declined, who got one."""

    type: Literal["prakerja-draw-recall"] = "prakerja-draw-recall"
    version: Literal[1] = 1
    draw: str
    recall: int
    result: str
    released: Tickets
    declined: Tickets
    awarded: Tickets

    def require(self) -> None:
        read_draw(self.draw)
        for one in (self.result, self.released.sha256, self.declined.sha256, self.awarded.sha256):
            _require_hash(one)
        if self.recall < 1:
            raise DocumentError("recalls are counted from 1")


class FileEntry(_Part, frozen=True, kw_only=True):
    """How large a file is, and its hash."""

    size: int = msgspec.field(name="bytes")
    sha256: str


class Manifest(Document, frozen=True, kw_only=True):
    """Every file of the folder but itself and its note."""

    type: Literal["prakerja-draw-manifest"] = "prakerja-draw-manifest"
    version: Literal[1] = 1
    draw: str
    files: dict[str, FileEntry]

    def require(self) -> None:
        read_draw(self.draw)


# How they are read is worked out now, by one thread: msgspec ends a process in which two ask for that at once.
for _kind in (Rules, Commitment, Result, Void, Recall, Manifest):
    msgspec.json.Decoder(_kind)


def read_draw(name: str) -> tuple[str, int]:
    """`g19/1` → the wave's name and the number of the draw. Raises DocumentError."""
    wave, slash, number = name.partition("/")
    if not slash or not WAVE.fullmatch(wave) or not re.fullmatch("[1-9][0-9]{0,3}", number):
        raise DocumentError(f"{name!r} names no draw")
    return wave, int(number)


def _require_hash(text: str) -> None:
    if not _HEX64.fullmatch(text):
        raise DocumentError("a hash has 64 small hex digits")


def is_of_document(value: Any) -> str:
    """The word that says which document this is, "" for none: what a log's reader asks of an entry."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""
