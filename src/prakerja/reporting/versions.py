"""What runs here: for whoever is asked whether a fault that was made public is theirs too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.kernel import components as made_of
from prakerja.kernel.components import Component
from prakerja.kernel.schema import last_migrations, read_schema
from prakerja.programmes.queries import changed_schemes, scheme_keys


@dataclass(frozen=True)
class Versions:
    """`commit` "": nobody knows. `migrations`: package → the newest that was run; `pending` waits, `newer` is not this program's.

    `schemes`: the scheme versions of this database → where they differ from the program's. Empty while migrations wait.
    """

    program: str
    commit: str
    python: str
    postgresql: str
    migrations: dict[str, str]
    pending: tuple[str, ...]
    newer: tuple[str, ...]
    schemes: dict[str, list[str]]
    components: tuple[Component, ...]

    def as_json(self) -> dict[str, Any]:
        """The same for programs; the texts of the licences are left out."""
        return {
            "program": {"name": "prakerja", "version": self.program, "commit": self.commit},
            "python": self.python,
            "postgresql": self.postgresql,
            "schema": {
                "migrations": self.migrations,
                "pending": list(self.pending),
                "newer": list(self.newer),
            },
            "schemes": self.schemes,
            "components": [
                {
                    "name": one.name,
                    "version": one.version,
                    "licence": one.licence,
                    "kind": one.kind,
                    "inside": one.inside,
                }
                for one in self.components
            ],
        }


@permitted("installation.look")
def versions(*, actor: Actor, at: datetime) -> Versions:
    """The program, its commit, Python, PostgreSQL, what is installed, what this database has run and which rules it keeps.

    Works on a database of any age, because that is when somebody asks. Raises Refused: not_permitted.
    """
    state = read_schema()
    is_current = state is not None and not state.pending and not state.newer
    changed = changed_schemes() if is_current else {}
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        [postgresql] = cursor.fetchone()
    return Versions(
        program=made_of.program_version(),
        commit=made_of.COMMIT,
        python=made_of.python_version(),
        postgresql=postgresql,
        migrations=last_migrations(),
        pending=state.pending if state else (),
        newer=state.newer if state else (),
        schemes={key: changed.get(key, []) for key in scheme_keys()} if is_current else {},
        components=made_of.components(),
    )
