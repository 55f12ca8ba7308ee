"""Read cases: one by its number, for whoever asked; those that wait, for operators."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.cases.attachments import File, opened
from prakerja.cases.models import Attachment, Case, Entry
from prakerja.cases.operations import number_of, words_of_entry
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import blind_index, unseal
from prakerja.kernel.typed import normal_code


@dataclass(frozen=True)
class FileLine:
    """A file that came with it; `kind` photo or pdf, `size` in bytes."""

    file_id: uuid.UUID
    kind: str
    size: int


@dataclass(frozen=True)
class EntryLine:
    """What one side wrote; `is_ours` when an operator did."""

    is_ours: bool
    words: str
    at: datetime
    files: tuple[FileLine, ...] = ()


@dataclass(frozen=True)
class CaseLine:
    """A case as a list shows it, without anything that was written. Instants are programme time."""

    case_id: uuid.UUID
    number: str
    topic: str
    status: str
    opened_at: datetime
    asked_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class WholeCase:
    """A case with what was written; `contact` is for operators only and "" for everybody else. `is_wiped`: the words are gone."""

    line: CaseLine
    entries: tuple[EntryLine, ...]
    contact: str
    language: str
    is_wiped: bool
    # Who asked, when they wrote from their account.
    asked_by: uuid.UUID | None = None


def case_by_number(*, number: str) -> WholeCase:
    """The case of whoever has its number. Raises Refused: office_case_unknown, office_case_of_account (it is read there)."""
    found = Case.objects.filter(number_index=blind_index("case number", normal_code(number))).first()
    if found is None:
        raise Refused("office_case_unknown")
    if found.asked_by is not None:
        raise Refused("office_case_of_account")
    return _whole(found, contact="")


def own_cases(*, person_id: uuid.UUID) -> list[CaseLine]:
    """What a person asked from their account, the newest first."""
    return [_line(one) for one in Case.objects.filter(asked_by=person_id).order_by("-id")]


def own_case(*, person_id: uuid.UUID, case_id: uuid.UUID) -> WholeCase:
    """One of them with its words. Raises Refused: office_case_unknown, of somebody else's too."""
    found = Case.objects.filter(id=case_id, asked_by=person_id).first()
    if found is None:
        raise Refused("office_case_unknown")
    return _whole(found, contact="")


def own_file(*, person_id: uuid.UUID, case_id: uuid.UUID, file_id: uuid.UUID) -> File:
    """A file that this person sent. Raises Refused: office_case_unknown."""
    found = Attachment.objects.filter(id=file_id, entry__case_id=case_id, asked_by=person_id).first()
    if found is None:
        raise Refused("office_case_unknown")
    return opened(found)


@permitted("case.answer")
def read_case_file(*, case_id: uuid.UUID, file_id: uuid.UUID, actor: Actor, at: datetime) -> File:
    """A file of a case, opened for an operator; the look is recorded. Raises Refused: not_permitted, office_case_unknown."""
    found = Attachment.objects.filter(id=file_id, entry__case_id=case_id).first()
    if found is None:
        raise Refused("office_case_unknown")
    with transaction():
        record(
            action="case.file_read",
            at=at,
            actor=actor,
            person_id=found.asked_by,
            subject_kind="case",
            subject_id=case_id,
            data={"file": str(file_id)},
        )
    return opened(found)


def waiting_cases(*, topic: str = "", after: tuple[datetime, uuid.UUID] | None = None, most: int) -> list[CaseLine]:
    """What waits for an answer, who has waited longest first, after one of them; of one topic or of all."""
    found = Case.objects.filter(status="open")
    if topic:
        found = found.filter(topic=topic)
    if after is not None:
        asked_at, case_id = after
        found = found.filter(asked_at__gte=asked_at).exclude(asked_at=asked_at, id__lte=case_id)
    return [_line(one) for one in found.order_by("asked_at", "id")[:most]]


def recent_cases(*, most: int) -> list[CaseLine]:
    """The newest, whatever became of them."""
    return [_line(one) for one in Case.objects.order_by("-id")[:most]]


def waiting_count() -> int:
    """How many wait for an answer."""
    return Case.objects.filter(status="open").count()


@permitted("case.answer")
def read_case(*, case_id: uuid.UUID, actor: Actor, at: datetime) -> WholeCase:
    """A case with its words and the address left there, opened for an operator; the look is recorded.

    Raises Refused: not_permitted, office_case_unknown.
    """
    found = Case.objects.filter(id=case_id).first()
    if found is None:
        raise Refused("office_case_unknown")
    with transaction():
        record(
            action="case.read", at=at, actor=actor, person_id=found.asked_by, subject_kind="case", subject_id=found.id
        )
    contact = unseal(found.contact_enc, table="cases_case", column="contact", row_id=found.id)
    return _whole(found, contact=contact)


def case_id_of(*, number: str) -> uuid.UUID:
    """The id behind a number. Raises Refused: office_case_unknown."""
    found = Case.objects.filter(number_index=blind_index("case number", normal_code(number))).first()
    if found is None:
        raise Refused("office_case_unknown")
    return found.id


def _line(case: Case) -> CaseLine:
    return CaseLine(
        case.id,
        number_of(case=case),
        case.topic,
        case.status,
        case.opened_at,
        case.asked_at,
        case.answered_at,
        case.closed_at,
    )


def _whole(case: Case, *, contact: str) -> WholeCase:
    entries = tuple(
        EntryLine(
            bool(one.written_by),
            words_of_entry(entry=one),
            one.at,
            tuple(FileLine(*line) for line in one.attachments.order_by("id").values_list("id", "kind", "size")),
        )
        for one in Entry.objects.filter(case=case).order_by("number")
    )
    return WholeCase(_line(case), entries, contact, case.language, case.wiped_at is not None, case.asked_by)
