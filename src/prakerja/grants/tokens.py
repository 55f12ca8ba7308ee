"""Codes and tokens: opaque to their holder, they carry their own route (person and grant) and a secret, sealed by us.

Nobody else can make one, so whatever does not open is refused without a question to the database; and a refresh token that
opens but is not the grant's present one was used before. What is stored is a hash.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import uuid
from dataclasses import dataclass
from typing import Literal

from tink import TinkError

from prakerja.kernel.secrets import keys

Kind = Literal["code", "access", "refresh"]
LONGEST = 200
_SECRET_BYTES = 16


@dataclass(frozen=True, repr=False)
class Token:
    """`text` is what its holder has. The kind is part of the seal: an access token never passes for a code."""

    person_id: uuid.UUID
    grant_id: uuid.UUID
    text: str

    @classmethod
    def new(cls, kind: Kind, *, person_id: uuid.UUID, grant_id: uuid.UUID) -> Token:
        plain = person_id.bytes + grant_id.bytes + secrets.token_bytes(_SECRET_BYTES)
        sealed = keys().seal_token(base64.b64encode(plain).decode(), _place(kind))
        return cls(person_id, grant_id, base64.urlsafe_b64encode(sealed).rstrip(b"=").decode())

    @classmethod
    def parse(cls, kind: Kind, text: str) -> Token | None:
        """Read one back; None for anything that we did not make."""
        if len(text) > LONGEST:
            return None
        try:
            sealed = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
            plain = base64.b64decode(keys().unseal_token(sealed, _place(kind)))
        except (binascii.Error, UnicodeEncodeError, ValueError, TinkError):
            return None
        return cls(uuid.UUID(bytes=plain[:16]), uuid.UUID(bytes=plain[16:32]), text)

    def hash(self) -> bytes:
        """What the grant stores."""
        return hashlib.sha256(self.text.encode()).digest()


def _place(kind: Kind) -> bytes:
    return f"grants:{kind}".encode()
