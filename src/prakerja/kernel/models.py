"""What belongs to the database as a whole: its nature, its clock; and the shapes that person tables share."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models.fields.related import ForeignObject

from prakerja.kernel.ids import array_of_ids, new_id


@models.UUIDField.register_lookup
@models.BinaryField.register_lookup
@ForeignObject.register_lookup
class AnyOf(models.Lookup):
    """`id__any_of=[…]`: one of these ids (or blind indexes), which are one parameter however many they are. `__in` makes one of each, takes no more
    than 65,535 of them, and is another statement to prepare for every number of them."""

    lookup_name = "any_of"

    def get_prep_lookup(self) -> list[uuid.UUID | bytes]:
        return list(self.rhs)

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (value,)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        if self.rhs and all(isinstance(one, uuid.UUID) for one in self.rhs):
            return f"{lhs} = ANY(%s::uuid[])", (*lhs_params, array_of_ids(self.rhs))
        return f"{lhs} = ANY(%s)", (*lhs_params, self.rhs)


class Installation(models.Model):
    """One row, written when the database is created. A trigger refuses every later change of `is_sandbox`."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    is_sandbox = models.BooleanField()
    world = models.TextField()
    keys_fingerprint = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="kernel_installation_one_row")]


class Clock(models.Model):
    """Programme time = wall time + offset. Only a sandbox's offset may differ from zero (a trigger says so)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset_us = models.BigIntegerField(default=0)
    # The last programme instant that a running system saw, so that a world stands still while nothing runs.
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="kernel_clock_one_row")]


class Run(models.Model):
    """Who runs this database, and when that was last said (`kernel/running.py`). Wall time, not programme time."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    holder = models.UUIDField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="kernel_run_one_row")]


class Progress(models.Model):
    """How far long work has come (`kernel/progress.py`): one row for each kind of it. Wall time, not programme time."""

    task = models.TextField(primary_key=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    # What is left; null where nobody counted.
    remaining = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(done__gte=0), name="kernel_progress_done")]


class KeyRecord(models.Model):
    """A key that values of this database were made with (`kernel/rotation.py`): its id and a check, never the key. Wall time."""

    key_id = models.BigIntegerField(primary_key=True)
    root = models.TextField()
    # `Key.check`: the folder's key of this id is the same one.
    known_by = models.TextField()
    noted_at = models.DateTimeField()
    # Of an index: below it this key's form counts (`kernel/index_forms.py`); and the move that was said beforehand.
    swept_until = models.BinaryField(null=True)
    moving_until = models.BinaryField(null=True)
    moving_since = models.DateTimeField(null=True)
    # Everything of the keys before it was carried over.
    ended_at = models.DateTimeField(null=True)
    # Nothing is left of it, and it is needed no more.
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(root__in=["sealing", "index", "otp", "sessions", "gateways"]),
                name="kernel_keyrecord_root",
            ),
            models.UniqueConstraint(
                fields=["root"], condition=models.Q(ended_at=None), name="kernel_keyrecord_one_change"
            ),
        ]


class ReplacedFunction(models.Model):
    """A hot call that a migration replaced, in its own words, so that the migration can be taken back (`kernel/functions.py`)."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField()
    # The version that stood there, and the one that took its place.
    sha256 = models.TextField()
    replaced_by = models.TextField()
    definition = models.TextField()
    # Wall time.
    replaced_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["name", "replaced_by"], name="kernel_replacedfunction_by")]


class KeyedRow(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class OwnedRow(KeyedRow):
    """A row of a person in a context below `people`: the column only; people's migration adds the foreign key."""

    person_id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField()

    class Meta:
        abstract = True


class PersonRow(KeyedRow):
    """A row of a person in `people` or a context above it. UNIQUE (person_id, id) is its index by person."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, db_index=False, related_name="+")
    person_id: uuid.UUID

    class Meta:
        abstract = True


class OwnedReference(models.BaseConstraint):
    """FOREIGN KEY (person_id, x_id) REFERENCES target (person_id, id): a row points only to rows of the same person.

    Stands beside a `ForeignKey(..., db_constraint=False)`, so that the ORM can join while the database makes sure that
    nobody's row refers to somebody else's, and so that the tables can be spread over machines by person (Citus).
    """

    def __init__(self, *, name: str, field: str, to: str) -> None:
        super().__init__(name=name)
        self.field, self.to = field, to

    def _statement(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        column = model._meta.get_field(self.field).column
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({quote('person_id')}, {quote(column)}) "
            f"REFERENCES {quote(self.to)} ({quote('person_id')}, {quote('id')}) ON DELETE RESTRICT"
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        """Never inside CREATE TABLE: the target's own unique key may come later in the same migration."""
        schema_editor.deferred_sql.append(self._statement(model, schema_editor))

    def create_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        schema_editor.deferred_sql.append(self._statement(model, schema_editor))

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database validates; there is nothing to say before it."""

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field, "to": self.to}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnedReference) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.field, self.to))


def owned_key(table: str, person: str = "person_id") -> models.UniqueConstraint:
    """UNIQUE (person_id, id): what rows of the same person point at, and the index of "everything of this person"."""
    return models.UniqueConstraint(fields=[person, "id"], name=f"{table}_owned")


def owned_foreign_key(to: str, **options: Any) -> Any:
    """The ORM's half of an OwnedReference: joins, but neither a constraint nor an index of its own."""
    return models.ForeignKey(
        to, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+", **options
    )


def unindexed_foreign_key(to: str, **options: Any) -> Any:
    """A plain foreign key to a small reference table, without an index: nobody asks a million rows by it alone."""
    options.setdefault("db_index", False)
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)
