"""The members of a schema as rows of a table, inner ones by their path: `items[].runs[].starts_at`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from prakerja.developer_site.schemas import REFERENCE

_WORDS = {
    "string": _("teks"),
    "integer": _("bilangan bulat"),
    "number": _("bilangan"),
    "boolean": _("true atau false"),
    "object": _("objek"),
    "array": _("daftar"),
    "null": _("null"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One member: its path, its type in words, whether it must be there, what it means and how it must look."""

    path: str
    kind: str
    is_required: bool
    is_old: bool
    text: str
    rule: str


def rows(schema: dict[str, Any], found: dict[str, Any], *, before: str = "") -> Iterator[Row]:
    """Every member of an object schema, outer before inner."""
    schema = _resolved(schema, found)
    for name, member in schema.get("properties", {}).items():
        path = before + name
        yield Row(
            path=path,
            kind=kind(member, found),
            is_required=name in schema.get("required", ()),
            is_old=bool(member.get("deprecated")),
            text=member.get("description", ""),
            rule=rule(member),
        )
        inner, suffix = _inside(member, found)
        if inner is not None:
            yield from rows(inner, found, before=f"{path}{suffix}.")


def kind(schema: dict[str, Any], found: dict[str, Any]) -> str:
    """The type in words of the active language."""
    if "anyOf" in schema:
        return gettext(" atau ").join(dict.fromkeys(kind(part, found) for part in schema["anyOf"]))
    resolved = _resolved(schema, found)
    name = resolved.get("type") or ("boolean" if isinstance(resolved.get("const"), bool) else "string")
    return gettext(_WORDS[str(name)])


def rule(schema: dict[str, Any]) -> str:
    """How a value must look, in the symbols of JSON Schema, and how long it may be."""
    parts = []
    for one in schema.get("anyOf", (schema,)):
        if one.get("format") == "date-time":
            parts.append("RFC 3339, UTC")
        elif "enum" in one:
            parts.append(", ".join(str(value) if value != "" else '""' for value in one["enum"]))
        elif "pattern" in one:
            parts.append(one["pattern"])
        elif "minimum" in one and "maximum" in one:
            parts.append(f"{one['minimum']} … {one['maximum']}")
        elif "minimum" in one:
            parts.append(f"≥ {one['minimum']}")
        parts += _lengths(one)
    return "  |  ".join(parts)


def _lengths(schema: dict[str, Any]) -> list[str]:
    found = []
    if "maxLength" in schema:
        found.append(gettext("paling panjang {n} tanda").format(n=schema["maxLength"]))
    if "maxItems" in schema:
        found.append(gettext("paling banyak {n} isi").format(n=schema["maxItems"]))
    inner = schema.get("items", {})
    if "maxLength" in inner:
        found.append(gettext("setiap isi paling panjang {n} tanda").format(n=inner["maxLength"]))
    return found


def _inside(schema: dict[str, Any], found: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    for part in schema.get("anyOf", (schema,)):
        if "$ref" in part:
            return _resolved(part, found), ""
        if part.get("type") == "array" and "$ref" in part.get("items", {}):
            return _resolved(part["items"], found), "[]"
    return None, ""


def _resolved(schema: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        resolved: dict[str, Any] = found[schema["$ref"].removeprefix(REFERENCE)]
        return resolved
    return schema
