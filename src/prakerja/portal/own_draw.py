"""What somebody's own pages say of the draw: the dashboard before there is an award, and the page of the wave."""

from __future__ import annotations

import uuid
from typing import Any

from prakerja.draw.proving import own_outcome, own_ticket
from prakerja.intake.queries import wave_period
from prakerja.portal.wave_words import why_of
from prakerja.programmes.queries import scheme
from prakerja.registrations.regions import province_name


def own_draw_words(person_id: uuid.UUID, *, wave_number: int, shows_ticket: bool) -> dict[str, Any]:
    """The ticket, and once there is one the outcome with every reason in words, for `draw_own.html`."""
    outcome = own_outcome(person_id=person_id, wave_number=wave_number)
    reasons = []
    if outcome is not None and outcome.codes:
        wave = wave_period(number=wave_number)
        assert wave is not None
        eligibility = scheme(scheme_version_id=wave.scheme_version_id).eligibility
        reasons = [why_of(one, eligibility=eligibility) for one in outcome.codes]
    return {
        "own_ticket": own_ticket(person_id=person_id, wave_number=wave_number) if shows_ticket else None,
        "outcome": outcome,
        "reasons": reasons,
        "province_name": province_name,
    }
