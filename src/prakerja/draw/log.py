"""The public log of documents: entries for ever, checkpoints, and the witnesses who saw them (draw.md 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Exists, OuterRef, Q

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.keys import log_signer, played_witnesses, trust
from prakerja.draw.models import Cosignature, Document, Draw, LogCheckpoint, LogEntry, SigningKey
from prakerja.draw.models.steps import RECALL
from prakerja.draw.protocol.texts import WITNESSES
from prakerja.draw.states import DRAW_STATES
from prakerja.kernel.db import requires_transaction, row, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.proofs.merkle import Tree
from prakerja.proofs.notes import Checkpoint, Note, NoteError

# Entries are numbered one after the other, without a gap.
_LOCK = 0x7072616B_6C6F67


@requires_transaction
def log_document(*, content: bytes, at: datetime) -> int:
    """Append a document and sign the log as it is then; returns its index. One that stands there already is not logged twice."""
    row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    entries = dict(LogEntry.objects.order_by("index").values_list("index", "content"))
    for index, known in entries.items():
        if bytes(known) == content:
            return index
    index = len(entries)
    LogEntry.objects.create(index=index, content=content, logged_at=at)
    tree = Tree()
    for known in [*entries.values(), content]:
        tree.add(bytes(known))
    signer = log_signer(at=at)
    text = Checkpoint(signer.name, tree.size, tree.root()).text()
    checkpoint = LogCheckpoint.objects.create(size=tree.size, text=text, line=signer.line(text), signed_at=at)
    seconds = int(at.timestamp())
    for key, witness in played_witnesses(at=at):
        Cosignature.objects.create(
            id=new_id(),
            checkpoint=checkpoint,
            witness=key,
            line=witness.cosignature(text, seconds=seconds),
            seen_at=datetime.fromtimestamp(seconds, UTC),
        )
    return index


@permitted("draw.witness")
def add_cosignature(*, size: int, line: str, actor: Actor, at: datetime) -> None:
    """Take the line by which a witness says that it saw the checkpoint of this size. Twice is once.

    Raises Refused: not_permitted, checkpoint_unknown, cosignature_wrong.
    """
    with transaction():
        checkpoint = LogCheckpoint.objects.filter(size=size).first()
        if checkpoint is None:
            raise Refused("checkpoint_unknown")
        try:
            note = Note.read((checkpoint.text + "\n" + line.strip() + "\n").encode())
            (signed,) = note.signatures(trust().witnesses)
        except (NoteError, ValueError) as error:
            raise Refused("cosignature_wrong") from error
        witness = SigningKey.objects.get(name=signed.by.name)
        seen_at = datetime.fromtimestamp(signed.seconds or 0, UTC)
        # Nobody saw it before it was signed; a line says whole seconds.
        if not checkpoint.signed_at.replace(microsecond=0) <= seen_at <= at:
            raise Refused("cosignature_wrong")
        made, is_new = Cosignature.objects.get_or_create(
            checkpoint=checkpoint,
            witness=witness,
            defaults={"id": new_id(), "line": note.lines[0], "seen_at": seen_at},
        )
        if is_new:
            # The folders of draws that are not sealed, and of recalls, show who saw the log: the worker writes them.
            recalled = Document.objects.filter(draw=OuterRef("id"), name__startswith=RECALL)
            Draw.objects.filter(Q(status__in=DRAW_STATES.group("UNSEALED")) | Exists(recalled)).update(files_due_at=at)
            record(
                action="draw.checkpoint_cosigned",
                at=at,
                actor=actor,
                subject_kind="cosignature",
                subject_id=made.id,
                data={"size": size, "witness": witness.name},
            )


@dataclass(frozen=True)
class SeenCheckpoint:
    """A checkpoint with all its lines, and when each witness saw it."""

    size: int
    note: bytes
    seen_at: tuple[datetime, ...]

    @property
    def counts(self) -> bool:
        """Enough witnesses saw it."""
        return len(self.seen_at) >= WITNESSES


def seen_checkpoint(*, size: int) -> SeenCheckpoint:
    """The checkpoint of this size with those who cosigned it until now."""
    found = LogCheckpoint.objects.get(size=size)
    seen = list(Cosignature.objects.filter(checkpoint=found).order_by("witness__name").values_list("line", "seen_at"))
    lines = [found.line, *(line for line, _ in seen)]
    return SeenCheckpoint(size, (found.text + "\n" + "".join(lines)).encode(), tuple(at for _, at in seen))


def seen_checkpoints(*, most: int) -> list[SeenCheckpoint]:
    """Every checkpoint of at most so many documents, with those who cosigned it until now."""
    lines: dict[int, list[tuple[str, datetime]]] = {}
    seen = Cosignature.objects.filter(checkpoint__size__lte=most).order_by("checkpoint", "witness__name")
    for size, line, at in seen.values_list("checkpoint_id", "line", "seen_at"):
        lines.setdefault(size, []).append((line, at))
    found = []
    for one in LogCheckpoint.objects.filter(size__lte=most).order_by("size"):
        cosigned = lines.get(one.size, [])
        note = (one.text + "\n" + one.line + "".join(line for line, _ in cosigned)).encode()
        found.append(SeenCheckpoint(one.size, note, tuple(at for _, at in cosigned)))
    return found


def public_entries() -> int:
    """How many documents of the log anybody may read: up to the first result that is not published, for it tells the secret."""
    hidden = [
        bytes(one)
        for one in Document.objects.filter(name="result")
        .exclude(draw__status="published")
        .values_list("content", flat=True)
    ]
    first = LogEntry.objects.filter(content__in=hidden).order_by("index").values_list("index", flat=True).first()
    return LogEntry.objects.count() if first is None else int(first)


def entries() -> list[bytes]:
    """Every document of the log, in its order."""
    return [bytes(one) for one in LogEntry.objects.order_by("index").values_list("content", flat=True)]
