"""What an institution may file as an address to which browsers are sent back, and how a key is known again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

# Printable ASCII that an address may hold, and a host with perhaps a port: no user, nothing that ends a policy.
_PLAIN = re.compile(r"""[!#-;=?-\[\]_a-z~]+""")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")


def hash_of_key(key: str) -> bytes:
    """A key is 128 bits of chance: its SHA-256 tells it from any other, and nobody finds it from there."""
    return hashlib.sha256(key.encode()).digest()


def is_redirectable(uri: str) -> bool:
    """Whether a browser may be sent there at all: a web address with a host and nothing that could split a header."""
    if not _PLAIN.fullmatch(uri):
        return False
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and port != 0 and _HOST.fullmatch(parts.netloc) is not None


def with_members(uri: str, members: Mapping[str, str]) -> str:
    """The address with these members: after what stands in its query, before a fragment."""
    parts = urlsplit(uri)
    query = "&".join(text for text in (parts.query, urlencode(members)) if text)
    return urlunsplit(parts._replace(query=query))


def origin(uri: str) -> str:
    """Scheme, host and port: what a content policy allows a form to end at."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"
