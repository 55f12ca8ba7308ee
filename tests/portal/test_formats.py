"""Amounts and instants as people write them: a point and a dot in Indonesian, a comma and a colon in English."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from prakerja.kernel import dates
from prakerja.notifications.templates import render_message
from prakerja.portal import formats

LIMIT = datetime(2021, 10, 21, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "amount", "count", "until"),
    [
        ("id", "Rp1.000.000", "4.210", "21 Oktober 2021 pukul 23.59 WIB"),
        ("en", "Rp1,000,000", "4,210", "21 October 2021 at 23:59 WIB"),
    ],
)
def test_pages_and_messages_write_alike(language: str, amount: str, count: str, until: str) -> None:
    with override(language):
        assert formats.rupiah(1_000_000) == amount
        assert formats.thousands(4210) == count
        assert dates.until(LIMIT) == until
        # A page has room for the weekday, which people plan by; a message is paid for by its letters.
        assert dates.weekday_until(LIMIT) == f"{'Thursday' if language == 'en' else 'Kamis'}, {until}"
        assert dates.weekday_instant(LIMIT).startswith("Friday, 22" if language == "en" else "Jumat, 22")
        assert dates.hour(LIMIT) == ("00:00 WIB" if language == "en" else "00.00 WIB")
    parameters = {"name": "Rani", "wave": 21, "fund": 1_000_000, "deadline": LIMIT.isoformat()}
    text = render_message(template="result_pass", channel="email", parameters=parameters, language=language).text
    assert amount in text
    assert until in text
