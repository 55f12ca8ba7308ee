"""A backup is a folder: the dump of a database, and a manifest that says what it is and proves that it is whole.

It is written beside its place and moved there at the end, so what bears its name is whole; what was cut off never bears it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from prakerja.kernel.errors import CannotRun
from prakerja.postgres.dumps import programs_for, read_dump, table_of_contents, write_dump

_DUMP, _MANIFEST = "database.dump", "manifest.json"
_TYPE, _VERSION = "prakerja-backup", 1
_CUT_OFF = ".partial"
_PIECE = 1 << 20
# Tables whose rows are counted in the snapshot that was copied: a restore proves that it has as many.
_COUNTED = ("people_person", "awards_award", "ledger_transfer", "audit_record")


class Damaged(CannotRun):
    """A backup is not whole, or none of ours."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `about` is whatever its maker wanted to know again; `size` is in bytes."""

    made_at: datetime
    postgresql: str
    size: int
    sha256: str
    counts: dict[str, int]
    about: dict[str, Any]

    @property
    def major(self) -> int:
        """PostgreSQL's major version."""
        return int(self.postgresql.split(".")[0])


@dataclass(frozen=True)
class Listed:
    """A folder that is a backup, or was to become one (`manifest` is None)."""

    folder: Path
    manifest: Manifest | None


def create(
    *,
    dsn: str,
    to: Path,
    made_at: datetime,
    about: Mapping[str, Any],
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Copy the database as it is at one instant; nobody waits for it. Returns the backup's folder, under `to`.

    Raises LauncherError (`dump-failed`, `no-client`), OSError.
    """
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = to / made_at.astimezone(UTC).strftime("prakerja-%Y%m%dT%H%M%SZ")
    if folder.exists():
        raise CannotRun(
            f"{folder} sudah ada. Ulangi sebentar lagi.", f"{folder} exists already. Try again in a moment."
        )
    partial = folder.with_name(folder.name + _CUT_OFF)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    try:
        with psycopg.connect(dsn) as connection:
            # Counts and copy see the same instant; the transaction stays open until the copy is made.
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            snapshot, version = connection.execute(
                "SELECT pg_export_snapshot(), current_setting('server_version')"
            ).fetchone() or ("", "")
            counts = counted(connection)
            postgresql = str(version).split(" ")[0]
            write_dump(
                binaries=programs_for(int(postgresql.split(".")[0])),
                dsn=dsn,
                snapshot=str(snapshot),
                into=partial / _DUMP,
                progress=progress,
            )
        _write_manifest(partial, made_at=made_at, postgresql=postgresql, counts=counts, about=about)
        partial.rename(folder)
        _sync(to)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder


def counted(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """The rows of the tables that say most about a database."""
    found = {}
    for table in _COUNTED:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        assert row is not None
        found[table] = int(row[0])
    return found


def read_manifest(backup: Path) -> Manifest:
    """What a backup says of itself. Raises Damaged."""
    try:
        found = json.loads((backup / _MANIFEST).read_bytes())
        if found["type"] != _TYPE or found["version"] != _VERSION:
            raise ValueError
        return Manifest(
            made_at=datetime.fromisoformat(found["made_at"]),
            postgresql=str(found["postgresql"]),
            size=int(found["dump"]["bytes"]),
            sha256=str(found["dump"]["sha256"]),
            counts={table: int(found["counts"][table]) for table in _COUNTED},
            about=dict(found["about"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Damaged(
            f"{backup} bukan salinan Prakerja, atau keterangannya rusak ({_MANIFEST}).",
            f"{backup} is no backup of Prakerja, or what it says of itself is damaged ({_MANIFEST}).",
        ) from error


def verify(backup: Path) -> Manifest:
    """Whether every byte is there and PostgreSQL can read it. Raises Damaged, LauncherError `no-client`."""
    manifest = read_manifest(backup)
    dump = backup / _DUMP
    size = dump.stat().st_size if dump.exists() else 0
    if size != manifest.size:
        raise Damaged(
            f"{dump} berisi {size} dari {manifest.size} bita: terpotong atau diganti. Pakai salinan lain.",
            f"{dump} has {size} of {manifest.size} bytes: it was truncated or replaced. Use another backup.",
        )
    if _sha256(dump) != manifest.sha256:
        raise Damaged(
            f"{dump} berubah sejak dibuat. Pakai salinan lain.",
            f"{dump} was changed since it was made. Use another backup.",
        )
    table_of_contents(binaries=programs_for(manifest.major), dump=dump)
    return manifest


def restore(*, backup: Path, dsn: str, tell: Callable[[], None] | None = None) -> Manifest:
    """Read a backup into the empty database of `dsn`, all of it or nothing.

    Raises Damaged (also when the rows are not as many as were copied), CannotRun (the database is not empty, or older than the one that was
    copied), LauncherError (`restore-failed`, `no-client`).
    """
    manifest = verify(backup)
    with psycopg.connect(dsn) as connection:
        major = connection.info.server_version // 10_000
        there = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if there is None or there[0]:
        raise CannotRun(
            "Basis data itu tidak kosong; salinan hanya dibaca ke yang kosong. Pilih folder data atau basis data lain.",
            "That database is not empty, and a backup is read into an empty one only. Choose another data folder or database.",
        )
    if major < manifest.major:
        raise CannotRun(
            f"Salinan itu dari PostgreSQL {manifest.major}; server ini PostgreSQL {major}. Pakai versi itu atau yang lebih baru.",
            f"That backup is of PostgreSQL {manifest.major}; this server is {major}. Use that version or a newer one.",
        )
    read_dump(binaries=programs_for(major), dsn=dsn, dump=backup / _DUMP, tell=tell)
    with psycopg.connect(dsn) as connection:
        found = counted(connection)
    if found != manifest.counts:
        raise Damaged(
            f"Jumlah baris tidak sama dengan saat disalin: {found}, semestinya {manifest.counts}.",
            f"The rows are not as many as were copied: {found} instead of {manifest.counts}.",
        )
    return manifest


def listed(folder: Path) -> list[Listed]:
    """The backups of a folder, the newest first, and what was cut off."""
    found = []
    for one in sorted(folder.glob("prakerja-*"), reverse=True) if folder.is_dir() else ():
        if not one.is_dir():
            continue
        try:
            found.append(Listed(one, None if one.name.endswith(_CUT_OFF) else read_manifest(one)))
        except Damaged:
            found.append(Listed(one, None))
    return found


def _write_manifest(
    folder: Path, *, made_at: datetime, postgresql: str, counts: Mapping[str, int], about: Mapping[str, Any]
) -> None:
    dump = folder / _DUMP
    content = {
        "type": _TYPE,
        "version": _VERSION,
        "made_at": made_at.astimezone(UTC).isoformat(),
        "postgresql": postgresql,
        "dump": {"bytes": dump.stat().st_size, "sha256": _sha256(dump)},
        "counts": dict(counts),
        "about": dict(about),
    }
    (folder / _MANIFEST).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for path in (dump, folder / _MANIFEST, folder):
        _sync(path)


def _sha256(path: Path) -> str:
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            hashed.update(piece)
    return hashed.hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
