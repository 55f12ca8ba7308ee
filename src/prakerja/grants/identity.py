"""Who signed in, told so that anybody can check it: id_tokens and the keys that verify them (OpenID Connect Core 2)."""

from __future__ import annotations

import json
from datetime import datetime

from tink import jwt

from prakerja.grants.operations import Tokens
from prakerja.grants.policies import ACCESS_LIFE
from prakerja.grants.queries import pairwise_id
from prakerja.kernel.secrets import signing_keys
from prakerja.partners.queries import Client

ALGORITHM = "RS256"


def id_token(*, tokens: Tokens, client: Client, issuer: str, wall: datetime) -> str:
    """Sign who signed in, for this client only. It holds no personal data: `userinfo` tells those."""
    claims: dict[str, str | int] = {}
    if tokens.nonce:
        claims["nonce"] = tokens.nonce
    if tokens.signed_in_at_s:
        claims["auth_time"] = tokens.signed_in_at_s
    signed: str = (
        signing_keys()
        .signer()
        .sign_and_encode(
            jwt.new_raw_jwt(
                issuer=issuer,
                subject=pairwise_id(person_id=tokens.person_id, partner_id=client.partner_id),
                audience=client.client_code,
                issued_at=wall,
                expiration=tokens.access_expires_at,
                custom_claims=claims,
            )
        )
    )
    return signed


def public_keys() -> str:
    """The JSON Web Key Set: the key that signs, one that will, and those before them until what they signed has lapsed."""
    return json.dumps({"keys": signing_keys().published(lasting=ACCESS_LIFE)})
