"""The file of a list of results that was sent by page: sealed, in pieces, for as long as somebody may need it (ADR 0049).

One operator sends it and another confirms what it brings about, so it must last from one to the other; it names people, so it lasts no
longer. What is told of single lines holds nothing that they said.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from prakerja.intake.models import AskedImport, ResultImport, UploadedLine, UploadedList, UploadedPiece
from prakerja.intake.result_rows import ResultRow
from prakerja.kernel.db import copy_rows, requires_transaction, transaction
from prakerja.kernel.ids import new_id
from prakerja.kernel.looks import first_of, follows_from
from prakerja.kernel.secrets import seal_bytes, unseal_bytes

# A list that nobody decided is forgotten then; deadlines follow an announcement within about a month.
KEPT = timedelta(days=30)
PIECE = 1_000_000
_SEALED = {"table": "intake_uploadedpiece", "column": "content_enc"}
_LINES = 2_000


@requires_transaction
def keep_file(*, uploaded: UploadedList, content: bytes) -> None:
    """Keep a file sealed."""
    for number, start in enumerate(range(0, len(content), PIECE)):
        piece_id = new_id()
        sealed = seal_bytes(content[start : start + PIECE], **_SEALED, row_id=piece_id)
        UploadedPiece.objects.create(id=piece_id, uploaded=uploaded, number=number, content_enc=sealed)


def pieces(*, uploaded: UploadedList) -> Iterator[bytes]:
    """The file as it came, a piece at a time; nothing when it is not kept any more."""
    found = UploadedPiece.objects.filter(uploaded=uploaded).order_by("number")
    for key in list(found.values_list("id", flat=True)):
        piece = UploadedPiece.objects.get(id=key)
        yield unseal_bytes(piece.content_enc, **_SEALED, row_id=piece.id)


def digest_of(content: bytes) -> str:
    """What the file is known by: the same as where a command reads it."""
    return hashlib.sha256(content).hexdigest()


@requires_transaction
def drop_decided_files() -> None:
    """No file is kept that nobody can need: its list is neither worked at, nor waits for a second operator, nor goes on to award."""
    asked = AskedImport.objects.filter(uploaded=OuterRef("id"), ended_at=None)
    awarding = ResultImport.objects.filter(
        wave=OuterRef("wave"), list_digest=OuterRef("list_digest"), status="awarding"
    )
    waits = Q(prepared__isnull=False, prepared__confirmed_at=None, prepared__replaced_at=None)
    needed = UploadedList.objects.filter(waits | Exists(asked) | Exists(awarding))
    UploadedPiece.objects.exclude(uploaded__in=needed).delete()


def _at_rest() -> QuerySet[UploadedList]:
    """The lists that nobody works at, the oldest first."""
    asked = AskedImport.objects.filter(uploaded=OuterRef("id"), ended_at=None)
    return UploadedList.objects.exclude(Exists(asked)).order_by("uploaded_at")


@follows_from(first_of(lambda: _at_rest().values_list("uploaded_at")))
def next_forgetting(first: datetime | None) -> datetime | None:
    """When the oldest list is forgotten."""
    return None if first is None else first + KEPT


def forget_one(*, at: datetime) -> int | None:
    """Forget the oldest list that was kept long enough, with what was told of its lines; None when there is none."""
    with transaction():
        oldest = _at_rest().filter(uploaded_at__lte=at - KEPT).first()
        if oldest is None:
            return None
        UploadedPiece.objects.filter(uploaded=oldest).delete()
        UploadedLine.objects.filter(uploaded=oldest).delete()
        AskedImport.objects.filter(uploaded=oldest).delete()
        oldest.delete()
    return 1


class ToldLines:
    """The report of an import that an operator asked for by page: what is told of lines is kept for them."""

    def __init__(self, uploaded: UploadedList) -> None:
        self._uploaded = uploaded
        self._waiting: list[tuple[uuid.UUID, int, str, str, uuid.UUID | None]] = []
        # Every reading tells of all lines anew.
        with transaction():
            UploadedLine.objects.filter(uploaded=uploaded).delete()

    def rejected(self, row: ResultRow, reason: str) -> None:
        self._tell(row, "rejected", reason, None)

    def different(self, row: ResultRow, fields: tuple[str, ...], *, person_id: uuid.UUID, is_awarded: bool) -> None:
        self._tell(row, "awarded_different" if is_awarded else "different", " ".join(fields), person_id)

    def finish(self) -> None:
        with transaction():
            copy_rows(UploadedLine, ("uploaded_id", "line", "fate", "reason", "known"), self._waiting)
        self._waiting = []

    def _tell(self, row: ResultRow, fate: str, reason: str, known: uuid.UUID | None) -> None:
        self._waiting.append((self._uploaded.id, row.line, fate, reason, known))
        if len(self._waiting) >= _LINES:
            self.finish()


def rejected_lines(*, uploaded_id: uuid.UUID) -> Iterable[tuple[int, str]]:
    """The lines that were rejected, with the reason (`result_rows.REASONS`), in the order of the list."""
    found = UploadedLine.objects.filter(uploaded_id=uploaded_id, fate="rejected").order_by("line")
    return found.values_list("line", "reason").iterator(chunk_size=_LINES)


def rejected_reasons(*, uploaded_id: uuid.UUID) -> Counter[str]:
    """How many lines were rejected for which reason."""
    found = UploadedLine.objects.filter(uploaded_id=uploaded_id, fate="rejected").order_by()
    return Counter(dict(found.values_list("reason").annotate(lines=Count("line"))))


def different_lines(*, uploaded_id: uuid.UUID) -> Iterable[tuple[int, str, uuid.UUID, bool]]:
    """The lines that say other data of somebody than ours: the names of what differs, who it is, whether they are awarded."""
    found = UploadedLine.objects.filter(uploaded_id=uploaded_id).exclude(fate="rejected").order_by("line")
    for line, fields, known, fate in found.values_list("line", "reason", "known", "fate").iterator(chunk_size=_LINES):
        assert known is not None
        yield line, fields, known, fate == "awarded_different"
