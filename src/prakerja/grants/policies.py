"""What an institution may ask for, how long it lasts, and what proves that a code came back to who asked. Pure.

Sources: contract.md 2.14, 3.4; decisions.md 71; RFC 6749, 7636 (PKCE), 9700; OpenID Connect Core.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

Fact = Literal["name", "email", "phone", "card"]

# The published four (2.14 a) and their names in OpenID Connect. `openid` asks for the pairwise identifier alone.
SCOPES: Mapping[str, frozenset[Fact]] = {
    "openid": frozenset(),
    "profile": frozenset({"name"}),
    "phone": frozenset({"phone"}),
    "name": frozenset({"name"}),
    "email": frozenset({"email"}),
    "prakerjaid": frozenset({"card"}),
    "notelp": frozenset({"phone"}),
}
# The order in which the consent page tells them.
FACTS: tuple[Fact, ...] = ("name", "email", "phone", "card")

# Wall time, all of them: institutions compare them with their own clocks (ADR 0007).
REQUEST_LIFE = timedelta(minutes=10)
CODE_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=30)

LONGEST_STATE = 1000
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def known_scopes(text: str) -> tuple[str, ...]:
    """The scopes of a blank-separated list that we know, each once, in the order asked; others are ignored (OIDC 3.1.2.1)."""
    return tuple(dict.fromkeys(scope for scope in text.split() if scope in SCOPES))


def facts_of(scopes: tuple[str, ...]) -> frozenset[Fact]:
    """What these scopes let an institution know of a person."""
    return frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))


def is_echoable(text: str) -> bool:
    """Whether a `state` or `nonce` can go back as it came: printable, and no longer than an address can bear."""
    return len(text) <= LONGEST_STATE and _PRINTABLE.fullmatch(text) is not None


def is_challenge(text: str) -> bool:
    """Whether this can be the S256 challenge of a verifier: 43 characters of base64url."""
    return _CHALLENGE.fullmatch(text) is not None


def answers_challenge(*, challenge: str, verifier: str | None) -> bool:
    """Whether the verifier is the one that the challenge was made from (RFC 7636, S256 only).

    A published request has no challenge and its code takes no verifier, so that neither door redeems the other's codes.
    """
    if not challenge or verifier is None:
        return not challenge and verifier is None
    if _VERIFIER.fullmatch(verifier) is None:
        return False
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())
