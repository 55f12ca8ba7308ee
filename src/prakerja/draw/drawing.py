"""The draw itself: the secret is told, the seed follows, and with it every rank, seat and result (draw.md 7 to 9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import msgspec

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.draw.committing import appears, unseal_secret
from prakerja.draw.files import settle_files
from prakerja.draw.log import log_document, seen_checkpoint
from prakerja.draw.models import Draw, LogEntry, RandomValue
from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol.hashes import seed as seed_of
from prakerja.draw.protocol.seats import Plan, plan_of
from prakerja.draw.protocol.texts import WITNESSES, document_text, tree_text
from prakerja.draw.seating import seat_all
from prakerja.draw.steps import (
    Prepared,
    advance_draw,
    confirm_step,
    document,
    keep_document,
    lock_draw,
    prepare_step,
    require_status,
    was_confirmed,
)
from prakerja.draw.writing import write_results
from prakerja.kernel.db import requires_transaction, rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.progress import beside


@permitted("draw.prepare")
def prepare_result(
    *, draw_name: str, actor: Actor, at: datetime, progress: Callable[[int, int], None] | None = None
) -> Prepared:
    """Rank and seat everybody by the randomness that is there, write the results' files, and a result to be signed.

    Whoever is killed begins again: the same list and values give the same result. `progress` is told how many are done, of how many: everybody
    who stands in line, then every seat that is taken. Raises Refused: not_permitted, draw_unknown,
    draw_elsewhere (status), value_missing (number), commitment_unwitnessed (too few witnesses saw it in time).
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        require_status(draw, "committed")
        assert draw.applicants_id is not None
        content = document(draw_id=draw.id, name="commitment")
        commitment = docs.Commitment.read(content)
        if not was_witnessed(content=content, commitment=commitment):
            raise Refused("commitment_unwitnessed")
        values = _values(draw, commitment)
        secret = unseal_secret(draw)
        lengths = [docs.VALUE_BYTES[docs.kind_of(one)] for one in commitment.sources]
        seed = seed_of(
            commitment=content,
            values=[(value, length) for (value, _), length in zip(values, lengths, strict=True)],
            secret=secret,
        )
        plan = plan_of(docs.Rules.read(document(draw_id=draw.id, name="rules")))
        if draw.seed is None:
            _seat(draw, seed, plan, progress)
            draw.seed = seed
            draw.save(update_fields=["seed"])
        assert bytes(draw.seed) == seed
        written = write_results(draw=draw)
        winners = _winners(draw)
        result = docs.Result(
            draw=draw.name,
            commitment=sha256(content).hexdigest(),
            drawn_at=docs.instant_text(at),
            values=[
                docs.Value(value=None if value is None else value.hex(), signature=signature)
                for value, signature in values
            ],
            secret=secret.hex(),
            seed=seed.hex(),
            results=docs.Resulted(rows=written.rows, size=written.size, sha256=written.sha256, root=written.root.hex()),
            winners=winners,
            unfilled=sum(plan.seats.values()) - winners.count,
        )
        told = result.spelled()
        texts = {
            "result": document_text(origin=draw.origin, about=draw.name, name="result", content=told),
            "results": tree_text(
                origin=draw.origin, draw=draw.name, name="results", size=written.rows, root=written.root
            ),
        }
        terms = {"winners": winners.count, "unfilled": result.unfilled, "rows": written.rows}
        return prepare_step(draw=draw, step="draw", content=told, texts=texts, terms=terms, actor=actor, at=at)


@permitted("draw.confirm")
def confirm_result(*, draw_name: str, digest: str, actor: Actor, at: datetime) -> None:
    """Sign the result that another operator prepared: it is the draw's, for ever.

    Raises Refused: not_permitted, operator_needed, draw_unknown, draw_elsewhere (status), nothing_prepared, same_operator, step_changed.
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        if not was_confirmed(draw=draw, step="draw", digest=digest, actor=actor):
            _take(draw, digest=digest, actor=actor, at=at)
    settle_files(draw_name=draw_name)


@requires_transaction
def _take(draw: Draw, *, digest: str, actor: Actor, at: datetime) -> None:
    require_status(draw, "committed")
    taken = confirm_step(draw=draw, step="draw", digest=digest, actor=actor, at=at)
    content = bytes(taken.content)
    keep_document(draw=draw, name="result", content=content, at=at)
    log_document(content=content, at=at)
    advance_draw(draw=draw, verb="draw", at=at)


@requires_transaction
def _seat(draw: Draw, seed: bytes, plan: Plan, progress: Callable[[int, int], None] | None) -> None:
    assert draw.applicants is not None
    total, done = draw.applicants.eligible + min(sum(plan.seats.values()), draw.applicants.eligible), 0
    with beside("draw_ranks", left=total) as note:

        def told(count: int) -> None:
            nonlocal done
            done += count
            note(count)
            if progress is not None:
                progress(done, total)

        seat_all(draw_id=draw.id, list_id=draw.applicants.id, seed=seed, plan=plan, note=told)


@requires_transaction
def _values(draw: Draw, commitment: docs.Commitment) -> list[tuple[bytes | None, str | msgspec.UnsetType]]:
    found: list[tuple[bytes | None, str | msgspec.UnsetType]] = []
    for number, source in enumerate(commitment.sources):
        kept = RandomValue.objects.get(draw=draw, number=number)
        if kept.value is None and kept.absent_note is None:
            raise Refused("value_missing", number=number)
        signature: str | msgspec.UnsetType = msgspec.UNSET
        if isinstance(source, docs.DrandSource):
            assert kept.kept is not None
            signature = msgspec.json.decode(bytes(kept.kept))["signature"]
        found.append((None if kept.value is None else bytes(kept.value), signature))
    return found


@requires_transaction
def was_witnessed(*, content: bytes, commitment: docs.Commitment) -> bool:
    """Whether two witnesses saw the first checkpoint that has the commitment before its first source gave anything."""
    first = appears(commitment.sources[0])
    index = next(
        number
        for number, known in LogEntry.objects.order_by("index").values_list("index", "content")
        if bytes(known) == content
    )
    seen = seen_checkpoint(size=index + 1).seen_at
    return sum(one < first for one in seen) >= WITNESSES


@requires_transaction
def _winners(draw: Draw) -> docs.Tickets:
    """The winning tickets in hex, ascending, a newline after each: how many, and their hash."""
    assert draw.applicants_id is not None
    hashed, count = sha256(), 0
    last = -1
    while True:
        page = rows(
            "SELECT o.number, encode(e.ticket, 'hex') FROM draw_outcome o JOIN draw_entry e ON e.number = o.number AND e.applicants_id = %s "
            "WHERE o.draw_id = %s AND o.kind = 'W' AND o.number > %s ORDER BY o.number LIMIT 50000",
            [draw.applicants_id, draw.id, last],
        )
        if not page:
            return docs.Tickets(count=count, sha256=hashed.hexdigest())
        hashed.update("".join(f"{name}\n" for _, name in page).encode())
        count, last = count + len(page), page[-1][0]
