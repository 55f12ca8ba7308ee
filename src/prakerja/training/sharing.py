"""A certificate that others can check: its owner opens a link, says what it shows, and closes it again (rules.md 6.6)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.kernel.codes import readable_code
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, seal, unseal
from prakerja.training.models import Certificate, CertificateShare, CertificateShareClaim

# 31 signs each: nobody guesses one of a billion links in the life of the programme.
TOKEN_LENGTH = 20


@dataclass(frozen=True)
class OwnShare:
    """An open link as its owner sees it."""

    certificate_id: uuid.UUID
    token: str
    shows_name: bool
    shows_score: bool
    opened_at: datetime


@dataclass(frozen=True)
class SharedCertificate:
    """What whoever has the link may know. `name` is "" and `score` None where the owner did not allow it."""

    course_title: str
    institution_name: str
    kind: str
    number: str
    completed_date: date
    name: str
    score: int | None
    # The report was withdrawn or the certificate is not shown yet: the link says that nothing stands.
    is_valid: bool


def share_certificate(
    *, person_id: uuid.UUID, certificate_id: uuid.UUID, shows_name: bool, shows_score: bool, at: datetime
) -> str:
    """Open a link, in the place of an open one, and return its token. Raises Refused: certificate_unknown,
    certificate_not_visible."""
    with transaction():
        certificate = (
            Certificate.objects.select_for_update(no_key=True, of=("self",))
            .filter(person_id=person_id, id=certificate_id, completion__withdrawn_at=None)
            .first()
        )
        if certificate is None:
            raise Refused("certificate_unknown")
        if at < certificate.visible_from:
            raise Refused("certificate_not_visible", visible_from=certificate.visible_from)
        _close(person_id=person_id, certificate_id=certificate_id, at=at)
        token, share_id = readable_code(TOKEN_LENGTH), new_id()
        CertificateShare.objects.create(
            id=share_id,
            person_id=person_id,
            certificate=certificate,
            token_enc=seal(token, table="training_certificateshare", column="token_enc", row_id=share_id),
            shows_name=shows_name,
            shows_score=shows_score,
            opened_at=at,
        )
        CertificateShareClaim.objects.create(index=_index(token), person_id=person_id, share_id=share_id)
        _note("training.certificate_shared", person_id, share_id, at)
    return token


def unshare_certificate(*, person_id: uuid.UUID, certificate_id: uuid.UUID, at: datetime) -> int:
    """Close the link; how many were open (0 or 1)."""
    with transaction():
        return _close(person_id=person_id, certificate_id=certificate_id, at=at)


@requires_transaction
def close_shares(*, person_id: uuid.UUID, at: datetime) -> int:
    """Close every link of a person, inside the work that erases what they allowed."""
    return _close(person_id=person_id, certificate_id=None, at=at)


def shares_of(*, person_id: uuid.UUID) -> dict[uuid.UUID, OwnShare]:
    """The open links of a person, by certificate."""
    found = CertificateShare.objects.filter(person_id=person_id, closed_at=None)
    return {
        one.certificate_id: OwnShare(
            certificate_id=one.certificate_id,
            token=unseal(one.token_enc, table="training_certificateshare", column="token_enc", row_id=one.id),
            shows_name=one.shows_name,
            shows_score=one.shows_score,
            opened_at=one.opened_at,
        )
        for one in found
    }


def shared_certificate(*, token: str, at: datetime) -> SharedCertificate | None:
    """What the link of this token shows at `at`; None when there is none, or its owner closed it."""
    claim = CertificateShareClaim.objects.filter(index=_index(token)).first()
    if claim is None:
        return None
    share = (
        CertificateShare.objects.filter(person_id=claim.person_id, id=claim.share_id, closed_at=None)
        .select_related("person", "certificate__completion__voucher__institution")
        .select_related("certificate__completion__voucher__course_run__course")
        .first()
    )
    if share is None:
        return None
    certificate = share.certificate
    completion = certificate.completion
    return SharedCertificate(
        course_title=completion.voucher.course_run.course.title,
        institution_name=completion.voucher.institution.name,
        kind=certificate.kind,
        number=certificate.number,
        completed_date=completion.completed_date,
        name=share.person.name if share.shows_name else "",
        score=completion.score if share.shows_score else None,
        is_valid=completion.withdrawn_at is None and at >= certificate.visible_from,
    )


def _index(token: str) -> bytes:
    return blind_index("certificate_share", token)


@requires_transaction
def _close(*, person_id: uuid.UUID, certificate_id: uuid.UUID | None, at: datetime) -> int:
    live = CertificateShare.objects.select_for_update(no_key=True).filter(person_id=person_id, closed_at=None)
    found = list((live if certificate_id is None else live.filter(certificate_id=certificate_id)).order_by("id"))
    for share in found:
        share.closed_at = at
        share.save(update_fields=["closed_at"])
        CertificateShareClaim.objects.filter(person_id=person_id, share_id=share.id).delete()
        _note("training.certificate_unshared", person_id, share.id, at)
    return len(found)


@requires_transaction
def _note(action: str, person_id: uuid.UUID, share_id: uuid.UUID, at: datetime) -> None:
    record(
        action=action,
        at=at,
        person_id=person_id,
        actor=Actor.participant(person_id),
        subject_kind="certificate_share",
        subject_id=share_id,
    )
