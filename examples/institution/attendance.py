"""Attendance: send the participant to Prakerja's page, and believe nothing but Prakerja's own answer afterwards.

The browser comes back to our callback with the state that we kept. That proves nothing: anybody can open an address. So
the state must be this account's own, and `redeem-code/status` must say `attendance_status` 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from examples.institution.classes import ClassRun
from examples.institution.enrolments import Enrolment, Enrolments
from examples.institution.study import REDEEMED, UsedByOther, require_class
from examples.shared.prakerja_client import Credentials, PartnerRefusal, PrakerjaClient
from examples.shared.store import Account

VERIFIED = 1
# What Prakerja answers when an attendance was verified before.
USED = "ERRTRX40021"


class StrangeState(Exception):
    """The state is unknown, replaced by a newer one, or belongs to somebody else."""


@dataclass(frozen=True)
class Attendance:
    """The attendances of one institution. `redirect_uri` is the callback that Prakerja has on file, to the letter."""

    client: PrakerjaClient
    credentials: Credentials
    enrolments: Enrolments
    institution: str
    redirect_uri: str
    # The meetings for which a code was shown at our door.
    at_the_door: Callable[[str], set[int]] = lambda code: set()

    def begin(self, *, account: Account, run: ClassRun, redeem_code: str) -> str | Enrolment:
        """Return the page to which a new participant goes, or the class when this very account has opened it.

        Raises `WrongClass`, `UsedByOther` and what the partner API raises. The page is asked for before anything is
        noted here: a code that was used meanwhile is refused there, and nobody loses a reservation to it."""
        status = self.client.redeem_status(credentials=self.credentials, redeem_code=redeem_code)
        require_class(status, run)
        if status.get("status") == REDEEMED:
            held = self.enrolments.by_code(institution=self.institution, redeem_code=redeem_code)
            shown = self.at_the_door(redeem_code)
            if held is None and shown:
                # Redeemed at our door: whoever knows the code opens the class here, once.
                held = self.enrolments.reserve(
                    institution=self.institution,
                    account_id=account.id,
                    redeem_code=redeem_code,
                    course_code=run.course_code,
                    schedule_code=run.schedule_code,
                    title=run.title,
                )
            if held is None or held.account_id != account.id:
                raise UsedByOther
            for sequence in sorted(shown | {1}):
                held = self.enrolments.mark_attended(held, sequence)
            return held
        page = self._page(account=account, redeem_code=redeem_code, sequence=1)
        held = self.enrolments.reserve_for_verification(
            institution=self.institution,
            account_id=account.id,
            redeem_code=redeem_code,
            run=(run.course_code, run.schedule_code),
            title=run.title,
            state=page["state"],
        )
        if held is None:
            raise UsedByOther
        return page["url"]

    def next_page(self, *, account: Account, enrolment: Enrolment, sequence: int) -> str | None:
        """Return the page for a later meeting or the post-test; None when that attendance is verified already.

        Raises what the partner API raises."""
        try:
            page = self._page(account=account, redeem_code=enrolment.redeem_code, sequence=sequence)
        except PartnerRefusal as refusal:
            # The browser may have been closed between Prakerja's page and ours.
            if refusal.code == USED and self._settled(enrolment, sequence):
                return None
            raise
        self.enrolments.keep_state(enrolment, sequence=sequence, state=page["state"])
        return page["url"]

    def come_back(self, *, account: Account, state: str) -> tuple[Enrolment, int, bool]:
        """Return the enrolment, the sequence and whether Prakerja confirms the attendance.

        Opening the address again asks again and changes nothing. Raises `StrangeState` and what the API raises."""
        found = self.enrolments.by_state(institution=self.institution, account_id=account.id, state=state)
        if found is None:
            raise StrangeState
        enrolment, sequence = found
        return enrolment, sequence, self._settled(enrolment, sequence)

    def _page(self, *, account: Account, redeem_code: str, sequence: int) -> dict[str, str]:
        answer = self.client.verification_url(
            credentials=self.credentials,
            redeem_code=redeem_code,
            redirect_uri=self.redirect_uri,
            email=account.email,
            sequence=sequence,
        )
        return {name: str(answer[name]) for name in ("url", "state")}

    def _settled(self, enrolment: Enrolment, sequence: int) -> bool:
        answer = self.client.redeem_status(
            credentials=self.credentials, redeem_code=enrolment.redeem_code, sequence=sequence
        )
        if answer.get("attendance_status") != VERIFIED:
            return False
        self.enrolments.mark_attended(enrolment, sequence)
        return True
