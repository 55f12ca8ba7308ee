"""Who signs a draw: operators, the log of documents, witnesses. Private keys are sealed, each bound to its row.

An operator's key is made at their first signature and kept by the program, as their sign-in is: it says who confirmed, and
that the same program says so. Witnesses keep their own; only a sandbox plays two of them.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.demo_beacon import DEMO
from prakerja.draw.models import Draw, ProposedWitness, SigningKey
from prakerja.draw.protocol.texts import WITNESSES, ledger_origin, log_origin, receipt_origin
from prakerja.draw.protocol.trust import Trust
from prakerja.kernel.db import requires_transaction, row, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.installation import is_sandbox
from prakerja.kernel.secrets import seal_bytes, unseal_bytes
from prakerja.proofs.drand import QUICKNET, Chain
from prakerja.proofs.notes import COSIGNATURE, NOTE, NoteError, Signer, Verifier

# Two of us must not give the same number to two keys.
_LOCK = 0x7072616B_6B6579


def origin() -> str:
    """The name of the site, as every signature says it."""
    return str(settings.DRAW_ORIGIN)


def chains() -> tuple[Chain, ...]:
    """The beacons that count here."""
    return (QUICKNET, DEMO) if is_sandbox() else (QUICKNET,)


def certificates() -> tuple[str, ...]:
    """The certificates of the NIST beacon that count here, by SHA-512; one that was ever committed to stays among them."""
    return tuple(settings.NIST_CERTIFICATES)


def time_stampers() -> tuple[bytes, ...]:
    """The root certificates (DER) under which authorities of time count here (draw.md 14)."""
    return tuple(settings.TIME_STAMP_ROOTS)


@requires_transaction
def operator_signer(*, actor: Actor, at: datetime) -> Signer:
    """The key of an operator, made when they sign for the first time."""
    user_id = uuid.UUID(actor.id)
    row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    found = SigningKey.objects.filter(user_id=user_id).first()
    if found is None:
        number = SigningKey.objects.filter(kind="operator").count() + 1
        found = _make(name=f"{origin()}/operator/{number}", kind="operator", at=at, user_id=user_id)
        record(
            action="draw.key_made",
            at=at,
            actor=actor,
            subject_kind="signing_key",
            subject_id=found.id,
            data={"key": _verifier(found).spelled()},
        )
    return _signer(found)


@requires_transaction
def log_signer(*, at: datetime) -> Signer:
    """The key of the log of documents."""
    row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    name = log_origin(origin())
    found = SigningKey.objects.filter(kind="documents", name=name).first()
    return _signer(found or _make(name=name, kind="documents", at=at))


@requires_transaction
def receipt_signer(*, at: datetime) -> Signer:
    """The key of receipts: it signs while people look, and says nothing of draws (draw.md 3)."""
    name = receipt_origin(origin())
    found = SigningKey.objects.filter(kind="receipt", name=name).first()
    if found is None:
        row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        found = SigningKey.objects.filter(kind="receipt", name=name).first()
    return _signer(found or _make(name=name, kind="receipt", at=at))


@requires_transaction
def ledger_signer(*, at: datetime) -> Signer:
    """The key of the ledger's daily checkpoints (draw.md 14)."""
    row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    name = ledger_origin(origin())
    found = SigningKey.objects.filter(kind="ledger", name=name).first()
    return _signer(found or _make(name=name, kind="ledger", at=at))


@requires_transaction
def played_witnesses(*, at: datetime) -> list[tuple[SigningKey, Signer]]:
    """The witnesses whose part the program plays: two in a sandbox, none anywhere else."""
    if not is_sandbox():
        return []
    row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    names = [f"{origin()}/witness/{number}" for number in range(1, WITNESSES + 1)]
    known = {one.name: one for one in SigningKey.objects.filter(kind="witness", name__in=names)}
    found = [known.get(name) or _make(name=name, kind="witness", at=at) for name in names]
    return [(one, _signer(one)) for one in found]


@permitted("draw.witness")
def add_witness(*, key: str, actor: Actor, at: datetime) -> bool:
    """Know a witness by the key that it told us: an organisation outside that keeps watch over the log. Returns whether it counts now.

    It does once two operators told the same key, each as the organisation told it to them: one alone could be every witness. Twice is once.
    Raises Refused: not_permitted, operator_needed, witness_key_wrong, witness_name_taken, witnesses_fixed (a draw is between its commitment
    and its publication).
    """
    if actor.kind != "operator":
        raise Refused("operator_needed")
    try:
        verifier = Verifier.read(key.strip())
    except NoteError as error:
        raise Refused("witness_key_wrong") from error
    if verifier.kind != COSIGNATURE:
        raise Refused("witness_key_wrong")
    with transaction():
        row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        known = SigningKey.objects.filter(name=verifier.name).first()
        if known is not None:
            if bytes(known.public) != verifier.public or known.kind != "witness":
                raise Refused("witness_name_taken")
            return True
        if Draw.objects.filter(has_turn=True).exists():
            # Who has to see a list is known before it is fixed.
            raise Refused("witnesses_fixed")
        proposed, is_new = ProposedWitness.objects.get_or_create(
            name=verifier.name,
            public=verifier.public,
            defaults={"id": new_id(), "proposed_by": actor.id, "proposed_at": at},
        )
        if is_new:
            _record_witness("draw.witness_proposed", proposed.id, verifier, actor=actor, at=at)
            return False
        if proposed.proposed_by == actor.id:
            return False
        proposed.confirmed_by, proposed.confirmed_at = actor.id, at
        proposed.save(update_fields=["confirmed_by", "confirmed_at"])
        made = SigningKey.objects.create(
            id=new_id(), name=verifier.name, kind="witness", public=verifier.public, made_at=at
        )
        _record_witness("draw.witness_added", made.id, verifier, actor=actor, at=at)
    return True


@requires_transaction
def _record_witness(action: str, subject_id: uuid.UUID, key: Verifier, *, actor: Actor, at: datetime) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="signing_key",
        subject_id=subject_id,
        data={"key": key.spelled()},
    )


@dataclass(frozen=True)
class KnownWitness:
    """A witness as two operators told its key, or as one did so far (`confirmed_by` ""); `is_played`: a sandbox plays its part."""

    key: str
    told_by: str
    told_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    is_played: bool


def witnesses() -> list[KnownWitness]:
    """Who watches over the log, and whose key waits for a second operator; the latest first."""
    told = {one.name: one for one in ProposedWitness.objects.filter(confirmed_at__isnull=False)}
    waiting = ProposedWitness.objects.filter(confirmed_at=None).order_by("-proposed_at")
    found = [
        KnownWitness(
            Verifier(one.name, bytes(one.public), COSIGNATURE).spelled(),
            one.proposed_by,
            one.proposed_at,
            "",
            None,
            False,
        )
        for one in waiting
    ]
    for key in SigningKey.objects.filter(kind="witness").order_by("-made_at", "name"):
        by = told.get(key.name)
        found.append(
            KnownWitness(
                _verifier(key).spelled(),
                by.proposed_by if by else "",
                by.proposed_at if by else key.made_at,
                by.confirmed_by if by else "",
                key.made_at,
                key.seed_enc is not None,
            )
        )
    return found


def trust() -> Trust:
    """Whose signatures count, as a file for those who check: it is told on other ways than the folders of draws."""
    keys = [(one.kind, _verifier(one)) for one in SigningKey.objects.order_by("made_at", "name")]
    return Trust(
        origin(),
        tuple(key for kind, key in keys if kind == "operator"),
        tuple(key for kind, key in keys if kind == "documents"),
        tuple(key for kind, key in keys if kind == "witness"),
        chains(),
        tuple(key for kind, key in keys if kind == "receipt"),
        certificates(),
        tuple(key for kind, key in keys if kind == "ledger"),
        time_stampers(),
    )


@requires_transaction
def _make(*, name: str, kind: str, at: datetime, user_id: uuid.UUID | None = None) -> SigningKey:
    key_id, seed = new_id(), secrets.token_bytes(32)
    return SigningKey.objects.create(
        id=key_id,
        name=name,
        kind=kind,
        user_id=user_id,
        public=Signer(name, seed).verifier.public,
        seed_enc=seal_bytes(seed, table="draw_signingkey", column="seed_enc", row_id=key_id),
        made_at=at,
    )


def _verifier(key: SigningKey) -> Verifier:
    return Verifier(key.name, bytes(key.public), COSIGNATURE if key.kind == "witness" else NOTE)


def _signer(key: SigningKey) -> Signer:
    assert key.seed_enc is not None
    seed = unseal_bytes(key.seed_enc, table="draw_signingkey", column="seed_enc", row_id=key.id)
    return Signer(key.name, seed, _verifier(key).kind)
