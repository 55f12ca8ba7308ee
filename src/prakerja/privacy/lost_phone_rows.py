"""Rows of lost phones: locked, and what is sealed in them."""

from __future__ import annotations

import uuid
from typing import Any

from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import unseal, unseal_bytes
from prakerja.privacy.models import LostPhoneCase, LostPhonePhoto


def place(column: str, row_id: uuid.UUID, table: str = "lostphonecase") -> dict[str, Any]:
    """Where a sealed value stands."""
    return {"table": f"privacy_{table}", "column": column, "row_id": row_id}


@requires_transaction
def lock_case(case_id: uuid.UUID) -> LostPhoneCase:
    """The row, locked. Raises Refused: lost_phone_unknown."""
    found = LostPhoneCase.objects.select_for_update(no_key=True).filter(id=case_id).first()
    if found is None:
        raise Refused("lost_phone_unknown")
    return found


def phone_of(case: LostPhoneCase) -> str:
    """The new phone; "" once it was pruned."""
    return _opened(case, "phone_enc")


def nik_of(case: LostPhoneCase) -> str:
    """The NIK that was typed; "" before it was, and once it was pruned."""
    return _opened(case, "nik_enc")


def words_of(case: LostPhoneCase) -> str:
    """What was added."""
    return _opened(case, "words_enc")


def _opened(case: LostPhoneCase, column: str) -> str:
    sealed = getattr(case, column)
    return "" if sealed is None else unseal(sealed, **place(column, case.id))


def photo_of(case: LostPhoneCase, kind: str) -> bytes | None:
    """A photo, opened: for whoever decides and says why."""
    found = LostPhonePhoto.objects.filter(case=case, kind=kind).first()
    return (
        None if found is None else unseal_bytes(found.content_enc, **place("content_enc", found.id, "lostphonephoto"))
    )
