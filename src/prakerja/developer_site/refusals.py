"""Every code that a call can be answered with: what its declaration says, read as the order of checks reads it."""

from __future__ import annotations

from prakerja.partner_api.dialect import Dialect
from prakerja.partner_api.endpoint import Endpoint

_FAULTS = ("internal", "busy")


def _admission(dialect: Dialect) -> list[str]:
    """What the check of every request may refuse with, in its order (endpoint.py)."""
    found = ["body_too_large", "request_slow", dialect.client_missing]
    if dialect.is_signed:
        found.append("headers_missing")
    found += [dialect.client_unknown, dialect.client_revoked, "address_not_allowed"]
    if dialect.is_signed:
        found += ["timestamp_outside", "signature_wrong"]
    return [*found, "rate_limited", "partner_kind", "body_malformed"]


def refusals(declared: Endpoint) -> tuple[str, ...]:
    """Every reason that an endpoint can answer, each once: what every call checks, then its own, then our faults."""
    found = _admission(declared.dialect)
    if not declared.is_published:
        found += ["nonce_used", "field_invalid"]
    if declared.is_once:
        found.append("idempotency_key_used")
    if declared.body.__struct_fields__ or declared.is_idempotent or "<" in declared.path:
        found.append("field_invalid")
    if "<" in declared.path:
        # A line break or a slash in the wrong place makes it another address.
        found.append("route_unknown")
    if declared.has_authorization:
        found.append(declared.dialect.token_wrong)
    if declared.names_a_card:
        found.append("card_unknown")
    own = declared.guide.refuses if declared.guide else ()
    return tuple(dict.fromkeys((*found, *own, *_FAULTS)))
