"""Frozen dataclasses to plain JSON data and back.

A scheme version is stored as JSON beside the awards it governs, so reading it back must be strict: an unknown
key, a missing one or a wrong type is an error with the path of the value, never a silent default.
"""

from __future__ import annotations

import dataclasses
import types
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class SchemeDataError(ValueError):
    """The data of a scheme version does not have the shape of a scheme."""


def to_data(value: object) -> Any:
    """Turn a dataclass or one of its values into JSON data: dates become ISO strings, tuples lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_data(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [to_data(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value


def from_data(cls: type[T], data: object, *, path: str = "scheme") -> T:
    """Build the dataclass `cls` from JSON data. Raises SchemeDataError with the path of a wrong value."""
    if not isinstance(data, dict):
        raise SchemeDataError(f"{path}: expected an object")
    hints = get_type_hints(cls)
    names = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    unknown = sorted(set(data) - set(names))
    if unknown:
        raise SchemeDataError(f"{path}: unknown {', '.join(unknown)}")
    missing = [name for name in names if name not in data]
    if missing:
        raise SchemeDataError(f"{path}: missing {', '.join(missing)}")
    return cls(**{name: _read(hints[name], data[name], f"{path}.{name}") for name in names})


def _read(hint: Any, value: object, path: str) -> Any:
    origin = get_origin(hint)
    if origin is Union or origin is types.UnionType:
        if value is None:
            return None
        hint = next(option for option in get_args(hint) if option is not type(None))
        origin = get_origin(hint)
    if origin is tuple:
        if not isinstance(value, list):
            raise SchemeDataError(f"{path}: expected a list")
        item_hint = get_args(hint)[0]
        return tuple(_read(item_hint, item, f"{path}[{index}]") for index, item in enumerate(value))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_data(hint, value, path=path)
    return _read_plain(hint, value, path)


def _read_plain(hint: Any, value: object, path: str) -> Any:
    # bool is a subclass of int: an amount that is `true` must not become one rupiah.
    if hint in (int, bool, str):
        if type(value) is not hint:
            raise SchemeDataError(f"{path}: expected {hint.__name__}")
        return value
    if not isinstance(value, str):
        raise SchemeDataError(f"{path}: expected a string")
    try:
        if hint is date:
            return date.fromisoformat(value)
        if hint is time:
            return time.fromisoformat(value)
        return hint(value)
    except ValueError as error:
        raise SchemeDataError(f"{path}: {error}") from error
