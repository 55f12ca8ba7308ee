"""Names of the banks, e-wallets and platforms that pages print. Codes are those of payout accounts and partners."""

from __future__ import annotations

from datetime import datetime

from prakerja.disbursements.banks_and_e_wallets import PROVIDERS, linkable_providers
from prakerja.programmes.schemes import wib_day

PROVIDER_NAMES = {code: rule.name for code, rule in PROVIDERS.items()}
# The seven of the article (rules.md 1.1), in its order.
PLATFORM_NAMES = {
    "bukalapak": "Bukalapak",
    "maubelajarapa": "Mau Belajar Apa",
    "pintaria": "Pintaria",
    "pijarmahir": "Pijar Mahir",
    "sisnaker": "Sisnaker",
    "sekolahmu": "Sekolahmu",
    "tokopedia": "Tokopedia",
}


def linkable(at: datetime) -> dict[str, str]:
    """What may be linked at the instant `at`: code → name."""
    return {code: rule.name for code, rule in linkable_providers(on=wib_day(at)).items()}
