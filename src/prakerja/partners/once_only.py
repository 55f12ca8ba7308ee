"""What may happen once only: a signed nonce, and a write under an Idempotency-Key.

Both tables are swept by those who write to them: each new row takes a few old ones along, so neither grows for ever.
Instants here are wall time: signatures and retries belong to the real world, also where a sandbox's clock is moved.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from prakerja.kernel.clock import wall
from prakerja.kernel.db import row, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id

# A timestamp may be five minutes off either way, so a nonce that is older than ten cannot come again.
NONCES_KEPT = timedelta(minutes=15)
# How long after a write its repetition still gets the first answer.
ANSWERS_KEPT = timedelta(days=30)
_SWEPT = 4

_USE = """
WITH old AS (
    SELECT id FROM partners_usednonce WHERE used_at < %(before)s LIMIT %(swept)s FOR UPDATE SKIP LOCKED
), swept AS (DELETE FROM partners_usednonce USING old WHERE partners_usednonce.id = old.id)
INSERT INTO partners_usednonce (id, partner_id, nonce, used_at) VALUES (%(id)s, %(partner)s, %(nonce)s, %(wall)s)
ON CONFLICT (partner_id, nonce) DO NOTHING RETURNING id
"""
_CLAIM = """
WITH old AS (
    SELECT id FROM partners_firstanswer WHERE at < %(before)s LIMIT %(swept)s FOR UPDATE SKIP LOCKED
), swept AS (DELETE FROM partners_firstanswer USING old WHERE partners_firstanswer.id = old.id)
INSERT INTO partners_firstanswer (id, partner_id, key, call, content_hash, answer, at)
VALUES (%(id)s, %(partner)s, %(key)s, %(call)s, %(hash)s, '{}', %(wall)s)
ON CONFLICT (partner_id, key) DO NOTHING RETURNING id
"""


def use_nonce(*, partner_id: uuid.UUID, nonce: str) -> None:
    """Use a nonce up; of any number of rivals one does. Raises Refused: nonce_used."""
    moment = wall()
    parameters = {
        "id": new_id(),
        "partner": partner_id,
        "nonce": nonce,
        "wall": moment,
        "before": moment - NONCES_KEPT,
        "swept": _SWEPT,
    }
    if row(_USE, parameters) is None:
        raise Refused("nonce_used")


def answer_once(
    *, partner_id: uuid.UUID, key: str, call: str, content: bytes, work: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Do a write once for a partner's Idempotency-Key and return its answer; a repetition gets the first one.

    `work` runs in the transaction that this opens and stores its answer in, so either both are there or neither. Rivals
    wait for the one that came first. A refusal is not kept: the same key may be tried again. Raises Refused:
    idempotency_key_used (by another call or for other content), or what `work` refuses with.
    """
    moment = wall()
    content_hash = hashlib.sha256(content).digest()
    parameters = {
        "id": new_id(),
        "partner": partner_id,
        "key": key,
        "call": call,
        "hash": content_hash,
        "wall": moment,
        "before": moment - ANSWERS_KEPT,
        "swept": _SWEPT,
    }
    with transaction():
        if row(_CLAIM, parameters) is None:
            return _first(partner_id, key, call, content_hash)
        answer = work()
        row(
            "UPDATE partners_firstanswer SET answer = %s WHERE id = %s RETURNING id",
            # A text within the document: jsonb would put the members in an order of its own, and a repetition has the
            # bytes of the first answer.
            [json.dumps(json.dumps(answer)), parameters["id"]],
        )
    return answer


def _first(partner_id: uuid.UUID, key: str, call: str, content_hash: bytes) -> dict[str, Any]:
    found = row(
        "SELECT call, content_hash, answer FROM partners_firstanswer WHERE partner_id = %s AND key = %s",
        [partner_id, key],
    )
    if found is None or found[0] != call or bytes(found[1]) != content_hash:
        raise Refused("idempotency_key_used")
    kept = json.loads(found[2])
    # Answers of an earlier release are kept as members; a month later there are none.
    answer: dict[str, Any] = json.loads(kept) if isinstance(kept, str) else kept
    return answer
