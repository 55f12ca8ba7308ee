"""What the bank does with a number: the last two digits of an account or wallet number choose it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from . import addresses

# What a person may link, as in the years of the programme: two banks and four e-wallets. A wallet's number
# is that of a phone.
BANKS = {"bni": "BNI", "bca": "BCA"}
WALLETS = {"ovo": "OVO", "linkaja": "LinkAja", "gopay": "GoPay", "dana": "DANA"}
PROVIDERS = BANKS | WALLETS


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How an account answers an inquiry and what becomes of a transfer to it."""

    nik_matches: bool = True
    is_kyc_complete: bool = True
    status: str = "settled"
    reason: str | None = None
    keeps_silent: bool = False
    # Never written down, as an order that is lost on its way.
    is_lost: bool = False
    # What the bank says some time after its first answer, and why.
    later: str | None = None
    later_reason: str = ""
    # Whether the later word reaches the programme, and whether the bank's own books agree with it.
    calls_back: bool = True
    is_true: bool = True


_BY_ENDING = {
    "01": Behaviour(nik_matches=False, status="failed", reason="identity_differs"),
    "02": Behaviour(is_kyc_complete=False, status="failed", reason="not_upgraded"),
    "03": Behaviour(status="failed", reason="account_blocked"),
    "04": Behaviour(status="held", reason="under_review"),
    "05": Behaviour(keeps_silent=True),
    "06": Behaviour(later="returned", later_reason="account_closed"),
    "07": Behaviour(status="failed", reason="clearing_refused", later="settled", later_reason="cleared_late"),
    "08": Behaviour(later="returned", later_reason="account_closed", calls_back=False),
    "09": Behaviour(is_lost=True),
    "00": Behaviour(later="returned", later_reason="account_closed", is_true=False),
}
_FINE = Behaviour()


def account_number(provider: str, typed: str) -> str | None:
    """The number as the provider spells it: digits for a bank, ``+62…`` for a wallet; else None."""
    if provider in WALLETS:
        return addresses.phone_number(typed)
    digits = typed.replace(" ", "").replace("-", "")
    if provider in BANKS and digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 16:
        return digits
    return None


def behaviour(number: str) -> Behaviour:
    """What the last two digits say; any other ending is an account with which nothing is wrong."""
    return _BY_ENDING.get(number[-2:], _FINE)


def identity(name: str, nik_tail: str) -> str | None:
    """A person as the bank compares them; None when it was not told who asks."""
    words = " ".join(name.split()).casefold()
    if not words or not nik_tail:
        return None
    return hashlib.sha256(f"{nik_tail} {words}".encode()).hexdigest()


def holder_name(number: str, asked_for: str) -> str:
    """Whose account it is: the name that was asked for, unless the ending says that it is someone else's."""
    if not behaviour(number).nik_matches:
        return "ORANG LAIN"
    return asked_for.strip().upper() or f"PEMEGANG {number[-4:]}"
