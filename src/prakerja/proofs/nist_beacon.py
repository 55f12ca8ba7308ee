"""The NIST randomness beacon 2.0: a pulse of 512 bits each minute, signed by a key whose certificate it names.

The service signs its fields one after the other, each with its length in four bytes (its draft standard says eight). A pulse is
kept as a document of one spelling with small hex digits; the service itself writes large ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha512
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from prakerja.proofs import canonical
from prakerja.proofs.drand import BeaconError

VALUE_BYTES = 64
_HEX = re.compile(r"(?:[0-9a-f]{2}){64}")
_LISTED = ("previous", "hour", "day", "month", "year")


@dataclass(frozen=True)
class Pulse:
    """One pulse; hex is small, numbers are as the service says them."""

    uri: str
    version: str
    cipher_suite: int
    period: int
    certificate: str
    chain: int
    number: int
    time: str
    local_random: str
    external_source: str
    external_status: int
    external_value: str
    previous: str
    hour: str
    day: str
    month: str
    year: str
    precommitment: str
    status: int
    signature: str
    output: str

    def __post_init__(self) -> None:
        texts = ("uri", "version", "time")
        for name, value in asdict(self).items():
            kind = Pulse.__annotations__[name]
            if type(value).__name__ != kind or (kind == "int" and not 0 <= value < 2**32):
                raise BeaconError(f"{name} is no part of a pulse")
            is_hex = kind == "str" and name not in texts
            length = 1024 if name == "signature" else 128
            if is_hex and not (len(value) == length and re.fullmatch(r"[0-9a-f]*", value)):
                raise BeaconError(f"{name} is not {length} small hex digits")

    @classmethod
    def of_service(cls, answer: Mapping[str, Any]) -> Pulse:
        """Read what the service answers (`{"pulse": …}`). Raises BeaconError."""
        try:
            told = answer["pulse"]
            listed = {one["type"]: one["value"].lower() for one in told["listValues"]}
            return cls(
                uri=told["uri"],
                version=told["version"],
                cipher_suite=told["cipherSuite"],
                period=told["period"],
                certificate=told["certificateId"].lower(),
                chain=told["chainIndex"],
                number=told["pulseIndex"],
                time=told["timeStamp"],
                local_random=told["localRandomValue"].lower(),
                external_source=told["external"]["sourceId"].lower(),
                external_status=told["external"]["statusCode"],
                external_value=told["external"]["value"].lower(),
                **{name: listed[name] for name in _LISTED},
                precommitment=told["precommitmentValue"].lower(),
                status=told["statusCode"],
                signature=told["signatureValue"].lower(),
                output=told["outputValue"].lower(),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise BeaconError("this is no pulse") from error

    @classmethod
    def read(cls, content: bytes) -> Pulse:
        """Read a pulse that was kept by `spelled`. Raises BeaconError."""
        try:
            return cls(**canonical.read(content))
        except (TypeError, canonical.NotCanonical) as error:
            raise BeaconError("this is no pulse") from error

    def spelled(self) -> bytes:
        return canonical.spelled(asdict(self))

    def signed(self) -> bytes:
        """The bytes that the service signs."""
        parts: list[bytes] = [_text(self.uri), _text(self.version), _number(self.cipher_suite), _number(self.period)]
        parts += [_hex(self.certificate), self.chain.to_bytes(8, "big"), self.number.to_bytes(8, "big")]
        parts += [_text(self.time), _hex(self.local_random)]
        parts += [_hex(self.external_source), _number(self.external_status), _hex(self.external_value)]
        parts += [_hex(getattr(self, name)) for name in _LISTED]
        parts += [_hex(self.precommitment), _number(self.status)]
        return b"".join(parts)


def _number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _with_length(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def _text(value: str) -> bytes:
    return _with_length(value.encode())


def _hex(value: str) -> bytes:
    return _with_length(bytes.fromhex(value))


def certificate_id(pem: bytes) -> str:
    """How pulses name a certificate: SHA-512 of its DER. Raises BeaconError."""
    return sha512(_certificate(pem).public_bytes(Encoding.DER)).hexdigest()


def _certificate(pem: bytes) -> Any:
    try:
        return load_pem_x509_certificate(pem)
    except ValueError as error:
        raise BeaconError("this is no certificate") from error


def randomness(*, pulse: Pulse, certificate: bytes, named: str, chain: int, time: str) -> bytes:
    """The 64 bytes of the pulse of `chain` at `time` (`…:00.000Z`), signed by the certificate (PEM) that was `named` before.

    Raises BeaconError: another certificate, chain or time than the named ones, a pulse that says that something was wrong with
    it, or one whose signature does not hold.
    """
    if not _HEX.fullmatch(named) or certificate_id(certificate) != named or pulse.certificate != named:
        raise BeaconError("the certificate is not the one that was named")
    if (pulse.chain, pulse.time) != (chain, time):
        raise BeaconError("this is not the pulse that was named")
    if pulse.status != 0 or pulse.version != "2.0" or pulse.cipher_suite != 0:
        raise BeaconError("the service says that something was wrong with the pulse")
    key, signature, signed = _certificate(certificate).public_key(), bytes.fromhex(pulse.signature), pulse.signed()
    if not isinstance(key, RSAPublicKey):
        raise BeaconError("the beacon signs with RSA")
    try:
        key.verify(signature, signed, PKCS1v15(), SHA512())
    except InvalidSignature as error:
        raise BeaconError("the signature of the pulse does not hold") from error
    value = sha512(signed + signature).digest()
    if value.hex() != pulse.output:
        raise BeaconError("the pulse's value is not that of its signature")
    return value
