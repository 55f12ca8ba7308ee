"""What this database is: a sandbox or not, which world, whose keys. Written once, when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prakerja.kernel.clock import forget, wall
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.looks import first_of
from prakerja.kernel.models import Clock, Installation
from prakerja.kernel.rotation import note_keys
from prakerja.kernel.secrets import keys

_HALF_MADE = "half-made:"


@dataclass(frozen=True)
class InstallationState:
    """`is_half_made`: the start that was making its world was killed."""

    is_sandbox: bool
    world: str
    keys_fingerprint: str
    is_half_made: bool


def read_installation() -> InstallationState | None:
    """None in a database in which nothing is installed."""
    found = Installation.objects.first()
    if found is None:
        return None
    return InstallationState(
        is_sandbox=found.is_sandbox,
        world=found.world.removeprefix(_HALF_MADE),
        keys_fingerprint=found.keys_fingerprint,
        is_half_made=found.world.startswith(_HALF_MADE),
    )


IS_SANDBOX = first_of(lambda: Installation.objects.filter(is_sandbox=True).values_list("is_sandbox"))


def is_sandbox() -> bool:
    """Whether this database was made as a sandbox, for ever."""
    return IS_SANDBOX() is True


@requires_transaction
def begin_sandbox(*, world: str, keys_fingerprint: str, starts_at: datetime) -> None:
    """Say that this database is a sandbox whose clock starts at `starts_at`; its world is half made until it is finished."""
    Installation.objects.create(
        is_sandbox=True, world=_HALF_MADE + world, keys_fingerprint=keys_fingerprint, created_at=starts_at
    )
    Clock.objects.create(id=1, offset_us=0, seen_at=starts_at)
    note_keys(keys().keysets, at=wall())
    forget()


@requires_transaction
def begin_production(*, keys_fingerprint: str, at: datetime) -> None:
    """Say that this database is no sandbox, for ever: its clock is the wall's."""
    Installation.objects.create(is_sandbox=False, world="", keys_fingerprint=keys_fingerprint, created_at=at)
    Clock.objects.create(id=1, offset_us=0)
    note_keys(keys().keysets, at=at)
    forget()


@requires_transaction
def finish_world(*, world: str) -> None:
    """Say that the world stands."""
    Installation.objects.update(world=world)
