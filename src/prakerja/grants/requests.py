"""What an institution asked for, sealed into the address of the consent page.

The signed call and the OpenID Connect endpoint both end in one of these; the page trusts it because only we can make it.
It names no person. Nothing is stored until somebody says yes.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from dataclasses import asdict, dataclass

from tink import TinkError

from prakerja.kernel.secrets import keys
from prakerja.partners.policies import with_members

_PLACE = b"grants:request"
LONGEST = 12_000


@dataclass(frozen=True)
class AuthorizationRequest:
    """`failure_uri` is where the browser goes without a yes. `code_challenge` is "" for the published call.

    `asked_at` is Unix wall time. `must_sign_in_after` is the oldest sign-in that the institution accepts, 0 for any.
    """

    partner_id: uuid.UUID
    redirect_uri: str
    failure_uri: str
    scopes: tuple[str, ...]
    state: str
    nonce: str
    code_challenge: str
    asked_at: int
    must_sign_in_after: int = 0

    @property
    def is_standard(self) -> bool:
        """Whether it came by OpenID Connect, which always has a challenge."""
        return self.code_challenge != ""

    def text(self) -> str:
        plain = json.dumps(
            asdict(self) | {"partner_id": self.partner_id.hex}, ensure_ascii=False, separators=(",", ":")
        )
        return base64.urlsafe_b64encode(keys().seal_token(plain, _PLACE)).rstrip(b"=").decode()

    def success_address(self, *, code: str, issuer: str) -> str:
        """Where the browser goes after a yes."""
        return with_members(self.redirect_uri, {"code": code} | self._echo(issuer))

    def failure_address(self, *, error: str, issuer: str) -> str:
        """Where the browser goes without one: the sign-in page of the published call, else the one address of the request."""
        return with_members(self.failure_uri, {"error": error} | self._echo(issuer))

    def _echo(self, issuer: str) -> dict[str, str]:
        """What goes back either way. `iss` tells which server answered (RFC 9207)."""
        echo = {"state": self.state} if self.state else {}
        return echo | ({"iss": issuer} if self.is_standard else {})

    @classmethod
    def parse(cls, text: str) -> AuthorizationRequest | None:
        """Read one back; None for anything that we did not make."""
        if len(text) > LONGEST:
            return None
        try:
            sealed = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
            found = json.loads(keys().unseal_token(sealed, _PLACE))
        except (binascii.Error, UnicodeEncodeError, ValueError, TinkError):
            return None
        found |= {"partner_id": uuid.UUID(hex=found["partner_id"]), "scopes": tuple(found["scopes"])}
        return cls(**found)
