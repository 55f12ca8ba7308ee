"""A write of ours happens once for its Idempotency-Key, whatever call it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from prakerja.partner_api.endpoint import Call
from prakerja.partners import once_only


def answer_once(call: Call[Any], name: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do `work` in one transaction with its answer; a repetition of the call under its key gets that answer.

    `name` tells calls apart. What `work` answers is kept for 30 days as it is, so it never holds a secret. Raises Refused:
    idempotency_key_used (another call or other content), or what `work` refuses with.
    """
    return once_only.answer_once(
        partner_id=call.client.partner_id,
        key=call.idempotency_key,
        call=name,
        content=msgspec.json.encode([dict(call.path), call.body]),
        work=work,
    )
