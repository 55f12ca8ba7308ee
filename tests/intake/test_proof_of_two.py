"""The proof finds what one operator did alone, however the rows were painted afterwards (ADR 0046)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from prakerja.intake.models import AnnouncementCorrection, PreparedResults, WaveProposal
from prakerja.intake.operations import (
    confirm_correction,
    confirm_wave,
    import_results,
    prepare_correction,
    prepare_results,
    prepare_wave_change,
    wave_terms,
)
from prakerja.kernel.db import rows
from prakerja.kernel.models import Installation
from prakerja.programmes.funding import confirm_funding, prepare_funding
from prakerja.programmes.models import FundingProposal
from prakerja.reporting.two_people_checks import TWO_PEOPLE_CHECKS
from tests import builders as b
from tests.intake.joining import OPENS, wave
from tests.portal.world import painted

pytestmark = pytest.mark.django_db
LATER = b.ANNOUNCED + timedelta(hours=3)


def found() -> list[int]:
    """How many rows differ of budgets, waves, corrections, lists."""
    return [len(rows(sql.replace("%", "%%"))) for _, _, sql in TWO_PEOPLE_CHECKS]


def test_what_one_did_alone_is_found() -> None:
    b.world()
    one, other, third = b.operator("approver"), b.operator("authoriser"), b.operator("approver")
    budget = prepare_funding(amount=5_000_000, reference="SP2D 12/2021", actor=one, at=b.ANNOUNCED)
    confirm_funding(digest=budget.digest, actor=other, at=LATER)
    wave()
    seen, at = wave_terms(number=22), OPENS - timedelta(days=1)
    more = dataclasses.replace(seen, quota=101)
    change = prepare_wave_change(wave_number=22, terms=more, seen=seen, reason="Banjir", actor=one, at=at)
    confirm_wave(wave_number=22, digest=change.digest, actor=other, at=at)
    listed = [b.result_row()]
    same: dict[str, Any] = {"rows": listed, "wave_number": 21, "decree_number": "SK-21", "digest": "x"}
    prepare_results(**same, announced_at=b.ANNOUNCED, actor=one, at=b.ANNOUNCED)
    import_results(**same, announced_at=None, actor=other, at=LATER)
    right = b.ANNOUNCED + timedelta(days=1)
    prepare_correction(wave_number=21, announced_at=right, reason="salah tanggal", actor=one, at=LATER)
    confirm_correction(wave_number=21, announced_at=right, actor=other, at=LATER)
    assert found() == [0, 0, 0, 0]

    # Whoever may write the rows says that somebody else prepared them; the trail knows better.
    kinds: tuple[type[Any], ...] = (FundingProposal, WaveProposal, AnnouncementCorrection, PreparedResults)
    for number, kind in enumerate(kinds):
        for column, real in (("prepared_by", one), ("confirmed_by", other)):
            kind.objects.update(**{column: third.id})
            assert found() == [int(place == number) for place in range(len(kinds))]
            kind.objects.update(**{column: real.id})
    assert found() == [0, 0, 0, 0]

    # In an installation that is no sandbox nothing came of what nobody prepared: here the world's money, both waves, the list.
    with painted():
        Installation.objects.update(is_sandbox=False)
        for kind in kinds:
            kind.objects.all().delete()
    assert found() == [2, 2, 0, 1]
