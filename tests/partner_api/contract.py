"""Holds every answer that the tests get against the published OpenAPI file."""

from __future__ import annotations

import functools
import re
from typing import Any

from jsonschema import Draft202012Validator

from prakerja.developer_site import names, openapi
from prakerja.partner_api import urls

assert urls.VIEWS, "importing the URLs declares the endpoints"


def check(method: str, path: str, status: int, answer: Any) -> None:
    """Assert that the file describes this answer of this operation; addresses that are no operation are nobody's."""
    found = operation_of(method, path)
    if found is not None:
        validator(*found, status).validate(answer)


def operation_of(method: str, path: str) -> tuple[str, str] | None:
    """The file's path and method for a request."""
    for declared, pattern in _patterns():
        if pattern.fullmatch(path) and method.lower() in openapi.document("id")["paths"][declared]:
            return declared, method.lower()
    return None


@functools.cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    # What stands in the path is matched greedily, as `<path:…>` does.
    return [
        (path, re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(path))))
        for path in openapi.document("id")["paths"]
        if path in {names.wire_path(declared) for _, declared in names.named()}
    ]


@functools.cache
def validator(path: str, method: str, status: int) -> Draft202012Validator:
    """What the file says of one answer."""
    described = openapi.document("id")["paths"][path][method]["responses"]
    assert str(status) in described, f"{method} {path} answers {status}, which its file does not know"
    return schema_validator(described[str(status)]["content"]["application/json"]["schema"])


def schema_validator(schema: dict[str, Any]) -> Draft202012Validator:
    """References lead to the components, so these come along."""
    whole = schema | {"components": openapi.document("id")["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
