"""Assignments (TPM, UK) and a teacher's feedback: kept here as files, handed in at Prakerja, which fetches them later.

A file's address cannot be guessed and needs no session: Prakerja has none. It is stored before it is handed in, so that
the address already answers when Prakerja asks for it.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from examples.institution.enrolments import Enrolment
from examples.shared.prakerja_client import Credentials, PartnerRefusal, PartnerUnavailable, PrakerjaClient

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
CREATE TABLE IF NOT EXISTS uploads (
    file_token TEXT PRIMARY KEY,
    suffix TEXT NOT NULL,
    content BLOB NOT NULL
);
-- What Prakerja said once: a code's wave does not change.
CREATE TABLE IF NOT EXISTS mandatory (
    enrolment INTEGER PRIMARY KEY REFERENCES enrolments (number) ON DELETE CASCADE,
    assignments INTEGER NOT NULL
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
# What can be handed in, and as what it is served. Prakerja takes 20 MiB; this site keeps less.
UPLOADS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "txt": "text/plain",
    "md": "text/plain",
}
UPLOAD_BYTES = 5 * 1024 * 1024
TOKEN = re.compile(r"[0-9A-Za-z_-]{32}")


def sequence_fits(scope: str, sequence: int) -> bool:
    """Say whether this site takes such an assignment."""
    if scope == DEMONSTRATION:
        return sequence == DEMONSTRATION_SEQUENCE
    return scope == PRACTICE and 1 <= sequence <= MOST


@dataclass(frozen=True)
class Upload:
    """A file that a participant chose; `suffix` is one of `UPLOADS`."""

    suffix: str
    content: bytes


def lesson_of(sequence: int, lessons: Sequence[str]) -> str:
    """Return the lesson that a practice assignment is about: they follow the syllabus, and begin again at its end."""
    return lessons[(sequence - 1) % len(lessons)]


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
    file: str = ""
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

    def mandatory(self, enrolment: Enrolment) -> int | None:
        """Return how many assignments this code's wave makes mandatory, or None while Prakerja does not say."""
        row = self.connection.execute(
            "SELECT assignments FROM mandatory WHERE enrolment = ?", (enrolment.number,)
        ).fetchone()
        if row is not None:
            return int(row["assignments"])
        try:
            count = self.client.required_assignments(credentials=self.credentials, redeem_code=enrolment.redeem_code)
        except (PartnerRefusal, PartnerUnavailable):
            return None
        self.connection.execute("INSERT INTO mandatory VALUES (?, ?) ON CONFLICT DO NOTHING", (enrolment.number, count))
        return count

    def hand_in(
        self, *, enrolment: Enrolment, scope: str, sequence: int, words: str, upload: Upload | None = None
    ) -> None:
        """Store the file, or the words as one, and hand it in; again replaces it, under a new address.

        Raises what the partner API raises."""
        token = secrets.token_urlsafe(24)
        suffix = upload.suffix if upload is not None else "txt"
        self.connection.execute(
            "DELETE FROM uploads WHERE file_token IN"
            " (SELECT file_token FROM assignments WHERE enrolment = ? AND scope = ? AND sequence = ?)",
            (enrolment.number, scope, sequence),
        )
        if upload is not None:
            self.connection.execute("INSERT INTO uploads VALUES (?, ?, ?)", (token, suffix, upload.content))
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
            url_file=f"{self.files_url}/{token}.{suffix}",
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

    def file(self, token: str, suffix: str) -> bytes | None:
        """Return what stands in a file of this institution."""
        row = self.connection.execute(
            "SELECT words, coalesce(suffix, 'txt') AS suffix, content FROM assignments"
            " JOIN enrolments ON enrolments.number = enrolment LEFT JOIN uploads USING (file_token)"
            " WHERE file_token = ? AND institution = ?",
            (token, self.institution),
        ).fetchone()
        if row is None or row["suffix"] != suffix:
            return None
        return bytes(row["content"]) if row["content"] is not None else f"{row['words']}\n".encode()

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
            " accounts.name AS learner, coalesce(file_token || '.' || suffix, '') AS file"
            " FROM assignments JOIN enrolments ON enrolments.number = enrolment LEFT JOIN uploads USING (file_token)"
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
