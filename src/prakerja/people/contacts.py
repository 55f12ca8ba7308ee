"""How a person is reached is corrected by an operator: a list had a wrong phone, an address was misspelt (rules.md 8.5)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

from prakerja.access.actors import Actor
from prakerja.access.operations import end_challenges
from prakerja.access.permitting import permitted
from prakerja.access.sessions import end_sessions
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, seal
from prakerja.kernel.typed import normal_email, normal_phone
from prakerja.notifications.operations import queue_message
from prakerja.notifications.templates import SENT_TO
from prakerja.people.models import ContactClaim, ContactPoint, Person
from prakerja.people.queries import contact_of, has_shown_contact
from prakerja.people.revealing import require_why

ContactKind = Literal["phone", "email"]
_CHANNELS = {"phone": "sms", "email": "email"}


@permitted("person.correct_contact")
def correct_contact(
    *, person_id: uuid.UUID, kind: ContactKind, value: str, why: str, actor: Actor, at: datetime
) -> None:
    """Give a person another phone or e-mail address. The old one and the new one are both told, and the dashboard.

    Whoever has a person's phone can sign in as them, so with a phone their sessions end and codes that wait are void; the number
    that was theirs is free for its next owner. Every message that has not left goes to the new one. A phone that its owner has
    shown to be theirs no single operator replaces: the path of the lost phone does, by two (rules.md 8.5). `why` has 10 to 500
    characters. Raises Refused: not_permitted, operator_needed, reason_missing, person_unknown, phone_format, email_format,
    phone_needs_two, contact_same, contact_of_other_person.
    """
    if actor.kind != "operator":
        raise Refused("operator_needed")
    reason = require_why(why)
    found = normal_phone(value) if kind == "phone" else normal_email(value)
    if found is None:
        raise Refused(f"{kind}_format")
    with transaction():
        # Two corrections at once: the second sees what the first did.
        if not Person.objects.select_for_update(no_key=True).filter(id=person_id).exists():
            raise Refused("person_unknown")
        if kind == "phone" and has_shown_contact(person_id=person_id, kind="phone"):
            raise Refused("phone_needs_two")
        # Nobody has shown it yet: a phone is shown by a code that comes back from it, and an address that is not gets no codes.
        before = replace_contact(
            person_id=person_id, kind=kind, found=found, verified_at=None, told_by="corrected", actor=actor, at=at
        )
        record(
            action="person.contact_corrected",
            at=at,
            actor=actor,
            person_id=person_id,
            subject_kind="person",
            subject_id=person_id,
            data={"kind": kind, "had_one": before is not None},
            why=reason,
        )


@requires_transaction
def replace_contact(
    *,
    person_id: uuid.UUID,
    kind: ContactKind,
    found: str,
    verified_at: datetime | None,
    told_by: Literal["corrected", "changed"],
    actor: Actor,
    at: datetime,
) -> str | None:
    """Put a normalised value in the place of the present one, which is returned; both are told, and the dashboard.

    With a phone every session ends and codes that wait are void. The caller has locked the person. Raises Refused:
    contact_same, contact_of_other_person.
    """
    before = contact_of(person_id=person_id, kind=kind)
    if before == found:
        raise Refused("contact_same")
    _claim(person_id=person_id, kind=kind, before=before, found=found)
    ContactPoint.objects.filter(person_id=person_id, kind=kind, retired_at=None).update(retired_at=at)
    point = new_id()
    ContactPoint.objects.create(
        id=point,
        person_id=person_id,
        kind=kind,
        value_enc=seal(found, table="people_contactpoint", column="value_enc", row_id=point),
        verified_at=verified_at,
    )
    if kind == "phone":
        end_challenges(person_id=person_id, at=at)
        end_sessions(door="portal", owner=person_id, actor=actor, at=at)
    _tell(person_id=person_id, kind=kind, before=before, point=point, told_by=told_by, at=at)
    return before


@requires_transaction
def erase_contacts(*, person_id: uuid.UUID) -> int:
    """Erase how a person was ever reached, inside the work that erases their data; returns how many contact points went.

    Nobody can sign in as them any more, and their number is free for its next owner.
    """
    ContactClaim.objects.filter(person_id=person_id).delete()
    count, _ = ContactPoint.objects.filter(person_id=person_id).delete()
    return count


@requires_transaction
def _claim(*, person_id: uuid.UUID, kind: ContactKind, before: str | None, found: str) -> None:
    """Claim the new value; the database decides between two who want one."""
    index = blind_index(kind, found)
    ContactClaim.objects.bulk_create(
        [ContactClaim(id=new_id(), kind=kind, index=index, person_id=person_id)], ignore_conflicts=True
    )
    if not ContactClaim.objects.filter(kind=kind, index=index, person_id=person_id).exists():
        raise Refused("contact_of_other_person")
    if before is not None:
        ContactClaim.objects.filter(kind=kind, index=blind_index(kind, before), person_id=person_id).delete()


@requires_transaction
def _tell(
    *, person_id: uuid.UUID, kind: ContactKind, before: str | None, point: uuid.UUID, told_by: str, at: datetime
) -> None:
    queue_message(
        person_id=person_id,
        template=f"{kind}_{told_by}",
        channels=(_CHANNELS[kind], "dashboard"),
        parameters={f"{told_by}_at": at.isoformat()},
        dedupe_key=f"contact:{point}",
        at=at,
    )
    if before is not None:
        # It may be a stranger's, which is why it was wrong: it is told neither a name nor a wave.
        queue_message(
            person_id=person_id,
            template=f"{kind}_left",
            channels=(_CHANNELS[kind],),
            parameters={SENT_TO: before},
            dedupe_key=f"contact-left:{point}",
            at=at,
        )
