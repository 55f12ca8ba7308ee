"""The payment token: it carries its own route (person and intent) and a secret, and tells a partner nothing of either."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import uuid
from dataclasses import dataclass

from prakerja.kernel.ids import derived_id, new_id
from prakerja.kernel.secrets import mark

_SECRET_BYTES = 16


@dataclass(frozen=True)
class SignedRequest:
    """The request that asks for an OTP: when it was signed (Unix seconds), and a hash of who sent which bytes.

    The published contract has no nonce, so whoever overheard a request can send it again within its five minutes. The same
    one makes the same intent and token: it sends no second OTP and ends nothing that the first one began.
    """

    seconds: int
    fingerprint: bytes

    def intent_id(self) -> uuid.UUID:
        """The id of the one intent that this request makes."""
        return derived_id(seconds=self.seconds, chance=self._mark("payment_intent"))

    def secret(self) -> bytes:
        """The secret part of its token; without our keys nobody can work it out."""
        return self._mark("payment_token")

    def _mark(self, purpose: str) -> bytes:
        # The key of the request's own second: sent again, it makes the same whatever key counts by then.
        return mark(purpose, self.fingerprint.hex(), made_at=self.seconds)


@dataclass(frozen=True)
class PaymentToken:
    person_id: uuid.UUID
    intent_id: uuid.UUID
    secret: bytes

    @classmethod
    def new(cls, *, person_id: uuid.UUID | None, request: SignedRequest | None = None) -> PaymentToken:
        """A token for a new intent of this person (of nobody: its own id), or the one that this request made before."""
        intent_id = request.intent_id() if request else new_id()
        secret = request.secret() if request else secrets.token_bytes(_SECRET_BYTES)
        return cls(person_id or intent_id, intent_id, secret)

    def of(self, person_id: uuid.UUID) -> PaymentToken:
        """The same token as this person's."""
        return PaymentToken(person_id, self.intent_id, self.secret)

    @classmethod
    def parse(cls, text: str) -> PaymentToken | None:
        """Read a token back; None for anything that we did not make."""
        try:
            raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except (binascii.Error, UnicodeEncodeError, ValueError):
            return None
        if len(raw) != 32 + _SECRET_BYTES:
            return None
        return cls(uuid.UUID(bytes=_veiled(raw[:16], raw[16:])), uuid.UUID(bytes=raw[16:32]), raw[32:])

    def text(self) -> str:
        named = self.intent_id.bytes + self.secret
        raw = _veiled(self.person_id.bytes, named) + named
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def hash(self) -> bytes:
        """What the intent stores: whoever reads the table cannot pay."""
        return hashlib.sha256(self.person_id.bytes + self.rest()).digest()

    def rest(self) -> bytes:
        """What `hash` is made of besides the person."""
        return self.intent_id.bytes + self.secret


def _veiled(person: bytes, named: bytes) -> bytes:
    """These 16 bytes under a veil that only our keys make, another for each token; the same again takes it off.

    The person's identifier is the same in every token: shops that compare theirs would find out who buys at both. Not
    sealed as fields are, because a seal never comes out the same twice and the same request must get the same token.
    """
    # The intent's id begins with its instant, and that says which key.
    made_at = int.from_bytes(named[:6], "big") / 1000
    veil = mark("payment_token_person", named.hex(), made_at=made_at)
    return bytes(one ^ other for one, other in zip(person, veil[:16], strict=True))
