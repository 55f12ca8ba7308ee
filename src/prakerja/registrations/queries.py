"""Read registrations: their owner's page, and what others may know of a registered person."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.stranger_codes import EmailCodeState, email_code_state
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import blind_index
from prakerja.registrations.answers import Answers
from prakerja.registrations.finishing import has_photo, is_accepted
from prakerja.registrations.models import Case, Profile, Registration
from prakerja.registrations.rows import answers_of, phone_of
from prakerja.registrations.states import CASE_STATES, REGISTRATION_STATES


@dataclass(frozen=True)
class OwnRegistration:
    """A registration as its owner sees it."""

    registration_id: uuid.UUID
    status: str
    answers: Answers
    phone: str
    has_photo: bool
    registry_status: str
    registry_fields: tuple[str, ...]
    # An operator found this very identity to be theirs, whatever the registry says.
    is_accepted: bool
    next_ask_at: datetime | None
    returned_for: str
    submitted_at: datetime | None
    became: uuid.UUID | None
    # The case that a human looks at, or the last that one answered.
    case_status: str
    case_answer: str
    case_answer_by: datetime | None


def own_registration(*, registration_id: uuid.UUID) -> OwnRegistration:
    """Everything that the pages of a registration show. Raises Refused: registration_unknown."""
    found = Registration.objects.filter(id=registration_id).first()
    if found is None:
        raise Refused("registration_unknown")
    case = Case.objects.filter(registration_id=registration_id).order_by("-opened_at").first()
    return OwnRegistration(
        registration_id=found.id,
        status=found.status,
        answers=answers_of(found),
        phone=phone_of(found) if found.phone_enc is not None else "",
        has_photo=has_photo(registration_id=found.id),
        registry_status=found.registry_status,
        registry_fields=tuple(found.registry_fields.split()),
        is_accepted=is_accepted(found),
        next_ask_at=found.next_ask_at,
        returned_for=found.returned_for,
        submitted_at=found.submitted_at,
        became=found.became,
        case_status=case.status if case is not None else "",
        case_answer=case.answer if case is not None else "",
        case_answer_by=case.answer_by if case is not None else None,
    )


def registration_id_of(*, phone: str) -> uuid.UUID | None:
    """The registration of this normalised phone number that is under way, if any: for a sandbox, which has no secrets."""
    live = Registration.objects.filter(
        phone_index=blind_index("phone", phone), status__in=REGISTRATION_STATES.group("LIVE")
    )
    return live.values_list("id", flat=True).first()


@dataclass(frozen=True)
class RegisteredProfile:
    """What a person told us of their situation when they registered (rules.md 3.1); whoever a list brought told us nothing."""

    registered_at: datetime
    proven_by: str
    regency_code: str
    is_enrolled: bool
    work_status: str
    holds_excluded_post: bool


def profile_of(*, person_id: uuid.UUID) -> RegisteredProfile | None:
    """The profile of somebody who registered here; None for whoever a list brought."""
    found = Profile.objects.filter(person_id=person_id).first()
    if found is None:
        return None
    return RegisteredProfile(
        registered_at=found.registered_at,
        proven_by=found.proven_by,
        regency_code=found.regency_code,
        is_enrolled=found.is_enrolled,
        work_status=found.work_status,
        holds_excluded_post=found.holds_excluded_post,
    )


def email_code_of(*, registration_id: uuid.UUID, email: str, at: datetime) -> EmailCodeState:
    """Where the code of an e-mail address stands; the same for an address of somebody else."""
    return email_code_state(email=email, owner=registration_id, at=at)


@dataclass(frozen=True)
class CaseLine:
    """A case as lists show it: nothing that identifies anybody."""

    case_id: uuid.UUID
    registration_id: uuid.UUID
    status: str
    reason: str
    registry_status: str
    registry_fields: tuple[str, ...]
    opened_at: datetime
    answer_by: datetime
    answer: str

    @property
    def is_open(self) -> bool:
        """It waits for an operator's answer."""
        return self.status in CASE_STATES.group("OPEN")


def open_cases(*, most: int) -> list[CaseLine]:
    """Cases that wait for an answer, the first to be answered first; at most so many."""
    found = Case.objects.filter(status__in=CASE_STATES.group("OPEN")).select_related("registration")
    return [_line(case) for case in found.order_by("answer_by", "id")[:most]]


def case_line(*, case_id: uuid.UUID) -> CaseLine | None:
    """One case, open or answered; None when there is none."""
    found = Case.objects.filter(id=case_id).select_related("registration").first()
    return _line(found) if found is not None else None


def _line(case: Case) -> CaseLine:
    return CaseLine(
        case_id=case.id,
        registration_id=case.registration_id,
        status=case.status,
        reason=case.reason,
        registry_status=case.registration.registry_status,
        registry_fields=tuple(case.registration.registry_fields.split()),
        opened_at=case.opened_at,
        answer_by=case.answer_by,
        answer=case.answer,
    )
