"""Lists of other offices that name a person now, in the copy of their own data.

A list knows nobody: it has blind indexes of NIKs and no row is a person's. So it is asked, and not read as a table of theirs.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy

from prakerja.rosters.queries import counting, rosters_of

NAME = "rosters"
TITLE = gettext_lazy("Daftar kantor lain yang memuat NIK Anda sekarang")
MEMBERS = MappingProxyType(
    {
        "roster": gettext_lazy("nama daftar"),
        "version": gettext_lazy("versi"),
        "counts_since": gettext_lazy("berlaku sejak"),
    }
)
_TYPES = MappingProxyType(
    {
        "roster": {"type": "string"},
        "version": {"type": "integer"},
        "counts_since": {"type": "string", "format": "date-time"},
    }
)


def named_by(*, person_id: uuid.UUID, at: datetime) -> list[dict[str, Any]]:
    """The lists that count at `at` and name this person, with their versions, in the order of `rosters.policies.KINDS`."""
    names = rosters_of(person_id=person_id, at=at)
    return [
        {"roster": one.roster, "version": one.number, "counts_since": one.since.isoformat()}
        for one in counting(at=at)
        if one.roster in names
    ]


def section_schema() -> dict[str, Any]:
    """The JSON Schema of the section, with words in the language of the moment."""
    return {
        "type": "array",
        "description": str(TITLE),
        "items": {
            "type": "object",
            "required": list(MEMBERS),
            "additionalProperties": False,
            "properties": {name: {**_TYPES[name], "description": str(words)} for name, words in MEMBERS.items()},
        },
    }
