"""From a plain database to one whose people lie on several machines (Citus): where each table goes, in which steps, and what forbids it.

Everything is worked out from PostgreSQL's catalogue, so that a new table is placed by what it is (architecture.md "Ready to outgrow
one machine"): a person's rows lie by the person, a claim by its value, small tables that those point at lie on every machine, and all
else stays where it is. Reading changes nothing; `apply` is one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from django.db import connection

from prakerja.kernel.db import requires_transaction, rows
from prakerja.kernel.functions import function_name, function_parameters, hot_call_files
from prakerja.kernel.split import NOBODY

Kind = Literal["person", "claim", "seats", "shared", "local"]
PERSON, COLUMN = "people_person", "person_id"
# Counted by every purchase of a class and by nothing of a person: they lie by their class.
SEATS = {"catalogue_courserunseats": "course_run_id"}

_COLUMNS = """
SELECT holder.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
  FROM pg_attribute a JOIN pg_class holder ON holder.oid = a.attrelid
 WHERE holder.relnamespace = 'public'::regnamespace AND holder.relkind IN ('r', 'p') AND a.attnum > 0
   AND NOT a.attisdropped ORDER BY holder.relname, a.attnum"""
_KEYS = """
SELECT holder.relname, name.relname, i.indisprimary, i.indpred IS NOT NULL,
       array_to_string(ARRAY(SELECT a.attname FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY k.place), ',')
  FROM pg_index i JOIN pg_class holder ON holder.oid = i.indrelid JOIN pg_class name ON name.oid = i.indexrelid
 WHERE i.indisunique AND holder.relnamespace = 'public'::regnamespace ORDER BY 1, 2"""
_REFERENCES = """
SELECT holder.relname, target.relname, c.conname, pg_get_constraintdef(c.oid),
       array_to_string(ARRAY(SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY k(number, place)
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number ORDER BY k.place), ',')
  FROM pg_constraint c JOIN pg_class holder ON holder.oid = c.conrelid JOIN pg_class target ON target.oid = c.confrelid
 WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace ORDER BY 1, 3"""
_TRIGGERS = """
SELECT t.tgrelid::regclass::text, t.tgname, p.oid::regprocedure::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
 WHERE NOT t.tgisinternal ORDER BY 1, 2"""
_WORD = re.compile(r"\b[a-z]+_[a-z]+\b")
_SIGNATURES = "SELECT proname, oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"


@dataclass(frozen=True)
class Key:
    table: str
    name: str
    is_primary: bool
    is_partial: bool
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    table: str
    target: str
    name: str
    definition: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a table goes, and by which of its columns ("" where it is not divided)."""

    table: str
    kind: Kind
    column: str = ""


@dataclass(frozen=True)
class Step:
    """One statement. `is_plain`: any PostgreSQL can run it."""

    sql: str
    is_plain: bool


@dataclass
class Plan:
    """What is to be done, in order. With `refusals` nothing is."""

    places: list[Place] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def plan() -> Plan:
    """Read the catalogue and say what would be done, and which rule something breaks. Changes nothing."""
    found = _Catalogue.read()
    made = Plan(places=found.places())
    made.refusals = [*found.broken(made.places), *_broken_functions()]
    made.steps = found.steps(made.places)
    return made


@requires_transaction
def apply(steps: Iterable[Step]) -> None:
    """Do it, in the caller's transaction: killed half-way, nothing has happened."""
    with connection.cursor() as cursor:
        for step in steps:
            cursor.execute(step.sql)


def can_be_split() -> bool:
    """Whether this PostgreSQL has the extension that does it."""
    return rows("SELECT 1 FROM pg_available_extensions WHERE name = 'citus'") != []


@dataclass
class _Catalogue:
    columns: dict[str, dict[str, tuple[str, bool]]]
    keys: list[Key]
    references: list[Reference]
    triggers: list[tuple[str, str, str]]
    signatures: dict[str, str]

    @classmethod
    def read(cls) -> _Catalogue:
        columns: dict[str, dict[str, tuple[str, bool]]] = {}
        for table, name, kind, is_required in rows(_COLUMNS):
            columns.setdefault(table, {})[name] = (kind, is_required)
        return cls(
            columns,
            [Key(a, b, c, d, tuple(e.split(","))) for a, b, c, d, e in rows(_KEYS)],
            [Reference(a, b, c, d, tuple(e.split(","))) for a, b, c, d, e in rows(_REFERENCES)],
            [(a, b, c) for a, b, c in rows(_TRIGGERS)],
            dict(rows(_SIGNATURES)),
        )

    def places(self) -> list[Place]:
        """Every table once, those that others point at first."""
        kinds: dict[str, tuple[Kind, str]] = {PERSON: ("person", "id")}
        for table, names in self.columns.items():
            if COLUMN in names:
                kinds[table] = ("person", COLUMN) if self._is_of_a_person(table) else ("claim", self._claimed(table))
        kinds |= {table: ("seats", column) for table, column in SEATS.items() if table in self.columns}
        # What people's rows and seats point at, what a hot call reads where its person lies, and what those point at.
        reached = {one.target for one in self.references if kinds.get(one.table, ("", ""))[0] in ("person", "seats")}
        reached |= {name for path in hot_call_files() for name in _WORD.findall(path.read_text())} & set(self.columns)
        while (more := {one.target for one in self.references if one.table in reached} - reached) - set(kinds):
            reached |= more - set(kinds)
        kinds |= dict.fromkeys(sorted(reached - set(kinds)), ("shared", ""))
        kinds |= {table: ("local", "") for table in self.columns if table not in kinds}
        order: tuple[Kind, ...] = ("local", "shared", "seats", "person", "claim")
        return [
            Place(table, kind, kinds[table][1])
            for kind in order
            for table in self._targets_first({table for table in kinds if kinds[table][0] == kind})
        ]

    def _is_of_a_person(self, table: str) -> bool:
        """It is a claim when nothing but a value says whose the row is: no key of it begins with the person, no reference does."""
        is_nobodys_too = not self.columns[table][COLUMN][1]
        keyed = any(one.columns[0] == COLUMN for one in self.keys if one.table == table)
        return is_nobodys_too or keyed or any(one.table == table for one in self.references)

    def _claimed(self, table: str) -> str:
        """The column that is in every unique key of a claim: a value before the name of a shop; "" when there is none."""
        keys = [set(one.columns) for one in self.keys if one.table == table and one.columns != ("id",)]
        shared = set.intersection(*keys) if keys else set()
        return min(shared, key=lambda name: (name.endswith("_id"), name == "kind", name), default="")

    def _targets_first(self, tables: set[str]) -> list[str]:
        done: list[str] = []
        waits = {
            table: {one.target for one in self.references if one.table == table and one.target in tables} - {table}
            for table in sorted(tables)
        }
        while waits:
            ready = [table for table, targets in waits.items() if targets <= set(done)] or [min(waits)]
            done += ready
            for table in ready:
                del waits[table]
        return done

    def broken(self, places: list[Place]) -> list[str]:
        kinds = {one.table: one for one in places}
        said = []
        for one in places:
            if one.kind == "claim" and not one.column:
                said.append(
                    f"{one.table}: its unique keys have no column in common, so nobody can say where a row lies."
                )
            if one.kind == "person" and one.table != PERSON and self.columns[one.table][COLUMN][0] != "uuid":
                said.append(f"{one.table}.{COLUMN} is no uuid, so its rows do not lie beside their person's.")
        for key in self.keys:
            at = kinds[key.table]
            if at.column and at.column not in key.columns and key.columns != ("id",):
                said.append(
                    f"{key.table}: the unique key {key.name} lacks {at.column}, and would hold on one machine only."
                )
            if key.is_partial and key.is_primary:
                said.append(f"{key.table}: {key.name} is partial.")
        for reference in self.references:
            here, there = kinds[reference.table], kinds[reference.target]
            names = f"{reference.table}: {reference.name} points at {reference.target}"
            if there.kind == "person" and here.kind != "person":
                said.append(f"{names}, whose rows lie with their people.")
            elif there.kind == "person" and reference.columns[0] != here.column and reference.target != reference.table:
                said.append(f"{names} without {COLUMN}.")
            elif there.kind in ("claim", "seats"):
                said.append(f"{names}, whose rows lie elsewhere.")
            elif there.kind == "local" and here.kind not in ("local", "shared"):
                said.append(f"{names}, which is not on every machine.")
        return said

    def steps(self, places: list[Place]) -> list[Step]:
        divided = {one.table: one for one in places if one.column}
        # What waits for a commit would forbid a change of its table.
        plain = ["SET CONSTRAINTS ALL IMMEDIATE", *self._nobody(divided), *self._keys(divided)]
        taken_off = [one for one in self.references if one.table in divided]
        plain += [f'ALTER TABLE {one.table} DROP CONSTRAINT "{one.name}"' for one in taken_off]
        put_on = [f'ALTER TABLE {one.table} ADD CONSTRAINT "{one.name}" {one.definition}' for one in taken_off]
        split = [
            "CREATE EXTENSION IF NOT EXISTS citus",
            "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'",
            # Ours look at their own row alone (ADR 0019), which is all that a machine must have.
            "SET LOCAL citus.enable_unsafe_triggers TO on",
            *(f"SELECT create_reference_table('{one.table}')" for one in places if one.kind == "shared"),
            *(f"SELECT citus_add_local_table_to_metadata('{one.table}')" for one in places if one.kind == "local"),
        ]
        for one in divided.values():
            beside = PERSON if one.kind == "person" and one.table != PERSON else "none"
            split.append(f"SELECT create_distributed_table('{one.table}', '{one.column}', colocate_with => '{beside}')")
        functions = [
            f"SELECT create_distributed_function('{self.signatures[function_name(path)]}'"
            + (
                f", 'p_person_id', colocate_with => '{PERSON}')"
                if function_parameters(path)[0] == "p_person_id"
                else ")"
            )
            for path in hot_call_files()
        ]
        return [
            *(Step(sql, is_plain=True) for sql in plain),
            *(Step(sql, is_plain=False) for sql in split),
            *(Step(sql, is_plain=True) for sql in put_on),
            *(Step(sql, is_plain=False) for sql in functions),
        ]

    def _nobody(self, divided: dict[str, Place]) -> list[str]:
        """History that names nobody lies with a person who is nobody: an empty value lies nowhere."""
        found = []
        for table, place in divided.items():
            if place.kind != "person" or table == PERSON or self.columns[table][COLUMN][1]:
                continue
            guards = [name for holder, name, _ in self.triggers if holder == table]
            found += [
                *(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"' for name in guards),
                f"UPDATE {table} SET {COLUMN} = '{NOBODY}' WHERE {COLUMN} IS NULL",
                *(f'ALTER TABLE {table} ENABLE TRIGGER "{name}"' for name in guards),
                f"ALTER TABLE {table} ALTER COLUMN {COLUMN} SET NOT NULL",
            ]
        return found

    def _keys(self, divided: dict[str, Place]) -> list[str]:
        """A primary key holds within one machine only: the column by which rows lie comes before it."""
        return [
            f'ALTER TABLE {one.table} DROP CONSTRAINT "{one.name}",'
            f' ADD CONSTRAINT "{one.name}" PRIMARY KEY ({divided[one.table].column}, id)'
            for one in self.keys
            if one.is_primary and one.table in divided and divided[one.table].column not in one.columns
        ]


def _broken_functions() -> list[str]:
    """A hot call is done where its person lies, which its first parameter says."""
    return [
        f"{function_name(path)}: its first parameter is not p_person_id, so nobody knows where to do it."
        for path in hot_call_files()
        if function_parameters(path)[0] != "p_person_id"
    ]
