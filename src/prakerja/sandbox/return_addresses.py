"""What the institutions of a sandbox need before they verify attendance: an address to come back to, and test codes."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from prakerja.access.actors import Actor
from prakerja.kernel.db import transaction
from prakerja.partners.queries import Member, members
from prakerja.partners.redirects import register_redirect_uris
from prakerja.sandbox.worlds.catalogue import load_catalogue
from prakerja.training.operations import make_sandbox_codes


def callback_address(*, institution_url: str, code: str) -> str:
    """The callback of one institution's site at the example program."""
    return f"{institution_url.rstrip('/')}/{code}/callback"


def file_demo_addresses(*, institution_url: str, at: datetime) -> None:
    """File the callbacks of this start, whose port may differ from the last one's. Nothing is written when none changed.

    What else was filed stays, for these institutions and for those that joined later.
    """
    filed = {partner.code: list(partner.redirect_uris) for partner in _institutions()}
    for institution in load_catalogue().institutions:
        mine = callback_address(institution_url=institution_url, code=institution.code)
        others = [uri for uri in filed.get(institution.code, ()) if urlsplit(uri).path != urlsplit(mine).path]
        wanted = [mine, *others]
        if institution.code in filed and filed[institution.code] != wanted:
            register_redirect_uris(code=institution.code, redirect_uris=wanted, actor=Actor.system("sandbox"), at=at)


def make_test_codes(*, at: datetime) -> None:
    """Give every institution the test codes that it has not got: a database may be older than they are."""
    with transaction():
        for institution in _institutions():
            make_sandbox_codes(institution_id=institution.partner_id, at=at)


def _institutions() -> list[Member]:
    return [partner for partner in members() if partner.kind == "institution" and partner.is_sandbox]
