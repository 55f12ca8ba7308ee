"""Results of a wave arrive as a list: the listed people are awarded, set-based, in one pass and one transaction.

The list is read as a stream: what is held in memory is a thousand lines and which numbers were seen. Whatever is found wrong
with the list as a whole, at its end too, takes everything back.

Reads: people_contactclaim, people_nikclaim, people_person.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted, require
from prakerja.audit.operations import record
from prakerja.awards import queries as awards
from prakerja.awards.operations import Grounds, Recipient, award_many
from prakerja.awards.policies import require_ahead
from prakerja.intake.models import Application, Decree, Wave
from prakerja.intake.policies import Candidate, exclusion_reason
from prakerja.intake.result_rows import ResultRow, identity_of
from prakerja.intake.states import APPLICATION_STATES
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.db import rows as rows_of
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.installation import is_sandbox
from prakerja.kernel.secrets import blind_index
from prakerja.ledger.chart import Chart
from prakerja.ledger.queries import holds
from prakerja.people.operations import register_many
from prakerja.people.policies import Identity
from prakerja.people.queries import differences
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import Scheme, dates_that_end, purchase_deadline

# So many lines are decided together, each step of it by one statement.
BATCH = 1000

Listed = tuple[ResultRow, Identity]


class Report(Protocol):
    """Who is told of lines that want an answer, as they come; `finish` is the last word before the commit."""

    def rejected(self, row: ResultRow, reason: str) -> None: ...
    def different(self, row: ResultRow, fields: tuple[str, ...], *, person_id: uuid.UUID, is_awarded: bool) -> None: ...
    def finish(self) -> None: ...


@dataclass
class ImportOutcome:
    """What an import did; `awarded`, `already`, `different` and `rejected_rows` add up to the lines.

    `different` counts those who hold an award of this wave and stand in the list with other data than ours, which stays as
    it is; `awarded_different` are those of `awarded` of whom the same is true. Without a report the lines themselves are kept:
    in `rejected` with the reason, in `differing` with the names of what differs.
    """

    awarded: int = 0
    already: int = 0
    different: int = 0
    awarded_different: int = 0
    rejected_rows: int = 0
    rejected: list[tuple[ResultRow, str]] = field(default_factory=list)
    differing: list[tuple[ResultRow, tuple[str, ...]]] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """How many lines were decided."""
        return self.awarded + self.already + self.different + self.rejected_rows


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
    report: Report | None = None,
    progress: Callable[[ImportOutcome], None] | None = None,
) -> ImportOutcome:
    """Award every listed person: reserve the whole benefit, make the card number, set the deadline, queue SMS and e-mail.

    Unknown people are registered. People who already hold an award of this wave are counted as `already`, or as
    `different` when the list says something else of them; nothing of them changes (`people.contacts.correct_contact` does).
    A first list of which nobody is accepted announces nothing. All or nothing for the accepted rows: also when `rows` or `report` raises. `progress` is called after every thousand lines.

    Every date that ends something for those awarded is ahead; one with fewer than 7 full days left needs somebody's name,
    `short_deadline_confirmed_by`, who may import as well and whom the audit trail keeps. Raises Refused: not_permitted,
    name_missing_for_confirmation, wave_unknown, decree_of_other_wave, announced_differs, budget_too_low (needed, available; rupiah), deadline_not_ahead (what,
    deadline), deadline_close (what, deadline, days_left, needed).
    """
    if short_deadline_confirmed_by is not None:
        if not (short_deadline_confirmed_by.name or short_deadline_confirmed_by.id):
            raise Refused("name_missing_for_confirmation")
        require(actor=short_deadline_confirmed_by, verb="results.import", at=at)
    with transaction():
        wave = Wave.objects.select_for_update(no_key=True).filter(number=wave_number).first()
        if wave is None:
            raise Refused("wave_unknown", wave=wave_number)
        was_announced = wave.announced_at is not None
        work = _Import(
            wave=wave,
            decree=_decree(wave=wave, number=decree_number, announced_at=announced_at),
            rules=scheme(scheme_version_id=wave.scheme_version_id),
            announced_at=announced_at,
            at=at,
            is_confirmed=short_deadline_confirmed_by is not None,
            report=report,
        )
        if not was_announced:
            work.require_ahead()
        for batch in _batches(rows):
            work.decide(batch)
            if progress is not None:
                progress(work.outcome)
        work.require_budget()
        if not was_announced and not work.outcome.awarded:
            _take_back_announcement(wave)
        _record(work, actor=actor, confirmed_by=short_deadline_confirmed_by)
        if report is not None:
            report.finish()
    return work.outcome


class _Import:
    """One import while it runs, inside its transaction."""

    def __init__(
        self,
        *,
        wave: Wave,
        decree: Decree,
        rules: Scheme,
        announced_at: datetime,
        at: datetime,
        is_confirmed: bool,
        report: Report | None,
    ) -> None:
        self.wave = wave
        self.rules = rules
        self.announced_at = announced_at
        self.at = at
        self.outcome = ImportOutcome()
        self._grounds = Grounds(
            wave_id=wave.id,
            wave_number=wave.number,
            decree_id=decree.id,
            decree_number=decree.number,
            scheme_version_id=wave.scheme_version_id,
            rules=rules,
            announced_at=announced_at,
        )
        self._is_confirmed = is_confirmed
        self._report = report
        self._is_demo = is_sandbox()
        self._on = announced_at.astimezone(WIB).date()
        # Hashes of what was seen: of 755,000 people the texts themselves would be a gigabyte.
        self._seen: set[int] = set()
        self._available = holds(account=Chart.PROGRAMME_FUNDS)
        self._needed = 0

    def require_ahead(self) -> None:
        """Every date that ends something for those awarded lies ahead (decisions.md 48)."""
        require_ahead(
            scheme=self.rules,
            dates=dates_that_end(scheme=self.rules, announced_at=self.announced_at),
            at=self.at,
            is_confirmed=self._is_confirmed,
        )

    def require_budget(self) -> None:
        """The programme promises only what it has: checked once per file (decisions.md 48)."""
        if self._needed > self._available:
            raise Refused("budget_too_low", needed=self._needed, available=self._available)

    @requires_transaction
    def decide(self, batch: list[ResultRow]) -> None:
        """Reject, pass over or award each of these lines."""
        listed = self._readable(batch)
        people = _known_people(listed=listed)
        differing = differences(
            identities=[(people[identity.nik], identity) for _, identity in listed if identity.nik in people]
        )
        accepted = self._accept(listed, people, differing)
        if accepted and not self.outcome.awarded:
            self.require_ahead()
        self._needed += len(accepted) * self.rules.total_benefit
        self.outcome.awarded += len(accepted)
        # Beyond the budget nothing is written any more; what the whole list needs is counted to its end.
        if self._needed <= self._available:
            self._award(accepted, people)

    def _readable(self, batch: list[ResultRow]) -> list[Listed]:
        readable = []
        for row in batch:
            identity, problem = identity_of(row, is_demo=self._is_demo)
            if identity is None:
                self._reject(row, problem)
                continue
            keys = {hash(("nik", identity.nik)), hash(("phone", identity.phone)), hash(("email", identity.email))}
            if keys & self._seen:
                self._reject(row, "twice_in_file")
            else:
                self._seen |= keys
                readable.append((row, identity))
        return readable

    def _accept(
        self, listed: list[Listed], people: dict[str, uuid.UUID], differing: dict[uuid.UUID, tuple[str, ...]]
    ) -> list[Identity]:
        """Sort out who holds an award of this wave already and who is excluded; the rest is accepted, in file order."""
        awarded = awards.award_counts(person_ids=list(people.values()), wave_id=self.wave.id)
        blacklisted = awards.blacklisted_niks(niks=[identity.nik for _, identity in listed])
        taken = _contacts_of_others(listed=listed, people=people)
        family = _family_recipients(listed=listed)
        accepted = []
        for row, identity in listed:
            person_id = people.get(identity.nik)
            total, here = awarded.get(person_id, (0, 0)) if person_id else (0, 0)
            fields = differing.get(person_id, ()) if person_id else ()
            if person_id and here:
                self._pass_over(row, fields, person_id)
                continue
            family_index = blind_index("family_card", identity.family_card_number)
            candidate = Candidate(
                birth_date=identity.birth_date,
                is_blacklisted=identity.nik in blacklisted,
                awards_before=total,
                family_recipients=family.get(family_index, 0),
            )
            reason = exclusion_reason(candidate=candidate, scheme=self.rules, on=self._on)
            if not reason and identity.nik in taken:
                reason = "contact_of_other_person"
            if reason:
                self._reject(row, reason)
                continue
            family[family_index] = family.get(family_index, 0) + 1
            if person_id and fields:
                self._note_difference(row, fields, person_id, is_awarded=True)
            accepted.append(identity)
        return accepted

    def _award(self, accepted: list[Identity], people: dict[str, uuid.UUID]) -> None:
        new_people = [identity for identity in accepted if identity.nik not in people]
        ids = register_many(identities=new_people, at=self.at)
        people |= {identity.nik: person_id for identity, person_id in zip(new_people, ids, strict=True)}
        names = {people[identity.nik]: identity.name for identity in accepted}
        applications = _selected_applications(person_ids=list(names), wave=self.wave, at=self.at)
        award_many(
            recipients=[
                Recipient(person_id=person_id, name=name, application_id=applications[person_id])
                for person_id, name in names.items()
            ],
            grounds=self._grounds,
            at=self.at,
        )

    def _reject(self, row: ResultRow, reason: str) -> None:
        self.outcome.rejected_rows += 1
        if self._report is None:
            self.outcome.rejected.append((row, reason))
        else:
            self._report.rejected(row, reason)

    def _pass_over(self, row: ResultRow, fields: tuple[str, ...], person_id: uuid.UUID) -> None:
        if fields:
            self._note_difference(row, fields, person_id, is_awarded=False)
        else:
            self.outcome.already += 1

    def _note_difference(
        self, row: ResultRow, fields: tuple[str, ...], person_id: uuid.UUID, *, is_awarded: bool
    ) -> None:
        if is_awarded:
            self.outcome.awarded_different += 1
        else:
            self.outcome.different += 1
        if self._report is None:
            self.outcome.differing.append((row, fields))
        else:
            self._report.different(row, fields, person_id=person_id, is_awarded=is_awarded)


def _batches(rows: Iterable[ResultRow]) -> Iterator[list[ResultRow]]:
    given = iter(rows)
    while batch := list(itertools.islice(given, BATCH)):
        yield batch


@requires_transaction
def _record(work: _Import, *, actor: Actor, confirmed_by: Actor | None) -> None:
    outcome = work.outcome
    record(
        action="wave.results_imported",
        at=work.at,
        actor=actor,
        subject_kind="wave",
        subject_id=work.wave.id,
        data={
            "awarded": outcome.awarded,
            "already": outcome.already,
            "different": outcome.different,
            "rejected": outcome.rejected_rows,
            "announced_at": work.announced_at.isoformat(),
            "deadline": purchase_deadline(scheme=work.rules, announced_at=work.announced_at).isoformat(),
            "short_deadline_confirmed_by": confirmed_by.traced if confirmed_by else "",
        },
    )


@requires_transaction
def _selected_applications(*, person_ids: list[uuid.UUID], wave: Wave, at: datetime) -> dict[uuid.UUID, uuid.UUID]:
    """Each person's application of this wave, now selected; made for those who are listed without one."""
    Application.objects.bulk_create(
        (
            Application(id=new_id(), person_id=person_id, wave=wave, status="waiting", joined_at=at)
            for person_id in person_ids
        ),
        ignore_conflicts=True,
    )
    mine = Application.objects.filter(wave=wave, person_id__in=person_ids)
    mine.filter(status__in=APPLICATION_STATES.sources("select")).update(
        status=APPLICATION_STATES.target("select"), decided_at=at
    )
    return dict(mine.values_list("person_id", "id"))


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


@requires_transaction
def _take_back_announcement(wave: Wave) -> None:
    """A list of which every line was rejected announces nothing: its date would hold for the corrected one as well."""
    wave.announced_at = None
    wave.save(update_fields=["announced_at"])
    Decree.objects.filter(wave=wave).delete()


def _known_people(*, listed: list[Listed]) -> dict[str, uuid.UUID]:
    by_index = {blind_index("nik", identity.nik): identity.nik for _, identity in listed}
    # One array parameter each: a list of parameters ends at 65,535 people.
    claims = rows_of("SELECT index, person_id FROM people_nikclaim WHERE index = ANY(%s)", [list(by_index)])
    return {by_index[bytes(index)]: person_id for index, person_id in claims}


def _contacts_of_others(*, listed: list[Listed], people: dict[str, uuid.UUID]) -> set[str]:
    """NIKs of new people whose phone or e-mail somebody else already has."""
    wanted: dict[tuple[str, bytes], str] = {}
    for _, identity in listed:
        if identity.nik not in people:
            wanted[("phone", blind_index("phone", identity.phone))] = identity.nik
            wanted[("email", blind_index("email", identity.email))] = identity.nik
    claims = rows_of(
        "SELECT kind, index FROM people_contactclaim WHERE kind = ANY(%s) AND index = ANY(%s)",
        [["phone", "email"], [index for _, index in wanted]],
    )
    return {wanted[(kind, bytes(index))] for kind, index in claims if (kind, bytes(index)) in wanted}


def _family_recipients(*, listed: list[Listed]) -> dict[bytes, int]:
    indexes = {blind_index("family_card", identity.family_card_number) for _, identity in listed}
    members = rows_of(
        "SELECT id, family_card_index FROM people_person WHERE family_card_index = ANY(%s)", [list(indexes)]
    )
    family_of = {person_id: bytes(index) for person_id, index in members}
    recipients: dict[bytes, int] = {}
    for person_id in awards.award_counts(person_ids=list(family_of)):
        recipients[family_of[person_id]] = recipients.get(family_of[person_id], 0) + 1
    return recipients
