"""A photo or a PDF that somebody sends from their account with what they write: looked at, sealed, opened, let go (rules.md 11.7)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from prakerja.cases.models import Attachment, Entry
from prakerja.cases.policies import MOST_FILES
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.pdf import is_active, is_pdf
from prakerja.kernel.pictures import KEPT_SIDE, MOST_BYTES, decoded, written_anew
from prakerja.kernel.secrets import seal_bytes, unseal_bytes


@dataclass(frozen=True)
class File:
    """A file as we keep it: `kind` is photo (JPEG, made anew) or pdf (as it was sent)."""

    kind: str
    content: bytes


def read_file(content: bytes) -> File:
    """Look at what was sent. What it is called does not count.

    Raises Refused: photo_missing, photo_too_big, photo_unreadable, case_file_kind, case_file_active (a PDF that holds more than
    pages, or is locked).
    """
    if len(content) > MOST_BYTES:
        raise Refused("photo_too_big")
    if is_pdf(content):
        if is_active(content):
            raise Refused("case_file_active")
        return File("pdf", content)
    try:
        picture = decoded(content)
    except Refused as refused:
        if refused.reason == "photo_kind":
            raise Refused("case_file_kind") from refused
        raise
    picture.thumbnail((KEPT_SIDE, KEPT_SIDE))
    return File("photo", written_anew(picture))


@requires_transaction
def keep_file(*, entry: Entry, file: File, at: datetime) -> None:
    """Seal a file with what was written, in the same transaction. Raises Refused: case_files_too_many (most)."""
    assert entry.asked_by is not None
    if Attachment.objects.filter(entry__case_id=entry.case_id).count() >= MOST_FILES:
        raise Refused("case_files_too_many", most=MOST_FILES)
    row_id = new_id()
    Attachment.objects.create(
        id=row_id,
        entry=entry,
        asked_by=entry.asked_by,
        kind=file.kind,
        content_enc=seal_bytes(file.content, table="cases_attachment", column="content_enc", row_id=row_id),
        size=len(file.content),
        taken_at=at,
    )


def is_kept(*, entry: Entry, file: File | None) -> bool:
    """Whether this file came with that entry already, or there is none."""
    return file is None or any(opened(one) == file for one in Attachment.objects.filter(entry=entry))


@requires_transaction
def drop_files(*, case_ids: Sequence[uuid.UUID]) -> None:
    """Let go of every file of these cases, which the caller has locked."""
    Attachment.objects.filter(entry__case_id__any_of=list(case_ids)).delete()


def opened(found: Attachment) -> File:
    """The file behind a row, for whoever may see it."""
    return File(
        found.kind,
        unseal_bytes(found.content_enc, table="cases_attachment", column="content_enc", row_id=found.id),
    )
