"""What the named sources gave: entered or fetched, verified before it is kept, and never another round (draw.md 7)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.committing import appears
from prakerja.draw.demo_beacon import DEMO, demo_signature
from prakerja.draw.keys import certificates, chains, trust
from prakerja.draw.models import Draw, RandomValue
from prakerja.draw.protocol.documents import ABSENT_AFTER_S, Commitment, DrandSource, NistSource, Source
from prakerja.draw.protocol.texts import WITNESSES, absent_text
from prakerja.draw.steps import document, lock_draw, require_status
from prakerja.kernel import http
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.proofs import canonical, drand, nist_beacon
from prakerja.proofs.drand import BeaconError
from prakerja.proofs.nist_beacon import Pulse
from prakerja.proofs.notes import Note, NoteError


@dataclass(frozen=True)
class Evidence:
    """A value with what proves it, as the folder keeps it."""

    value: bytes
    kept: bytes
    certificate: bytes | None = None


@permitted("draw.enter")
def enter_round(*, draw_name: str, number: int, signature: str, actor: Actor, at: datetime) -> None:
    """Enter the signature of the round that was named as source `number`, 96 hex digits. The same again changes nothing.

    Raises Refused: not_permitted, draw_unknown, draw_elsewhere (status), source_unknown, source_not_yet (appears), value_wrong (why),
    source_absent (that it was is attested, for good).
    """
    source = _named(draw_name, number, at)
    if not isinstance(source, DrandSource):
        raise Refused("source_unknown")
    _keep(draw_name, number, _of_round(source, signature), actor=actor, at=at)


@permitted("draw.enter")
def enter_pulse(*, draw_name: str, number: int, answer: bytes, certificate: bytes, actor: Actor, at: datetime) -> None:
    """Enter the pulse that was named as source `number`: what the service answered, and the certificate (PEM) that it names.

    Raises Refused: as `enter_round`.
    """
    source = _named(draw_name, number, at)
    if not isinstance(source, NistSource):
        raise Refused("source_unknown")
    if source.certificate not in certificates():
        raise Refused("value_wrong", why="this certificate does not count here (PRAKERJA_NIST_CERTIFICATES)")
    try:
        pulse = Pulse.of_service(json.loads(answer))
        value = nist_beacon.randomness(
            pulse=pulse, certificate=certificate, named=source.certificate, chain=source.chain, time=source.time
        )
    except (BeaconError, ValueError) as error:
        raise Refused("value_wrong", why=str(error)) from error
    _keep(draw_name, number, Evidence(value, pulse.spelled(), certificate), actor=actor, at=at)


@permitted("draw.enter")
def fetch_round(*, draw_name: str, number: int, actor: Actor, at: datetime) -> None:
    """The same, asked from drand's own servers (the setting DRAND_URL); a sandbox's beacon is computed.

    Raises Refused: as `enter_round`, and source_silent (why): nobody answered, or something else than a round.
    """
    source = _named(draw_name, number, at)
    if not isinstance(source, DrandSource):
        raise Refused("source_unknown")
    _keep(draw_name, number, _of_round(source, _asked(source)), actor=actor, at=at)


@permitted("draw.enter")
def attest_absence(*, draw_name: str, number: int, lines: Sequence[str], actor: Actor, at: datetime) -> None:
    """Take the word of two witnesses that an optional source gave nothing within a day (`absence_text` is what they sign).

    Raises Refused: not_permitted, draw_unknown, draw_elsewhere (status), source_unknown, source_required, value_known,
    absence_wrong (too few, unknown or too early).
    """
    with transaction():
        draw, source = _locked(draw_name, number)
        if not isinstance(source, NistSource):
            raise Refused("source_required")
        kept = _row(draw, number)
        if kept.value is not None:
            raise Refused("value_known")
        text = absent_text(origin=draw.origin, draw=draw.name, number=number, source=source)
        over = source.at + timedelta(seconds=ABSENT_AFTER_S)
        try:
            note = Note(text, tuple(f"{line.strip()}\n" for line in lines))
            seen = [one.seconds or 0 for one in Note.read(note.spelled()).signatures(trust().witnesses)]
        except NoteError as error:
            raise Refused("absence_wrong") from error
        if sum(over.timestamp() <= one <= at.timestamp() for one in seen) < WITNESSES:
            raise Refused("absence_wrong")
        kept.absent_note, kept.entered_by, kept.entered_at = note.spelled(), actor.traced, at
        kept.save(update_fields=["absent_note", "entered_by", "entered_at"])
        _record("draw.source_absent", draw, number, actor=actor, at=at)


def absence_text(*, draw_name: str, number: int) -> str:
    """What witnesses sign when an optional source stayed silent. Raises Refused: draw_unknown, source_unknown."""
    draw = Draw.objects.filter(name=draw_name).first()
    if draw is None:
        raise Refused("draw_unknown")
    return absent_text(origin=draw.origin, draw=draw.name, number=number, source=_source(draw, number))


def _of_round(source: DrandSource, signature: str) -> Evidence:
    chain = next((one for one in chains() if one.hash == source.chain), None)
    if chain is None:
        raise Refused("value_wrong", why="this beacon does not count here")
    try:
        value = drand.randomness(chain=chain, number=source.round, signature=signature.strip())
    except BeaconError as error:
        raise Refused("value_wrong", why=str(error)) from error
    told = {"chain": source.chain, "round": source.round, "signature": signature.strip()}
    return Evidence(value, canonical.spelled(told))


def is_public(source: DrandSource) -> bool:
    """Whether drand has given a round already, by its own answer and not by what was entered here; a sandbox's is computed.

    Raises Refused: source_silent (why): nobody could be asked, so nothing is known of it.
    """
    _, signature = _told(source)
    try:
        _of_round(source, signature or "")
    except Refused:
        # Something else than the round: it says nothing of whether the round is there.
        return False
    return True


def _asked(source: DrandSource) -> str:
    """The signature of a round. Raises Refused: source_silent (why)."""
    status, signature = _told(source)
    if signature is None:
        raise Refused("source_silent", why=f"answer {status}")
    return signature


def _told(source: DrandSource) -> tuple[int, str | None]:
    """What drand answers: its status, and the signature of the round if it gave one. Raises Refused: source_silent (why)."""
    if source.chain == DEMO.hash:
        return 200, demo_signature(source.round)
    if not settings.DRAND_URL:
        raise Refused("source_silent", why="no address of drand is set (PRAKERJA_DRAND_URL)")
    try:
        answer = http.request("GET", f"{settings.DRAND_URL}/{source.chain}/public/{source.round}")
    except http.NetworkFailure as error:
        raise Refused("source_silent", why=str(error)) from error
    told = answer.json()
    if answer.status != 200 or not isinstance(told, dict) or not isinstance(told.get("signature"), str):
        return answer.status, None
    return 200, str(told["signature"])


def _named(draw_name: str, number: int, at: datetime) -> Source:
    """The source that was named, once its time has come."""
    with transaction():
        _, source = _locked(draw_name, number)
        if at < appears(source):
            raise Refused("source_not_yet", appears=appears(source))
        return source


@requires_transaction
def _locked(draw_name: str, number: int) -> tuple[Draw, Source]:
    draw = lock_draw(name=draw_name)
    require_status(draw, "committed")
    return draw, _source(draw, number)


def _source(draw: Draw, number: int) -> Source:
    sources = Commitment.read(document(draw_id=draw.id, name="commitment")).sources
    if not 0 <= number < len(sources):
        raise Refused("source_unknown")
    return sources[number]


@requires_transaction
def _row(draw: Draw, number: int) -> RandomValue:
    return RandomValue.objects.select_for_update(no_key=True).get(draw=draw, number=number)


def _keep(draw_name: str, number: int, evidence: Evidence, *, actor: Actor, at: datetime) -> None:
    with transaction():
        draw, _ = _locked(draw_name, number)
        kept = _row(draw, number)
        if kept.absent_note is not None:
            # Who may still take the value or leave it has a choice of two.
            raise Refused("source_absent")
        if kept.value is not None:
            # A verified value is the only one that there is.
            return
        kept.value, kept.kept, kept.certificate = evidence.value, evidence.kept, evidence.certificate
        kept.entered_by, kept.entered_at = actor.traced, at
        kept.save(update_fields=["value", "kept", "certificate", "entered_by", "entered_at"])
        _record("draw.source_entered", draw, number, actor=actor, at=at)


@requires_transaction
def _record(action: str, draw: Draw, number: int, *, actor: Actor, at: datetime) -> None:
    value = _row(draw, number).value
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="draw",
        subject_id=draw.id,
        data={
            "draw": draw.name,
            "source": number,
            "value": None if value is None else sha256(bytes(value)).hexdigest(),
        },
    )
