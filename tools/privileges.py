"""What each door's role may do with which table, from what the server asked for while the tests ran (ADR 0039).

    PRAKERJA_RECORD_PRIVILEGES=/tmp/needs python -m pytest …
    python tools/privileges.py write /tmp/needs     config/rights.toml anew, of the roles that stand there
    python tools/privileges.py compare /tmp/needs   what is missing there, and what nothing needed

A run of a part of the tests compares; only a run of all of them writes.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prakerja.config.settings.test")

import django

django.setup()

from django.apps import apps  # noqa: E402

from prakerja.config import privileges  # noqa: E402

ORDER = ("SELECT", "INSERT", "UPDATE", "DELETE")
# Columns that nobody reads who does not have to: what is sealed, hashed or a secret.
_SECRET = re.compile(r"_enc$|_hash$|^password$")
# What follows this line is nobody's but ours.
_BY_HAND = "# By hand from here on."
Needs = dict[str, dict[str, dict[str, set[str]]]]


def recorded(folder: Path) -> Needs:
    """Role → table → privilege → columns ("" where a statement asks for the table, or for a lock)."""
    found: Needs = {}
    for path in folder.rglob("*.txt"):
        for line in path.read_text().splitlines():
            role, table, privilege, columns = line.split("\t")
            of = found.setdefault(role, {}).setdefault(table, {}).setdefault(privilege, set())
            of.update(columns.split(","))
    return found


def rights_of(table: str, asked: Mapping[str, Iterable[str]]) -> str:
    """How rights.toml says it: changes of named columns, reads of them where the table keeps secrets that nobody asked for."""
    fields = {field.column: field for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table
              for field in model._meta.concrete_fields}  # fmt: skip
    keys = [name for name, field in fields.items() if field.primary_key] or ["id"]
    words = []
    for privilege in ORDER:
        if privilege not in asked:
            continue
        columns = set(asked[privilege]) - {""}
        if privilege == "UPDATE" and not columns >= set(fields) - set(keys):
            # A lock asks for the right to change anything at all.
            words.append(f"UPDATE({','.join(sorted(columns or keys))})")
        elif privilege == "SELECT" and columns and "*" not in columns and _secrets(fields) - columns:
            words.append(f"SELECT({','.join(sorted(columns))})")
        else:
            words.append(privilege)
    return " ".join(words)


def _secrets(names: Iterable[str]) -> set[str]:
    return {name for name in names if _SECRET.search(name)}


def write(needs: Needs) -> None:
    text = privileges.RIGHTS.read_text()
    document = tomllib.loads(text)
    head, _, rest = text.partition("\n[rights.")
    tail = rest.partition(_BY_HAND)[2]
    parts = []
    for role in document["rights"]:
        # What partners bring is theirs to bring, correct and take back, whichever of these a test needs.
        said = {
            table: rights_of(table, asked) for table, asked in needs[role].items() if table in set(privileges.tables())
        }
        said |= {table: rights for table, rights in document["rights"][role].items() if rights == " ".join(ORDER)}
        lines = [f"{table} = {json.dumps(rights)}" for table, rights in sorted(said.items())]
        parts.append(f"[rights.{role}]\n" + "\n".join(lines) + "\n")
    privileges.RIGHTS.write_text(head + "\n" + "\n".join(parts) + "\n" + _BY_HAND + tail)


def compare(needs: Needs) -> int:
    known = set(privileges.tables())
    count = 0
    for role, ours in privileges.narrow_rights().items():
        asked = {table: privileges._without_columns(privileges._rights(rights_of(table, of)))
                 for table, of in needs.get(role, {}).items() if table in known}  # fmt: skip
        for table in sorted({*ours, *asked}):
            may, needed = ours.get(table, frozenset()), asked.get(table, frozenset())
            for what, rights in (("misses", needed - may), ("does not need", may - needed)):
                rights = frozenset(one for one in rights if what != "misses" or one.partition("(")[0] not in may)
                if rights:
                    count += what == "misses"
                    print(f"{role} {what} {' '.join(sorted(rights))} {table}")
    return 1 if count else 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("write", "compare"):
        sys.exit(__doc__)
    read = recorded(Path(sys.argv[2]))
    if not read:
        sys.exit(f"Nothing was recorded in {sys.argv[2]}.")
    sys.exit(write(read) if sys.argv[1] == "write" else compare(read))
