"""JSON Schemas of questions and answers: from the structs, with the words and examples of `fields.py`."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext

from prakerja.developer_site.fields import field_of

REFERENCE = "#/components/schemas/"
Schema = dict[str, Any]


def components(structs: list[type[msgspec.Struct]], *, questions: frozenset[type[msgspec.Struct]]) -> dict[str, Schema]:
    """The schemas of these structs and of those inside them, by name, in the language that is active."""
    _, found = msgspec.json.schema_components(structs, ref_template=REFERENCE + "{name}")
    asked = {struct.__name__ for struct in questions}
    return {name: _worded(name, schema, is_question=name in asked) for name, schema in sorted(found.items())}


def _worded(struct: str, schema: Schema, *, is_question: bool) -> Schema:
    """One struct's schema as partners read it: our own notes out, the meaning of each member in."""
    members = {}
    required = list(schema.get("required", ()))
    for name, made in schema.get("properties", {}).items():
        members[name] = member = ecma(_without_null(made) if is_question else made)
        words = field_of(struct, name)
        if words is None:
            continue
        if words.schema and is_question:
            default = {"default": member["default"]} if member.get("default") is not None else {}
            members[name] = member = words.schema | default
        member["description"] = gettext(words.text)
        if words.example is not None and "$ref" not in member:
            member["examples"] = [words.example]
        if words.is_old:
            member["deprecated"] = True
        if words.is_required and name not in required:
            required.append(name)
    worded: Schema = {"type": "object", "properties": members}
    if required:
        worded["required"] = [name for name in members if name in required]
    if schema.get("additionalProperties") is False:
        worded["additionalProperties"] = False
    return worded


def _without_null(schema: Schema) -> Schema:
    """A member that may be left out of a question may also be null; saying so would only make clients send nulls."""
    kept = [part for part in schema.get("anyOf", ()) if part != {"type": "null"}]
    if len(kept) == len(schema.get("anyOf", ())):
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf" and (key, value) != ("default", None)}
    return rest | (kept[0] if len(kept) == 1 else {"anyOf": kept})


_TYPES = {int: "integer", str: "string"}


def ecma(schema: Any) -> Any:
    """JSON Schema's expressions have no `\\A` and `\\Z`; an enumeration says its type, for generators of clients."""
    if isinstance(schema, list):
        return [ecma(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: ecma(value) for key, value in schema.items()}
    if isinstance(made.get("pattern"), str):
        made["pattern"] = made["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    kinds = {type(value) for value in made.get("enum", ())}
    if len(kinds) == 1 and (kind := _TYPES.get(next(iter(kinds)))):
        made["type"] = kind
    return made


def example(schema: Schema, found: dict[str, Schema], *, required_only: bool = False) -> Any:
    """A value of this schema, from the examples of its members; with `required_only` without what may be left out."""
    if "$ref" in schema:
        return example(found[schema["$ref"].removeprefix(REFERENCE)], found, required_only=required_only)
    if "examples" in schema:
        return schema["examples"][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], found, required_only=required_only)
    if schema.get("type") == "object":
        wanted = schema.get("required", ()) if required_only else schema.get("properties", {})
        return {
            name: example(part, found, required_only=required_only)
            for name, part in schema.get("properties", {}).items()
            if name in wanted and not part.get("deprecated")
        }
    if schema.get("type") == "array":
        return [example(schema["items"], found, required_only=required_only)] if "items" in schema else []
    return schema.get("default", schema.get("const"))
