"""Whole rupiah. No floats, no decimals, anywhere."""

from __future__ import annotations

from typing import NewType

Rupiah = NewType("Rupiah", int)


def format_rupiah(amount: int) -> str:
    """`1000000` → `Rp1.000.000`, as Indonesians write it (and as Babel formats IDR in `id` without decimals)."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{abs(amount):,}".replace(",", ".")
