"""How numbers are written on the pages; days and instants are written by `kernel.dates`."""

from __future__ import annotations

from prakerja.kernel.dates import written_language
from prakerja.kernel.money import format_rupiah


def grouped(number: str) -> str:
    """A card number in groups of four, so that people can read it out and check it."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def thousands(number: int) -> str:
    """`4210` → `4.210`; in English `4,210`."""
    return f"{number:,}" if written_language() == "en" else f"{number:,}".replace(",", ".")


def masked(number: str) -> str:
    """An account number with only its last four characters shown."""
    return "•" * max(len(number) - 4, 0) + number[-4:]


def masked_phone(number: str) -> str:
    """`+6281234567890` → `0812 •••• 890`: enough to see a slip of the finger, not enough to call."""
    local = "0" + number.removeprefix("+62")
    return f"{local[:4]} {'•' * (len(local) - 7)} {local[-3:]}"


def rupiah(amount: int) -> str:
    """`1000000` → `Rp1.000.000`; in English `Rp1,000,000`."""
    return format_rupiah(amount, language=written_language())


def sized(size: int) -> str:
    """Bytes as people read them: `620 B`, `81 kB`, `354 MB`, `1,6 GB`."""
    if size < 1_000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{decimal(size / 1e3, 0)} kB"
    if size < 1_000_000_000:
        return f"{decimal(size / 1e6, 0 if size >= 10_000_000 else 1)} MB"
    return f"{decimal(size / 1e9)} GB"


def decimal(number: float, places: int = 1) -> str:
    """`50.04` → `50,0`; in English `50.0`."""
    text = f"{number:,.{places}f}"
    return text if written_language() == "en" else text.translate(str.maketrans(",.", ".,"))
