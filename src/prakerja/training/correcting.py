"""A report of completion was wrong: it is corrected or withdrawn, by its institution or by an operator (rules.md 12.29).

Until the certificate is on the dashboard the institution mends its own report; afterwards the person has read it and may
have acted on it, so an operator does, who says why. What the completion led to since (a review, the incentive) keeps it from
being withdrawn, never from being corrected: no value of a report decides over money.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.operations import queue_message
from prakerja.purchases.operations import reopen_training
from prakerja.training.completion import (
    CompletionReceipt,
    Report,
    claim_number,
    receipt_of,
    release_number,
    require_possible,
)
from prakerja.training.events import COMPLETION_CORRECTED, COMPLETION_WITHDRAWN
from prakerja.training.facts import BoughtCode, bought_code
from prakerja.training.models import Certificate, Completion, Rating
from prakerja.vouchers.operations import lock_voucher
from prakerja.vouchers.queries import route_of_code


@dataclass(frozen=True)
class _Reported:
    """A report that stands, with its rows locked."""

    found: BoughtCode
    completion: Completion
    certificate: Certificate

    def values(self) -> dict[str, Any]:
        """What the report says, for the audit trail."""
        return {
            "completed_date": self.completion.completed_date.isoformat(),
            "score": self.completion.score,
            "certificate_number": self.certificate.number,
            "certificate_kind": self.certificate.kind,
        }


@requires_transaction
def correct_report(
    *,
    institution_id: uuid.UUID,
    code: str,
    completed_date: date | None,
    score: int | None,
    certificate_number: str,
    certificate_kind: str,
    at: datetime,
) -> CompletionReceipt:
    """Replace what an institution reported about its redeemed code, until the certificate is visible (rules.md 12.29).

    `completed_date` is a day in WIB, None keeps the one that stands; a derived one cannot be changed. The certificate
    becomes visible when it would have. The same content again changes nothing. Raises Refused: code_unknown, not_owner,
    completion_unreported, certificate_visible (visible_from), field_invalid (field), certificate_kind_unknown (kinds),
    certificate_number_used.
    """
    reported = _of_institution(institution_id=institution_id, code=code, at=at)
    return _correct(
        reported=reported,
        report=Report(
            institution_id=institution_id,
            completed_date=completed_date,
            score=score,
            certificate_number=certificate_number.strip(),
            certificate_kind=certificate_kind,
            idempotency_key="",
            at=at,
        ),
        actor=Actor.partner(institution_id),
        why="",
    )


@requires_transaction
def withdraw_report(*, institution_id: uuid.UUID, code: str, reason: str, at: datetime) -> None:
    """Take an institution's report back, until the certificate is visible; it may report anew (rules.md 12.29).

    The training blocks the next purchase again, unless that was bought meanwhile; the person is told. Where completion is
    derived only score and number are taken back. The key of the first report stays used. Raises Refused: code_unknown,
    not_owner, completion_unreported, certificate_visible (visible_from).
    """
    reported = _of_institution(institution_id=institution_id, code=code, at=at)
    _withdraw(reported=reported, actor=Actor.partner(institution_id), why=reason, at=at)


@permitted("completion.correct")
def correct_completion(
    *,
    person_id: uuid.UUID,
    completion_id: uuid.UUID,
    completed_date: date | None,
    score: int | None,
    certificate_number: str,
    certificate_kind: str,
    reason: str,
    actor: Actor,
    at: datetime,
) -> CompletionReceipt:
    """An operator replaces what was reported, also when the certificate is visible; then the person is told (rules.md 12.29).

    Values as in `correct_report`. Raises Refused: not_permitted, reason_missing, completion_unknown, field_invalid (field),
    certificate_kind_unknown (kinds), certificate_number_used.
    """
    if not reason.strip():
        raise Refused("reason_missing")
    with transaction():
        reported = _of_operator(person_id=person_id, completion_id=completion_id)
        return _correct(
            reported=reported,
            report=Report(
                institution_id=reported.found.facts.institution_id,
                completed_date=completed_date,
                score=score,
                certificate_number=certificate_number.strip(),
                certificate_kind=certificate_kind,
                idempotency_key="",
                at=at,
            ),
            actor=actor,
            why=reason.strip(),
        )


@permitted("completion.withdraw")
def withdraw_completion(
    *, person_id: uuid.UUID, completion_id: uuid.UUID, reason: str, actor: Actor, at: datetime
) -> None:
    """An operator takes a report back, also when its certificate is visible, until the person reviewed it (rules.md 12.29).

    Raises Refused: not_permitted, reason_missing, completion_unknown, completion_rated.
    """
    if not reason.strip():
        raise Refused("reason_missing")
    with transaction():
        reported = _of_operator(person_id=person_id, completion_id=completion_id)
        if Rating.objects.filter(person_id=person_id, completion=reported.completion).exists():
            raise Refused("completion_rated")
        _withdraw(reported=reported, actor=actor, why=reason.strip(), at=at)


@requires_transaction
def _of_institution(*, institution_id: uuid.UUID, code: str, at: datetime) -> _Reported:
    route = route_of_code(code=code)
    lock_voucher(person_id=route.person_id, voucher_id=route.voucher_id)
    found = bought_code(person_id=route.person_id, voucher_id=route.voucher_id)
    if found.facts.institution_id != institution_id:
        raise Refused("not_owner")
    reported = _standing(found)
    # A derived completion stands without any report; what was reported about it is its certificate's number.
    if reported is None or not reported.certificate.number:
        raise Refused("completion_unreported")
    if at >= reported.certificate.visible_from:
        raise Refused("certificate_visible", visible_from=reported.certificate.visible_from)
    return reported


@requires_transaction
def _of_operator(*, person_id: uuid.UUID, completion_id: uuid.UUID) -> _Reported:
    route = Completion.objects.filter(person_id=person_id, id=completion_id, withdrawn_at=None).first()
    if route is None:
        raise Refused("completion_unknown")
    lock_voucher(person_id=person_id, voucher_id=route.voucher_id)
    reported = _standing(bought_code(person_id=person_id, voucher_id=route.voucher_id))
    if reported is None or reported.completion.id != completion_id or not reported.certificate.number:
        raise Refused("completion_unknown")
    return reported


@requires_transaction
def _standing(found: BoughtCode) -> _Reported | None:
    """The completion of a code, locked as a review locks it: of a review and a withdrawal one finds the other."""
    completion = (
        Completion.objects.select_for_update(no_key=True)
        .filter(person_id=found.person_id, voucher_id=found.voucher_id, withdrawn_at=None)
        .first()
    )
    if completion is None:
        return None
    certificate = Certificate.objects.select_for_update(no_key=True).get(
        person_id=found.person_id, completion=completion
    )
    return _Reported(found, completion, certificate)


@requires_transaction
def _correct(*, reported: _Reported, report: Report, actor: Actor, why: str) -> CompletionReceipt:
    found, completion, certificate = reported.found, reported.completion, reported.certificate
    before = reported.values()
    require_possible(report=report, found=found)
    if report.completed_date not in (None, completion.completed_date) and completion.source == "derived":
        raise Refused("field_invalid", field="completed_date")
    if report.certificate_number != certificate.number:
        release_number(institution_id=report.institution_id, number=certificate.number)
        claim_number(report=report, person_id=found.person_id)
    completion.completed_date = report.completed_date or completion.completed_date
    completion.score = report.score
    certificate.number, certificate.kind = report.certificate_number, report.certificate_kind
    after = reported.values()
    if before != after:
        completion.save(update_fields=["completed_date", "score"])
        certificate.save(update_fields=["number", "kind"])
        record(
            action=COMPLETION_CORRECTED.action,
            at=report.at,
            person_id=found.person_id,
            actor=actor,
            subject_kind="completion",
            subject_id=completion.id,
            data={"completed_date": after["completed_date"]},
            why=why,
            before=before,
            after=after,
        )
        if report.at >= certificate.visible_from:
            _tell("certificate_corrected", reported, ("dashboard",), report.at)
    return receipt_of(found=found, completion=completion, certificate=certificate)


@requires_transaction
def _withdraw(*, reported: _Reported, actor: Actor, why: str, at: datetime) -> None:
    found, completion, certificate = reported.found, reported.completion, reported.certificate
    before = reported.values()
    release_number(institution_id=found.facts.institution_id, number=certificate.number)
    if completion.source == "derived":
        # It follows from what the person did; nobody takes that back.
        completion.score, certificate.number, certificate.kind = None, "", found.certificate_kind
        completion.save(update_fields=["score"])
        certificate.save(update_fields=["number", "kind"])
        record(
            action="training.number_withdrawn",
            at=at,
            person_id=found.person_id,
            actor=actor,
            subject_kind="completion",
            subject_id=completion.id,
            why=why,
            before=before,
            after=reported.values(),
        )
        return
    completion.withdrawn_at = at
    completion.save(update_fields=["withdrawn_at"])
    # What the trail keeps is all that is left of it: nobody may find a certificate that does not stand.
    certificate.delete()
    reopen_training(person_id=found.person_id, voucher_id=found.voucher_id)
    record(
        action=COMPLETION_WITHDRAWN.action,
        at=at,
        person_id=found.person_id,
        actor=actor,
        subject_kind="completion",
        subject_id=completion.id,
        data={"withdrawn_at": at.isoformat()},
        why=why,
        before=before,
    )
    _tell("completion_withdrawn", reported, ("sms", "dashboard"), at)


@requires_transaction
def _tell(template: str, reported: _Reported, channels: tuple[str, ...], at: datetime) -> None:
    queue_message(
        person_id=reported.found.person_id,
        template=template,
        channels=channels,
        parameters={"course_title": reported.found.course_title},
        dedupe_key=f"{template}:{reported.completion.id}:{at.isoformat()}",
        at=at,
    )
