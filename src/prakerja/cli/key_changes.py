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
from prakerja.kernel import keysets, rotation
from prakerja.kernel.clock import WIB, wall
from prakerja.kernel.db import transaction
from prakerja.kernel.keysets import ROOTS, Key, Keyset
from prakerja.kernel.sealed import index_columns, sealed_columns
from prakerja.kernel.secrets import keys
from prakerja.kernel.wrapping import Wrapping
from prakerja.postgres import backups

# A new key counts after this: every process of this machine knows it long before.
COUNTS_AFTER = timedelta(minutes=1)
# For so long something may still be under way that a key made which no longer counts.
UNDER_WAY = {"otp": timedelta(days=2), "sessions": timedelta(days=90), "gateways": timedelta(0)}


@dataclass(frozen=True)
class Shown:
    """A key as it is shown. `left`: rows that it made, None where nothing of it is stored."""

    root: str
    key_id: int
    made_at: datetime
    counts_from: datetime
    state: str
    left: dict[str, int] | None


def rotate(*, folder: Path, roots: Sequence[str], after: timedelta) -> list[tuple[str, Key]]:
    """Make a key for each of these roots that takes over in `after`. Raises CannotRun."""
    made = []
    with _alone(folder):
        _require_new_form(folder)
        for root in roots:
            before = keysets.read_keyset(folder, root)
            known = {one.key_id for one in rotation.read_records()}
            newest = before.keys[-1]
            if len(before.keys) > 1 and newest.id not in known:
                # Somebody was killed between the folder and the database.
                after_it = before
            else:
                if rotation.open_change(root) is not None:
                    raise CommandError(
                        f"Pergantian kunci {root} sebelumnya belum selesai; lihat `prakerja keys show`.",
                        f"The change of {root} before this one has not ended; see `prakerja keys show`.",
                    )
                if newest.counts_from > wall():
                    raise CommandError(
                        f"Kunci {root} yang baru berlaku mulai {newest.counts_from.astimezone(WIB):%H:%M:%S} WIB.",
                        f"The new key of {root} counts from {newest.counts_from.astimezone(WIB):%H:%M:%S} WIB.",
                    )
                key = keysets.new_key(made_at=wall(), counts_from=wall() + after)
                after_it = before.with_key(key)
                keysets.write_keyset(folder, after_it, keysets.wrapping_of(folder, root))
            with transaction():
                rotation.begin_change(keyset=after_it, at=wall())
                _record("keys.rotated", root=root, key_id=after_it.keys[-1].id)
            made.append((root, after_it.keys[-1]))
    keys().refresh(now=True)
    return made


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
    found = keysets.read_folder(folder)
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
        found = keysets.read_folder(folder)
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
        if leaves:
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
