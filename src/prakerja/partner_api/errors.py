"""The one table of codes that a partner can be answered with (contract.md 1.7, 2.5, 2.7, G2).

The rows stand in `error_table.py`. Clients show the sentence to the participant (contract.md 1.7):
Indonesian, or English when `Accept-Language` asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import override

from prakerja.kernel import dates
from prakerja.partner_api.error_table import COMPLETION, GENERAL, PAYMENT, REDEMPTION, SIGN_IN, Origin
from prakerja.partner_api.extension_error_table import CALLING, CURATION, WEBHOOKS

Language = Literal["id", "en"]


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One code. `name` is the reason of a refusal; `also` lists reasons with the same answer."""

    code: str
    name: str
    also: tuple[str, ...]
    origin: Origin
    indonesian: str
    english: str
    meaning: str

    @property
    def status(self) -> int:
        """The HTTP status stands in the code: ERRPLT40036 is a 400. The sign-in codes break the rule, all as 400 (contract.md 1.7)."""
        return 400 if self.code.startswith("ERROAUTH") else int(self.code[6:9])

    def sentence(self, *, language: Language, details: Mapping[str, Any] | None = None) -> str:
        """Return the sentence with its {n}, {jam}, {kinds} and {field} filled from the details of the refusal."""
        text = self.english if language == "en" else self.indonesian
        if "{" in text:
            text = text.format_map(_Fields(details or {}, language))
        opens_at = (details or {}).get("opens_at")
        if isinstance(opens_at, datetime):
            # What came too early hears when it will be right; the published sentence stays the beginning.
            with override(language):
                text = f"{text.rstrip('.')}. {OPENS[language].format(when=dates.instant(opens_at))}"
        return text


OPENS: Mapping[Language, str] = {"id": "Kode berlaku mulai {when}.", "en": "The code works from {when}."}


class _Fields(dict[str, str]):
    """{field} is the member's name, {kinds} what it may be, {n} the tries left, {jam} the hour in WIB until which a lock stands."""

    def __init__(self, details: Mapping[str, Any], language: Language) -> None:
        until = details.get("until")
        super().__init__(
            field=str(details.get("field", "-")),
            kinds=", ".join(details.get("kinds", "-")),
            n=str(details.get("left", "-")),
            jam=dates.clock_time(until, language=language) if isinstance(until, datetime) else "-",
        )


TABLE: tuple[ErrorRow, ...] = tuple(
    ErrorRow(*row) for row in (*GENERAL, *CALLING, *PAYMENT, *REDEMPTION, *SIGN_IN, *COMPLETION, *CURATION, *WEBHOOKS)
)
BY_CODE: dict[str, ErrorRow] = {row.code: row for row in TABLE}
# In a sandbox a redeem code that equals one of these is answered with that very error (contract.md 2.7).
MAGIC_CODES: dict[str, str] = {row.code: row.name for row in TABLE if row.code.startswith("ERRTRX")}
# The published family of a code, in the order in which it is checked.
PUBLISHED_FAMILY: tuple[str, ...] = tuple(
    row.name for row in TABLE if row.code.startswith("ERRTRX") and row.origin == "seen"
)
_BY_REASON: dict[str, ErrorRow] = {reason: row for row in TABLE for reason in (row.name, *row.also)}


def for_reason(reason: str) -> ErrorRow:
    """Return the row that answers a refusal. KeyError means a fault of ours: no row has it."""
    return _BY_REASON[reason]


def reasons() -> frozenset[str]:
    """Every reason that this door can answer: a house test compares them with the operations'."""
    return frozenset(_BY_REASON)


# --- sentences of success: (Indonesian, English); the first two and the void's are published ---

Sentences = tuple[str, str]
OK: Sentences = ("OK", "OK")
BOUGHT: Sentences = ("Pelatihan berhasil dibeli.", "The training has been bought.")
NO_ERROR: Sentences = ("no error", "no error")
OTP_SENT: Sentences = ("OTP berhasil dikirim.", "The OTP has been sent.")
VOIDED: Sentences = ("Transaksi berhasil dibatalkan.", "The transaction has been cancelled.")
