"""Security events: sign-ins, locks, refused signatures and resets, shown to operators without anything about a person."""

from __future__ import annotations

import uuid

import pytest
from django.core.cache import cache
from django.db.models import Q

from prakerja.access.sign_in_codes import Asker
from prakerja.audit.models import Record
from prakerja.audit.queries import security_counts, security_events
from prakerja.audit.security import SECURITY_ACTIONS
from prakerja.console.security import TITLES
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.partner_api import clients
from prakerja.people.operations import request_sign_in_otp, sign_in
from tests import builders as b
from tests.console.test_own_account import text
from tests.console.test_revealing import client_of

pytestmark = pytest.mark.django_db


def test_events_are_counted_and_listed_without_anything_about_a_person() -> None:
    cache.clear()
    clients.forget_clients()
    world = b.world()
    who = b.participant(world)
    asker = Asker(browser=uuid.uuid4().hex)
    for phone in (who.phone, "+6281200000098"):
        request_sign_in_otp(phone=phone, asker=asker, at=b.BUY_AT)
        for _ in range(3):
            with pytest.raises(Refused):
                sign_in(phone=phone, otp="0000000", asker=asker, at=b.BUY_AT)
    shop = clients.client_of_code(client_code=world.platform.client_code)
    assert shop is not None
    for _ in range(5):
        clients.count_refused_signature(client=shop)
    since = clock.wall().replace(year=2020)
    assert security_counts(since=since) == {"sign_in.locked": 2, "partner.signature_refused": 1}
    told = [(one.action, one.subject_kind, one.told) for one in security_events(since=since, most=10)]
    assert told == [
        ("partner.signature_refused", "partner", {"count": 1}),
        ("sign_in.locked", "", {"known_browser": False, "registered": False}),
        ("sign_in.locked", "person", {"known_browser": False, "registered": True}),
    ]
    page = client_of("viewer").get("/security/")
    words = " ".join(text(page).split())
    assert "Kode masuk terkunci 2 2 2" in words
    assert "Tanda tangan mitra ditolak 1 1 1" in words
    for secret in (who.phone, who.phone[3:], str(who.person_id), "0000098"):
        assert secret not in page.content.decode()
    one_kind = client_of("helper").get("/security/?jenis=sign_in.locked").content.decode()
    assert one_kind.count("Tanda tangan mitra ditolak") == 1
    assert client_of("curator").get("/security/?jenis=award.revoked").status_code == 400


def test_every_security_event_has_a_title_and_stands_in_the_index() -> None:
    assert list(TITLES) == list(SECURITY_ACTIONS)
    [index] = [one for one in Record._meta.indexes if one.name == "audit_record_security"]
    assert index.condition == Q(action__in=SECURITY_ACTIONS)
