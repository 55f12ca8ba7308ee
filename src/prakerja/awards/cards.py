"""Where a card number is made, sealed and opened."""

from __future__ import annotations

import uuid

from prakerja.awards.models import CardClaim
from prakerja.kernel.codes import card_number
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.secrets import blind_index, seal, unseal

# What a sealed number is bound to, beside its row. The table had this name when the first numbers were sealed: a number
# opens only with the words that it was sealed with, so they stay, whatever the table is called.
SEALED_AS = "intake_award"


@requires_transaction
def fresh_card_numbers(count: int) -> list[tuple[str, bytes]]:
    """Card numbers with their blind index that nobody has. Two in eleven digits do meet once the waves are large."""
    numbers: dict[bytes, str] = {}
    while len(numbers) < count:
        candidates = {index_of(number): number for number in (card_number() for _ in range(count))}
        used = CardClaim.objects.filter(index__in=list(candidates)).values_list("index", flat=True)
        for index in used:
            candidates.pop(bytes(index))
        numbers |= candidates
    return [(number, index) for index, number in list(numbers.items())[:count]]


def index_of(number: str) -> bytes:
    """The blind index by which a card number is claimed and looked up."""
    return blind_index("card", number)


def seal_card_number(number: str, *, award_id: uuid.UUID) -> bytes:
    return seal(number, table=SEALED_AS, column="card_number_enc", row_id=award_id)


def open_card_number(sealed: bytes | memoryview, *, award_id: uuid.UUID) -> str:
    """The number, opened: for its owner's own page and the sandbox only."""
    return unseal(sealed, table=SEALED_AS, column="card_number_enc", row_id=award_id)
