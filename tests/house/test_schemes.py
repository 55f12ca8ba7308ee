"""Every rule of a scheme is obeyed: a field that nothing reads tells a reader of the data something untrue."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import msgspec

from prakerja.programmes.schemes import CutoffKind, model
from tests.house.source import PACKAGE, dotted, functions, python, tree

MODEL = PACKAGE / "programmes" / "schemes" / "model.py"
PARTS: dict[str, type[msgspec.Struct]] = {
    name: value
    for name, value in vars(model).items()
    if isinstance(value, type) and issubclass(value, model.Rules) and value is not model.Rules
}


def _holders() -> dict[str, str]:
    """Name of a field → the part that it holds: `otp` → OtpLimits."""
    return {
        field.name: kind
        for part in PARTS.values()
        for field in msgspec.structs.fields(part)
        for kind in PARTS
        if kind in str(field.type)
    }


def _reads() -> Iterator[tuple[str, str]]:
    """(part, field) of every place that reads a rule from something that is known to be such a part."""
    holders = _holders()

    def kind_of(node: ast.expr, names: dict[str, str]) -> str:
        if isinstance(node, ast.IfExp):
            return kind_of(node.body, names)
        if isinstance(node, ast.Name):
            return names.get(node.id, "")
        if isinstance(node, ast.Attribute):
            return "Scheme" if node.attr == "rules" else holders.get(node.attr, "")
        return "Scheme" if isinstance(node, ast.Call) and dotted(node.func) in ("scheme", "scheme_by_key") else ""

    for path in python():
        for part in [tree(path), *functions(path)]:
            # A whole scheme is called so wherever it is handed about; parts are followed by annotation and assignment.
            names = {"scheme": "Scheme", "rules": "Scheme"}
            if isinstance(part, ast.FunctionDef):
                arguments = [*part.args.args, *part.args.kwonlyargs]
                names |= {item.arg: dotted(item.annotation) for item in arguments if item.annotation is not None}
            for node in ast.walk(part):
                if isinstance(node, ast.Assign):
                    kind = kind_of(node.value, names)
                    names |= {target.id: kind for target in node.targets if isinstance(target, ast.Name) and kind}
            for node in ast.walk(part):
                if isinstance(node, ast.Attribute) and (kind := kind_of(node.value, names)):
                    yield kind, node.attr
    for node in tree(MODEL).body:
        # A property of a part reads its own fields.
        if isinstance(node, ast.ClassDef):
            yield from ((node.name, inner.attr) for inner in ast.walk(node) if dotted(inner) == f"self.{_attr(inner)}")


def _attr(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""


def test_every_rule_has_a_reader() -> None:
    reads = set(_reads())
    declared = {(name, field.name) for name, part in PARTS.items() for field in msgspec.structs.fields(part)}
    by_name = {("Cutoffs", kind.value) for kind in CutoffKind}
    assert sorted(declared - reads - by_name) == []


def test_every_cut_off_cuts_something_off() -> None:
    used = {
        node.attr for path in python() for node in ast.walk(tree(path)) if dotted(node) == f"CutoffKind.{_attr(node)}"
    }
    assert {kind.name for kind in CutoffKind} - used == set()
