"""Attendance at the institution's own door: the QR that a participant shows, or the 12 signs, confirmed by a signed call.

The QR holds the code and nothing else. A scanner that types what it reads works with the form; a camera where the browser
can read codes. Who shows it is looked at by the staff. What was confirmed here is kept, so that the participant's account
may open the class with the same code afterwards.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from examples.institution.attendance import USED, VERIFIED
from examples.institution.enrolments import Enrolments
from examples.shared.prakerja_client import Credentials, PartnerRefusal, PrakerjaClient

SCHEMA = """
CREATE TABLE IF NOT EXISTS attended_at_the_door (
    institution TEXT NOT NULL,
    redeem_code TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (institution, redeem_code, sequence)
);
"""
# Where a browser is told to take attendance at the door.
TAUGHT_ON_SITE = frozenset(("onsite", "blended"))


@dataclass(frozen=True)
class Door:
    """The door of one institution."""

    client: PrakerjaClient
    credentials: Credentials
    connection: sqlite3.Connection
    institution: str

    def let_in(self, *, redeem_code: str, sequence: int, key: str) -> dict[str, Any]:
        """Confirm that somebody is there; returns what Prakerja says of the code. Twice is as good as once.

        Raises what the partner API raises."""
        try:
            answer = self.client.confirm_on_site(
                credentials=self.credentials, redeem_code=redeem_code, sequence=sequence, idempotency_key=key
            )
        except PartnerRefusal as refusal:
            if refusal.code != USED:
                raise
            # An answer that was lost, or a second scan: Prakerja knows.
            answer = self.client.redeem_status(credentials=self.credentials, redeem_code=redeem_code, sequence=sequence)
            if answer.get("attendance_status") != VERIFIED:
                raise
        self.connection.execute(
            "INSERT INTO attended_at_the_door VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (self.institution, redeem_code, sequence),
        )
        enrolments = Enrolments(self.connection)
        held = enrolments.by_code(institution=self.institution, redeem_code=redeem_code)
        if held is not None:
            enrolments.mark_attended(held, sequence)
        return answer

    def attended(self, redeem_code: str) -> set[int]:
        """Return the meetings for which this code was shown at the door."""
        rows = self.connection.execute(
            "SELECT sequence FROM attended_at_the_door WHERE institution = ? AND redeem_code = ?",
            (self.institution, redeem_code),
        )
        return {row["sequence"] for row in rows}
