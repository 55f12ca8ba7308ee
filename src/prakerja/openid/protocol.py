"""What every part of the provider shares: its name, its clients, its errors."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404

from prakerja.partners.queries import Client, client_by_code

# The browser's part, which the participant's site serves; the machines' addresses stand in `urls`.
AUTHORIZE = "oauth2/authorize"


class Problem(Exception):
    """An error of the protocol, by its standard name."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


def issuer() -> str:
    """Our own name. It is configuration and never the request's host, which its sender chooses."""
    if not settings.PORTAL_URL:
        raise Http404
    return str(settings.PORTAL_URL)


def find_client(client_id: str) -> Client | None:
    """The institution with this id, while it may sign people in."""
    if not 0 < len(client_id) <= 128 or not (client_id.isascii() and client_id.isprintable()):
        return None
    found = client_by_code(client_code=client_id)
    return found if found is not None and found.kind == "institution" else None
