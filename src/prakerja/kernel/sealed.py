"""Columns whose values our keys made. Where a column stands is its only declaration: changing the keys finds them by it.

To the database and to migrations they are plain bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models


class _Plain(models.BinaryField):  # type: ignore[type-arg]
    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.BinaryField", arguments, options


class SealedField(_Plain):
    """A value that `seal` or `seal_bytes` made. `bound_to` are the table and the column that it was bound to, where those are not
    its own: a value opens only with the words that it was sealed with, whatever its table is called since. `row` is the column
    that has the row's id.
    """

    def __init__(
        self, *arguments: Any, bound_to: tuple[str, str] | None = None, row: str = "id", **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.bound_to, self.row = bound_to, row


class IndexField(_Plain):
    """A value that `blind_index` made. `led_by`: what is true of every row, where the index of the table begins with another column."""

    def __init__(self, *arguments: Any, led_by: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.led_by = led_by


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values, by the names that the database has."""

    table: str
    column: str
    row: str
    bound_to: tuple[str, str]

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


@dataclass(frozen=True)
class IndexColumn:
    """A column of blind indexes."""

    table: str
    column: str
    led_by: str = ""

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


def sealed_columns() -> list[SealedColumn]:
    """Every column of sealed values, over all contexts."""
    return [
        SealedColumn(
            table=(table := model._meta.db_table),
            column=(column := str(field.column)),
            row=field.row,
            bound_to=field.bound_to or (table, column),
        )
        for model, field in _fields()
        if isinstance(field, SealedField)
    ]


def index_columns() -> list[IndexColumn]:
    """Every column of blind indexes, over all contexts."""
    return [
        IndexColumn(model._meta.db_table, str(field.column), field.led_by)
        for model, field in _fields()
        if isinstance(field, IndexField)
    ]


def _fields() -> Iterator[tuple[type[models.Model], Any]]:
    for model in sorted(apps.get_models(), key=lambda one: one._meta.db_table):
        if model._meta.app_config.name.startswith("prakerja."):
            for field in model._meta.local_fields:
                yield model, field
