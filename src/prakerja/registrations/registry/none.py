"""No registry is connected: every question stays open, and people wait or ask a human."""

from __future__ import annotations

from prakerja.registrations.registry.base import Asked, Outcome, Verdict


class NoRegistry:
    """What an installation has that names none."""

    def compare(self, asked: Asked, *, wait: float) -> Verdict:
        """See CivilRegistry."""
        return Verdict(Outcome.SILENT, code="none")
