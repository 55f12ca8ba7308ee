"""Whole rupiah. No floats, no decimals, anywhere."""

from __future__ import annotations

from typing import NewType

Rupiah = NewType("Rupiah", int)


def format_rupiah(amount: int, *, language: str = "id") -> str:
    """`1000000` → `Rp1.000.000`, as Indonesians write it (and as Babel formats IDR in `id` without decimals).

    In English (`en`) `Rp1,000,000`: a point before three digits is a fraction to an English reader.
    """
    sign = "-" if amount < 0 else ""
    written = f"{sign}Rp{abs(amount):,}"
    return written if language == "en" else written.replace(",", ".")
