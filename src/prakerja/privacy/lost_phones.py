"""A lost phone is replaced: one operator proposes, another confirms, days to object pass, then it changes (rules.md 8.5)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from prakerja.access.actors import SYSTEM, Actor
from prakerja.access.permitting import permitted, require_operator
from prakerja.audit.operations import record
from prakerja.disbursements.operations import replace_lost_phone
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_lines
from prakerja.notifications.operations import queue_message
from prakerja.notifications.strangers import queue_to_stranger
from prakerja.people.queries import person_id_by_contact
from prakerja.people.revealing import require_why
from prakerja.privacy.lost_phone_policies import FEWEST_ANSWER, LONGEST_ANSWER, PHOTOS, lost_phone_terms
from prakerja.privacy.lost_phone_queries import LostPhoneDocuments
from prakerja.privacy.lost_phone_rows import lock_case, nik_of, phone_of, photo_of, words_of
from prakerja.privacy.models import LostPhoneCase, LostPhonePhoto
from prakerja.privacy.states import LOST_PHONE_STATES

# News to the new phone are of use for so long.
_NEWS_LAST = timedelta(days=7)
_CHUNK = 200


@permitted("lost_phone.propose")
def propose_new_phone(*, case_id: uuid.UUID, why: str, actor: Actor, at: datetime) -> None:
    """One operator has compared the cards with the account: another may confirm. Nothing changes yet.

    `why` (10 to 500 characters) is for the other operator and the audit trail. Raises Refused: not_permitted, operator_needed,
    reason_missing, lost_phone_unknown, lost_phone_answered, lost_phone_nobody, lost_phone_taken, lost_phone_decided.
    """
    require_operator(who=actor)
    reason = require_why(why)
    with transaction():
        case = _lock(case_id, "propose")
        _require_possible(case)
        if LostPhoneCase.objects.filter(about=case.about, status__in=LOST_PHONE_STATES.group("DECIDED")).exists():
            raise Refused("lost_phone_decided")
        case.status = LOST_PHONE_STATES.advance(current=case.status, verb="propose")
        case.proposed_by, case.proposed_at, case.reason = actor.id, at, reason
        case.save()
        _record(case, "lost_phone.proposed", actor, at, why=reason)


@permitted("lost_phone.confirm")
def confirm_new_phone(*, case_id: uuid.UUID, why: str, actor: Actor, at: datetime) -> datetime:
    """Another operator confirms. The phone changes after the days of the rule; the old phone, the e-mail, the dashboard and the
    new phone are told when. Returns that instant.

    `why` has 10 to 500 characters. Raises Refused: not_permitted, operator_needed, reason_missing, lost_phone_unknown,
    lost_phone_answered, same_operator, lost_phone_taken.
    """
    require_operator(who=actor)
    reason = require_why(why)
    with transaction():
        case = _lock(case_id, "confirm")
        if case.proposed_by == actor.id:
            raise Refused("same_operator")
        about = _require_possible(case)
        changes_at = at + lost_phone_terms(at).objection
        case.status = LOST_PHONE_STATES.advance(current=case.status, verb="confirm")
        case.confirmed_by, case.confirmed_at, case.changes_at = actor.id, at, changes_at
        case.save()
        parameters = {"changes_at": changes_at.isoformat()}
        queue_message(
            person_id=about,
            template="lost_phone_confirmed",
            channels=("sms", "email", "dashboard"),
            parameters=parameters,
            dedupe_key=f"lost_phone_confirmed:{case_id}",
            at=at,
        )
        _tell_new_phone(case, "lost_phone_granted", parameters, at)
        _record(case, "lost_phone.confirmed", actor, at, why=reason, data=parameters)
    return changes_at


@permitted("lost_phone.refuse")
def refuse_new_phone(*, case_id: uuid.UUID, answer: str, actor: Actor, at: datetime) -> None:
    """Any operator who helps may stop it, until it has changed. The new phone reads `answer` (10 to 500 characters), whether or
    not there is a person.

    Raises Refused: not_permitted, operator_needed, answer_missing, lost_phone_unknown, lost_phone_answered.
    """
    require_operator(who=actor)
    said = normal_lines(answer).strip()
    if not FEWEST_ANSWER <= len(said) <= LONGEST_ANSWER:
        raise Refused("answer_missing")
    with transaction():
        case = _lock(case_id, "refuse")
        case.answer = said
        _end(case, "refuse", actor, at)
        _tell_new_phone(case, "lost_phone_refused", {"answer": said}, at)


def object_to_new_phone(*, person_id: uuid.UUID, at: datetime) -> int:
    """The person, who is signed in, lost nothing: every case about them ends. Returns how many did.

    Raises Refused: lost_phone_unknown.
    """
    stopped = stop_by_lost_phone(person_id=person_id, at=at)
    if not stopped:
        raise Refused("lost_phone_unknown")
    return stopped


def stop_by_lost_phone(*, person_id: uuid.UUID, at: datetime) -> int:
    """Somebody signed in by a code that went to the phone said to be lost: it is not, so every case about them ends and everybody
    is told (rules.md 8.5). Returns how many ended; mostly none.
    """
    with transaction():
        cases = list(
            LostPhoneCase.objects.select_for_update(no_key=True)
            .filter(about=person_id, status__in=LOST_PHONE_STATES.group("LIVE"))
            .order_by("id")
        )
        if not cases:
            return 0
        for case in cases:
            _end(case, "object", Actor.participant(person_id), at)
            _tell_new_phone(case, "lost_phone_objected", {}, at)
        queue_message(
            person_id=person_id,
            template="lost_phone_stopped",
            channels=("sms", "email", "dashboard"),
            parameters={},
            dedupe_key=f"lost_phone_stopped:{cases[0].id}",
            at=at,
        )
    return len(cases)


def change_lost_phone(*, case_id: uuid.UUID, at: datetime) -> bool:
    """The days are over and nobody objected: the phone changes. Returns whether this call changed something.

    When somebody else came to hold the new phone meanwhile, the case is refused, which the new phone is told.
    """
    with transaction():
        case = lock_case(case_id)
        if case.status != "confirmed" or case.changes_at is None or case.changes_at > at:
            return False
        assert case.about is not None
        assert case.proven_at is not None
        phone = phone_of(case)
        if person_id_by_contact(kind="phone", value=phone) is not None:
            case.answer = "Nomor baru sudah dipakai akun lain."
            _end(case, "fail", SYSTEM, at)
            _tell_new_phone(case, "lost_phone_refused", {"answer": case.answer}, at)
            return True
        replace_lost_phone(person_id=case.about, phone=phone, verified_at=case.proven_at, actor=SYSTEM, at=at)
        _end(case, "change", SYSTEM, at)
        # The phones are told by the change itself.
        queue_message(
            person_id=case.about,
            template="lost_phone_changed",
            channels=("email",),
            parameters={"changed_at": at.isoformat()},
            dedupe_key=f"lost_phone_changed:{case_id}",
            at=at,
        )
    return True


@permitted("lost_phone.reveal")
def reveal_lost_phone(*, case_id: uuid.UUID, why: str, actor: Actor, at: datetime) -> LostPhoneDocuments:
    """Open what was written and sent, and write down who saw it and why.

    `why` has 10 to 500 characters. Raises Refused: not_permitted, reason_missing, lost_phone_unknown.
    """
    reason = require_why(why)
    with transaction():
        case = LostPhoneCase.objects.filter(id=case_id).first()
        if case is None:
            raise Refused("lost_phone_unknown")
        photos = {kind: photo_of(case, kind) for kind in PHOTOS}
        found = LostPhoneDocuments(
            nik=nik_of(case), phone=phone_of(case), words=words_of(case), ktp=photos["ktp"], kk=photos["kk"]
        )
        _record(case, "lost_phone.revealed", actor, at, why=reason, data={"fields": ["nik", "phone", "words", *PHOTOS]})
    return found


@requires_transaction
def wipe_lost_phones(*, person_id: uuid.UUID, actor: Actor, at: datetime) -> int:
    """What was sent about a person goes with their data, and what still waits ends; returns how many cases."""
    cases = list(LostPhoneCase.objects.select_for_update(no_key=True).filter(about=person_id).order_by("id"))
    for case in cases:
        if case.status in LOST_PHONE_STATES.group("LIVE"):
            _end(case, "object", actor, at)
    _empty([case.id for case in cases])
    return len(cases)


def prune_lost_phones(*, at: datetime) -> int:
    """What was not sent within its day goes; what ended long enough ago loses photos and whatever was written. Returns rows."""
    terms, done = lost_phone_terms(at), 0
    while True:
        with transaction():
            unsent = LostPhoneCase.objects.select_for_update(skip_locked=True).filter(
                status__in=LOST_PHONE_STATES.group("UNSENT"), asked_at__lte=at - terms.unsent
            )
            gone = [case.id for case in unsent[:_CHUNK]]
            LostPhonePhoto.objects.filter(case_id__in=gone).delete()
            LostPhoneCase.objects.filter(id__in=gone).delete()
            ended = LostPhoneCase.objects.select_for_update(skip_locked=True).filter(
                phone_enc__isnull=False, ended_at__lte=at - terms.photos
            )
            emptied = [case.id for case in ended[:_CHUNK]]
            _empty(emptied)
        done += len(gone) + len(emptied)
        if len(gone) < _CHUNK and len(emptied) < _CHUNK:
            return done


@requires_transaction
def _empty(ids: list[uuid.UUID]) -> None:
    LostPhonePhoto.objects.filter(case_id__in=ids).delete()
    LostPhoneCase.objects.filter(id__in=ids).update(phone_enc=None, nik_enc=None, words_enc=None)


@requires_transaction
def _lock(case_id: uuid.UUID, verb: str) -> LostPhoneCase:
    case = lock_case(case_id)
    if case.status not in LOST_PHONE_STATES.sources(verb):
        raise Refused(
            "lost_phone_unknown" if case.status in LOST_PHONE_STATES.group("UNSENT") else "lost_phone_answered"
        )
    return case


@requires_transaction
def _require_possible(case: LostPhoneCase) -> uuid.UUID:
    """The person whose NIK it is. Raises Refused: lost_phone_nobody, lost_phone_taken."""
    if case.about is None:
        raise Refused("lost_phone_nobody")
    if person_id_by_contact(kind="phone", value=phone_of(case)) is not None:
        raise Refused("lost_phone_taken")
    return case.about


@requires_transaction
def _end(case: LostPhoneCase, verb: str, actor: Actor, at: datetime) -> None:
    case.status = LOST_PHONE_STATES.advance(current=case.status, verb=verb)
    case.ended_at, case.ended_by = at, actor.traced
    case.save()
    _record(case, f"lost_phone.{case.status}", actor, at)


@requires_transaction
def _tell_new_phone(case: LostPhoneCase, template: str, parameters: dict[str, Any], at: datetime) -> None:
    queue_to_stranger(
        to=phone_of(case),
        channel="sms",
        template=template,
        parameters=parameters,
        language=case.language,
        at=at,
        ends_at=at + _NEWS_LAST,
    )


@requires_transaction
def _record(
    case: LostPhoneCase, action: str, actor: Actor, at: datetime, *, why: str = "", data: dict[str, Any] | None = None
) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        person_id=case.about,
        subject_kind="lost_phone_case",
        subject_id=case.id,
        why=why,
        data=data,
    )
