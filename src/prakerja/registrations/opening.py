"""A case comes to exist."""

from __future__ import annotations

from datetime import datetime

from prakerja.kernel.db import requires_transaction
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal
from prakerja.registrations.models import Case, Registration
from prakerja.registrations.policies import terms_at
from prakerja.registrations.rows import place


@requires_transaction
def open_case(*, registration: Registration, reason: str, words: str, at: datetime) -> None:
    """Have a human look at a locked registration, once at a time. `words` (at most 500 characters) is what its owner adds."""
    case_id = new_id()
    Case.objects.bulk_create(
        [
            Case(
                id=case_id,
                registration=registration,
                reason=reason,
                words_enc=seal(words, **place("case", "words_enc", case_id)) if words else None,
                opened_at=at,
                answer_by=at + terms_at(at).case_within,
            )
        ],
        ignore_conflicts=True,
    )
