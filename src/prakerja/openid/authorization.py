"""What a client may ask when it sends a browser: authorization code with PKCE, and nothing else (ADR 0014)."""

from __future__ import annotations

from datetime import datetime

from django.http import QueryDict

from prakerja.grants import operations as grants
from prakerja.grants.requests import AuthorizationRequest
from prakerja.openid.protocol import Problem
from prakerja.partners.queries import Client

# Read at most once each; a second one is an attack or a mistake.
_ASKED = (
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
)


def read_request(*, asked: QueryDict, client: Client, is_signed_in: bool, wall: datetime) -> AuthorizationRequest:
    """The request of a client, checked. `is_signed_in` tells whether the browser has a participant; `wall` is wall time.

    Raises Refused when nobody may be sent back (a field_invalid may), Problem with what the client is told.
    """
    # First what decides whether anybody may be sent back at all.
    found = grants.consent_request(
        partner_id=client.partner_id,
        redirect_uri=asked.get("redirect_uri", ""),
        failure_uri=asked.get("redirect_uri", ""),
        scope=asked.get("scope", ""),
        state=asked.get("state", ""),
        nonce=asked.get("nonce", ""),
        code_challenge=asked.get("code_challenge", ""),
        must_sign_in_after=_oldest_sign_in(asked, int(wall.timestamp())),
        wall=wall,
    )
    if any(len(asked.getlist(name)) > 1 for name in _ASKED):
        raise Problem("invalid_request", "a parameter is given twice")
    for name in ("request", "request_uri"):
        if name in asked:
            raise Problem(f"{name}_not_supported")
    if asked.get("response_type") != "code":
        raise Problem("unsupported_response_type" if asked.get("response_type") else "invalid_request")
    if asked.get("response_mode", "query") != "query":
        raise Problem("invalid_request", "response_mode")
    if "openid" not in found.scopes:
        raise Problem("invalid_scope", "openid is missing")
    if not found.code_challenge or asked.get("code_challenge_method") != "S256":
        raise Problem("invalid_request", "PKCE with S256 is required")
    prompt = asked.get("prompt", "").split()
    if "none" in prompt:
        if len(prompt) > 1:
            raise Problem("invalid_request", "prompt")
        # We always ask, so nobody comes back without a page.
        raise Problem("consent_required" if is_signed_in else "login_required")
    return found


def _oldest_sign_in(asked: QueryDict, now: int) -> int:
    """Unix seconds of the oldest sign-in that the institution accepts: `prompt=login`, `max_age`; 0 for any."""
    if "login" in asked.get("prompt", "").split():
        return now
    text = asked.get("max_age", "")
    if not text:
        return 0
    return now - int(text) if text.isascii() and text.isdigit() and len(text) < 10 else now
