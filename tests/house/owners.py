"""Who owns which table, and who writes it: read from the source by `ast`, with as much type inference as our code needs.

`python -m tests.house.owners` prints the table of owners and writers.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import PACKAGE, context_of, dotted, files, python, shown, tree

# Tables of libraries and the package that answers for them: it alone may import their models.
LIBRARIES = {
    "django.contrib.sessions": "access",
    "django.contrib.auth": "access",
}
# Methods that only a manager, a queryset or a row has: whose it is must be known.
_ORM_WRITES = {
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "save",
    "save_base",
    "select_for_update",
    "update_or_create",
}
# Methods that a dict, a hash or a client has too: they count where the receiver is known to be a model's.
_WRITES = _ORM_WRITES | {"create", "update", "delete", "add", "set", "clear", "remove", "set_password"}
# `kernel.db`: many rows by one statement; the first argument says whose they are.
_MANY = {"copy_in", "copy_rows", "write_back"}
_SAME = {
    "all", "filter", "exclude", "order_by", "select_related", "prefetch_related", "select_for_update", "annotate", "alias",
    "distinct", "only", "defer", "using", "values", "values_list", "reverse", "none", "union", "iterator",
}  # fmt: skip
_ONE = {"get", "first", "last", "create", "earliest", "latest"}
_CONTAINERS = {"list", "tuple", "set", "frozenset", "Sequence", "Iterable", "Iterator", "Collection", "QuerySet", "sorted",
               "reversed", "Generator"}  # fmt: skip
_SQL_WRITE = re.compile(
    r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?|COPY|LOCK\s+TABLE)\s+(?:ONLY\s+)?\"?([a-z_]+|\{\w*\})\"?",
    re.I,
)
_SQL_LOCK = re.compile(r"\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b", re.I)
_SQL_READ = re.compile(r"\b(?:FROM|JOIN|USING)\s+(?:ONLY\s+)?\"?([a-z_]+)\"?", re.I)
_READS = re.compile(r"\bReads:\s+([a-z_,\s]+?)\.", re.I)


@dataclass(frozen=True)
class Found:
    """A line that breaks the rule."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.what}"


@dataclass(frozen=True)
class Row:
    """A row of this table."""

    table: str


@dataclass(frozen=True)
class Rows:
    """The model of this table, its manager, or many of its rows."""

    of: Kind


@dataclass(frozen=True)
class Together:
    """A tuple of different things."""

    parts: tuple[Kind | None, ...]


@dataclass(frozen=True)
class Value:
    """One of our own classes that is no model: its fields are annotated."""

    path: Path
    name: str


@dataclass(frozen=True)
class Class:
    """A class itself, not one of its objects."""

    of: Row | Value


Kind = Row | Rows | Together | Value | Class
Names = Mapping[str, Kind]


@functools.cache
def tables() -> dict[str, str]:
    """Every table of ours → the package of its model."""
    from django.apps import apps

    return {
        model._meta.db_table: model.__module__.split(".")[1]
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("prakerja.")
    }


def owner_of(table: str) -> str | None:
    """The package that owns a table; a table of the past is told by its prefix. None: no table of ours."""
    package = table.partition("_")[0]
    return tables().get(table) or (package if package in set(tables().values()) else None)


@functools.cache
def _models() -> dict[tuple[str, str], str]:
    """(package, class name) → table."""
    from django.apps import apps

    return {
        (model.__module__.split(".")[1], model.__name__): model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("prakerja.")
    }


@functools.cache
def _relations() -> dict[tuple[str, str], Kind]:
    """(table, attribute) → what a foreign key or its reverse leads to."""
    from django.apps import apps

    found: dict[tuple[str, str], Kind] = {}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            target = field.related_model
            if not isinstance(target, type):
                continue
            if field.concrete:
                found[model._meta.db_table, field.name] = Row(target._meta.db_table)
            elif name := field.get_accessor_name():
                found[model._meta.db_table, name] = Rows(Row(target._meta.db_table))
    return found


def _file_of(module: str) -> Path | None:
    base = PACKAGE.parent / module.replace(".", "/")
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.exists()), None)


@functools.cache
def _definitions(path: Path) -> dict[str, ast.stmt]:
    """Functions, classes, imports and constants of a module by name."""
    found: dict[str, ast.stmt] = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom | ast.Import):
            found |= {(name.asname or name.name): node for name in node.names}
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node
    return found


@functools.cache
def _resolve(path: Path, name: str) -> tuple[Path, ast.stmt] | None:
    """Where a name of a module is defined, through imports; `a.b` looks b up in the module a."""
    head, _, rest = name.partition(".")
    node = _definitions(path).get(head)
    if isinstance(node, ast.ImportFrom) and node.module:
        real = next(item.name for item in node.names if (item.asname or item.name) == head)
        module = _file_of(f"{node.module}.{real}")
        if module is not None:
            return _resolve(module, rest) if rest else None
        source = _file_of(node.module)
        return _resolve(source, real) if source is not None and source != path and not rest else None
    return (path, node) if node is not None and not rest else None


@functools.cache
def _class(path: Path, name: str) -> Class | None:
    found = _resolve(path, name)
    if found is None or not isinstance(found[1], ast.ClassDef):
        return None
    where, node = found
    table = _models().get((context_of(where), node.name))
    return Class(Row(table)) if table else Class(Value(where, node.name))


def _annotated(path: Path, node: ast.expr | None) -> Kind | None:
    """The kind that an annotation speaks of; None for what is no row."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = ast.parse(node.value, mode="eval").body
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _annotated(path, node.left) or _annotated(path, node.right)
    if isinstance(node, ast.Subscript) and dotted(node.value).rpartition(".")[2] != "Literal":
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        parts = [_annotated(path, part) for part in inner]
        name = dotted(node.value).rpartition(".")[2]
        if name == "tuple" and len(parts) > 1 and not isinstance(inner[-1], ast.Constant):
            return Together(tuple(parts))
        if name in ("dict", "Mapping"):
            return Rows(parts[-1]) if parts[-1] else None
        if name in _CONTAINERS:
            return Rows(parts[0]) if parts[0] else None
        return Class(parts[0]) if name == "type" and isinstance(parts[0], Row | Value) else None
    if isinstance(node, ast.Name | ast.Attribute):
        found = _class(path, dotted(node))
        if found is not None:
            return found.of
        # A name for a union of models.
        other = _resolve(path, dotted(node))
        if other is not None and isinstance(other[1], ast.Assign) and isinstance(other[1].value, ast.BinOp):
            return _annotated(other[0], other[1].value)
    return None


class Reader:
    """Walks one function (or the module's own lines), knows what its names are, and collects what is written."""

    def __init__(self, path: Path, names: Names | None = None) -> None:
        self.path = path
        self.names: dict[str, Kind] = dict(names or {})

    def learn(self, function: ast.AST) -> None:
        """Names from parameters and assignments, twice, so that an order of lines does not matter."""
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            every = function.args
            for argument in [*every.posonlyargs, *every.args, *every.kwonlyargs]:
                self._name(argument.arg, _annotated(self.path, argument.annotation))
        for _ in range(2):
            for node in ast.walk(function):
                self._learn(node)

    def _name(self, name: str, kind: Kind | None) -> None:
        if kind is not None:
            self.names[name] = kind

    def _learn(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, self.kind(node.value), node.value)
        elif isinstance(node, ast.AugAssign):
            self._bind(node.target, self.kind(node.value), None)
        elif isinstance(node, ast.AnnAssign):
            self._bind(node.target, _annotated(self.path, node.annotation), None)
        elif isinstance(node, ast.NamedExpr):
            self._bind(node.target, self.kind(node.value), None)
        elif isinstance(node, ast.For | ast.comprehension):
            self._bind(node.target, self._element(node.iter), None)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._bind(node.optional_vars, self.kind(node.context_expr), None)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            kind = self.kind(node.args[0]) if node.args else None
            if kind is not None and isinstance(node.func.value, ast.Name):
                self._name(node.func.value.id, Rows(kind))

    def _bind(self, target: ast.expr, kind: Kind | None, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self._name(target.id, kind)
        elif isinstance(target, ast.Tuple | ast.List):
            for number, part in enumerate(target.elts):
                if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
                    self._bind(part, self.kind(value.elts[number]), value.elts[number])
                elif isinstance(kind, Together) and number < len(kind.parts):
                    self._bind(part, kind.parts[number], None)

    def _element(self, node: ast.expr) -> Kind | None:
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return next((kind for part in node.elts if (kind := self.kind(part))), None)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            if node.func.id == "enumerate":
                return Together((None, self._element(node.args[0])))
            if node.func.id == "zip":
                return Together(tuple(self._element(part) for part in node.args))
        kind = self.kind(node)
        return kind.of if isinstance(kind, Rows) else None

    def kind(self, node: ast.expr | None) -> Kind | None:
        """What an expression is, as far as it concerns rows."""
        match node:
            case ast.Name():
                return self.names.get(node.id) or _class(self.path, node.id)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self._call(node)
            case ast.Subscript():
                kind = self.kind(node.value)
                if isinstance(kind, Together):
                    place = node.slice.value if isinstance(node.slice, ast.Constant) else None
                    return kind.parts[place] if isinstance(place, int) else None
                return kind if isinstance(node.slice, ast.Slice) or not isinstance(kind, Rows) else kind.of
            case ast.BoolOp():
                return next((kind for part in node.values if (kind := self.kind(part))), None)
            case ast.IfExp():
                return self.kind(node.body) or self.kind(node.orelse)
            case ast.NamedExpr() | ast.Starred() | ast.Await():
                return self.kind(node.value)
            case ast.Tuple():
                return Together(tuple(self.kind(part) for part in node.elts))
            case ast.List() | ast.Set() if node.elts:
                inner = self.kind(node.elts[0])
                return Rows(inner) if inner and not isinstance(node.elts[0], ast.Starred) else inner
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                inner = self.kind(node.elt)
                return Rows(inner) if inner else None
            case ast.DictComp():
                inner = self.kind(node.value)
                return Rows(inner) if inner else None
        return None

    def _attribute(self, node: ast.Attribute) -> Kind | None:
        kind = self.kind(node.value)
        if isinstance(kind, Class) and node.attr in ("objects", "_default_manager", "_base_manager"):
            return Rows(kind.of)
        if isinstance(kind, Row):
            return _relations().get((kind.table, node.attr))
        if isinstance(kind, Value):
            return self._field(kind, node.attr)
        return _class(self.path, dotted(node)) if kind is None and dotted(node) else None

    @staticmethod
    def _field(value: Value, name: str) -> Kind | None:
        found = _resolve(value.path, value.name)
        for part in found[1].body if found and isinstance(found[1], ast.ClassDef) else ():
            if isinstance(part, ast.AnnAssign) and dotted(part.target) == name:
                return _annotated(value.path, part.annotation)
            if isinstance(part, ast.FunctionDef) and part.name == name:
                return _annotated(value.path, part.returns)
        return None

    def _call(self, node: ast.Call) -> Kind | None:
        if isinstance(node.func, ast.Name) and node.func.id == "type" and len(node.args) == 1:
            kind = self.kind(node.args[0])
            return Class(kind) if isinstance(kind, Row | Value) else None
        if isinstance(node.func, ast.Name) and node.func.id == "cast" and len(node.args) == 2:
            return _annotated(self.path, node.args[0])
        if dotted(node.func).endswith("apps.get_model") and all(isinstance(part, ast.Constant) for part in node.args):
            label, name = (str(part.value) for part in node.args if isinstance(part, ast.Constant))
            return Class(Row(f"{label}_{name.lower()}"))
        if isinstance(node.func, ast.Name) and node.func.id in _CONTAINERS and node.args:
            return self.kind(node.args[0])
        if isinstance(node.func, ast.Attribute):
            kind = self.kind(node.func.value)
            if isinstance(kind, Rows):
                if node.func.attr in _SAME or node.func.attr == "values":
                    return kind
                if node.func.attr in _ONE:
                    return kind.of
                if node.func.attr in ("get_or_create", "update_or_create"):
                    return Together((kind.of, None))
                return kind if node.func.attr == "in_bulk" else None
            if isinstance(kind, Value):
                return self._field(kind, node.func.attr)
        target = self.kind(node.func)
        if isinstance(target, Class):
            return target.of
        found = _resolve(self.path, dotted(node.func)) if dotted(node.func) else None
        if found is not None and isinstance(found[1], ast.FunctionDef | ast.AsyncFunctionDef):
            return _annotated(found[0], found[1].returns)
        return None


def _table(kind: Kind | None) -> str | None:
    while isinstance(kind, Rows | Class):
        kind = kind.of
    return kind.table if isinstance(kind, Row) else None


def _pieces(path: Path) -> Iterator[tuple[ast.AST, Names]]:
    """The module's top-level pieces, each with everything inside it, and what `self` is there."""
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef):
            own = _class(path, node.name)
            names: dict[str, Kind] = {"self": own.of} if own is not None else {}
            yield from ((part, names) for part in node.body)
        else:
            yield node, {}


def orm_writes(path: Path) -> Iterator[tuple[int, str, str | None]]:
    """(line, method, table) of each write by the ORM; None where the table cannot be told."""
    for piece, names in _pieces(path):
        reader = Reader(path, names)
        reader.learn(piece)
        for node in ast.walk(piece):
            if not isinstance(node, ast.Call):
                continue
            if (name := dotted(node.func).rpartition(".")[2]) in _MANY and node.args:
                yield node.lineno, name, _table(reader.kind(node.args[0]))
            elif isinstance(node.func, ast.Attribute) and node.func.attr in _WRITES:
                kind = reader.kind(node.func.value)
                table = _table(kind)
                # A row is saved without positional arguments; a picture is saved to a file.
                is_foreign_method = (
                    isinstance(kind, Value) or _is_super(node) or (node.func.attr == "save" and node.args)
                )
                if table is not None or (node.func.attr in _ORM_WRITES and not is_foreign_method):
                    yield node.lineno, node.func.attr, table


def _is_super(node: ast.Call) -> bool:
    value = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "super"


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of each string of a file that is no docstring; an f-string with `{name}` where it is filled in."""
    inside: set[ast.AST] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            inside |= set(ast.walk(node)) - {node}
            parts = [part.value if isinstance(part, ast.Constant) else _hole(part) for part in node.values]
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node.lineno, node.value


def _hole(part: ast.expr) -> str:
    name = dotted(part.value).rpartition(".")[2] if isinstance(part, ast.FormattedValue) else ""
    return f"{{{name}}}"


def _bare(sql: str) -> str:
    """A statement without comments, and without the words of locks and upserts that name no table."""
    return re.sub(r"\bDO\s+UPDATE\b", "", re.sub(r"--[^\n]*", "", sql), flags=re.I)


def sql_writes(sql: str) -> list[tuple[str, str]]:
    """(verb, table) of each statement of a text that writes; a table that is filled in is `{name}`."""
    body = _SQL_LOCK.sub("", _bare(sql))
    return [
        (verb.upper(), table) for verb, table in _SQL_WRITE.findall(body) if table in tables() or table.startswith("{")
    ]


def sql_locks(sql: str) -> set[str]:
    """Tables whose rows a text locks. `OF alias` is followed; without it, each table of the statement counts."""
    found: set[str] = set()
    for match in re.finditer(r"\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b(?:\s+OF\s+\"?(\w+)\"?)?", _bare(sql), re.I):
        before = _bare(sql)[: match.start()]
        before = before[before.upper().rfind("SELECT") :]
        alias = match.group(1)
        if alias:
            names = re.findall(rf"\b(?:FROM|JOIN)\s+\"?([a-z_]+)\"?\s+(?:AS\s+)?\"?{alias}\b", before, re.I)
            found |= set(names or [alias])
        else:
            found |= set(_SQL_READ.findall(before))
    return found & set(tables())


def sql_reads(sql: str) -> set[str]:
    return set(_SQL_READ.findall(_bare(sql))) & set(tables())


def declared_reads(path: Path) -> set[str]:
    """Tables of the sentence `Reads: a, b.` in a module's docstring."""
    found = _READS.search(ast.get_docstring(tree(path)) or "")
    return set(re.split(r"[,\s]+", found.group(1).strip())) if found else set()


def foreign_writes(path: Path, package: str) -> Iterator[Found]:
    """Each write of a file to a table that `package` does not own, and each whose table cannot be told."""
    for line, method, table in orm_writes(path):
        if table is None:
            yield Found(shown(path), line, f"`{method}` of a row whose table cannot be told (writer {package})")
        elif (owner := owner_of(table)) != package:
            yield Found(shown(path), line, f"`{method}` of {table}, owner {owner}, writer {package}")
    for line, text in texts(path):
        for verb, table in sql_writes(text):
            owner = owner_of(table)
            if owner is None:
                # `kernel.db.copy_in` takes rows: whose they are is asked where it is called.
                if package != "kernel":
                    yield Found(shown(path), line, f"{verb} of a table that is filled in (writer {package})")
            elif owner != package:
                yield Found(shown(path), line, f"{verb} of {table}, owner {owner}, writer {package}")
        for table in sorted(sql_locks(text)):
            if tables()[table] != package:
                yield Found(shown(path), line, f"lock of {table}, owner {tables()[table]}, writer {package}")


def foreign_models(path: Path, package: str) -> Iterator[Found]:
    """Each import of a model that another package owns, by whatever way it comes."""
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ImportFrom | ast.Import):
            continue
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        for item in node.names:
            name = f"{module}.{item.name}" if module else item.name
            owner = _owner_of_import(module, item.name, name)
            if owner not in (None, package):
                yield Found(shown(path), node.lineno, f"imports {name}, owner {owner}, reader {package}")


def _owner_of_import(module: str, item: str, name: str) -> str | None:
    for library, owner in LIBRARIES.items():
        if name.startswith(f"{library}.") and ".models." in f"{name}.":
            return owner
    parts = name.split(".")
    if parts[0] != "prakerja" or len(parts) < 3:
        return None
    package = parts[1]
    if (package, item) in _models():
        return package
    # `kernel.models` has the bases of everybody's rows.
    return package if package != "kernel" and any(part.endswith("models") for part in parts[2:]) else None


def foreign_reads(path: Path, package: str) -> set[str]:
    """Tables of other packages that the statements of this file read."""
    return {table for _, text in texts(path) for table in sql_reads(text) if tables()[table] != package}


def modules() -> list[Path]:
    """Python of every package, migrations too."""
    return python(migrations=True)


def statements() -> list[Path]:
    return files(".sql", below=PACKAGE)


def owned_by() -> dict[str, list[str]]:
    """Each package with the tables that it alone writes, without the package's own name before them."""
    found: dict[str, list[str]] = {}
    for table, owner in sorted(tables().items()):
        found.setdefault(owner, []).append(table.removeprefix(f"{owner}_"))
    return found


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prakerja.config.settings.test")
    # Settings want an address; nothing is asked of it.
    os.environ.setdefault("DATABASE_URL", "postgresql:///nowhere")
    django.setup()
    for package, names in owned_by().items():
        print(f"| `{package}` | {', '.join(names)} |")  # noqa: T201
