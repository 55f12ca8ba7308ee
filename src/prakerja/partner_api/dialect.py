"""How a family of endpoints names its headers and phrases its answers: the published contract has two families.

The integration calls and ours say `client_code`, `timestamp`, `signature`; the sign-in calls say `X-Client-Id` and so on, sign
only the first of them, and know other codes for a caller who is not known (contract.md 1.4, 1.7, 2.14).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Dialect:
    """Names of headers as they go over the wire, and of reasons in the table of codes.

    `signature` is "" where a call is not signed: what it brings (a code, a token) is all that it proves. Such a call's body
    is read whatever its content type says (`is_lenient`). `scheme` is the word before a token; the bare token counts too.
    """

    client: str = "client_code"
    timestamp: str = "timestamp"
    signature: str = "signature"
    scheme: str = "Payment"
    client_missing: str = "headers_missing"
    client_unknown: str = "client_unknown"
    client_revoked: str = "key_revoked"
    token_wrong: str = "token_invalid"  # noqa: S105 - the name of a reason
    # What a success says beside `success`, `message` and `data`.
    extra: Mapping[str, str] = field(default_factory=dict)
    is_lenient: bool = False

    @property
    def is_signed(self) -> bool:
        return self.signature != ""

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that every call brings."""
        return (self.client, self.timestamp, self.signature) if self.is_signed else (self.client,)


def meta_name(header: str) -> str:
    """A header's name in the environment of the server."""
    return "HTTP_" + header.upper().replace("-", "_")


INTEGRATION = Dialect()
SIGN_IN = Dialect(
    client="X-Client-Id",
    timestamp="X-Timestamp",
    signature="X-Signature",
    scheme="Bearer",
    client_missing="client_id_missing",
    client_unknown="client_id_unknown",
    client_revoked="client_id_unknown",
    token_wrong="access_token_missing",  # noqa: S106 - the name of a reason
    extra={"errorCode": "0"},
)
SIGN_IN_UNSIGNED = replace(SIGN_IN, timestamp="", signature="", is_lenient=True)
