"""The accounts that exist in every installation."""

from __future__ import annotations

from enum import IntEnum


class Chart(IntEnum):
    """Their numbers; accounts of partners and providers get numbers from 100 up."""

    TREASURY = 1
    PROGRAMME_FUNDS = 2
    WALLET = 3
    RESERVE = 4
    VOUCHERS_OUTSTANDING = 5
    INCENTIVES_PAYABLE = 6
