"""The list is fixed: published with its root, the hash of a secret, and which randomness it will be drawn by (draw.md 5, 7)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.draw.files import settle_files
from prakerja.draw.keys import certificates, chains
from prakerja.draw.log import log_document
from prakerja.draw.models import Draw, RandomValue
from prakerja.draw.protocol.documents import (
    Commitment,
    DocumentError,
    DrandSource,
    Listed,
    NistSource,
    Rules,
    Source,
    instant_text,
)
from prakerja.draw.protocol.hashes import SECRET_BYTES, secret_hash
from prakerja.draw.protocol.texts import document_text, tree_text
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
from prakerja.draw.turns import is_stale, require_turn
from prakerja.draw.writing import write_list
from prakerja.intake.operations import hold_cards
from prakerja.intake.queries import wave_period
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal_bytes, unseal_bytes

# The round of drand comes so long after what an earlier source gives, so that nobody sees it first.
AFTER_PULSE = timedelta(hours=1)


@permitted("draw.prepare")
def prepare_commitment(
    *,
    draw_name: str,
    actor: Actor,
    at: datetime,
    round_at: datetime | None = None,
    pulse_at: datetime | None = None,
    certificate: str = "",
) -> Prepared:
    """Write the list's files, and a commitment to them: root, rules, the hash of a new secret, and the randomness by name.

    `round_at`: drand's first round from then on (None: as soon as the rules' lead allows, with an hour for confirming). `pulse_at`:
    the pulse of the NIST beacon at this full minute too, signed by `certificate` (SHA-512 of its DER, hex; one of the setting
    NIST_CERTIFICATES, for who names their own chooses the value), which may be absent.
    Raises Refused: not_permitted, draw_unknown, draw_elsewhere (status), other_draw_under_way (draw), list_stale (somebody was awarded since;
    make it anew), source_too_soon (earliest), source_wrong (why).
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        require_status(draw, "listed")
        require_turn(draw)
        _require_fresh(draw)
        rules = Rules.read(document(draw_id=draw.id, name="rules"))
        lead = timedelta(seconds=rules.min_lead_s)
        sources = _sources(at=at, lead=lead, round_at=round_at, pulse_at=pulse_at, certificate=certificate)
        _require_lead(sources, at=at, lead=lead)
        wave = wave_period(number=int(rules.wave.removeprefix("g")))
        assert wave is not None
        assert draw.applicants is not None
        secret = _secret(draw)
        written = write_list(draw=draw)
        listed = Listed(
            rows=written.rows,
            eligible=draw.applicants.eligible,
            size=written.size,
            sha256=written.sha256,
            root=written.root.hex(),
        )
        commitment = Commitment(
            draw=draw.name,
            rules=rules.sha256,
            closed_at=instant_text(wave.closes_at),
            committed_at=instant_text(at),
            listed=listed,
            secret=secret_hash(draw=draw.name, secret=secret).hex(),
            sources=sources,
        )
        try:
            commitment.require()
        except DocumentError as error:
            raise Refused("source_wrong", why=str(error)) from error
        content = commitment.spelled()
        texts = {
            "commitment": document_text(origin=draw.origin, about=draw.name, name="commitment", content=content),
            "list": tree_text(origin=draw.origin, draw=draw.name, name="list", size=written.rows, root=written.root),
        }
        terms = {
            "rows": listed.rows,
            "eligible": listed.eligible,
            "sources": [appears(one).isoformat() for one in sources],
        }
        return prepare_step(draw=draw, step="commit", content=content, texts=texts, terms=terms, actor=actor, at=at)


@permitted("draw.confirm")
def confirm_commitment(*, draw_name: str, digest: str, actor: Actor, at: datetime) -> None:
    """Fix the list for ever: publish it, and log the commitment for the witnesses.

    Raises Refused: not_permitted, operator_needed, draw_unknown, draw_elsewhere (status), nothing_prepared, same_operator, step_changed,
    other_draw_under_way (draw), list_stale, source_too_soon (earliest: applicants would have less time than the rules say).
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        if not was_confirmed(draw=draw, step="commit", digest=digest, actor=actor):
            _take(draw, digest=digest, actor=actor, at=at)
    settle_files(draw_name=draw_name)


@requires_transaction
def _take(draw: Draw, *, digest: str, actor: Actor, at: datetime) -> None:
    require_status(draw, "listed")
    require_turn(draw)
    _require_fresh(draw)
    taken = confirm_step(draw=draw, step="commit", digest=digest, actor=actor, at=at)
    content = bytes(taken.content)
    commitment = Commitment.read(content)
    rules = Rules.read(document(draw_id=draw.id, name="rules"))
    _require_lead(commitment.sources, at=at, lead=timedelta(seconds=rules.min_lead_s))
    keep_document(draw=draw, name="commitment", content=content, at=at)
    log_document(content=content, at=at)
    for number, _ in enumerate(commitment.sources):
        RandomValue.objects.create(id=new_id(), draw=draw, number=number)
    advance_draw(draw=draw, verb="commit", at=at)
    # After the lock that a list of results takes as well: either it is awarded by now, and this list is stale, or it waits.
    hold_cards(wave_id=draw.wave_id, at=at)
    _require_fresh(draw)


def appears(source: Source) -> datetime:
    """When a source gives its value. Raises Refused: source_wrong (a beacon that does not count here)."""
    if isinstance(source, NistSource):
        return source.at
    chain = next((one for one in chains() if one.hash == source.chain), None)
    if chain is None:
        raise Refused("source_wrong", why="this beacon does not count here")
    return chain.at(source.round)


def _sources(
    *, at: datetime, lead: timedelta, round_at: datetime | None, pulse_at: datetime | None, certificate: str
) -> list[Source]:
    found: list[Source] = []
    earliest = at + lead + timedelta(hours=1)
    if pulse_at is not None:
        if pulse_at.second or pulse_at.microsecond:
            raise Refused("source_wrong", why="a pulse is of a full minute")
        certificate = certificate.strip().lower()
        if certificate not in certificates():
            raise Refused("source_wrong", why="this certificate does not count here (PRAKERJA_NIST_CERTIFICATES)")
        time = instant_text(pulse_at).replace("Z", ".000Z")
        found.append(NistSource(chain=2, time=time, certificate=certificate, optional=True))
        earliest = pulse_at + AFTER_PULSE
    # In a sandbox the last one is its own.
    chain = chains()[-1]
    number = chain.first_round_from(round_at if round_at is not None else earliest)
    return [*found, DrandSource(chain=chain.hash, round=number, optional=False)]


def _require_lead(sources: Sequence[Source], *, at: datetime, lead: timedelta) -> None:
    # The document says whole seconds.
    earliest = at.replace(microsecond=0) + lead
    if appears(sources[0]) < earliest:
        raise Refused("source_too_soon", earliest=earliest)
    if any(appears(one) >= appears(other) for one, other in pairwise(sources)):
        raise Refused("source_wrong", why="the last source comes after the others")


@requires_transaction
def _require_fresh(draw: Draw) -> None:
    if is_stale(draw):
        raise Refused("list_stale")


@requires_transaction
def _secret(draw: Draw) -> bytes:
    """The secret of a draw: made once, sealed, told with the result."""
    if draw.secret_enc is None:
        made = secrets.token_bytes(SECRET_BYTES)
        draw.secret_enc = seal_bytes(made, table="draw_draw", column="secret_enc", row_id=draw.id)
        draw.save(update_fields=["secret_enc"])
    return unseal_secret(draw)


def unseal_secret(draw: Draw) -> bytes:
    """The secret of a draw that was committed to."""
    assert draw.secret_enc is not None
    return unseal_bytes(draw.secret_enc, table="draw_draw", column="secret_enc", row_id=draw.id)
