"""What the published pages tell of an endpoint, declared beside its view. No call ever reads it.

The OpenAPI file, the developer site and its examples are all made from this, the structs and the table of codes, so that
an endpoint is described once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from prakerja.partner_api.endpoint import Endpoint

# What the check of every request may refuse with, in its order (endpoint.py).
_ADMISSION = (
    "body_too_large",
    "headers_missing",
    "client_unknown",
    "key_revoked",
    "timestamp_outside",
    "signature_wrong",
    "rate_limited",
    "partner_kind",
    "body_malformed",
)
_FAULTS = ("internal", "busy")


@dataclass(frozen=True, slots=True)
class Guide:
    """`title` and `about` are msgids (Indonesian); `data` is the struct of the answer's member `data`, None when an
    answer has none; `refuses` lists the reasons of the operation, beyond those of every call.
    """

    title: str
    about: str
    data: type[msgspec.Struct] | None
    refuses: tuple[str, ...] = ()


def refusals(declared: Endpoint) -> tuple[str, ...]:
    """Every reason that an endpoint can answer, each once: what every call checks, then its own, then our faults."""
    found = [*_ADMISSION]
    if declared.body.__struct_fields__ or declared.is_idempotent or "<" in declared.path:
        found.append("field_invalid")
    if declared.has_authorization:
        found.append("token_invalid")
    if declared.names_a_card:
        found.append("card_unknown")
    own = declared.guide.refuses if declared.guide else ()
    return tuple(dict.fromkeys((*found, *own, *_FAULTS)))
