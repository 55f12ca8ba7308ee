"""The banks and e-wallets that may keep a person's account: one line each, with the day since which it may be linked.

To add one: a line here (and, while the demo bank is the rail, one in `examples/world/bank_rules.py`, which is a program of
its own). Forms, texts and payments read this table; nothing else names a bank or an e-wallet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Provider:
    """Who keeps an account that money may go to, and since which day (WIB) it can be linked (rules.md 5.5)."""

    kind: Literal["bank_account", "e_wallet"]
    name: str
    since: date = date(2020, 4, 11)


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "bni": Provider("bank_account", "BNI"),
        "bca": Provider("bank_account", "BCA", since=date(2022, 12, 1)),
        "ovo": Provider("e_wallet", "OVO"),
        "linkaja": Provider("e_wallet", "LinkAja"),
        "gopay": Provider("e_wallet", "GoPay"),
        "dana": Provider("e_wallet", "DANA"),
    }
)


def linkable_providers(*, on: date) -> dict[str, Provider]:
    """What can be linked on a day (WIB), by code."""
    return {code: provider for code, provider in PROVIDERS.items() if provider.since <= on}
