"""What `prakerja keys` does: the folder first, then the database, so that a kill leaves a key that nobody uses yet.

Given again, each goes on where it was.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from prakerja.cli.arguments import CommandError
from prakerja.grants.policies import ACCESS_LIFE
from prakerja.kernel import keysets, rotation
from prakerja.kernel.clock import WIB, wall
from prakerja.kernel.db import transaction
from prakerja.kernel.keysets import ROOTS, Key, Keyset
from prakerja.kernel.sealed import index_columns, sealed_columns
from prakerja.kernel.secrets import keys, new_identity_key
from prakerja.kernel.wrapping import Wrapping
from prakerja.postgres import backups

# Every root that can be changed, and that by which others check what we sign.
CHANGED = (*ROOTS, keysets.IDENTITY)
# A new key counts after this: every process of this machine knows it long before.
_COUNTS_AFTER = timedelta(minutes=1)
# Institutions fetch the public halves once in five minutes (prakerja.openid.machines), and know the new one when it signs.
_IDENTITY_COUNTS_AFTER = timedelta(minutes=10)
# For so long something may still be under way that a key made which no longer counts.
UNDER_WAY = {
    "otp": timedelta(days=2),
    "sessions": timedelta(days=90),
    "gateways": timedelta(0),
    keysets.IDENTITY: ACCESS_LIFE,
}


@dataclass(frozen=True)
class Shown:
    """A key as it is shown. `left`: rows that it made, None where nothing of it is stored."""

    root: str
    key_id: int
    made_at: datetime
    counts_from: datetime
    state: str
    left: dict[str, int] | None


def rotate(*, folder: Path, roots: Sequence[str], after: timedelta | None = None) -> list[tuple[str, Key]]:
    """Make a key for each of these roots that takes over in `after` (None: as soon as everybody knows it).

    Raises CannotRun: one of them cannot be changed now; then none is.
    """
    with _alone(folder):
        _require_new_form(folder)
        for root in roots:
            _require_changeable(folder, root)
        made = [(root, _rotate(folder, root, after)) for root in roots]
    keys().refresh(now=True)
    return made


def _rotate(folder: Path, root: str, after: timedelta | None) -> Key:
    if root == keysets.IDENTITY:
        return _rotate_identity(folder, _IDENTITY_COUNTS_AFTER if after is None else after)
    keyset = keysets.read_keyset(folder, root)
    if not _is_cut_off(keyset):
        since = wall() + (_COUNTS_AFTER if after is None else after)
        keyset = keyset.with_key(keysets.new_key(made_at=wall(), counts_from=since))
        keysets.write_keyset(folder, keyset, keysets.wrapping_of(folder, root))
    with transaction():
        rotation.begin_change(keyset=keyset, at=wall())
        _record("keys.rotated", root=root, key_id=keyset.keys[-1].id)
    return keyset.keys[-1]


def _rotate_identity(folder: Path, after: timedelta) -> Key:
    """Nothing in the database is of it, so it is written down first: whoever is killed leaves no key that nobody knows of."""
    key = new_identity_key(made_at=wall(), counts_from=wall() + after)
    with transaction():
        _record("keys.rotated", root=keysets.IDENTITY, key_id=key.id)
    keyset = keysets.read_identity(folder).with_key(key)
    keysets.write_identity(folder, keyset, keysets.identity_wrapping(folder))
    return key


def _is_cut_off(keyset: Keyset) -> bool:
    """Whether somebody was killed between the folder and the database: its last key is there, and nobody uses it."""
    return len(keyset.keys) > 1 and keyset.keys[-1].id not in {one.key_id for one in rotation.read_records()}


def _require_changeable(folder: Path, root: str) -> None:
    is_identity = root == keysets.IDENTITY
    keyset = keysets.read_identity(folder) if is_identity else keysets.read_keyset(folder, root)
    if not is_identity:
        if _is_cut_off(keyset):
            return
        if rotation.open_change(root) is not None:
            raise CommandError(
                f"Pergantian kunci {root} sebelumnya belum selesai; lihat `prakerja keys show`.",
                f"The change of {root} before this one has not ended; see `prakerja keys show`.",
            )
    since = keyset.keys[-1].counts_from
    if since > wall():
        raise CommandError(
            f"Kunci {root} yang baru berlaku mulai {since.astimezone(WIB):%H:%M:%S} WIB.",
            f"The new key of {root} counts from {since.astimezone(WIB):%H:%M:%S} WIB.",
        )


def _read_all(folder: Path) -> dict[str, Keyset]:
    found = keysets.read_folder(folder)
    return {**found, keysets.IDENTITY: keysets.read_identity(folder)} if keysets.has_identity(folder) else found


def upgrade(*, folder: Path, wrapping: Wrapping | None) -> bool:
    """Turn the two keysets of an older installation into one for each root. False: it has them already."""
    with _alone(folder):
        found, was_old = keysets.read_folder(folder), keysets.is_old(folder)
        if was_old:
            # That of sealing comes last: until it stands the old ones are read.
            for root in reversed(ROOTS):
                keysets.write_keyset(folder, found[root], wrapping)
            if keysets.read_folder(folder) != found:
                raise CommandError(
                    "Kunci yang ditulis tidak terbaca sama.", "The keys that were written read otherwise."
                )
        left = keysets.old_files(folder)
        if not left:
            return False
        # Also after a command that was killed here: only keys that have always counted are those of before.
        older = {
            root: replace(keyset, keys=tuple(key for key in keyset.keys if not key.counts_from.timestamp()))
            for root, keyset in found.items()
        }
        with transaction():
            rotation.note_keys(older, at=wall())
            _record("keys.upgraded")
        for path in left:
            path.unlink()
    return True


def rewrap(*, folder: Path, wrapping: Wrapping | None) -> None:
    """Write every keyset again under another wrapping (None: under none); `PRAKERJA_…` name both while it runs."""
    with _alone(folder):
        _require_new_form(folder)
        for root in ROOTS:
            keysets.write_keyset(folder, keysets.read_keyset(folder, root), wrapping)
        keysets.write_identity(folder, keysets.read_identity(folder), wrapping)
    with transaction():
        _record("keys.wrapped", by=wrapping["by"] if wrapping else "nothing")


def shown(folder: Path) -> list[Shown]:
    """Every key: how old it is, what it does, how many rows are still of it. Reads every column that is declared."""
    keys().refresh(now=True)
    found = _read_all(folder)
    records = {one.key_id: one for one in rotation.read_records()}
    moment = wall()
    sealed = {column.name: rotation.sealed_by(column) for column in sealed_columns()}
    indexes = {column.name: rotation.index_by(column, keys().chain) for column in index_columns()}
    lines = []
    for root, keyset in found.items():
        counted = {"sealing": sealed, "index": indexes}.get(root)
        for key in keyset.keys:
            record = records.get(key.id)
            left = None
            if counted is not None:
                left = {name: of[key.id] for name, of in counted.items() if of.get(key.id)}
            lines.append(Shown(root, key.id, key.made_at, key.counts_from, _state(keyset, key, record, moment), left))
    return lines


def _state(keyset: Keyset, key: Key, record: rotation.Record | None, moment: datetime) -> str:
    if key.counts_from > moment:
        return "coming"
    if record is not None and record.retired_at is not None:
        # What it made is gone, and the newer ones are built on it.
        return "link"
    if key.id == keyset.primary(moment.timestamp()).id:
        return "taking over" if record is not None and record.ended_at is None else "counts"
    return "older"


def retire(*, folder: Path, key_id: int, kept: Sequence[Path], although: bool) -> tuple[str, bool]:
    """Take a key away of which nothing is left. Its root, and whether it left the folder (an index key stays as a link).

    `kept`: folders of backups; one that needs the key is named, and the key stays unless `although`. Raises CommandError.
    """
    with _alone(folder):
        _require_new_form(folder)
        found = _read_all(folder)
        root = next((name for name, one in found.items() if any(key.id == key_id for key in one.keys)), None)
        if root is None:
            raise CommandError(f"Tidak ada kunci {key_id} di {folder}.", f"There is no key {key_id} in {folder}.")
        _require_unused(found[root], key_id)
        needing = [str(one.folder) for folder_ in kept for one in backups.listed(folder_) if _needs(one, key_id)]
        if needing and not although:
            raise CommandError(
                f"Salinan yang masih memerlukan kunci {key_id}: {', '.join(needing)}. Hapus dahulu, atau beri --although "
                "jika kuncinya disimpan di tempat lain.",
                f"Backups that still need the key {key_id}: {', '.join(needing)}. Delete them first, or give --although when the "
                "key is kept elsewhere.",
            )
        with transaction():
            rotation.note_retired(key_id=key_id, at=wall())
            _record("keys.retired", root=root, key_id=key_id)
        leaves = root != "index"
        if root == keysets.IDENTITY:
            keysets.write_identity(folder, found[root].without(key_id), keysets.identity_wrapping(folder))
        elif leaves:
            keysets.write_keyset(folder, found[root].without(key_id), keysets.wrapping_of(folder, root))
    return root, leaves


def _needs(one: backups.Listed, key_id: int) -> bool:
    return one.manifest is not None and key_id in [key["id"] for key in one.manifest.about.get("key_ids", [])]


def _require_unused(keyset: Keyset, key_id: int) -> None:
    root, moment = keyset.root, wall()
    place = next(n for n, key in enumerate(keyset.keys) if key.id == key_id)
    if place + 1 >= len(keyset.keys) or keyset.keys[place + 1].counts_from > moment:
        raise CommandError(
            f"Kunci {key_id} masih dipakai untuk {root}. Ganti dahulu: `prakerja keys rotate {root}`.",
            f"The key {key_id} still counts for {root}. Change it first: `prakerja keys rotate {root}`.",
        )
    if rotation.open_change(root) is not None:
        raise CommandError(
            f"Pergantian kunci {root} belum selesai; lihat `prakerja keys show`.",
            f"The change of {root} has not ended; see `prakerja keys show`.",
        )
    free_from = keyset.keys[place + 1].counts_from + UNDER_WAY.get(root, timedelta(0))
    if free_from > moment:
        raise CommandError(
            f"Yang dibuat kunci {key_id} masih dapat dipakai sampai {free_from.astimezone(WIB):%Y-%m-%d %H:%M} WIB.",
            f"What the key {key_id} made may be under way until {free_from.astimezone(WIB):%Y-%m-%d %H:%M} WIB.",
        )
    if root == "sealing":
        left = {one.name: n for one in sealed_columns() if (n := rotation.sealed_by(one).get(key_id))}
    elif root == "index":
        left = {one.name: n for one in index_columns() if (n := rotation.index_by(one, keys().chain).get(key_id))}
    else:
        left = {}
    if left:
        told = ", ".join(f"{name}: {count}" for name, count in left.items())
        raise CommandError(
            f"Masih ada baris dari kunci {key_id}: {told}.", f"Rows are left of the key {key_id}: {told}."
        )


def _require_new_form(folder: Path) -> None:
    if keysets.is_old(folder):
        raise CommandError(
            "Kunci di folder ini berbentuk lama. Salin dahulu ke tempat aman, lalu `prakerja keys upgrade`.",
            "The keys in this folder have the old form. Copy them to a safe place, then `prakerja keys upgrade`.",
        )


def _record(action: str, **data: Any) -> None:
    from prakerja.access.actors import Actor
    from prakerja.audit.operations import record
    from prakerja.kernel.clock import now

    record(action=action, at=now(), actor=Actor.system("command"), subject_kind="keys", data=data)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One command at a time changes a folder of keys; a lock of a process that was killed is free."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CommandError(
            "Perintah lain sedang mengubah kunci ini.", "Another command is changing these keys."
        ) from error
    else:
        yield
    finally:
        os.close(descriptor)
