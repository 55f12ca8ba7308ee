"""An institution reports that a class was completed; the certificate shows once the report has travelled."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction, write_back
from prakerja.kernel.due import Item
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.programmes.schemes import (
    Delivery,
    PurchaseCloses,
    certificate_visible_at,
    indonesian_calendar,
    wib_day,
)
from prakerja.purchases.operations import close_training
from prakerja.training.events import COMPLETION_ACCEPTED
from prakerja.training.facts import BoughtCode, bought_code, is_completion_derived
from prakerja.training.models import Certificate, CertificateNumberClaim, Completion, ReportClaim
from prakerja.training.telling import tell_of_certificates
from prakerja.vouchers.operations import lock_voucher
from prakerja.vouchers.queries import route_of_code


@dataclass(frozen=True)
class CompletionReceipt:
    """What an institution is told. `completed_date` is a day in WIB; `visible_from` is UTC programme time."""

    completion_id: uuid.UUID
    course_code: str
    schedule_code: str
    completed_date: date
    score: int | None
    certificate_number: str
    certificate_kind: str
    reported_at: datetime
    visible_from: datetime


@dataclass(frozen=True)
class Report:
    """What an institution says of a code, or what is to stand in its place. `completed_date` is a day in WIB."""

    institution_id: uuid.UUID
    completed_date: date | None
    score: int | None
    certificate_number: str
    certificate_kind: str
    idempotency_key: str
    at: datetime


def record_completion(
    *,
    institution_id: uuid.UUID,
    code: str,
    completed_date: date | None,
    score: int | None,
    certificate_number: str,
    certificate_kind: str,
    idempotency_key: str,
    at: datetime,
) -> CompletionReceipt:
    """Store the completion of a redeemed code, once, with its certificate (decisions.md 13, 18; rules.md 6.6).

    `completed_date` is a day in WIB and defaults to the day of the report; `score` is 0 to 100 or None and never matters
    for money. The same content again gets the same answer. Where completion is derived the report only adds score and
    certificate number; the day stays the derived one. A wrong report is corrected or withdrawn (`correcting`); one that
    was withdrawn needs a new key. Raises Refused: code_unknown, not_owner, voucher_not_redeemed, class_not_over (ends_at;
    a live class only), field_invalid (field), certificate_kind_unknown (kinds), attendance_incomplete,
    completion_differs, idempotency_key_reused, certificate_number_used.
    """
    route = route_of_code(code=code)
    report = Report(
        institution_id=institution_id,
        completed_date=completed_date,
        score=score,
        certificate_number=certificate_number.strip(),
        certificate_kind=certificate_kind,
        idempotency_key=idempotency_key,
        at=at,
    )
    with transaction():
        lock_voucher(person_id=route.person_id, voucher_id=route.voucher_id)
        found = bought_code(person_id=route.person_id, voucher_id=route.voucher_id)
        _refuse(report=report, found=found)
        completion = Completion.objects.filter(
            person_id=found.person_id, voucher_id=found.voucher_id, withdrawn_at=None
        ).first()
        if completion is not None and completion.source == "derived":
            certificate = _add_number(report=report, completion=completion)
        elif completion is not None:
            certificate = _require_same(report=report, completion=completion)
        elif is_completion_derived(found):
            raise Refused("attendance_incomplete")
        else:
            completion, certificate = _store(report=report, found=found)
    return receipt_of(found=found, completion=completion, certificate=certificate)


def receipt_of(*, found: BoughtCode, completion: Completion, certificate: Certificate) -> CompletionReceipt:
    """What is told of a completion as it stands."""
    return CompletionReceipt(
        completion_id=completion.id,
        course_code=found.course_code,
        schedule_code=found.schedule_code,
        completed_date=completion.completed_date,
        score=completion.score,
        certificate_number=certificate.number,
        certificate_kind=certificate.kind,
        reported_at=completion.reported_at,
        visible_from=certificate.visible_from,
    )


def _refuse(*, report: Report, found: BoughtCode) -> None:
    if found.facts.institution_id != report.institution_id:
        raise Refused("not_owner")
    if found.facts.status != "redeemed" or found.redeemed_at is None:
        raise Refused("voucher_not_redeemed")
    if found.facts.delivery is Delivery.LIVE and report.at < found.run_ends_at:
        raise Refused("class_not_over", ends_at=found.run_ends_at)
    require_possible(report=report, found=found)


def require_possible(*, report: Report, found: BoughtCode) -> None:
    """Refuse what contradicts the course that was redeemed: its kinds of certificates, its dates, what a score is.

    Raises Refused: field_invalid (field), certificate_kind_unknown (kinds).
    """
    if report.score is not None and not 0 <= report.score <= 100:
        raise Refused("field_invalid", field="score")
    if not report.certificate_number:
        raise Refused("field_invalid", field="certificate_number")
    # A course from before kinds were asked for names none, so nothing contradicts it.
    if found.certificate_kinds and report.certificate_kind not in found.certificate_kinds:
        raise Refused("certificate_kind_unknown", kinds=found.certificate_kinds)
    first, last = _possible_days(found=found, at=report.at)
    if report.completed_date is not None and not first <= report.completed_date <= last:
        raise Refused("field_invalid", field="completed_date")


def _possible_days(*, found: BoughtCode, at: datetime) -> tuple[date, date]:
    """The first and last day (WIB) on which this class can have been completed, as it is known at `at`.

    Nobody completes a class before its code was entered, before it began, or tomorrow; a live one not before its end, and a
    self-paced one not after it, when nobody could get in any more.
    """
    if found.redeemed_at is None:
        raise RuntimeError("a completion needs a redeemed code")
    # The end is exclusive.
    ends_on = wib_day(found.run_ends_at - timedelta(microseconds=1))
    if found.facts.delivery is Delivery.LIVE:
        return max(wib_day(found.redeemed_at), ends_on), wib_day(at)
    begins_on = max(wib_day(found.redeemed_at), wib_day(found.run_starts_at))
    return begins_on, max(begins_on, min(ends_on, wib_day(at)))


@requires_transaction
def _require_same(*, report: Report, completion: Completion) -> Certificate:
    """The certificate of the first report. A report without a date repeats whatever day the first one had."""
    certificate = Certificate.objects.get(person_id=completion.person_id, completion=completion)
    first = (completion.score, certificate.number, certificate.kind)
    same_day = report.completed_date in (None, completion.completed_date)
    if not same_day or first != (report.score, report.certificate_number, report.certificate_kind):
        raise Refused("completion_differs")
    return certificate


@requires_transaction
def _add_number(*, report: Report, completion: Completion) -> Certificate:
    """Give a derived completion its score and its certificate's kind and number, once."""
    certificate = Certificate.objects.get(person_id=completion.person_id, completion=completion)
    if certificate.number:
        first = (completion.score, certificate.number, certificate.kind)
        if first != (report.score, report.certificate_number, report.certificate_kind):
            raise Refused("completion_differs")
        return certificate
    _claim(report=report, person_id=completion.person_id, completion_id=completion.id)
    completion.score, completion.idempotency_key = report.score, report.idempotency_key
    completion.save(update_fields=["score", "idempotency_key"])
    certificate.number, certificate.kind = report.certificate_number, report.certificate_kind
    certificate.save(update_fields=["number", "kind"])
    record(
        action="training.certified",
        at=report.at,
        person_id=completion.person_id,
        actor=Actor.partner(report.institution_id),
        subject_kind="completion",
        subject_id=completion.id,
        data={},
    )
    return certificate


@requires_transaction
def _store(*, report: Report, found: BoughtCode) -> tuple[Completion, Certificate]:
    completion_id = new_id()
    _claim(report=report, person_id=found.person_id, completion_id=completion_id)
    completion = Completion.objects.create(
        id=completion_id,
        person_id=found.person_id,
        voucher_id=found.voucher_id,
        completed_date=report.completed_date or _possible_days(found=found, at=report.at)[1],
        score=report.score,
        reported_at=report.at,
        source="reported",
        idempotency_key=report.idempotency_key,
    )
    visible_from = certificate_visible_at(scheme=found.rules, reported_at=report.at, calendar=indonesian_calendar())
    certificate = Certificate.objects.create(
        person_id=found.person_id,
        completion=completion,
        kind=report.certificate_kind,
        number=report.certificate_number,
        visible_from=visible_from,
    )
    if visible_from <= report.at:
        announce_certificate(certificate=certificate, at=report.at)
    close_training_if_completed(found=found)
    record(
        action=COMPLETION_ACCEPTED.action,
        at=report.at,
        person_id=found.person_id,
        actor=Actor.partner(report.institution_id),
        subject_kind="completion",
        subject_id=completion.id,
        data={"completed_date": completion.completed_date.isoformat(), "visible_from": visible_from.isoformat()},
    )
    return completion, certificate


@requires_transaction
def _claim(*, report: Report, person_id: uuid.UUID, completion_id: uuid.UUID) -> None:
    """Claim what is unique across people; a rival that was first makes this report a refusal, and nothing stays."""
    if report.idempotency_key:
        claim = ReportClaim.objects.filter(institution_id=report.institution_id, idempotency_key=report.idempotency_key)
        if claim.exists():
            raise Refused("idempotency_key_reused")
        mine = ReportClaim(
            institution_id=report.institution_id,
            idempotency_key=report.idempotency_key,
            person_id=person_id,
            completion_id=completion_id,
        )
        ReportClaim.objects.bulk_create([mine], ignore_conflicts=True)
        if not claim.filter(completion_id=completion_id).exists():
            raise Refused("idempotency_key_reused")
    claim_number(report=report, person_id=person_id)


@requires_transaction
def claim_number(*, report: Report, person_id: uuid.UUID) -> None:
    """Claim the certificate's number for a person. Raises Refused: certificate_number_used."""
    numbers = CertificateNumberClaim.objects.filter(
        institution_id=report.institution_id, number=report.certificate_number
    )
    number = CertificateNumberClaim(
        institution_id=report.institution_id, number=report.certificate_number, person_id=person_id
    )
    CertificateNumberClaim.objects.bulk_create([number], ignore_conflicts=True)
    if not numbers.filter(id=number.id).exists():
        raise Refused("certificate_number_used")


@requires_transaction
def release_number(*, institution_id: uuid.UUID, number: str) -> None:
    """Let another report have the number of one that was corrected or withdrawn."""
    CertificateNumberClaim.objects.filter(institution_id=institution_id, number=number).delete()


@requires_transaction
def close_training_if_completed(*, found: BoughtCode) -> None:
    """In schemes where completion is what the next purchase waits for, this training no longer blocks it (rules.md 5.2)."""
    if found.rules.purchase_closes_on is PurchaseCloses.COMPLETION:
        close_training(person_id=found.person_id, voucher_id=found.voucher_id)


@requires_transaction
def announce_certificate(*, certificate: Certificate, at: datetime) -> None:
    """Say that the certificate is there and, where something hangs on it, that a review is wanted (CERT_READY, REVIEW_NEEDED)."""
    _announce([certificate], at=at)


def announce_many(*, items: Sequence[Item], at: datetime) -> int:
    """The same for many, as (person, certificate), that are visible now, in one transaction. Returns how many were told of.

    What was told before, or is held by another runner, is left out.
    """
    with transaction():
        waiting = list(
            Certificate.objects.select_for_update(no_key=True, skip_locked=True)
            .filter(
                person_id__any_of={person_id for person_id, _ in items},
                id__any_of=[certificate_id for _, certificate_id in items],
                announced_at=None,
                visible_from__lte=at,
            )
            .order_by("id")
        )
        _announce(waiting, at=at)
    return len(waiting)


@requires_transaction
def _announce(certificates: Sequence[Certificate], *, at: datetime) -> None:
    for certificate in certificates:
        certificate.announced_at = at
    write_back(certificates, "announced_at")
    tell_of_certificates(certificates=certificates, at=at)
