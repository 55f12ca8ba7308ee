"""The randomness of drand: a round is one BLS signature that nobody can choose, by many who would have to act together.

A chain is pinned by its hash, which stands for period, genesis, key and name; what it signs is the number of a round. Only
unchained rounds with short signatures are read (the scheme `bls-unchained-g1-rfc9380` of quicknet).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from py_arkworks_bls12381 import GT, G1Point, G2Point

TAG = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
_SIGNATURE = re.compile(r"[0-9a-f]{96}")


class BeaconError(ValueError):
    """What was given is not the randomness that was named."""


@dataclass(frozen=True)
class Chain:
    """A beacon: its public key (96 bytes, compressed), when it began (Unix seconds), a round every `period` seconds."""

    public_key: bytes
    genesis: int
    period: int
    group_hash: bytes
    beacon_id: str

    @property
    def hash(self) -> str:
        """What the chain is called everywhere."""
        name = "" if self.beacon_id == "default" else self.beacon_id
        parts = self.period.to_bytes(4, "big"), self.genesis.to_bytes(8, "big"), self.public_key, self.group_hash
        return sha256(b"".join(parts) + name.encode()).hexdigest()

    def at(self, number: int) -> datetime:
        """When round `number` (from 1) appears."""
        return datetime.fromtimestamp(self.genesis + (number - 1) * self.period, UTC)

    def first_round_from(self, instant: datetime) -> int:
        """The first round that does not appear before `instant`."""
        waits = int(instant.timestamp()) - self.genesis + (instant.microsecond > 0)
        return 1 if waits <= 0 else -(-waits // self.period) + 1


QUICKNET = Chain(
    public_key=bytes.fromhex(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    ),
    genesis=1692803367,
    period=3,
    group_hash=bytes.fromhex("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"),
    beacon_id="quicknet",
)


def message_of(number: int) -> bytes:
    """What is signed in a round."""
    return sha256(number.to_bytes(8, "big")).digest()


def randomness(*, chain: Chain, number: int, signature: str) -> bytes:
    """The 32 bytes of a round whose signature (96 hex digits, small) was verified with the chain's key.

    Raises BeaconError: not spelled so, no point of the right group, or not the signature of this very round.
    """
    if not _SIGNATURE.fullmatch(signature):
        raise BeaconError("a signature is 96 small hex digits")
    if number < 1:
        raise BeaconError("rounds are counted from 1")
    content = bytes.fromhex(signature)
    try:
        # Both are looked at for the right group; the point at infinity is in it and signs everything.
        point, key = G1Point.from_compressed_bytes(content), G2Point.from_compressed_bytes(chain.public_key)
    except ValueError as error:
        raise BeaconError("the signature is no point of the group") from error
    if point == G1Point.identity():
        raise BeaconError("the point at infinity signs nothing")
    hashed = G1Point.hash_to_curve(message_of(number), TAG)
    # e(signature, g2) = e(hashed message, key), as one product.
    if not GT.pairing_check([point, -hashed], [G2Point(), key]):
        raise BeaconError("this is not the signature of that round")
    return sha256(content).digest()
