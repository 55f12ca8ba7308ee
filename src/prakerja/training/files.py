"""The file behind an address that an institution named: fetched once, looked at, never kept, opened or executed.

What it is is read from its bytes; a name or a header proves nothing. Of it remain hash, size and type.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from prakerja.kernel import http, ssrf_policy, ssrf_transport

MOST_BYTES = 20 * 1024 * 1024
# Wall seconds for everything: 20 MiB over a slow line, and no longer.
LIMITS = ssrf_transport.Limits(most_bytes=MOST_BYTES, total_seconds=30.0, connect_seconds=5.0, most_redirects=3)
# Statuses that may be another one a moment later.
_PASSING = frozenset((408, 425, 429))
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"PK\x03\x04", "zip"),
)
# A page where a file should be: a viewer's, a sign-in page, an error. A program's first line is no text either.
_NO_TEXT = (b"<!doctype", b"<html", b"<?xml", b"<?php", b"<svg", b"<script", b"<head", b"<body", b"#!")
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f")


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that is accepted: `type` is pdf, docx, zip, png, jpeg, gif, webp or text; `size` in bytes."""

    type: str
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that is not. `may_pass` says that a later try may end otherwise."""

    reason: str
    may_pass: bool = False


def examine_file(
    *,
    url: str,
    trusted_origins: Iterable[str] = (),
    limits: ssrf_transport.Limits = LIMITS,
    resolve: ssrf_transport.Resolver = ssrf_transport.system_resolver,
) -> Examined | Failed:
    """Fetch the file and say what it is. A network call, so never inside a transaction; it raises nothing.

    Reasons: address_scheme … address_redirects (as `ssrf_policy.AddressRefused`), too_large, unreachable, no_answer,
    http_<status>, empty, type.
    """
    try:
        reply = ssrf_transport.call("GET", url, limits=limits, trusted_origins=trusted_origins, resolve=resolve)
    except ssrf_policy.AddressRefused as refusal:
        return Failed(f"address_{refusal.reason}")
    except ssrf_transport.TooLarge:
        return Failed("too_large")
    except http.NotSent:
        return Failed("unreachable", may_pass=True)
    except http.NetworkFailure:
        return Failed("no_answer", may_pass=True)
    if reply.status != 200:
        return Failed(f"http_{reply.status}", may_pass=reply.status >= 500 or reply.status in _PASSING)
    if not reply.content:
        return Failed("empty")
    found = type_of(reply.content)
    if found is None:
        return Failed("type")
    return Examined(type=found, size=len(reply.content), sha256=hashlib.sha256(reply.content).digest())


def type_of(content: bytes) -> str | None:
    """What a file is by its bytes; None for what no assignment is handed in as."""
    for magic, name in _MAGIC:
        if content.startswith(magic):
            is_word = name == "zip" and b"word/document.xml" in content and b"[Content_Types].xml" in content
            return "docx" if is_word else name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return "text" if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    text = content.removeprefix(codecs.BOM_UTF8)
    if text.lstrip()[:16].lower().startswith(_NO_TEXT):
        return False
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return _CONTROLS.isdisjoint(text)
