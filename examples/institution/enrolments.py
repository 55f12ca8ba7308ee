"""Who attends which class, how far they are, and what was reported; in the program's SQLite file."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from typing import Any

from examples.shared.store import Account

SCHEMA = """
CREATE TABLE IF NOT EXISTS enrolments (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    institution TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    redeem_code TEXT NOT NULL,
    course_code TEXT NOT NULL,
    schedule_code TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('opening', 'open', 'finishing', 'finished')),
    score INTEGER CHECK (score BETWEEN 0 AND 100),
    certificate_number TEXT,
    certificate_kind TEXT,
    report_key TEXT,
    visible_from TEXT,
    UNIQUE (institution, redeem_code),
    UNIQUE (institution, certificate_number)
);
CREATE INDEX IF NOT EXISTS enrolments_by_account ON enrolments (account_id, number);
CREATE TABLE IF NOT EXISTS lessons_done (
    enrolment INTEGER NOT NULL REFERENCES enrolments (number),
    lesson INTEGER NOT NULL,
    PRIMARY KEY (enrolment, lesson)
);
CREATE TABLE IF NOT EXISTS attendance_states (
    state TEXT PRIMARY KEY,
    enrolment INTEGER NOT NULL REFERENCES enrolments (number) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    UNIQUE (enrolment, sequence)
);
CREATE TABLE IF NOT EXISTS attended (
    enrolment INTEGER NOT NULL REFERENCES enrolments (number) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (enrolment, sequence)
);
"""


@dataclass(frozen=True)
class Enrolment:
    """One person's place in one class. `opening` and `finishing` mean that Prakerja's answer is still awaited."""

    number: int
    institution: str
    account_id: str
    redeem_code: str
    course_code: str
    schedule_code: str
    title: str
    status: str
    score: int | None
    certificate_number: str | None
    certificate_kind: str | None
    report_key: str | None
    visible_from: str | None


COLUMNS = tuple(column.name for column in fields(Enrolment))
CHANGEABLE = frozenset(("status", "visible_from"))


def _enrolment(row: sqlite3.Row | None) -> Enrolment | None:
    return Enrolment(**{column: row[column] for column in COLUMNS}) if row else None


class Enrolments:
    """Reads and writes enrolments over one open connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def by_code(self, *, institution: str, redeem_code: str) -> Enrolment | None:
        """Return who uses a code at this site."""
        return _enrolment(
            self._connection.execute(
                "SELECT * FROM enrolments WHERE institution = ? AND redeem_code = ?",
                (institution, redeem_code),
            ).fetchone()
        )

    def find(self, *, account_id: str, number: int) -> Enrolment | None:
        """Return an enrolment of this account only."""
        return _enrolment(
            self._connection.execute(
                "SELECT * FROM enrolments WHERE account_id = ? AND number = ?", (account_id, number)
            ).fetchone()
        )

    def of_account(self, account_id: str) -> list[Enrolment]:
        """Return all enrolments of an account, the newest first."""
        rows = self._connection.execute(
            "SELECT * FROM enrolments WHERE account_id = ? ORDER BY number DESC", (account_id,)
        ).fetchall()
        return [found for found in map(_enrolment, rows) if found]

    def reserve(
        self,
        *,
        institution: str,
        account_id: str,
        redeem_code: str,
        course_code: str,
        schedule_code: str,
        title: str,
    ) -> Enrolment | None:
        """Note that this account is about to use a code; None when another account of this site holds it."""
        self._connection.execute(
            "INSERT INTO enrolments (institution, account_id, redeem_code, course_code, schedule_code, title, status)"
            " VALUES (?, ?, ?, ?, ?, ?, 'opening') ON CONFLICT (institution, redeem_code) DO NOTHING",
            (institution, account_id, redeem_code, course_code, schedule_code, title),
        )
        held = self.by_code(institution=institution, redeem_code=redeem_code)
        return held if held and held.account_id == account_id else None

    def reserve_for_verification(
        self, *, institution: str, account_id: str, redeem_code: str, run: tuple[str, str], title: str, state: str
    ) -> Enrolment | None:
        """Note who was sent to prove to be there. Prakerja knows one living state per code, the newest: so does this
        table, and a reservation of somebody who never proved anything is replaced. None when the code is in use."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.execute(
                "DELETE FROM enrolments WHERE institution = ? AND redeem_code = ? AND status = 'opening'"
                " AND account_id <> ?",
                (institution, redeem_code, account_id),
            )
            held = self.reserve(
                institution=institution,
                account_id=account_id,
                redeem_code=redeem_code,
                course_code=run[0],
                schedule_code=run[1],
                title=title,
            )
            if held is not None:
                self.keep_state(held, sequence=1, state=state)
        except sqlite3.Error:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return held

    def bring_in(
        self,
        *,
        account: Account,
        redeem_code: str,
        course_code: str,
        schedule_code: str,
        title: str,
        status: str,
        score: int | None,
        certificate_number: str | None,
        certificate_kind: str | None,
        visible_from: str | None,
        lessons_done: int,
    ) -> None:
        """Store a class that was opened elsewhere before, with its first `lessons_done` lessons done; twice is once."""
        held = self.reserve(
            institution=account.site,
            account_id=account.id,
            redeem_code=redeem_code,
            course_code=course_code,
            schedule_code=schedule_code,
            title=title,
        )
        if held is None or held.status != "opening":
            return
        self._connection.execute(
            "UPDATE enrolments SET status = ?, score = ?, certificate_number = ?, certificate_kind = ?, visible_from = ?"
            " WHERE number = ?",
            (status, score, certificate_number, certificate_kind, visible_from, held.number),
        )
        for lesson in range(1, lessons_done + 1):
            self.mark_done(held, lesson)

    def keep_state(self, enrolment: Enrolment, *, sequence: int, state: str) -> None:
        """Keep the newest state of one attendance; the one before it is worth nothing any more."""
        self._connection.execute(
            "INSERT INTO attendance_states (state, enrolment, sequence) VALUES (?, ?, ?)"
            " ON CONFLICT (enrolment, sequence) DO UPDATE SET state = excluded.state",
            (state, enrolment.number, sequence),
        )

    def by_state(self, *, institution: str, account_id: str, state: str) -> tuple[Enrolment, int] | None:
        """Return whose attendance a state belongs to, and its sequence; None unless it is this account's own."""
        row = self._connection.execute(
            "SELECT enrolments.*, attendance_states.sequence FROM attendance_states"
            " JOIN enrolments ON enrolments.number = attendance_states.enrolment"
            " WHERE state = ? AND institution = ? AND account_id = ?",
            (state, institution, account_id),
        ).fetchone()
        found = _enrolment(row)
        return (found, int(row["sequence"])) if found else None

    def attended(self, enrolment: Enrolment) -> set[int]:
        """Return the sequences whose attendance Prakerja has confirmed."""
        rows = self._connection.execute("SELECT sequence FROM attended WHERE enrolment = ?", (enrolment.number,))
        return {row["sequence"] for row in rows}

    def mark_attended(self, enrolment: Enrolment, sequence: int) -> Enrolment:
        """Note a confirmed attendance; the first one opens the class. Doing so twice changes nothing."""
        self._connection.execute(
            "INSERT INTO attended (enrolment, sequence) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (enrolment.number, sequence),
        )
        return self.change(enrolment, status="open") if enrolment.status == "opening" else enrolment

    def release(self, enrolment: Enrolment) -> None:
        """Forget a reservation that Prakerja refused."""
        self._connection.execute("DELETE FROM enrolments WHERE number = ? AND status = 'opening'", (enrolment.number,))

    def change(self, enrolment: Enrolment, **values: Any) -> Enrolment:
        """Change columns of an enrolment and return it as it is now."""
        if not values.keys() <= CHANGEABLE:
            raise ValueError("this column of an enrolment never changes")
        sets = ", ".join(f"{column} = ?" for column in values)
        self._connection.execute(
            f"UPDATE enrolments SET {sets} WHERE number = ?",
            [*values.values(), enrolment.number],
        )
        return self._again(enrolment)

    def start_finishing(
        self,
        enrolment: Enrolment,
        *,
        score: int,
        certificate_number: str,
        certificate_kind: str,
        report_key: str,
    ) -> Enrolment:
        """Store what will be reported, once: of two clicks at the same time the second keeps the first's numbers."""
        self._connection.execute(
            "UPDATE enrolments SET status = 'finishing', score = ?, certificate_number = ?, certificate_kind = ?,"
            " report_key = ? WHERE number = ? AND status = 'open'",
            (score, certificate_number, certificate_kind, report_key, enrolment.number),
        )
        return self._again(enrolment)

    def _again(self, enrolment: Enrolment) -> Enrolment:
        found = self.find(account_id=enrolment.account_id, number=enrolment.number)
        if found is None:
            raise LookupError("the enrolment vanished")
        return found

    def lessons_done(self, enrolment: Enrolment) -> set[int]:
        """Return the numbers of the lessons that are done, from 1."""
        rows = self._connection.execute("SELECT lesson FROM lessons_done WHERE enrolment = ?", (enrolment.number,))
        return {row["lesson"] for row in rows}

    def mark_done(self, enrolment: Enrolment, lesson: int) -> None:
        """Mark a lesson done; doing so twice changes nothing."""
        self._connection.execute(
            "INSERT INTO lessons_done (enrolment, lesson) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (enrolment.number, lesson),
        )
