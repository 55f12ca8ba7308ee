"""PostgreSQL's own catalogue, which knows what the tables really are whatever the models say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from prakerja.kernel.db import rows

_FOREIGN_KEYS = """
SELECT holder.relname, target.relname,
       (SELECT array_agg(a.attname ORDER BY k.position)
          FROM unnest(c.conkey) WITH ORDINALITY k(number, position)
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number),
       (SELECT array_agg(a.attname ORDER BY k.position)
          FROM unnest(c.confkey) WITH ORDINALITY k(number, position)
          JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number),
       c.confdeltype
  FROM pg_constraint c JOIN pg_class holder ON holder.oid = c.conrelid JOIN pg_class target ON target.oid = c.confrelid
 WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
"""
_UNIQUE = """
SELECT holder.relname, i.indisprimary,
       (SELECT array_agg(a.attname ORDER BY k.position)
          FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, position)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number),
       i.indpred IS NOT NULL
  FROM pg_index i JOIN pg_class holder ON holder.oid = i.indrelid
 WHERE i.indisunique AND holder.relnamespace = 'public'::regnamespace
"""
_COLUMNS = """
SELECT holder.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
  FROM pg_attribute a JOIN pg_class holder ON holder.oid = a.attrelid
 WHERE holder.relnamespace = 'public'::regnamespace AND holder.relkind IN ('r', 'p') AND a.attnum > 0
   AND NOT a.attisdropped
"""
_CHECKS = """
SELECT holder.relname, c.conname, pg_get_constraintdef(c.oid),
       (SELECT array_agg(a.attname::text) FROM pg_attribute a
         WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey))
  FROM pg_constraint c JOIN pg_class holder ON holder.oid = c.conrelid
 WHERE c.contype = 'c' AND c.connamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class ForeignKey:
    table: str
    target: str
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    # PostgreSQL's letters: a = no action, r = restrict, c = cascade, n = set null, d = set default.
    on_delete: str


@dataclass(frozen=True)
class Unique:
    table: str
    is_primary: bool
    columns: tuple[str, ...]
    is_partial: bool


@dataclass(frozen=True)
class Column:
    table: str
    name: str
    type: str
    is_required: bool


@dataclass(frozen=True)
class Check:
    table: str
    name: str
    definition: str
    columns: tuple[str, ...]

    def words(self, column: str) -> set[str]:
        """The words that the check compares this column with."""
        found: set[str] = set()
        for clause in re.split(r"\bAND\b|\bOR\b", self.definition):
            if re.search(rf"\b{column}\b", clause):
                found |= set(re.findall(r"'([^']+)'", clause))
        return found


def _names(value: object) -> tuple[str, ...]:
    """An array of names, which psycopg hands over as a list or as PostgreSQL's text."""
    return tuple(value.strip("{}").split(",")) if isinstance(value, str) else tuple(value or ())  # type: ignore[call-overload]


def foreign_keys() -> list[ForeignKey]:
    """Every foreign key of the schema."""
    return [ForeignKey(a, b, _names(c), _names(d), e) for a, b, c, d, e in rows(_FOREIGN_KEYS)]


def unique_keys() -> list[Unique]:
    """Every unique index, constraints and primary keys too."""
    return [Unique(a, b, _names(c), d) for a, b, c, d in rows(_UNIQUE)]


def columns() -> list[Column]:
    """Every column of every table."""
    return [Column(*found) for found in rows(_COLUMNS)]


def checks() -> list[Check]:
    """Every CHECK constraint."""
    return [Check(a, b, c, _names(d)) for a, b, c, d in rows(_CHECKS)]
