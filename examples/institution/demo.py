"""The classes of a demo's people, who used their codes before this site had a page."""

from __future__ import annotations

from pathlib import Path

from examples.institution.enrolments import Enrolments
from examples.shared.demo import open_accounts
from examples.shared.store import Visitors, connect


def open_demo_accounts(database: Path, file: Path | None) -> None:
    """Open each account of the file that is missing, with its classes as far as they are."""
    connection = connect(database)
    try:
        enrolments = Enrolments(connection)
        for account, entry in open_accounts(Visitors(connection), file, "institutions"):
            for told in entry["classes"]:
                enrolments.bring_in(account=account, **told)
    finally:
        connection.close()
