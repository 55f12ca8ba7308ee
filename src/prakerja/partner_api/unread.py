"""What the server says at this door of requests that it did not hand on: in the envelope, as everything else here."""

from __future__ import annotations

from prakerja.partner_api import envelope, errors

# By the server's status; whatever is not here could not be read.
_REASONS = {"408": "request_slow", "413": "body_too_large", "503": "busy"}


def unread(status: str) -> tuple[str, str, bytes]:
    """The status line, the content type and the body for what the server refuses with this status line."""
    response = envelope.failure(row=errors.for_reason(_REASONS.get(status[:3], "body_malformed")), language="id")
    return f"{response.status_code} {response.reason_phrase}", response["Content-Type"], response.content
