"""Read waves, and what an applicant sees of them.

Reads: awards_award, awards_blacklist, people_person, registrations_profile, sittings_sitting.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.intake.eligibility import Facts, Reason, reasons_against, rosters_against
from prakerja.intake.lining import GRACE
from prakerja.intake.models import AnnouncementCorrection, Application, JoinLine, ResultImport, Wave
from prakerja.intake.policies import FAILURES_FOR_LETTER, application_label, has_results
from prakerja.intake.states import IMPORT_STATES
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import row
from prakerja.kernel.errors import Refused
from prakerja.kernel.second_person import WAITS
from prakerja.kernel.secrets import unseal_bytes
from prakerja.programmes.queries import scheme
from prakerja.rosters.queries import rosters_of


@dataclass(frozen=True)
class WaveState:
    """`announced_at` is None before its results are."""

    wave_id: uuid.UUID
    number: int
    scheme_version_id: uuid.UUID
    announced_at: datetime | None


def wave(*, number: int) -> WaveState | None:
    """The wave with this number, or None."""
    found = Wave.objects.filter(number=number).first()
    return WaveState(found.id, found.number, found.scheme_version_id, found.announced_at) if found is not None else None


def were_awarded_since(*, at: datetime) -> bool:
    """Whether a list or a draw of any wave gave somebody an award after this moment, or is about to."""
    some = ResultImport.objects.filter(awarded__gt=0)
    return some.filter(ended_at__gt=at).exists() or ResultImport.objects.filter(status="awarding").exists()


def has_waiting_application(*, person_id: uuid.UUID) -> bool:
    """Whether a wave that this person joined has not decided yet."""
    return Application.objects.filter(person_id=person_id, status="waiting").exists()


@dataclass(frozen=True)
class OpenCorrection:
    """A correction of a wave's announcement that one operator prepared and no other has confirmed.

    `prepared_by` and `back_asked_by` (who wants it taken back, "" for nobody) are operators' ids.
    """

    wave: int
    announced_before: datetime
    announced_at: datetime
    reason: str
    prepared_by: str
    prepared_at: datetime
    back_asked_by: str


def open_corrections(*, wave_number: int | None = None) -> list[OpenCorrection]:
    """What waits for a second operator, of one wave or of all, the oldest first."""
    waiting = AnnouncementCorrection.objects.filter(WAITS).order_by("prepared_at")
    if wave_number is not None:
        waiting = waiting.filter(wave__number=wave_number)
    fields = (
        *("wave__number", "announced_before", "announced_at", "reason"),
        *("prepared_by", "prepared_at", "back_asked_by"),
    )
    return [OpenCorrection(*one) for one in waiting.values_list(*fields)]


@dataclass(frozen=True)
class ImportState:
    """How far a list of results is. `people` are to be awarded, None before that is known; `seconds` are the machine's."""

    wave: int
    decree: str
    status: str
    begun_at: datetime
    begun_by: str
    lines_read: int
    people: int | None
    awarded: int
    seconds: float
    # The draw that gave it, "" for a list.
    draw: str

    @property
    def left(self) -> int | None:
        """Who is to be awarded and is not yet; None before that is known."""
        return None if self.people is None else self.people - self.awarded


def result_imports(*, most: int, wave_number: int | None = None) -> list[ImportState]:
    """The lists that were imported or are, of one wave or of all, the latest first."""
    found = ResultImport.objects.select_related("wave").order_by("-id")
    found = (found if wave_number is None else found.filter(wave__number=wave_number))[:most]
    return [
        ImportState(
            wave=one.wave.number,
            decree=one.decree_number,
            status=one.status,
            begun_at=one.begun_at,
            begun_by=one.begun_by,
            lines_read=one.lines_read,
            people=one.people,
            awarded=one.awarded,
            seconds=(one.seen_wall - one.begun_wall).total_seconds(),
            draw=one.draw,
        )
        for one in found
    ]


@dataclass(frozen=True)
class WaveDates:
    """When people may join: from `opens_at` until before `closes_at`."""

    number: int
    opens_at: datetime
    closes_at: datetime
    quota: int
    scheme_version_id: uuid.UUID


def _dates(wave: Wave | None) -> WaveDates | None:
    if wave is None:
        return None
    return WaveDates(wave.number, wave.opens_at, wave.closes_at, wave.quota, wave.scheme_version_id)


def open_wave_at(*, at: datetime) -> WaveDates | None:
    """The wave that may be joined at `at`; of several the one that closes first."""
    waiting = Wave.objects.filter(opens_at__lte=at, closes_at__gt=at, announced_at=None)
    return _dates(waiting.order_by("closes_at", "number").first())


def next_wave(*, at: datetime) -> WaveDates | None:
    """The next wave whose dates are known."""
    return _dates(Wave.objects.filter(opens_at__gt=at).order_by("opens_at", "number").first())


def last_wave(*, at: datetime) -> WaveDates | None:
    """The wave that closed last."""
    return _dates(Wave.objects.filter(closes_at__lte=at).order_by("-closes_at", "-number").first())


@dataclass(frozen=True)
class OwnApplication:
    """A wave that somebody joined. `label` is one of `policies.application_label`; `reason` says why not, "" else."""

    wave: int
    scheme_version_id: uuid.UUID
    opens_at: datetime
    closes_at: datetime
    announced_at: datetime | None
    ticket: str
    joined_at: datetime
    decided_at: datetime | None
    label: str
    reason: str
    may_withdraw: bool
    may_rejoin: bool


def own_applications(*, person_id: uuid.UUID, at: datetime) -> tuple[OwnApplication, ...]:
    """The waves that this person joined, the latest first."""
    found = list(Application.objects.select_related("wave").filter(person_id=person_id).order_by("-wave__number"))
    waiting = [one.wave_id for one in found if one.status == "waiting"]
    begun = set(
        ResultImport.objects.filter(wave_id__any_of=waiting)
        .exclude(status__in=IMPORT_STATES.group("WITHOUT_AWARDS"))
        .values_list("wave_id", flat=True)
        if waiting
        else ()
    )
    return tuple(
        OwnApplication(
            wave=one.wave.number,
            scheme_version_id=one.wave.scheme_version_id,
            opens_at=one.wave.opens_at,
            closes_at=one.wave.closes_at,
            announced_at=one.wave.announced_at,
            ticket=one.ticket or "",
            joined_at=one.joined_at,
            decided_at=one.decided_at,
            label=application_label(
                status=one.status, closes_at=one.wave.closes_at, results_begun=one.wave_id in begun, at=at
            ),
            reason=one.reason if one.status == "not_selected" else "",
            may_withdraw=one.status == "waiting" and not has_results(one.wave),
            may_rejoin=one.status == "withdrawn" and not has_results(one.wave) and at < one.wave.closes_at,
        )
        for one in found
    )


def may_write_letter(*, applications: tuple[OwnApplication, ...]) -> bool:
    """Whether three selections failed (rules.md 3.5)."""
    return sum(one.label == "not_selected" for one in applications) >= FAILURES_FOR_LETTER


@dataclass(frozen=True)
class Standing:
    """Whether somebody may join a wave. `is_registered`: they registered here and proved who they are; `test_done`: rules.md 3.3."""

    is_registered: bool
    test_done: bool
    reasons: tuple[Reason, ...]

    @property
    def may_join(self) -> bool:
        """Nothing is missing and nothing speaks against them (rules.md 3.2)."""
        return self.is_registered and self.test_done and not self.reasons


_FACTS = """
SELECT person.birth_date, profile.id, profile.is_enrolled, profile.holds_excluded_post,
       EXISTS (SELECT 1 FROM awards_award award WHERE award.person_id = person.id),
       EXISTS (SELECT 1 FROM awards_blacklist listed WHERE listed.person_id = person.id),
       (SELECT count(*) FROM people_person other
         WHERE other.family_card_index = person.family_card_index AND other.id <> person.id
           AND EXISTS (SELECT 1 FROM awards_award award WHERE award.person_id = other.id)),
       EXISTS (SELECT 1 FROM sittings_sitting sitting
                WHERE sitting.person_id = person.id AND (sitting.status <> 'under_way' OR %s >= sitting.ends_at))
  FROM people_person person LEFT JOIN registrations_profile profile ON profile.person_id = person.id
 WHERE person.id = %s"""


def listed_against(
    *, person_id: uuid.UUID, scheme_version_id: uuid.UUID, at: datetime
) -> tuple[tuple[str, Reason], ...]:
    """The rosters that name this person now and exclude them under a scheme, each with its reason (rules.md 4.6).

    Nobody is kept from joining by one: the versions that count when the draw's list is made decide.
    """
    found = rosters_of(person_id=person_id, at=at)
    if not found:
        return ()
    eligibility = scheme(scheme_version_id=scheme_version_id).eligibility
    return rosters_against(rosters=found, eligibility=eligibility, on=at.astimezone(WIB).date())


def waiting_listed(*, person_id: uuid.UUID, at: datetime) -> tuple[tuple[str, Reason], ...]:
    """The same for the wave whose result this person waits for; () where they wait for none."""
    waiting = Application.objects.filter(person_id=person_id, status="waiting").select_related("wave")
    latest = waiting.order_by("-joined_at").first()
    if latest is None:
        return ()
    return listed_against(person_id=person_id, scheme_version_id=latest.wave.scheme_version_id, at=at)


def standing(*, person_id: uuid.UUID, wave: WaveDates, at: datetime) -> Standing:
    """What speaks against somebody who wants to join, by what we know now; `join_wave` asks the same again.

    Rosters are asked after the wave is closed, so nothing is concluded from them here (`listed_against` tells of them). Raises Refused: person_unknown.
    """
    found = row(_FACTS, [at, person_id])
    if found is None:
        raise Refused("person_unknown")
    birth_date, profile, is_enrolled, holds_post, was_recipient, was_revoked, card_recipients, test_done = found
    facts = Facts(
        birth_date=birth_date,
        is_citizen=True if profile else None,
        is_enrolled=is_enrolled,
        post=("post" if holds_post else "") if profile else None,
        was_recipient=was_recipient,
        was_revoked=was_revoked,
        card_recipients=card_recipients,
    )
    rules = scheme(scheme_version_id=wave.scheme_version_id)
    reasons = reasons_against(facts=facts, eligibility=rules.eligibility, on=at.astimezone(WIB).date())
    return Standing(is_registered=profile is not None, test_done=test_done, reasons=reasons)


def line_ends_at(*, wave_id: uuid.UUID) -> datetime | None:
    """Until when, in wall time, people who stood in line while a wave was open may still join it; None: nobody had to wait."""
    last = JoinLine.objects.filter(wave_id=wave_id).values_list("last_place_at", flat=True).first()
    return None if last is None else last + GRACE


@dataclass(frozen=True)
class WavePeriod:
    """When a wave is open (`closes_at` is exclusive), how many it may select, and when its result is planned and was told."""

    wave_id: uuid.UUID
    number: int
    scheme_version_id: uuid.UUID
    opens_at: datetime
    closes_at: datetime
    quota: int
    announced_at: datetime | None
    results_at: datetime | None

    def state(self, *, at: datetime) -> str:
        """ahead, open, closed or announced."""
        if self.announced_at is not None and self.announced_at <= at:
            return "announced"
        if at < self.opens_at:
            return "ahead"
        return "open" if at < self.closes_at else "closed"


def wave_period(*, number: int) -> WavePeriod | None:
    """The wave with this number, or None."""
    found = Wave.objects.filter(number=number).first()
    return None if found is None else _period(found)


def _period(found: Wave) -> WavePeriod:
    return WavePeriod(
        found.id,
        found.number,
        found.scheme_version_id,
        found.opens_at,
        found.closes_at,
        found.quota,
        found.announced_at,
        found.results_at,
    )


def all_waves() -> list[WavePeriod]:
    """Every wave, the latest first."""
    return [_period(one) for one in Wave.objects.order_by("-number")]


def own_nonce(*, person_id: uuid.UUID, wave_number: int) -> bytes | None:
    """The random bytes of somebody's application, for themselves alone; None before there are any (draw.md 3)."""
    found = Application.objects.filter(person_id=person_id, wave__number=wave_number).exclude(nonce_enc=None).first()
    if found is None or found.nonce_enc is None:
        return None
    return unseal_bytes(found.nonce_enc, table="intake_application", column="nonce_enc", row_id=found.id)
