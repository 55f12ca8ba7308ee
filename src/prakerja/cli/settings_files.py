"""The files from which doors, worker and commands of an installation read their settings: one for all, one for each role.

`NAME=value` a line, as systemd's EnvironmentFile and a shell read them. Each is 0600: a door's file has its role's password in it, and
whoever starts the door (systemd, as root) reads it before the door runs as somebody else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from prakerja.cli.arguments import CommandError

FOLDER = "PRAKERJA_SETTINGS"
COMMON = "common"


def path_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.env"


def write(path: Path, content: Mapping[str, str], *, heading: str) -> None:
    """Write the whole file or none, readable to us alone."""
    lines = [f"# {heading}", *(f"{name}={_quoted(value)}" for name, value in content.items())]
    replace_file(path, "\n".join(lines) + "\n")


def replace_file(path: Path, text: str) -> None:
    """The same for any text."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read(path: Path) -> dict[str, str]:
    """What stands in a file. Raises CommandError: it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CommandError(
            f"Setelan {path} tidak dapat dibaca: {error.strerror}.",
            f"The settings {path} cannot be read: {error.strerror}.",
        ) from error
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip('"') for name, value in pairs}


def use(role: str) -> None:
    """Take the settings of this role from the folder that PRAKERJA_SETTINGS names, where one is named; what stands in the
    environment already wins. `role`: a door, `worker`, `command`, or `owner`, whose settings alone may change tables."""
    named = os.environ.get(FOLDER, "")
    if not named:
        return
    folder = Path(named)
    # The first to name a setting wins: a role its own.
    for name in (role, COMMON):
        for key, value in read(path_of(folder, name)).items():
            os.environ.setdefault(key, value)


def _quoted(value: str) -> str:
    return f'"{value}"' if set(value) & set(" #;()<>|&*?[]{}~!") else value
