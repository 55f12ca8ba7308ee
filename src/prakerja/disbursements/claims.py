"""A bank account has one owner: of two people who link the same number, the second one's is not theirs (rules.md 5.5).

The bank is asked first, and it compares the NIK. This is what we see by ourselves when a bank says "the same NIK" to two people.
The second link looks like every account of somebody else's: who owns it, and whether they take part, nobody learns. An
e-wallet needs no claim, because its number is the registered phone, and that is one person's already.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from prakerja.disbursements.models import AccountClaim
from prakerja.kernel.db import requires_transaction, rows
from prakerja.kernel.secrets import blind_index


@requires_transaction
def claim_number(*, person_id: uuid.UUID, provider: str, number: str) -> uuid.UUID:
    """Claim a bank account's number for a person; returns whose it is now."""
    index = _index(provider, number)
    AccountClaim.objects.bulk_create([AccountClaim(index=index, person_id=person_id)], ignore_conflicts=True)
    return AccountClaim.objects.values_list("person_id", flat=True).get(index=index)


@requires_transaction
def release_number(*, person_id: uuid.UUID, provider: str, number: str) -> None:
    """Let go of it, because it is not linked any more or is not this person's."""
    AccountClaim.objects.filter(index=_index(provider, number), person_id=person_id).delete()


def owners_of(*, accounts: Sequence[tuple[str, str]]) -> dict[tuple[str, str], uuid.UUID]:
    """Who has claimed these bank accounts, as (provider, number); nobody's are not in it."""
    by_index = {_index(*account): account for account in accounts}
    claims = rows(
        "SELECT index, person_id FROM disbursements_accountclaim WHERE index = ANY(%s::bytea[])", [list(by_index)]
    )
    return {by_index[bytes(index)]: person_id for index, person_id in claims}


def _index(provider: str, number: str) -> bytes:
    return blind_index("payout_account", f"{provider}:{number}")
