"""Results of a wave arrive as a list: the listed people are awarded, set-based, in one pass and one transaction.

Reads: people_contactclaim, people_nikclaim, people_person.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted, require
from prakerja.audit.operations import record
from prakerja.awards import queries as awards
from prakerja.awards.operations import Grounds, Recipient, award_many
from prakerja.awards.policies import require_ahead
from prakerja.intake.models import Application, Decree, Wave
from prakerja.intake.policies import Candidate, exclusion_reason
from prakerja.intake.states import APPLICATION_STATES
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.db import rows as rows_of
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.installation import is_sandbox
from prakerja.kernel.secrets import blind_index
from prakerja.kernel.typed import normal_email, normal_phone
from prakerja.ledger.chart import Chart
from prakerja.ledger.queries import holds
from prakerja.people.operations import Identity, register_many
from prakerja.people.policies import (
    EDUCATION,
    is_family_card_number,
    is_name,
    is_province_code,
    nik_problem,
)
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import Scheme, dates_that_end, purchase_deadline

# So many applications are decided by one statement.
BATCH = 1000


@dataclass(frozen=True)
class ResultRow:
    """One line of the results file, as text; checked and normalised here."""

    nik: str
    family_card_number: str
    name: str
    birth_date: str
    phone: str
    email: str
    province_code: str
    education: str


@dataclass
class ImportOutcome:
    """What an import did. `rejected` keeps each refused row with its reason; nothing of it was stored."""

    awarded: int = 0
    already: int = 0
    rejected: list[tuple[ResultRow, str]] = field(default_factory=list)


@permitted("results.import")
def import_results(
    *,
    rows: Iterable[ResultRow],
    wave_number: int,
    decree_number: str,
    announced_at: datetime,
    actor: Actor,
    at: datetime,
    short_deadline_confirmed_by: Actor | None = None,
) -> ImportOutcome:
    """Award every listed person: reserve the whole benefit, make the card number, set the deadline, queue SMS and e-mail.

    Unknown people are registered. People who already hold an award of this wave are counted as `already`, so a second
    import of the same file changes nothing. All or nothing for the accepted rows.

    Every date that ends something for those awarded is ahead; one with fewer than 7 full days left needs somebody's name,
    `short_deadline_confirmed_by`, who may import as well and whom the audit trail keeps. Raises Refused: not_permitted,
    name_missing_for_confirmation, wave_unknown, decree_of_other_wave, announced_differs, budget_too_low (needed, available; rupiah), deadline_not_ahead (what,
    deadline), deadline_close (what, deadline, days_left, needed).
    """
    if short_deadline_confirmed_by is not None:
        if not (short_deadline_confirmed_by.name or short_deadline_confirmed_by.id):
            raise Refused("name_missing_for_confirmation")
        require(actor=short_deadline_confirmed_by, verb="results.import", at=at)
    outcome = ImportOutcome()
    with transaction():
        wave = Wave.objects.select_for_update(no_key=True).filter(number=wave_number).first()
        if wave is None:
            raise Refused("wave_unknown", wave=wave_number)
        rules = scheme(scheme_version_id=wave.scheme_version_id)
        was_announced = wave.announced_at is not None
        decree = _decree(wave=wave, number=decree_number, announced_at=announced_at)
        identities = _readable(rows=rows, outcome=outcome)
        people = _known_people(identities=identities)
        accepted = _accept(
            identities=identities,
            people=people,
            wave=wave,
            rules=rules,
            on=announced_at.astimezone(WIB).date(),
            outcome=outcome,
        )
        if accepted or not was_announced:
            require_ahead(
                scheme=rules,
                dates=dates_that_end(scheme=rules, announced_at=announced_at),
                at=at,
                is_confirmed=short_deadline_confirmed_by is not None,
            )
        _require_budget(needed=len(accepted) * rules.total_benefit)
        new_people = [identity for identity in accepted if identity.nik not in people]
        ids = register_many(identities=new_people, at=at)
        people |= {identity.nik: person_id for identity, person_id in zip(new_people, ids, strict=True)}
        names = {people[identity.nik]: identity.name for identity in accepted}
        applications = _selected_applications(person_ids=list(names), wave=wave, at=at)
        award_many(
            recipients=[
                Recipient(person_id=person_id, name=name, application_id=applications[person_id])
                for person_id, name in names.items()
            ],
            grounds=Grounds(
                wave_id=wave.id,
                wave_number=wave.number,
                decree_id=decree.id,
                decree_number=decree.number,
                scheme_version_id=wave.scheme_version_id,
                rules=rules,
                announced_at=announced_at,
            ),
            at=at,
        )
        outcome.awarded = len(accepted)
        record(
            action="wave.results_imported",
            at=at,
            actor=actor,
            subject_kind="wave",
            subject_id=wave.id,
            data={
                "awarded": outcome.awarded,
                "already": outcome.already,
                "rejected": len(outcome.rejected),
                "announced_at": announced_at.isoformat(),
                "deadline": purchase_deadline(scheme=rules, announced_at=announced_at).isoformat(),
                "short_deadline_confirmed_by": short_deadline_confirmed_by.traced
                if short_deadline_confirmed_by
                else "",
            },
        )
    return outcome


@requires_transaction
def _selected_applications(*, person_ids: list[uuid.UUID], wave: Wave, at: datetime) -> dict[uuid.UUID, uuid.UUID]:
    """Each person's application of this wave, now selected; made for those who are listed without one."""
    found: dict[uuid.UUID, uuid.UUID] = {}
    for start in range(0, len(person_ids), BATCH):
        batch = person_ids[start : start + BATCH]
        Application.objects.bulk_create(
            (
                Application(id=new_id(), person_id=person_id, wave=wave, status="waiting", joined_at=at)
                for person_id in batch
            ),
            ignore_conflicts=True,
        )
        mine = Application.objects.filter(wave=wave, person_id__in=batch)
        mine.filter(status__in=APPLICATION_STATES.sources("select")).update(
            status=APPLICATION_STATES.target("select"), decided_at=at
        )
        found |= dict(mine.values_list("person_id", "id"))
    return found


@requires_transaction
def _decree(*, wave: Wave, number: str, announced_at: datetime) -> Decree:
    if wave.announced_at is not None and wave.announced_at != announced_at:
        # The deadline is one fixed moment per wave; a second announcement would give some people another one.
        raise Refused("announced_differs", announced_at=wave.announced_at)
    wave.announced_at = announced_at
    wave.save(update_fields=["announced_at"])
    decree, _ = Decree.objects.get_or_create(
        number=number, defaults={"id": new_id(), "wave": wave, "issued_at": announced_at}
    )
    if decree.wave_id != wave.id:
        raise Refused("decree_of_other_wave", number=number)
    return decree


def _readable(*, rows: Iterable[ResultRow], outcome: ImportOutcome) -> list[tuple[ResultRow, Identity]]:
    is_demo = is_sandbox()
    seen: set[str] = set()
    readable = []
    for row in rows:
        identity, problem = _identity(row, is_demo=is_demo)
        keys = {row.nik, f"phone:{identity.phone}", f"email:{identity.email}"} if identity else set()
        if identity is None:
            outcome.rejected.append((row, problem))
        elif keys & seen:
            outcome.rejected.append((row, "twice_in_file"))
        else:
            seen |= keys
            readable.append((row, identity))
    return readable


def _identity(row: ResultRow, *, is_demo: bool) -> tuple[Identity | None, str]:
    try:
        birth_date = date.fromisoformat(row.birth_date)
    except ValueError:
        return None, "birth_date_format"
    phone, email = normal_phone(row.phone), normal_email(row.email)
    problem = nik_problem(row.nik, birth_date=birth_date)
    # Demo people are nobody: their region does not exist, and no other person may enter a sandbox (architecture.md "Secrets").
    checks = (
        (bool(problem), problem),
        (is_demo and not row.nik.startswith("99"), "not_a_demo_nik"),
        (not is_family_card_number(row.family_card_number), "family_card_format"),
        (not row.name.strip(), "name_missing"),
        (not is_name(row.name.strip()), "name_format"),
        (phone is None, "phone_format"),
        (email is None, "email_format"),
        (not is_province_code(row.province_code), "province_format"),
        (row.education not in EDUCATION, "education_unknown"),
    )
    for failed, reason in checks:
        if failed:
            return None, reason
    return Identity(
        nik=row.nik,
        family_card_number=row.family_card_number,
        name=row.name.strip(),
        birth_date=birth_date,
        phone=phone or "",
        email=email or "",
        province_code=row.province_code,
        education=row.education,
    ), ""


def _known_people(*, identities: list[tuple[ResultRow, Identity]]) -> dict[str, uuid.UUID]:
    by_index = {blind_index("nik", identity.nik): identity.nik for _, identity in identities}
    # One array parameter each: a list of parameters ends at 65,535 people.
    claims = rows_of("SELECT index, person_id FROM people_nikclaim WHERE index = ANY(%s)", [list(by_index)])
    return {by_index[bytes(index)]: person_id for index, person_id in claims}


def _accept(
    *,
    identities: list[tuple[ResultRow, Identity]],
    people: dict[str, uuid.UUID],
    wave: Wave,
    rules: Scheme,
    on: date,
    outcome: ImportOutcome,
) -> list[Identity]:
    """Sort out who holds an award of this wave already and who is excluded; the rest is accepted, in file order."""
    awarded = awards.award_counts(person_ids=list(people.values()), wave_id=wave.id)
    blacklisted = awards.blacklisted_niks(niks=[identity.nik for _, identity in identities])
    taken = _contacts_of_others(identities=identities, people=people)
    family = _family_recipients(identities=identities)
    accepted = []
    for row, identity in identities:
        person_id = people.get(identity.nik)
        total, here = awarded.get(person_id, (0, 0)) if person_id else (0, 0)
        family_index = blind_index("family_card", identity.family_card_number)
        if here:
            outcome.already += 1
            continue
        candidate = Candidate(
            birth_date=identity.birth_date,
            is_blacklisted=identity.nik in blacklisted,
            awards_before=total,
            family_recipients=family.get(family_index, 0),
        )
        reason = exclusion_reason(candidate=candidate, scheme=rules, on=on)
        if not reason and identity.nik in taken:
            reason = "contact_of_other_person"
        if reason:
            outcome.rejected.append((row, reason))
            continue
        family[family_index] = family.get(family_index, 0) + 1
        accepted.append(identity)
    return accepted


def _contacts_of_others(*, identities: list[tuple[ResultRow, Identity]], people: dict[str, uuid.UUID]) -> set[str]:
    """NIKs of new people whose phone or e-mail somebody else already has."""
    wanted: dict[tuple[str, bytes], str] = {}
    for _, identity in identities:
        if identity.nik not in people:
            wanted[("phone", blind_index("phone", identity.phone))] = identity.nik
            wanted[("email", blind_index("email", identity.email))] = identity.nik
    claims = rows_of(
        "SELECT kind, index FROM people_contactclaim WHERE index = ANY(%s)", [[index for _, index in wanted]]
    )
    return {wanted[(kind, bytes(index))] for kind, index in claims if (kind, bytes(index)) in wanted}


def _family_recipients(*, identities: list[tuple[ResultRow, Identity]]) -> dict[bytes, int]:
    indexes = {blind_index("family_card", identity.family_card_number) for _, identity in identities}
    members = rows_of(
        "SELECT id, family_card_index FROM people_person WHERE family_card_index = ANY(%s)", [list(indexes)]
    )
    family_of = {person_id: bytes(index) for person_id, index in members}
    recipients: dict[bytes, int] = {}
    for person_id in awards.award_counts(person_ids=list(family_of)):
        recipients[family_of[person_id]] = recipients.get(family_of[person_id], 0) + 1
    return recipients


def _require_budget(*, needed: int) -> None:
    """The programme promises only what it has: checked once per file (decisions.md 48)."""
    available = holds(account=Chart.PROGRAMME_FUNDS)
    if needed > available:
        raise Refused("budget_too_low", needed=needed, available=available)
