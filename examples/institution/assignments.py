"""Assignments (TPM, UK) and a teacher's feedback: kept here as files, handed in at Prakerja, which fetches them later.

A file's address cannot be guessed and needs no session: Prakerja has none. It is stored before it is handed in, so that
the address already answers when Prakerja asks for it.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from dataclasses import dataclass

from examples.institution.enrolments import Enrolment
from examples.shared.prakerja_client import Credentials, PrakerjaClient

SCHEMA = """
CREATE TABLE IF NOT EXISTS assignments (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    enrolment INTEGER NOT NULL REFERENCES enrolments (number) ON DELETE CASCADE,
    scope TEXT NOT NULL CHECK (scope IN ('tpm', 'uk')),
    sequence INTEGER NOT NULL,
    file_token TEXT NOT NULL UNIQUE,
    words TEXT NOT NULL,
    notes TEXT NOT NULL DEFAULT '',
    UNIQUE (enrolment, scope, sequence)
);
CREATE TABLE IF NOT EXISTS teachers (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id)
);
"""
# What Prakerja answers once it has fetched a file and found it good.
ACCEPTED = 2
PRACTICE, DEMONSTRATION = "tpm", "uk"
# The contract's one sequence of a skills demonstration; practice has 1 to 998, of which this site offers ten.
DEMONSTRATION_SEQUENCE = 999
MOST = 10
WORDS = 10_000
TOKEN = re.compile(r"[0-9A-Za-z_-]{32}")


def sequence_fits(scope: str, sequence: int) -> bool:
    """Say whether this site takes such an assignment."""
    if scope == DEMONSTRATION:
        return sequence == DEMONSTRATION_SEQUENCE
    return scope == PRACTICE and 1 <= sequence <= MOST


@dataclass(frozen=True)
class Assignment:
    """One assignment as it was last handed in; `assignment_status` and `feedback_status` are Prakerja's 0 to 3."""

    number: int
    enrolment: int
    scope: str
    sequence: int
    words: str
    notes: str
    redeem_code: str
    title: str
    learner: str
    assignment_status: int = 0
    feedback_status: int = 0

    @property
    def is_done(self) -> bool:
        """Say whether Prakerja has accepted both the assignment and the feedback on it."""
        return self.assignment_status == self.feedback_status == ACCEPTED


@dataclass(frozen=True)
class Assignments:
    """What one institution does with assignments, over one open connection."""

    client: PrakerjaClient
    credentials: Credentials
    connection: sqlite3.Connection
    institution: str
    files_url: str

    def hand_in(self, *, enrolment: Enrolment, scope: str, sequence: int, words: str) -> None:
        """Store the file and hand it in; again replaces it, under a new address. Raises what the partner API raises."""
        token = secrets.token_urlsafe(24)
        self.connection.execute(
            "INSERT INTO assignments (enrolment, scope, sequence, file_token, words) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (enrolment, scope, sequence) DO UPDATE SET file_token = excluded.file_token,"
            " words = excluded.words",
            (enrolment.number, scope, sequence, token, words),
        )
        self.client.submit_assignment(
            credentials=self.credentials,
            redeem_code=enrolment.redeem_code,
            scope=scope,
            sequence=sequence,
            url_file=f"{self.files_url}/{token}.txt",
        )

    def judge(self, *, number: int, notes: str) -> bool:
        """Give feedback on an assignment of this institution; False when there is none. Raises what the API raises."""
        found = next((entry for entry in self._find("assignments.number = ?", number)), None)
        if found is None:
            return False
        self.client.submit_feedback(
            credentials=self.credentials,
            redeem_code=found.redeem_code,
            scope=found.scope,
            sequence=found.sequence,
            notes=notes,
        )
        self.connection.execute("UPDATE assignments SET notes = ? WHERE number = ?", (notes, number))
        return True

    def of_enrolment(self, enrolment: Enrolment) -> list[Assignment]:
        """Return a class's assignments and where each stands at Prakerja now. Raises what the partner API raises."""
        return [self._with_status(entry) for entry in self._find("assignments.enrolment = ?", enrolment.number)]

    def of_institution(self) -> list[Assignment]:
        """Return everybody's assignments, the newest first; where they stand is asked one class at a time only."""
        return self._find("? = institution", self.institution)[::-1]

    def file(self, token: str) -> str | None:
        """Return what stands in a file of this institution."""
        row = self.connection.execute(
            "SELECT words FROM assignments JOIN enrolments ON enrolments.number = enrolment"
            " WHERE file_token = ? AND institution = ?",
            (token, self.institution),
        ).fetchone()
        return str(row["words"]) if row else None

    def is_teacher(self, account_id: str) -> bool:
        """Say whether an account may give feedback here."""
        row = self.connection.execute("SELECT 1 FROM teachers WHERE account_id = ?", (account_id,)).fetchone()
        return row is not None

    def make_teacher(self, account_id: str) -> None:
        """Let an account give feedback; twice changes nothing."""
        self.connection.execute(
            "INSERT INTO teachers (account_id) VALUES (?) ON CONFLICT (account_id) DO NOTHING", (account_id,)
        )

    def _find(self, condition: str, value: int | str) -> list[Assignment]:
        rows = self.connection.execute(
            "SELECT assignments.number, enrolment, scope, sequence, words, notes, redeem_code, title,"
            " accounts.name AS learner FROM assignments JOIN enrolments ON enrolments.number = enrolment"
            f" JOIN accounts ON accounts.id = account_id WHERE {condition} AND institution = ?"
            " ORDER BY scope, sequence, assignments.number",
            (value, self.institution),
        ).fetchall()
        return [Assignment(**dict(row)) for row in rows]

    def _with_status(self, entry: Assignment) -> Assignment:
        assignment, feedback = self.client.submission_status(
            credentials=self.credentials,
            redeem_code=entry.redeem_code,
            scope=entry.scope,
            sequence=entry.sequence,
        )
        values = {**entry.__dict__, "assignment_status": assignment, "feedback_status": feedback}
        return Assignment(**values)
