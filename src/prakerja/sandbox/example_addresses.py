"""Where the example programs of a running sandbox answer: files may be fetched from there, and the shops be told things.

Addresses change with the ports, so they are registered at every start; a webhook that somebody else registered is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.partners.operations import add_origins
from prakerja.partners.queries import members
from prakerja.sandbox.worlds.catalogue import load_catalogue
from prakerja.webhooks.endpoints import set_webhook, webhook_of_partner

WEBHOOK_PATH = "/webhooks/prakerja"


def register(*, institution_url: str, platform_urls: Mapping[str, str], at: datetime) -> None:
    """Register the class sites' and the shops' own addresses for the partners of the demo world."""
    schools = {institution.code: institution_url for institution in load_catalogue().institutions}
    known = {partner.code: partner for partner in members() if partner.is_sandbox}
    for code, url in (schools | dict(platform_urls)).items():
        partner = known.get(code)
        if partner is not None and url not in partner.file_origins:
            # Beside what somebody registered for a machine of theirs.
            add_origins(code=code, origins=[url], actor=Actor.system("sandbox"), at=at)
    for code, url in platform_urls.items():
        partner = known.get(code)
        if partner is None:
            continue
        there = webhook_of_partner(partner_id=partner.partner_id)
        if there is None or (there.url.endswith(WEBHOOK_PATH) and there.url != url + WEBHOOK_PATH):
            set_webhook(partner_id=partner.partner_id, url=url + WEBHOOK_PATH, actor=Actor.system("sandbox"), at=at)
