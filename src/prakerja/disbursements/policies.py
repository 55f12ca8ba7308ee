"""Where money may go and how long an answer is waited for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from prakerja.people.policies import normal_phone


@dataclass(frozen=True, slots=True)
class ProviderRule:
    """A bank or e-wallet that a person may link, and since which day (rules.md 5.5)."""

    kind: str
    name: str
    since: date = date(2020, 4, 11)


PROVIDERS: dict[str, ProviderRule] = {
    "bni": ProviderRule("bank_account", "BNI"),
    "bca": ProviderRule("bank_account", "BCA", since=date(2022, 12, 1)),
    "ovo": ProviderRule("e_wallet", "OVO"),
    "linkaja": ProviderRule("e_wallet", "LinkAja"),
    "gopay": ProviderRule("e_wallet", "GoPay"),
    "dana": ProviderRule("e_wallet", "DANA"),
}

# How long after each question the next one follows; when the list ends an operator has to look.
ASK_AFTER = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), *(timedelta(days=1),) * 14)


def linkable_providers(*, on: date) -> dict[str, ProviderRule]:
    """What can be linked on a day (WIB), by code."""
    return {code: rule for code, rule in PROVIDERS.items() if rule.since <= on}


def account_number(*, kind: str, typed: str) -> str | None:
    """The number as it is stored: digits of a bank account, `+62…` of an e-wallet; None when it cannot be one."""
    if kind == "e_wallet":
        return normal_phone(typed)
    digits = typed.replace(" ", "").replace("-", "")
    return digits if digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 16 else None


def ask_again_at(*, asked: int, at: datetime) -> datetime | None:
    """When to ask a provider about a transfer after `asked` questions without an answer; None = no more by itself."""
    return at + ASK_AFTER[asked] if asked < len(ASK_AFTER) else None


def reference_for(*, provider: str, code: str) -> str:
    """A transfer's name: it begins with the provider, so that a call back that knows only the name finds its way."""
    return f"{provider.upper()}-{code}"


def provider_of(*, reference: str) -> str:
    """The provider that a transfer's name begins with."""
    return reference.partition("-")[0].lower()
