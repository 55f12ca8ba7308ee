"""Whoever changes a partner holds its row, so that two changes follow one another."""

from __future__ import annotations

from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.partners.models import Partner


@requires_transaction
def lock_partner(*, code: str) -> Partner:
    """The partner of this code, locked until the transaction ends. Raises Refused: partner_unknown (code)."""
    partner = Partner.objects.select_for_update(no_key=True).filter(code=code).first()
    if partner is None:
        raise Refused("partner_unknown", code=code)
    return partner
