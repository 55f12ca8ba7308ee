#!/usr/bin/env python3
"""A migration that a database may have run is never edited, renamed or removed: `check` that, `record` the new ones.

python tools/migrations.py check     exit 1 when a migration is not what the list says, or is in no list
python tools/migrations.py record    append the migrations that the list does not have; it changes no line

Whoever ran a migration never runs it again: an edited one leaves old code in their database, a renamed one makes the database
newer than every program. The list is a file of hashes beside this one, so that it needs no history; where there is one, the
files are compared with those of main as well, because a list can be rewritten.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = Path("tools/migrations.sha256")
FOLDER = Path("src/prakerja")


def on_disk(root: Path) -> dict[str, str]:
    """Path → SHA-256 of every migration."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((root / FOLDER).glob("*/migrations/[0-9]*.py"))
    }


def recorded(root: Path) -> dict[str, str]:
    """Path → SHA-256 as the list has it, in the form that sha256sum reads."""
    if not (root / LIST).exists():
        return {}
    lines = (root / LIST).read_text(encoding="utf-8").splitlines()
    return {path: sha256 for sha256, _, path in (line.partition("  ") for line in lines if line)}


def broken(root: Path) -> list[str]:
    """A sentence for every migration that is not any more what the list says."""
    found, wanted = on_disk(root), recorded(root)
    return [
        f"{path} was {'edited' if path in found else 'renamed or removed'} after it was recorded"
        for path, sha256 in wanted.items()
        if found.get(path) != sha256
    ]


def unrecorded(root: Path) -> list[str]:
    return [path for path in on_disk(root) if path not in recorded(root)]


def changed_since_main(root: Path) -> list[str]:
    """A sentence for every migration of main that is not here as it is there; none without git or without a history."""
    base = _base(root)
    if base is None:
        return []
    found = []
    for line in (_git(root, "ls-tree", "-r", base, "--", FOLDER.as_posix()) or "").splitlines():
        details, _, name = line.partition("\t")
        path = root / name
        if path.parent.name != "migrations" or not path.name[0].isdigit() or path.suffix != ".py":
            continue
        if not path.exists():
            found.append(f"{name} was renamed or removed since main ({base[:7]})")
        elif _blob(path) != details.split()[2]:
            found.append(f"{name} was edited since main ({base[:7]})")
    return found


def _base(root: Path) -> str | None:
    """What we come from: where we left main; on main itself, its commit before."""
    top = _git(root, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != root.resolve():
        return None
    head = _git(root, "rev-parse", "HEAD")
    for main in ("origin/main", "main"):
        base = _git(root, "merge-base", "HEAD", main)
        if base is not None:
            return _git(root, "rev-parse", "--verify", "--quiet", "HEAD^") or head if base == head else base
    return head


def _git(root: Path, *arguments: str) -> str | None:
    """What git answers; None when it cannot, or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 and done.stdout.strip() else None


def _blob(path: Path) -> str:
    """The name that git gives to the content of a file."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def check(root: Path) -> list[str]:
    """Everything that is wrong, as sentences."""
    missing = [f"{path} is not in {LIST}: python tools/migrations.py record" for path in unrecorded(root)]
    return [*broken(root), *changed_since_main(root), *missing]


def record(root: Path) -> list[str]:
    """Append what is new to the list. When a recorded migration has changed nothing is written, and what changed is told."""
    wrong = [*broken(root), *changed_since_main(root)]
    if not wrong:
        wanted = recorded(root) | {path: on_disk(root)[path] for path in unrecorded(root)}
        text = "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(wanted.items()))
        (root / LIST).write_text(text, encoding="utf-8")
    return wrong


def main(arguments: list[str], *, root: Path = ROOT) -> int:
    verbs = {"check": check, "record": record}
    if len(arguments) != 1 or arguments[0] not in verbs:
        print(__doc__)
        return 2
    wrong = verbs[arguments[0]](root)
    for sentence in wrong:
        print(sentence)
    if wrong:
        print("Restore what databases have run, and write what is new as a migration of its own (CONTRIBUTING.md).")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
