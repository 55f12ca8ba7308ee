"""Opening a class with a code, and reporting that it was finished."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from examples.institution.classes import ClassRun
from examples.institution.enrolments import Enrolment, Enrolments
from examples.shared.prakerja_client import Credentials, PartnerRefusal, PartnerUnavailable, PrakerjaClient

CODE = re.compile(r"[0-9A-Z]{12}")
REDEEMED = 1
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class WrongClass(Exception):
    """The code is good, but opens another class."""

    def __init__(self, *, course_code: str, schedule_code: str) -> None:
        super().__init__("wrong class")
        self.course_code = course_code
        self.schedule_code = schedule_code


class UsedByOther(Exception):
    """The code was used already, and not by this account."""


def clean_code(typed: str) -> str:
    """Return a typed code as it is printed: upper case, letters and digits only, whatever was copied around them."""
    return re.sub(r"[^0-9A-Z]+", "", typed.upper())


def require_class(status: dict[str, Any], run: ClassRun) -> None:
    """Raise `WrongClass` unless the code with this status opens this class."""
    if (status.get("course_code"), status.get("schedule_code")) != (run.course_code, run.schedule_code):
        raise WrongClass(course_code=str(status.get("course_code")), schedule_code=str(status.get("schedule_code")))


@dataclass(frozen=True)
class Study:
    """What one institution does with a code and with a finished class."""

    client: PrakerjaClient
    credentials: Credentials
    enrolments: Enrolments
    institution: str

    def open_class(self, *, account_id: str, run: ClassRun, redeem_code: str) -> Enrolment:
        """Use a code for the class of this page. Raises `WrongClass`, `UsedByOther` and what the partner API raises.

        The code is reserved here before it is committed there. When the answer to a commit is lost, the reservation
        tells a repeated attempt that the code was used by this very account."""
        status = self.client.redeem_status(credentials=self.credentials, redeem_code=redeem_code)
        require_class(status, run)
        held = self.enrolments.by_code(institution=self.institution, redeem_code=redeem_code)
        if status.get("status") == REDEEMED:
            if held is None or held.account_id != account_id:
                raise UsedByOther
            return self._opened(held)
        reserved = self.enrolments.reserve(
            institution=self.institution,
            account_id=account_id,
            redeem_code=redeem_code,
            course_code=run.course_code,
            schedule_code=run.schedule_code,
            title=run.title,
        )
        if reserved is None:
            raise UsedByOther
        return self._commit(reserved)

    def _commit(self, reserved: Enrolment) -> Enrolment:
        try:
            self.client.redeem_commit(credentials=self.credentials, redeem_code=reserved.redeem_code)
        except PartnerRefusal:
            self.enrolments.release(reserved)
            raise
        except PartnerUnavailable:
            status = self.client.redeem_status(credentials=self.credentials, redeem_code=reserved.redeem_code)
            if status.get("status") != REDEEMED:
                raise
        return self._opened(reserved)

    def _opened(self, enrolment: Enrolment) -> Enrolment:
        return self.enrolments.change(enrolment, status="open") if enrolment.status == "opening" else enrolment

    def finish(self, *, enrolment: Enrolment, run: ClassRun, score: int) -> Enrolment:
        """Store score and certificate number, then report. What is stored is reported again unchanged after a
        time-out, under the same key. Raises what the partner API raises."""
        if enrolment.status == "open":
            enrolment = self.enrolments.start_finishing(
                enrolment,
                score=score,
                certificate_number=self._certificate_number(),
                certificate_kind=run.certificate_kind,
                report_key=str(uuid.uuid4()),
            )
        return self.report(enrolment)

    def report(self, enrolment: Enrolment) -> Enrolment:
        """Report a finished class to Prakerja, again if need be. No date is sent: it means today at Prakerja."""
        if enrolment.status != "finishing":
            return enrolment
        body: dict[str, Any] = {
            "redeem_code": enrolment.redeem_code,
            "score": enrolment.score,
            "certificate_number": enrolment.certificate_number,
            "certificate_kind": enrolment.certificate_kind,
        }
        answer = self.client.report_completion(
            credentials=self.credentials, idempotency_key=enrolment.report_key or "", report=body
        )
        return self.enrolments.change(enrolment, status="finished", visible_from=answer.get("visible_from"))

    def _certificate_number(self) -> str:
        unique = "".join(secrets.choice(ALPHABET) for _ in range(10))
        return f"{self.institution.upper()}-{unique}"
