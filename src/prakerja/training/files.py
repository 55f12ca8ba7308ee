"""The file behind an address that an institution named: fetched once, looked at, never kept, opened or executed.

What it is is read from its bytes; a name or a header proves nothing. Of it remain hash, size and type.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from prakerja.kernel import http, ssrf_policy, ssrf_transport
from prakerja.training.file_types import type_of

MOST_BYTES = 20 * 1024 * 1024
# Wall seconds for everything: 20 MiB over a slow line, and no longer.
LIMITS = ssrf_transport.Limits(most_bytes=MOST_BYTES, total_seconds=30.0, connect_seconds=5.0, most_redirects=3)
# Statuses that may be another one a moment later.
_PASSING = frozenset((408, 425, 429))
# How an answer may be packed on its way. We ask for none of it, and some servers do it all the same.
_PACKED = frozenset(("gzip", "x-gzip", "deflate"))


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that is accepted: `type` as `file_types.type_of` says; `size` in bytes."""

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
    http_<status>, encoding, empty, type. Size and hash are of the file itself, not of how it was packed on its way.
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
    content = _unpacked(reply, most=limits.most_bytes)
    if isinstance(content, Failed):
        return content
    if not content.strip():
        return Failed("empty")
    found = type_of(content)
    if found is None:
        return Failed("type")
    return Examined(type=found, size=len(content), sha256=hashlib.sha256(content).digest())


def _unpacked(reply: ssrf_transport.Reply, *, most: int) -> bytes | Failed:
    """The file without what packed it on its way; never more than `most` bytes of it."""
    content = reply.content
    packings = [one.strip().lower() for one in reply.headers.get("content-encoding", "").split(",")]
    for packing in reversed([one for one in packings if one not in ("", "identity")]):
        if packing not in _PACKED:
            return Failed("encoding")
        # What is called deflate comes with and without the head that it should have.
        window = -15 if packing == "deflate" and content[:1] != b"\x78" else 47
        unpacking = zlib.decompressobj(window)
        try:
            content = unpacking.decompress(content, most + 1)
        except zlib.error:
            return Failed("encoding")
        if len(content) > most:
            return Failed("too_large")
        if not unpacking.eof:
            return Failed("no_answer", may_pass=True)
    return content
