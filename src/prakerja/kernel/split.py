"""Whether people lie on several machines, and with whom rows lie that are nobody's (docs/how-to/grow.md, `kernel.spreading`)."""

from __future__ import annotations

import uuid
from functools import cache

from prakerja.kernel.db import row

NOBODY = uuid.UUID(int=0)


@cache
def is_split() -> bool:
    """Whether this database's people lie on several machines. A process asks once."""
    found = row("SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL")
    return bool(found and found[0])


def nobody() -> uuid.UUID | None:
    """Who is named by a row of history that concerns no person: none; where every row must lie somewhere, nobody's id."""
    return NOBODY if is_split() else None
