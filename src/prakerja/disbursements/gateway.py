"""Which partner money is sent through. One exists; SNAP BI will be a sibling."""

from __future__ import annotations

from django.conf import settings

from prakerja.disbursements.providers import PROVIDERS, PayoutProvider


def gateway() -> PayoutProvider:
    """The partner named by PAYOUT_GATEWAY. Its calls go to the network: never inside a transaction."""
    return PROVIDERS[getattr(settings, "PAYOUT_GATEWAY", "sandbox")]()
