"""Who may post to this program, and how a body is read: for the programme's clients, never for a browser."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any, NoReturn

from flask import abort, jsonify, make_response, request

_REFERENCE = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def refuse(status: int, error: str, **more: str) -> NoReturn:
    """Answer an error to a program and stop."""
    abort(make_response(jsonify({"error": error, **more}), status))


def signature(key: str, body: bytes) -> str:
    """The bank's signature in both directions: hexadecimal HMAC-SHA256 of the raw body (empty for GET)."""
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def require_bearer(key: str) -> None:
    """Refuse with 401 unless the gateway's key stands in the authorization header."""
    given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, f"Bearer {key}".encode()):
        refuse(401, "unauthorised")


def require_signature(key: str) -> None:
    """Refuse with 401 unless the body carries the bank's signature."""
    given = request.headers.get("X-Bank-Signature", "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, signature(key, request.get_data()).encode()):
        refuse(401, "signature")


def body() -> dict[str, Any]:
    """The JSON object of the body, whatever content type it was sent as; refuse with 400 what is none."""
    try:
        value = json.loads(request.get_data())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        refuse(400, "malformed")
    return value


def text(fields: dict[str, Any], name: str, *, longest: int, required: bool = True) -> str:
    """A text field; an optional one that is missing or null is the empty text."""
    value = fields.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or len(value) > longest or "\x00" in value or (required and not value.strip()):
        refuse(400, "invalid", field=name)
    try:
        value.encode()
    except UnicodeEncodeError:
        # A lone surrogate is legal in JSON and nowhere else.
        refuse(400, "invalid", field=name)
    return value


def reference(fields: dict[str, Any]) -> str:
    """The caller's own name for what it asks; the same one is the same request."""
    value = text(fields, "reference", longest=64)
    if not _REFERENCE.fullmatch(value):
        refuse(400, "invalid", field="reference")
    return value


def instant(fields: dict[str, Any], name: str = "at") -> str:
    """An RFC 3339 instant with its offset, kept as it was given: no clock here to compare it with."""
    value = text(fields, name, longest=40)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        refuse(400, "invalid", field=name)
    return value


def rupiah(fields: dict[str, Any], name: str = "amount") -> int:
    """Whole rupiah above zero."""
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 10**12:
        refuse(400, "invalid", field=name)
    return value
