"""What endpoints are called in addresses and in the OpenAPI file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prakerja.partner_api.endpoint import ENDPOINTS, Endpoint

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def named() -> Iterator[tuple[str, Endpoint]]:
    """Every endpoint with its name: `payment-send-otp`; where paths are shared, a later method adds its own name.

    The published ones come first and a platform's before an institution's, in whatever order views were imported.
    """
    taken: set[str] = set()
    for declared in sorted(ENDPOINTS, key=lambda one: (not one.is_published, one.kind != "platform")):
        name = _slug(declared.path)
        if name in taken:
            name = f"{name}-{declared.method.lower()}"
        taken.add(name)
        yield name, declared


def wire_path(declared: Endpoint) -> str:
    """`/api/v1/partner/transactions/{invoice_code}`, as OpenAPI writes it."""
    return PARAMETER.sub(r"{\1}", declared.path)


def parameters(declared: Endpoint) -> list[str]:
    """The names that stand in the path."""
    return PARAMETER.findall(declared.path)


def _slug(path: str) -> str:
    words = PARAMETER.sub(r"\1", path).removeprefix("/api/v1/").removeprefix("integration/")
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
