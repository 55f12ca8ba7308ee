"""What the address of the verification page holds: a sealed identifier that only we can make and read.

It names no code, no e-mail address and no person to whoever sees it: institutions, proxies, histories.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from dataclasses import dataclass

from tink import TinkError

from prakerja.kernel.secrets import keys

_PLACE = b"training:verification-page"
_NOBODY = uuid.UUID(int=0)
LONGEST = 200


@dataclass(frozen=True)
class PageToken:
    """`person_id` is None for a test code, which belongs to nobody."""

    person_id: uuid.UUID | None
    attempt_id: uuid.UUID

    def text(self) -> str:
        plain = (self.person_id or _NOBODY).hex + self.attempt_id.hex
        return base64.urlsafe_b64encode(keys().seal_token(plain, _PLACE)).rstrip(b"=").decode()

    @classmethod
    def parse(cls, text: str) -> PageToken | None:
        """Read a token back; None for anything that we did not make."""
        if len(text) > LONGEST:
            return None
        try:
            raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
            plain = keys().unseal_token(raw, _PLACE)
        except (binascii.Error, UnicodeEncodeError, ValueError, TinkError):
            return None
        person, attempt = uuid.UUID(hex=plain[:32]), uuid.UUID(hex=plain[32:])
        return cls(None if person == _NOBODY else person, attempt)
