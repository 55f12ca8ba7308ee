"""What a start of the demo files for its own programs, and what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.partners.operations import add_origins, add_partner
from prakerja.partners.queries import member_by_code
from prakerja.partners.redirects import add_redirect_uris
from prakerja.sandbox import example_addresses, return_addresses

AT = datetime(2021, 9, 27, tzinfo=UTC)
MINE = "http://127.0.0.1:9000"


@pytest.mark.django_db
def test_a_start_keeps_what_somebody_filed() -> None:
    """It replaced the whole list: an institution of the demo that a visitor gave an address lost it at the next start."""
    add_partner(actor=SYSTEM, kind="institution", code="rasakata", name="Rasakata", at=AT, is_sandbox=True)
    about = {"code": "rasakata", "actor": SYSTEM, "at": AT}
    for port in (8005, 8105):
        site = f"http://127.0.0.1:{port}"
        return_addresses.file_demo_addresses(institution_url=site, at=AT)
        example_addresses.register(institution_url=site, platform_urls={}, at=AT)
        if port == 8005:
            add_redirect_uris(redirect_uris=[f"{MINE}/kembali"], **about)
            add_origins(origins=[MINE], **about)
    found = member_by_code(code="rasakata")
    assert found.redirect_uris == ("http://127.0.0.1:8105/rasakata/callback", f"{MINE}/kembali")
    assert {MINE, "http://127.0.0.1:8105"} <= set(found.file_origins)
