"""Signs and sends requests as a partner would: with its own HMAC, not with the code under test."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import RequestFactory

from prakerja.partners.operations import NewCredential

AT = datetime(2021, 9, 27, 1, 0, tzinfo=UTC)


@dataclass
class Signer:
    credential: NewCredential
    algorithm: str = "sha1"

    def headers(self, method: str, signed_path: str, body: bytes, timestamp: str | None = None) -> dict[str, str]:
        stamp = timestamp or str(int(time.time()))
        raw = f"{self.credential.client_code}{stamp}{method}{signed_path}".encode() + body
        digest = getattr(hashlib, self.algorithm)
        return {
            "client_code": self.credential.client_code,
            "timestamp": stamp,
            "signature": hmac.new(self.credential.sign_key.encode(), raw, digest).hexdigest(),
        }


def send(
    view: Callable[..., HttpResponse],
    credential: NewCredential | None,
    *,
    method: str = "POST",
    path: str = "/api/v1/test/echo",
    body: bytes | dict[str, Any] = b"{}",
    algorithm: str = "sha1",
    signed_path: str | None = None,
    timestamp: str | None = None,
    headers: dict[str, str] | None = None,
    query: str = "",
    path_arguments: dict[str, str] | None = None,
    content_type: str = "application/json",
) -> HttpResponse:
    """Ask a view of this door as Django's WSGI handler would; underscore headers arrive as HTTP_CLIENT_CODE."""
    raw = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
    if method == "GET":
        raw = b""
    sent: dict[str, str] = {}
    if credential is not None:
        full = path + (f"?{query}" if query else "")
        sent = Signer(credential, algorithm).headers(method, signed_path or full, raw, timestamp)
    sent |= headers or {}
    meta = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in sent.items()}
    request = RequestFactory().generic(method, path, data=raw, content_type=content_type, QUERY_STRING=query, **meta)
    return view(request, **(path_arguments or {}))


def read(response: HttpResponse) -> tuple[int, Any]:
    assert response["Content-Type"] == "application/json"
    return response.status_code, json.loads(response.content)
