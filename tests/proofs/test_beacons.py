"""Real rounds of drand and a real pulse of the NIST beacon; and everything that is not what was named."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prakerja.proofs import drand, nist_beacon
from prakerja.proofs.drand import QUICKNET, BeaconError, Chain
from prakerja.proofs.nist_beacon import Pulse

FIXTURES = Path(__file__).parent / "fixtures"
CERTIFICATE = (FIXTURES / "nist_beacon_2026.pem").read_bytes()
ANSWER = json.loads((FIXTURES / "pulse_1853311.json").read_text())
PULSE = Pulse.of_service(ANSWER)
NAMED = {"named": PULSE.certificate, "chain": 2, "time": "2026-07-10T11:02:00.000Z"}
# drand/drand, README of drand-verify, ChainSafe/forest.
ROUNDS = [
    (
        1,
        "b55e7cb2d5c613ee0b2e28d6750aabbb78c39dcc96bd9d38c2c2e12198df95571de8e8e402a0cc48871c7089a2b3af4b",
        "1466a6cd24e327188770752f6134001c64d6efcc590ccc26b721611ad96f165a",
    ),
    (
        2,
        "b6b6a585449b66eb12e875b64fcbab3799861a00e4dbf092d99e969a5eac57dd3f798acf61e705fe4f093db926626807",
        "5782d6987841c654515a0e72b2d1ebb4e741234042c37cb19608ae50d93fb60c",
    ),
    (
        42,
        "95a9f9f5b231b7714de1553105d8ffdf3dcda24cfdb1e689319bccf79a9c8ce430a91b811fbfaf763900bc998b5d686a",
        "8ada64bae5c6c0f5540a6a13af56e663240edfbd2c76ac6a8f27671eb7259ce3",
    ),
    (
        657413,
        "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b",
        "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587",
    ),
    (
        30662982,
        "8b3edd0d42a2fa36ac15641a2dea2e4f4895acec2ef72ef39e5b6138f0346fb6b046dde1b4b3d09ff5fe8a6a7acd674a",
        "ae76da5137c6d0a0d3b50d325948b26cc3ff1f804cd7bbca29b9250c2bfe8d67",
    ),
]


def test_a_chain_is_named_by_the_hash_of_what_it_is() -> None:
    assert QUICKNET.hash == "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
    default = Chain(
        public_key=bytes.fromhex(
            "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31"
        ),
        genesis=1595431050,
        period=30,
        group_hash=bytes.fromhex("176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a"),
        beacon_id="default",
    )
    assert default.hash == "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce"


@pytest.mark.parametrize(("number", "signature", "expected"), ROUNDS)
def test_real_rounds(number: int, signature: str, expected: str) -> None:
    assert drand.randomness(chain=QUICKNET, number=number, signature=signature).hex() == expected


def test_when_a_round_appears() -> None:
    assert QUICKNET.at(1) == datetime(2023, 8, 23, 15, 9, 27, tzinfo=UTC)
    assert QUICKNET.at(30662982) == datetime(2026, 7, 23, 7, 38, 30, tzinfo=UTC)
    for instant in (
        QUICKNET.at(42),
        QUICKNET.at(42) - timedelta(microseconds=1),
        QUICKNET.at(42) - timedelta(seconds=2),
    ):
        assert QUICKNET.first_round_from(instant) == 42
    assert QUICKNET.first_round_from(QUICKNET.at(42) + timedelta(microseconds=1)) == 43
    assert QUICKNET.first_round_from(datetime(2020, 1, 1, tzinfo=UTC)) == 1


@pytest.mark.parametrize(
    "signature",
    [
        ROUNDS[1][1],  # of another round
        "c" + "0" * 95,  # infinity, which is in the group
        "f" * 96,
        "0" * 96,
        "",
        ROUNDS[2][1].upper(),
        ROUNDS[2][1][:-1],
        ROUNDS[2][1] + "00",
        "zz" + ROUNDS[2][1][2:],
    ],
)
def test_what_is_not_the_signature_of_the_named_round(signature: str) -> None:
    with pytest.raises(BeaconError):
        drand.randomness(chain=QUICKNET, number=42, signature=signature)


def test_every_flipped_bit_of_a_signature_is_seen() -> None:
    content = bytes.fromhex(ROUNDS[2][1])
    for bit in range(0, len(content) * 8, 7):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BeaconError):
            drand.randomness(chain=QUICKNET, number=42, signature=changed.hex())


def test_a_round_of_another_chain_and_round_zero_are_refused() -> None:
    with pytest.raises(BeaconError):
        drand.randomness(chain=QUICKNET, number=0, signature=ROUNDS[0][1])
    another = replace(QUICKNET, public_key=CERTIFICATE[:96])
    with pytest.raises(BeaconError):
        drand.randomness(chain=another, number=1, signature=ROUNDS[0][1])


def test_a_real_pulse() -> None:
    assert len(PULSE.signed()) == 807
    value = nist_beacon.randomness(pulse=PULSE, certificate=CERTIFICATE, **NAMED)
    assert value.hex() == PULSE.output
    assert value.hex().startswith("f0ff1b76461225f6")
    assert Pulse.read(PULSE.spelled()) == PULSE


@pytest.mark.parametrize(
    "change",
    [
        {"chain": 1},
        {"time": "2026-07-10T11:03:00.000Z"},
        {"named": "0" * 128},
        {"named": PULSE.certificate.upper()},
        {"certificate": CERTIFICATE.replace(b"MIIIDDCC", b"MIIIDDCD")},
        {"certificate": b"no certificate"},
    ],
)
def test_what_is_not_the_named_pulse(change: dict[str, object]) -> None:
    given = {"pulse": PULSE, "certificate": CERTIFICATE, **NAMED} | change
    with pytest.raises(BeaconError):
        nist_beacon.randomness(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [*asdict(PULSE)])
def test_every_field_of_a_pulse_is_signed(name: str) -> None:
    value = getattr(PULSE, name)
    other = value + 1 if isinstance(value, int) else ("0" if value[-1] != "0" else "1").join((value[:-1], ""))
    with pytest.raises(BeaconError):
        nist_beacon.randomness(pulse=replace(PULSE, **{name: other}), certificate=CERTIFICATE, **NAMED)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"pulse": None},
        {"pulse": {}},
        {"pulse": ANSWER["pulse"] | {"statusCode": "0"}},
        {"pulse": ANSWER["pulse"] | {"outputValue": "zz"}},
    ],
)
def test_what_is_no_pulse(answer: dict[str, object]) -> None:
    with pytest.raises(BeaconError):
        Pulse.of_service(answer)


def test_a_kept_pulse_has_one_spelling() -> None:
    with pytest.raises(BeaconError):
        Pulse.read(PULSE.spelled() + b"\n")
    with pytest.raises(BeaconError):
        Pulse.read(PULSE.spelled().replace(b'"chain":2,', b""))
