"""In a sandbox a name may ask for an error: a platform tries out what it does with every refusal, without making it happen.

Redeem codes do it by being an error's own code (contract.md 2.7, `v1/redeem_code.typed_code`); invoices do the same, and
card numbers end with the digits of one. No card of ours begins like these (`kernel.codes.CARD_PREFIX`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from prakerja.kernel.errors import Refused
from prakerja.partner_api import errors
from prakerja.partner_api.endpoint import Call

# 16 digits: these eleven and the five of an ERRPLT code.
TEST_CARD_PREFIX = "99990000000"


def refuse_test_card(call: Call[Any], card: str, *, among: Collection[str]) -> None:
    """Refuse as the test card says, with one of the reasons that the call may refuse with; any other card passes."""
    if card.startswith(TEST_CARD_PREFIX):
        _refuse(call, "ERRPLT" + card.removeprefix(TEST_CARD_PREFIX), among)


def refuse_test_invoice(call: Call[Any], invoice_code: str, *, among: Collection[str]) -> None:
    """Refuse as an invoice_code says that is an error's own code; any other passes."""
    if invoice_code.startswith("ERR"):
        _refuse(call, invoice_code, among)


def _refuse(call: Call[Any], code: str, among: Collection[str]) -> None:
    row = errors.BY_CODE.get(code)
    if call.client.is_sandbox and row is not None and row.name in among:
        # What the sentences of tries and locks want to be filled with.
        raise Refused(row.name, left=2, until=call.at + timedelta(hours=1))
