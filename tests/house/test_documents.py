"""The documents say what the code does, where a machine can tell."""

from __future__ import annotations

import argparse
import ast
import re
import tomllib
from pathlib import Path

import pytest

from prakerja.cli.command import parser
from prakerja.kernel.functions import hot_call_files
from prakerja.partner_api.endpoint import ENDPOINTS
from prakerja.partner_api.urls import VIEWS
from prakerja.programmes.schemes import Scheme
from tests.house.source import PACKAGE, ROOT, dotted, files, python, shown, tree

DOCUMENTS = files(".md")
ADRS = sorted((ROOT / "docs" / "adr").glob("*.md"))
_LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
# What a `kind=` means beside a transfer: an incentive, a cut-off, an actor.
_OTHER_KINDS = {"post_training", "survey"}
_MOVERS = {
    "post_transfer",
    "empty_balance",
    "empty_balances",
    "post_transfers",
    "refund_balances",
    "close_wallet",
    "close_wallets",
    "_empty_reserve",
    "_close_wallet",
    "payable",
    "Posting",
    "_post",
    "_posting",
    "_transfer",
}


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in _LINK.findall(path.read_text(encoding="utf-8")):
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists():
            broken.append(link)
        elif anchor:
            text = target.read_text(encoding="utf-8")
            anchors = {_anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.M)}
            broken += [link] if anchor not in anchors | set(re.findall(r'<a id="([^"]+)"></a>', text)) else []
    assert broken == []


def test_the_layers_are_those_that_are_enforced() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    shown_layers = re.search(r"```layers\n(.*?)```", text, re.S)
    assert shown_layers is not None
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    enforced = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    assert shown_layers.group(1).splitlines() == enforced


def _kinds_in_documents() -> set[str]:
    rows = re.findall(r"^\|.*\|$", (ROOT / "docs" / "money.md").read_text(encoding="utf-8"), re.M)
    cells = [row.split("|")[3] for row in rows if "→" in row]
    return {kind for cell in cells for kind in re.findall(r"`([a-z_]+)`", cell)}


def _kinds_in_code() -> set[str]:
    """Words that are given as the kind of a transfer, in Python and in the hot calls."""
    found: set[str] = set()
    for path in python():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or dotted(node.func).rpartition(".")[2] not in _MOVERS:
                continue
            given = [word.value for word in node.keywords if word.arg == "kind"] + node.args[1:2]
            found |= {part.value for value in given for part in ast.walk(value) if _is_word(part)}  # type: ignore[attr-defined]
    for path in hot_call_files():
        found |= set(re.findall(r"p_transfer_id, p_person_id, \w+, '(\w+)'", path.read_text()))
    # `survey_lapsed_1` … are made from a number.
    return {"survey_lapsed_n" if kind == "survey_lapsed_" else kind for kind in found} - _OTHER_KINDS


def _is_word(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(re.fullmatch(r"[a-z_]+", node.value))


def test_every_transfer_has_its_line_and_every_line_its_transfer() -> None:
    documented, posted = _kinds_in_documents(), _kinds_in_code()
    # Those whose kind is chosen in a variable before the call; they stand in the code as words.
    chosen = {kind for kind in documented - posted if _stands_in_code(kind)}
    assert posted - documented == set()
    assert documented - posted - chosen == set()


def _stands_in_code(kind: str) -> bool:
    return any(f'"{kind}"' in path.read_text(encoding="utf-8") for path in python())


def test_every_partner_endpoint_is_listed_with_its_user() -> None:
    assert VIEWS
    text = (ROOT / "docs" / "partner-api.md").read_text(encoding="utf-8")
    listed = {
        (method, path, kind) for method, path, kind in re.findall(r"^\| `(GET|POST|PUT) (\S+)` \| (\w+) \|", text, re.M)
    }
    assert listed == {
        (declared.method, re.sub(r"<\w+:(\w+)>", r"<\1>", declared.path), declared.kind) for declared in ENDPOINTS
    }


def test_commands_in_documents_exist() -> None:
    action = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    named = {
        command
        for path in DOCUMENTS
        for command in re.findall(r"(?:^|`|bin/)prakerja ([a-z]+)\b", path.read_text(encoding="utf-8"), re.M)
    }
    assert named - set(action.choices) == set()


def test_make_targets_in_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    named = {target for path in DOCUMENTS for target in re.findall(r"(?:^|`)make ([a-z-]+)\b", path.read_text(), re.M)}
    assert named - targets == set()


def test_decisions_are_numbered_and_one_page_long() -> None:
    assert [int(path.name[:4]) for path in ADRS] == list(range(1, len(ADRS) + 1))
    for path in ADRS:
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"^## (.*)$", text, re.M) == ["Context", "Decision", "Consequences"], path.name
        assert len(text.splitlines()) <= 60, path.name


# Folders in which a path of a document may begin, besides its own.
_PLACES = (ROOT, PACKAGE, PACKAGE / "programmes", ROOT / "docs")
# What looks like a path and is an address of the partners' door.
_ADDRESSES = {"oauth/authorize", "oauth/url-generate", "payment/void"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_files_that_a_document_names_exist(path: Path) -> None:
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]+)`", path.read_text(encoding="utf-8"))) - _ADDRESSES
    ours = {
        name
        for name in named
        if (PACKAGE / name.partition("/")[0]).is_dir() or (ROOT / name.partition("/")[0]).is_dir()
    }
    missing = [
        name
        for name in sorted(ours)
        if not any((place / name).exists() or (place / f"{name}.py").exists() for place in (*_PLACES, path.parent))
    ]
    assert missing == []


def _names_of(package: str) -> set[str]:
    """The classes, functions and constants of a package."""
    names = set()
    for path in python(below=PACKAGE / package):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def test_the_rules_as_data_are_the_fields_of_a_scheme() -> None:
    """rules.md 13 names every field once; what nothing obeys yet stands in italics there and nowhere in the code."""
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    section = text.partition('<a id="13"></a>')[2].partition('<a id="13.1"></a>')[0]
    first = [row.split("|")[1] for row in re.findall(r"^\|.*\|$", section, re.M)]
    fields = set(Scheme.__struct_fields__) - {"key"}
    assert {name for cell in first for name in re.findall(r"`(\w+)`", cell)} - {"waves"} == fields - {"waves"}
    later = {name for cell in first for italic in re.findall(r"\*([\w, ]+)\*", cell) for name in italic.split(", ")}
    assert len(later) > 5
    assert later & fields == set()


def test_the_glossary_follows_the_code() -> None:
    """`awards.Award` is a name in that package, and `void_purchase` stands somewhere in the code."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    known = {path.name: _names_of(path.name) for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    for package, _, name in re.findall(r"`([a-z_]+)\.((?:[a-z_]+\.)*)([A-Z]\w+)", text):
        assert name in known[package], f"{package}.{name}"
    source = "\n".join(path.read_text(encoding="utf-8") for path in python())
    words = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text.partition("Endings:")[0]))
    assert {word for word in words if not re.search(rf"\b{word}\b", source)} == set()


def test_the_front_page_shows_pictures_when_there_are_some() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert ("## Pictures" in text) is bool(pictures)
