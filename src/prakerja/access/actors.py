"""Who acts. Every verb that an operator can use takes an `Actor`, never a name."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prakerja.audit.kinds import ACTOR_KINDS

if TYPE_CHECKING:
    from prakerja.access.models import User


@dataclass(frozen=True)
class Actor:
    """Made by the constructors below. `id` is what the audit trail keeps; `name` is for people and may change."""

    kind: str
    id: str
    name: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ACTOR_KINDS:
            raise ValueError(f"nobody acts as {self.kind!r}")

    @property
    def traced(self) -> str:
        """Kind and id (else the name) as one word, for a column that says who set something."""
        return f"{self.kind}:{self.id or self.name}"

    @classmethod
    def operator(cls, user: User) -> Actor:
        """A person who signs in to the console. Whether they may is asked by `access.operations.require`."""
        return cls("operator", str(user.pk), user.email)

    @classmethod
    def participant(cls, person_id: uuid.UUID) -> Actor:
        return cls("participant", str(person_id))

    @classmethod
    def partner(cls, partner_id: uuid.UUID) -> Actor:
        """A platform, an institution or an assessor, by its own signed call."""
        return cls("partner", str(partner_id))

    @classmethod
    def decree(cls, number: str) -> Actor:
        return cls("decree", number)

    @classmethod
    def system(cls, name: str = "") -> Actor:
        """The programme by itself; `name` says through what (`command`, the name of a payment's rail)."""
        return cls("system", name)


# The programme by itself, when nothing more is to be said.
SYSTEM = Actor.system()
