"""What tests of attendance share: a class of 2023 with three sessions and a post-test, bought; its states and clicks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from prakerja.catalogue.models import CourseRun
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.training.attendance import VerificationRequest, request_verification
from prakerja.training.verifying import verify_attendance
from tests import builders as b

ANNOUNCED = datetime(2023, 4, 28, 20, 0, tzinfo=WIB)
BOUGHT = datetime(2023, 5, 12, 20, 0, tzinfo=WIB)
# Not every day: a Monday, a Wednesday and the Monday after, each from 09:00 to 12:00.
STARTS = tuple(datetime(2023, 5, day, 9, 0, tzinfo=WIB) for day in (15, 17, 22))
HOURS = timedelta(hours=3)
SESSIONS = tuple((start, start + HOURS) for start in STARTS)
PRICE = 1_500_000
EMAIL = "siti@lms.example"


@dataclass
class Class:
    """A participant of scheme 2023 who bought the class."""

    world: b.World
    who: b.Participant
    run: CourseRun
    code: str

    def ask(self, sequence: int = 1, *, at: datetime, **changes: Any) -> VerificationRequest:
        values: dict[str, Any] = {
            "institution_id": self.world.institution.partner_id,
            "is_sandbox": False,
            "code": self.code,
            "redirect_uri": b.RETURN_TO,
            "email": EMAIL,
            "sequence": sequence,
            "at": at,
        }
        return request_verification(**values | changes)

    def click(
        self, token: str, *, at: datetime, proven: uuid.UUID | None = None, face: Mapping[str, str] | None = None
    ) -> str | None:
        answers = {"face": "match"} if face is None else face
        return verify_attendance(token=token, proven=proven or self.who.person_id, answers=answers, at=at)

    def attend(self, sequence: int, *, at: datetime) -> str:
        """Ask and click; the answer must be a success."""
        asked = self.ask(sequence, at=at)
        address = self.click(asked.token, at=at)
        assert address == f"{b.RETURN_TO}?state={asked.state}"
        return asked.state

    def refusal(self, sequence: int = 1, *, at: datetime, **changes: Any) -> str:
        try:
            self.ask(sequence, at=at, **changes)
        except Refused as refused:
            return refused.reason
        return ""


def bought_class(*, wave: int = 51, at: datetime = BOUGHT, **fields: Any) -> Class:
    """A live class of three sessions with a post-test; `fields` change it."""
    world = b.world(wave=wave)
    return another(world, at=at, **fields)


def another(world: b.World, *, run: CourseRun | None = None, at: datetime = BOUGHT, **fields: Any) -> Class:
    """One more participant with the class, or with a class of their own."""
    announced = ANNOUNCED if world.wave.number >= 48 else b.ANNOUNCED
    who = b.participants(world, announced_at=announced, ready=False)[0]
    b.watch_videos(who.person_id, at=announced + timedelta(hours=1))
    if run is None:
        given = {"delivery": "live", "has_post_test": True, "sessions": SESSIONS} | fields
        sessions = given["sessions"] or SESSIONS
        given = {"price": PRICE, "starts_at": sessions[0][0], "ends_at": sessions[-1][1]} | given
        _, run = b.course(world, **given)
    price = run.course.listing_set.get(ended_at=None).price
    b.buy(world, who, run, amount=price, at=at)
    return Class(world, who, run, b.code_of(who.person_id))


def completed_class(taken: Class) -> None:
    """Attend everything."""
    for sequence, start in enumerate(STARTS, 1):
        taken.attend(sequence, at=start)
    taken.attend(999, at=STARTS[-1] + HOURS)
