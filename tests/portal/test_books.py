"""Days of the ledger and documents of draws in one log: neither disturbs the other, and no secret is told too early."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from prakerja.checkpoints.days import sign_days
from prakerja.checkpoints.folder import log_folder
from prakerja.draw.models import Draw, LogEntry
from prakerja.draw.operations import trust
from prakerja.draw.protocol.folder import Directory
from prakerja.draw.protocol.log_verifying import verify_log
from prakerja.draw.writing import folder_of
from prakerja.kernel.db import transaction
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import post_transfer
from tests.builders import operator
from tests.draw.checking import all_hold
from tests.draw.drawing import COMMITTED, DRAWN, PUBLISHED, committed, drawn, join, listed, published, ruled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


def sign(at: datetime) -> None:
    """Something was booked, and a day later it is signed."""
    with transaction():
        post_transfer(
            person_id=None, event_id=uuid.uuid4(), kind="programme_funding", debit=Chart.TREASURY,
            credit=Chart.PROGRAMME_FUNDS, amount=1, at=at - timedelta(days=2),
        )  # fmt: skip
    assert sign_days(at=at) == 1


def holds() -> tuple[bool, list[str]]:
    report = verify_log(files=Directory(log_folder()), trust=trust())
    return report.holds, [one.detail for one in report.checks if one.number == "L2"]


def test_days_stand_among_a_draws_documents_and_tell_no_secret(portal: Client) -> None:
    two = operator("approver"), operator("authoriser")
    ruled(*two)
    join(1)
    join(2)
    listed(two[0])
    committed(*two)
    sign(COMMITTED)
    drawn(*two)
    secret = LogEntry.objects.count() - 1
    sign(DRAWN + timedelta(days=1))
    # The result is signed and tells the secret; nobody confirmed its publication yet.
    assert not (log_folder() / f"log/entries/{secret:06d}.json").exists()
    assert holds() == (True, ["1 days are not in the public part of the log yet"])
    published(*two, at=PUBLISHED + timedelta(days=2))
    sign(PUBLISHED + timedelta(days=3))
    assert holds() == (True, [""])
    all_hold(folder_of(Draw.objects.get()), trust())
    # Anybody reads them.
    page = portal.get("/undian").text
    day = f"ledger/days/{(PUBLISHED + timedelta(days=3)).date().isoformat()}.note"
    assert f"/undian/pembukuan/{day}" in page
    answer = portal.get(f"/undian/pembukuan/{day}")
    assert b"".join(answer.streaming_content) == (log_folder() / day).read_bytes()  # type: ignore[attr-defined]
    for name in ("../g22-1/result.json", "nothing", ".ledger", "ledger", "ledger/days/"):
        assert portal.get(f"/undian/pembukuan/{name}").status_code in (301, 404)
