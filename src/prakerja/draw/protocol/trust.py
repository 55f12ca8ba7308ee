"""Whose signatures count, from outside the folder: a folder that names its own keys proves nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from prakerja.proofs.drand import QUICKNET, Chain
from prakerja.proofs.notes import COSIGNATURE, NOTE, NoteError, Verifier, from_base64, to_base64


class TrustError(ValueError):
    """A file of keys that cannot be read."""


class _Chain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hash: str
    public_key: str
    genesis: int
    period: int
    group_hash: str
    beacon_id: str


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    origin: str
    operators: list[str]
    documents: list[str]
    witnesses: list[str]
    chains: list[_Chain]
    # Of receipts; who only checks draws needs none.
    receipts: list[str] = []
    # Of the NIST beacon, by the SHA-512 of each: who knows none takes no pulse.
    certificates: list[str] = []
    # Of the ledger's daily checkpoints; and the roots under which authorities of time count, DER in base64.
    ledger: list[str] = []
    time_stampers: list[str] = []


@dataclass(frozen=True)
class Trust:
    """`origin`: the deployment's name. Keys of operators, of the log of documents, of its witnesses; beacons by their hash, certificates
    of the NIST beacon by the SHA-512 of their DER."""

    origin: str
    operators: tuple[Verifier, ...]
    documents: tuple[Verifier, ...]
    witnesses: tuple[Verifier, ...]
    chains: tuple[Chain, ...] = (QUICKNET,)
    receipts: tuple[Verifier, ...] = ()
    certificates: tuple[str, ...] = ()
    ledger: tuple[Verifier, ...] = ()
    time_stampers: tuple[bytes, ...] = ()

    def chain(self, hashed: str) -> Chain | None:
        """The beacon that this hash names, where we know it."""
        return next((one for one in self.chains if one.hash == hashed), None)

    def spelled(self) -> bytes:
        """As a file that others keep."""
        kept = _Kept(
            self.origin,
            [one.spelled() for one in self.operators],
            [one.spelled() for one in self.documents],
            [one.spelled() for one in self.witnesses],
            [
                _Chain(one.hash, one.public_key.hex(), one.genesis, one.period, one.group_hash.hex(), one.beacon_id)
                for one in self.chains
            ],
            [one.spelled() for one in self.receipts],
            list(self.certificates),
            [one.spelled() for one in self.ledger],
            [to_base64(one) for one in self.time_stampers],
        )
        return msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n"

    @classmethod
    def read(cls, content: bytes) -> Trust:
        """Read such a file. Raises TrustError."""
        try:
            kept = msgspec.json.decode(content, type=_Kept)
            chains = tuple(
                Chain(
                    bytes.fromhex(one.public_key), one.genesis, one.period, bytes.fromhex(one.group_hash), one.beacon_id
                )
                for one in kept.chains
            )
            found = cls(
                kept.origin,
                _keys(kept.operators, NOTE),
                _keys(kept.documents, NOTE),
                _keys(kept.witnesses, COSIGNATURE),
                chains,
                _keys(kept.receipts, NOTE),
                tuple(kept.certificates),
                _keys(kept.ledger, NOTE),
                tuple(from_base64(one) for one in kept.time_stampers),
            )
        except (msgspec.DecodeError, NoteError, ValueError, OverflowError) as error:
            raise TrustError(f"this is no file of keys: {error}") from error
        if not re.fullmatch(r"[a-z0-9.-]+(?::[0-9]+)?", found.origin):
            raise TrustError("the origin is the name of a site")
        if any(not re.fullmatch("[0-9a-f]{128}", one) for one in found.certificates):
            raise TrustError("a certificate is named by its SHA-512")
        if [one.hash for one in kept.chains] != [one.hash for one in chains]:
            raise TrustError("a beacon's hash is another one's")
        return found


def _keys(spelled: list[str], kind: int) -> tuple[Verifier, ...]:
    found = tuple(Verifier.read(one) for one in spelled)
    if any(one.kind != kind for one in found):
        raise NoteError("a key of another kind")
    return found
