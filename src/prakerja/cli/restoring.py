"""Reading a backup into a new installation: keys first, since nothing in it can be read by others."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from prakerja.cli.arguments import CommandError, progress
from prakerja.kernel import keysets
from prakerja.kernel.secrets import Keys
from prakerja.postgres import backups, server_for
from prakerja.postgres.backups import Manifest
from prakerja.postgres.layout import default_data_dir

_MB = 1_000_000
# A database with all tables and no person in it, and what its server keeps beside it.
_EMPTY_MB = 80


def restore(*, backup: Path, data_dir: Path | None, keys: Path | None) -> Manifest:
    """Read `backup` into the empty database of `data_dir` (or DATABASE_URL); `keys` are copied into its own folder.

    Raises CommandError: the keys are missing or others, or there is no room; and what `postgres.backups.restore` raises. Nothing is changed then.
    """
    manifest = backups.verify(backup)
    progress("Salinan utuh · The backup is whole.")
    _require_room(backup, data_dir)
    with server_for(data_dir, own=False) as server:
        own = Path(os.environ.get("PRAKERJA_KEYS", "")) if os.environ.get("PRAKERJA_KEYS") else server.keys
        _require_keys(keys if keys is not None else own, manifest)
        if keys is not None and keys.resolve() != own.resolve():
            _require_no_others(own, manifest)

        def tell() -> None:
            progress("Sedang dibaca · Reading …")

        backups.restore(backup=backup, dsn=server.dsn, tell=tell)
        if keys is not None and keys.resolve() != own.resolve():
            own.mkdir(mode=0o700, parents=True, exist_ok=True)
            # What restores has made none of its own there; only what is missing or the same is written.
            for one in keys.glob("*.json"):
                keysets.put_file(own / one.name, one.read_text())
    return manifest


def _require_room(backup: Path, data_dir: Path | None) -> None:
    """A server of our own on a disk that fills up half way says only that it is gone. Another's disk is not ours to look at."""
    if os.environ.get("DATABASE_URL"):
        return
    folder = (data_dir or default_data_dir()).absolute()
    there = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(there).free // _MB
    # What is copied is compressed: it takes twice its size at the least.
    needed = _EMPTY_MB + 2 * sum(one.stat().st_size for one in backup.iterdir()) // _MB
    if free < needed:
        raise CommandError(
            f"Disk {there} tidak cukup: sisa {free} MB, perlu sedikitnya {needed} MB. Sediakan ruang.",
            f"There is no room on the disk of {there}: {free} MB are left, and it takes {needed} MB at the least. Make room.",
        )


def _fingerprint(folder: Path) -> str | None:
    if not folder.is_dir() or not any(folder.glob("*.json")):
        return None
    return Keys(folder).fingerprint


def _require_keys(folder: Path, manifest: Manifest) -> None:
    found = _fingerprint(folder)
    if found is None:
        raise CommandError(
            f"Kunci salinan itu tidak ada di {folder}. Sebutkan folder kuncinya: --keys.",
            f"The keys of that backup are not in {folder}. Say where they are: --keys.",
        )
    if found != manifest.about.get("keys"):
        raise CommandError(
            f"Kunci di {folder} bukan kunci salinan itu; isinya tidak akan terbaca.",
            f"The keys in {folder} are not those of that backup; it could not be read.",
        )
    here = {key.id: key.check() for keyset in keysets.read_folder(folder).values() for key in keyset.keys}
    missing = [one for one in manifest.about.get("key_ids", []) if here.get(one["id"]) != one["known_by"]]
    if missing:
        named = ", ".join(f"{one['root']} {one['id']}" for one in missing)
        raise CommandError(
            f"Kunci yang diperlukan salinan itu tidak ada di {folder}: {named}. Pakai salinan kunci dari waktu itu.",
            f"Keys that this backup needs are not in {folder}: {named}. Take the copy of the keys of that time.",
        )


def _require_no_others(own: Path, manifest: Manifest) -> None:
    found = _fingerprint(own)
    if found is not None and found != manifest.about.get("keys"):
        raise CommandError(
            f"Di {own} sudah ada kunci lain, yang tidak ditimpa. Pilih folder data lain.",
            f"There are other keys in {own}, which are not overwritten. Choose another data folder.",
        )
