"""A command's way to the database: which one it is, whether it may be used, and whose clock it has."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from prakerja.cli.arguments import CommandError
from prakerja.cli.embedded_roles import dsn_for
from prakerja.cli.running_lock import RunningLock
from prakerja.config.privileges import SANDBOX
from prakerja.kernel.secrets import create_keys
from prakerja.kernel.standing_back import stand_back
from prakerja.postgres import Server, server_for

ADDRESSES = "addresses.json"


@dataclass(frozen=True)
class Database:
    """A database with Django on top of it. `home` is our folder in the data folder."""

    server: Server
    home: Path
    # Nothing else runs on this database, so this command starts and stops its clock.
    is_alone: bool

    def addresses(self) -> dict[str, Any]:
        """Where the running system answers. Raises CommandError when none runs."""
        path = self.home / ADDRESSES
        if self.is_alone or not path.exists():
            raise CommandError(
                "Prakerja tidak sedang berjalan di folder data ini. Jalankan `prakerja up` dahulu.",
                "Prakerja is not running on this data folder. Start `prakerja up` first.",
            )
        found: dict[str, Any] = json.loads(path.read_text())
        return found


def keys_folder(server: Server) -> Path:
    """Where the keysets are: PRAKERJA_KEYS, else the data folder's own (architecture.md "Secrets")."""
    named = os.environ.get("PRAKERJA_KEYS", "")
    return Path(named) if named else server.keys


def prepare_django(server: Server, *, role: str | None = None) -> None:
    """Point this process at the database and its keys, and load Django, before any model is imported.

    `role`: as which role of an embedded server; None: as the owner of its tables.
    """
    dsn = dsn_for(server, role) if role else server.dsn
    folder = keys_folder(server)
    create_keys(folder)
    os.environ["DATABASE_URL"] = dsn
    os.environ["PRAKERJA_KEYS"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "prakerja.config.settings.command"
    addresses = server.data_dir / "prakerja" / ADDRESSES
    if addresses.exists():
        # What falls due is done in the command's own process and may have to call the bank.
        os.environ.update(json.loads(addresses.read_text())["environment"])
    import django

    django.setup()
    from django.db import connection

    user = urlsplit(dsn).username
    if user and connection.settings_dict["USER"] != unquote(user):
        # Whoever loaded the programme before us was another.
        connection.close()
        connection.settings_dict["USER"] = unquote(user)


@contextlib.contextmanager
def database(
    data_dir: Path | None, *, sandbox_only: bool = False, may_install: bool = False, as_owner: bool = False
) -> Iterator[Database]:
    """What a one-shot command works with: the running system's database, or its own for as long as it runs.

    While nothing else runs the world's clock stands still; it ticks for as long as the command does.
    `may_install` makes an empty database an installation that is no sandbox; `as_owner` changes its tables.
    Raises CommandError when there is no world, it is no sandbox (`sandbox_only`), or the keys are others.
    """
    with server_for(data_dir, own=False) as server:
        prepare_django(server, role=None if may_install or as_owner else SANDBOX if sandbox_only else "command")
        # An operator can wait a little longer for a wave; a shop's customer waits for the door.
        stand_back()
        from prakerja.cli.installation import check_installation, install_production
        from prakerja.sandbox import clock

        if may_install:
            install_production()
        installation = check_installation()
        if sandbox_only and not installation.is_sandbox:
            raise not_a_sandbox()
        lock = RunningLock(server)
        is_alone = lock.take()
        ticks = is_alone and installation.is_sandbox
        try:
            if ticks:
                clock.resume()
            yield Database(server=server, home=server.data_dir / "prakerja", is_alone=is_alone)
            if ticks:
                clock.pause()
        finally:
            lock.give_back()


def not_a_sandbox() -> CommandError:
    return CommandError(
        "Perintah ini hanya untuk basis data yang dibuat sebagai sandbox.",
        "This command works only on a database that was created as a sandbox.",
    )
