"""The people of the world `g21`: somebody at every stage, each brought there by the real operations at past instants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from prakerja.config.due import run_what_falls_due
from prakerja.intake.operations import ResultRow
from prakerja.kernel.clock import parse_instant
from prakerja.sandbox import people
from prakerja.sandbox.building import watch_videos
from prakerja.sandbox.calendar import ANNOUNCED_AT

WAVE = 21


@dataclass(frozen=True)
class DemoPerson:
    name: str
    nik: str
    birth_date: str
    phone: str
    province_code: str
    education: str
    # revoked, awarded, ready, purchased, redeemed, completed, reviewed, paying (decisions.md 74).
    stage: str
    # Where the incentive goes; the last digits say how the sandbox's bank behaves (decisions.md 52).
    account: tuple[str, str] | None = None
    wave: int = WAVE

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@contoh.example"

    def row(self) -> ResultRow:
        return ResultRow(
            nik=self.nik,
            family_card_number=f"99{self.nik[2:]}",
            name=self.name,
            birth_date=self.birth_date,
            phone=self.phone,
            email=self.email,
            province_code=self.province_code,
            education=self.education,
        )


PEOPLE = (
    DemoPerson("Rani Puspita", "9901014503980011", "1998-03-05", "+6281321000121", "32", "sma", "awarded"),
    DemoPerson("Wayan Permana", "9901021210990021", "1999-10-12", "+6281321000122", "51", "diploma", "awarded"),
    DemoPerson("Bayu Pranata", "9901032107960031", "1996-07-21", "+6281321000123", "33", "sma", "ready"),
    DemoPerson("Maya Tanjung", "9901045911940041", "1994-11-19", "+6281321000124", "12", "s1", "ready"),
    DemoPerson("Citra Handayani", "9901054801000051", "2000-01-08", "+6281321000125", "35", "sma", "purchased"),
    DemoPerson("Dimas Wicaksono", "9901063006930061", "1993-06-30", "+6281321000126", "31", "smp", "redeemed"),
    DemoPerson("Eka Purnama", "9901071402970071", "1997-02-14", "+6281321000127", "73", "sma", "completed"),
    DemoPerson(
        "Fitri Subagja", "9901086604950081", "1995-04-26", "+6281321000110", "34", "s1", "reviewed",
        ("ovo", "+6281321000110"),
    ),
    DemoPerson(
        "Gilang Syahputra", "9901091709920091", "1992-09-17", "+6281321000111", "16", "sma", "paying",
        ("bni", "7700123456"),
    ),
    # Whose deadline passed days before the demo begins, and who has three days left.
    DemoPerson("Lestari Wijaya", "9901104904910101", "1991-04-09", "+6281321000112", "33", "sma", "revoked", wave=18),
    DemoPerson("Teguh Prasetyo", "9901111805890111", "1989-05-18", "+6281321000113", "35", "sma", "awarded", wave=19),
)  # fmt: skip
FIRST = people.Offer("tokopedia", "rasakata", "rasakata-barista-dasar", "rasakata-barista-dasar-mandiri", 475_000)
STAGES = ("revoked", "awarded", "ready", "purchased", "redeemed", "completed", "reviewed", "paying")


def make_demo_people(*, until: datetime) -> None:
    """Make everybody as of `until`, running on the way whatever falls due, each at its own instant."""
    events: list[tuple[datetime, Callable[[datetime], None]]] = []
    for person in PEOPLE:
        announced = ANNOUNCED_AT[person.wave]
        events += _life(person, people.award(person.row(), wave=person.wave, at=announced), announced)
    for at, event in sorted(events, key=lambda one: one[0]):
        run_due(until=at)
        event(at)
    run_due(until=until)


def run_due(*, until: datetime) -> None:
    """Run everything that falls due up to `until`, instant by instant, without moving any clock."""
    for _step in run_what_falls_due(until=until):
        pass


def _life(
    person: DemoPerson, participant: people.Participant, announced: datetime
) -> list[tuple[datetime, Callable[[datetime], None]]]:
    """What this person does when, as far as the stage says."""
    # The first evening; late enough for the three videos, early enough for a certificate by Friday.
    start = announced + timedelta(minutes=15)
    steps: list[tuple[str, datetime, Callable[[datetime], None]]] = [
        ("ready", start, lambda at: _ignore(watch_videos(person_id=participant.person_id, at=at))),
        ("purchased", start + timedelta(minutes=20), lambda at: _ignore(people.buy(participant, FIRST, at=at))),
        ("redeemed", start + timedelta(minutes=40), lambda at: people.use_code(participant.purchases[0], at=at)),
        ("completed", start + timedelta(minutes=90), lambda at: people.complete(participant.purchases[0], at=at)),
    ]
    reviewed_at = parse_instant("2021-09-24T19:00" if person.stage == "paying" else "2021-09-26T19:00")
    if person.account is not None:
        steps.append(("reviewed", parse_instant("2021-09-23T10:00"), lambda at: _link(person, participant, at)))
    steps.append(("reviewed", reviewed_at, lambda at: people.review(participant.purchases[0], participant, at=at)))
    reached = STAGES.index(person.stage)
    return [(at, step) for stage, at, step in steps if STAGES.index(stage) <= reached]


def _link(person: DemoPerson, participant: people.Participant, at: datetime) -> None:
    assert person.account is not None
    provider, number = person.account
    people.link(participant, provider=provider, number=number, at=at)


def _ignore(_value: object) -> None:
    """A step returns nothing; what it made stands in the database."""
