"""A sandbox's own beacon: as drand, but its key is no secret, so its rounds prove nothing and never pass as drand's. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from prakerja.proofs.drand import TAG, Chain, message_of

_KEY = Scalar.from_be_bytes_mod_order(sha256(b"the beacon of a sandbox, which anybody can compute").digest())
DEMO = Chain(
    public_key=bytes((G2Point() * _KEY).to_compressed_bytes()),
    genesis=int(datetime(2020, 4, 11, tzinfo=UTC).timestamp()),
    period=30,
    group_hash=sha256(b"prakerja sandbox").digest(),
    beacon_id="prakerja-sandbox",
)


def demo_signature(number: int) -> str:
    """The signature of a round, which a real beacon would only give when its time has come."""
    point = G1Point.hash_to_curve(message_of(number), TAG) * _KEY
    return bytes(point.to_compressed_bytes()).hex()
