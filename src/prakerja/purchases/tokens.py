"""The payment token: opaque to the partner, it carries its own route (person and intent) and a secret."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import uuid
from dataclasses import dataclass

_SECRET_BYTES = 16


@dataclass(frozen=True)
class PaymentToken:
    person_id: uuid.UUID
    intent_id: uuid.UUID
    secret: bytes

    @classmethod
    def new(cls, *, person_id: uuid.UUID, intent_id: uuid.UUID) -> PaymentToken:
        return cls(person_id, intent_id, secrets.token_bytes(_SECRET_BYTES))

    @classmethod
    def parse(cls, text: str) -> PaymentToken | None:
        """Read a token back; None for anything that we did not make."""
        try:
            raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except (binascii.Error, UnicodeEncodeError, ValueError):
            return None
        if len(raw) != 32 + _SECRET_BYTES:
            return None
        return cls(uuid.UUID(bytes=raw[:16]), uuid.UUID(bytes=raw[16:32]), raw[32:])

    def text(self) -> str:
        raw = self.person_id.bytes + self.intent_id.bytes + self.secret
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def hash(self) -> bytes:
        """What the intent stores: whoever reads the table cannot pay."""
        return hashlib.sha256(self.person_id.bytes + self.intent_id.bytes + self.secret).digest()
