"""Who can sign in to this sandbox, for `up --json` and the accounts page."""

from __future__ import annotations

import uuid
from typing import Any

from prakerja.intake.policies import QUOTA_FULL
from prakerja.intake.queries import may_write_letter, own_applications
from prakerja.kernel.clock import now
from prakerja.people.queries import person_id_by_contact
from prakerja.registrations.queries import registration_id_of
from prakerja.reporting.next_action import derived_stage
from prakerja.reporting.queries import dashboard
from prakerja.sandbox.demo_accounts import accounts_of
from prakerja.sandbox.demo_draw import APPLICANTS
from prakerja.sandbox.demo_operators import OPERATORS
from prakerja.sandbox.demo_people import PEOPLE
from prakerja.sandbox.demo_registrations import REGISTRANTS
from prakerja.sittings.queries import own_sitting


def document() -> dict[str, Any]:
    """`{"participants": [{"name", "phone", "stage", "accounts"}], "registering": [{"name", "phone", "stage"}], "operators": [{"email", "password", "totp_secret", "role"}]}`.

    `accounts` are those at shops and institutions: `[{"kind", "code", "name", "email", "password"}]`.
    """
    return {"participants": participants(), "registering": registering(), "operators": operators()}


def registering() -> list[dict[str, str]]:
    """The demo people who register and join, with the stage that each has reached by now."""
    found = []
    for one in REGISTRANTS:
        person_id = person_id_by_contact(kind="phone", value=one.phone)
        if person_id is not None or registration_id_of(phone=one.phone) is not None:
            stage = one.stage if person_id is None else _stage_of_applicant(person_id)
            found.append({"name": one.name, "phone": one.phone, "stage": stage})
    return [*found, *_not_drawn()]


def _not_drawn() -> list[dict[str, str]]:
    """Somebody whom the demo's draw gave no seat, and who can look at their place in line and prove it; chance says who."""
    for one in APPLICANTS:
        person_id = person_id_by_contact(kind="phone", value=one.phone)
        if person_id is not None:
            joined = own_applications(person_id=person_id, at=now())
            if [found.reason for found in joined] == [QUOTA_FULL]:
                return [{"name": one.name, "phone": one.phone, "stage": "not_drawn"}]
    return []


def _stage_of_applicant(person_id: uuid.UUID) -> str:
    """Where somebody who registered stands: by what they joined last, or by their test."""
    at = now()
    joined = own_applications(person_id=person_id, at=at)
    latest = next(iter(joined), None)
    if latest is not None and latest.label == "selected":
        return stage_of(person_id)
    if latest is not None and latest.label != "withdrawn":
        if latest.label != "not_selected":
            return "joined"
        return "thrice_not_selected" if may_write_letter(applications=joined) else "not_selected"
    sitting = own_sitting(person_id=person_id, at=at)
    return "tested" if sitting is not None and sitting.is_over else "registered"


def everybody() -> list[dict[str, Any]]:
    """Whoever signs in by phone, from whatever list of `document` they stand in, each with `accounts`; participants last."""
    lists = document()
    order = sorted(lists, key=lambda name: name == "participants")
    return [{"accounts": []} | one for name in order for one in lists[name] if "phone" in one]


def participants() -> list[dict[str, Any]]:
    """The demo people of this database with the stage that each has reached by now, and where else they can sign in."""
    found = []
    for person in PEOPLE:
        person_id = person_id_by_contact(kind="phone", value=person.phone)
        if person_id is not None:
            stage, others = stage_of(person_id), accounts_of(person)
            found.append({"name": person.name, "phone": person.phone, "stage": stage, "accounts": others})
    return found


def operators() -> list[dict[str, str]]:
    return [
        {"email": one.email, "password": one.password, "totp_secret": one.totp_secret, "role": one.role}
        for one in OPERATORS
    ]


def stage_of(person_id: uuid.UUID) -> str:
    """The derived stage of a person (decisions.md 74)."""
    return derived_stage(dashboard=dashboard(person_id=person_id))
