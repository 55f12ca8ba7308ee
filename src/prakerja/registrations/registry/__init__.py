"""Civil registries: a folder of siblings behind one Protocol (base.py). Private to registrations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from prakerja.registrations.registry.base import Asked, CivilRegistry, Outcome, Verdict
from prakerja.registrations.registry.dukcapil import Dukcapil
from prakerja.registrations.registry.none import NoRegistry

REGISTRIES: Mapping[str, Callable[[], CivilRegistry]] = MappingProxyType(
    {"dukcapil": Dukcapil.from_settings, "none": NoRegistry}
)

__all__ = ["REGISTRIES", "Asked", "CivilRegistry", "Outcome", "Verdict"]
