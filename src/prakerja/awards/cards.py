"""Where a card number is made, sealed and opened."""

from __future__ import annotations

import uuid

from prakerja.kernel.codes import card_number
from prakerja.kernel.db import rows
from prakerja.kernel.secrets import blind_index, seal, unseal

# What a sealed number is bound to, beside its row. The table had this name when the first numbers were sealed: a number
# opens only with the words that it was sealed with, so they stay, whatever the table is called.
SEALED_AS = "intake_award"


def new_card(*, award_id: uuid.UUID) -> tuple[bytes, bytes]:
    """A new number for this award: its blind index and the number, sealed. Somebody may have it already."""
    number = card_number()
    return index_of(number), seal_card_number(number, award_id=award_id)


def other_cards(*, source: str) -> list[tuple[uuid.UUID, bytes, bytes]]:
    """Another number, as `new_card` makes it, for each award of the temporary table `source` whose number is taken or twice there.

    Two in eleven digits do meet once the waves are large. Whose table it is writes them into `card_index` and
    `card_number_enc`, and asks again.
    """
    found = rows(
        f"SELECT award_id FROM {source} mine WHERE EXISTS (SELECT 1 FROM awards_cardclaim c WHERE c.index = mine.card_index) "
        f"UNION SELECT award_id FROM (SELECT award_id, row_number() OVER (PARTITION BY card_index) AS place FROM {source}) x "
        "WHERE place > 1"
    )
    return [(award_id, *new_card(award_id=award_id)) for (award_id,) in found]


def index_of(number: str) -> bytes:
    """The blind index by which a card number is claimed and looked up."""
    return blind_index("card", number)


def seal_card_number(number: str, *, award_id: uuid.UUID) -> bytes:
    return seal(number, table=SEALED_AS, column="card_number_enc", row_id=award_id)


def open_card_number(sealed: bytes | memoryview, *, award_id: uuid.UUID) -> str:
    """The number, opened: for its owner's own page and the sandbox only."""
    return unseal(sealed, table=SEALED_AS, column="card_number_enc", row_id=award_id)
