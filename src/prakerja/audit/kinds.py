"""Who can act: the closed set that the trail knows, and that `access.actors.Actor` is one of."""

from __future__ import annotations

ACTOR_KINDS = ("operator", "participant", "partner", "decree", "system")
