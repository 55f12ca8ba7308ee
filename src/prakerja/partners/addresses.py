"""Where browsers may be sent for a partner: what it filed, compared to the letter."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from prakerja.partners.models import Partner

# Printable ASCII without blanks, quotes, backslashes: nothing that could split a header or be read in two ways.
_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]{1,2000}")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


def registered_uris(*, partner_id: uuid.UUID) -> frozenset[str]:
    """What the partner filed, as far as it is a plain web address."""
    filed = Partner.objects.values_list("redirect_uris", flat=True).get(id=partner_id)
    return frozenset(uri for uri in filed if isinstance(uri, str) and is_redirectable(uri))


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
