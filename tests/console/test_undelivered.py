"""What could not be sent for days: listed by what it says and why, sent again or let go by whoever may, with a reason."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from prakerja.audit.models import Record
from prakerja.notifications.delivery import deliver_messages
from prakerja.notifications.models import Message
from tests import builders as b
from tests.console.test_own_account import text
from tests.console.test_revealing import client_of

pytestmark = pytest.mark.django_db
PAGE = "/messages/undelivered/"


@pytest.fixture
def helper() -> Client:
    cache.clear()
    b.participants(b.world(), count=2)
    # Nobody has a phone, so that nothing can be sent; an e-mail address nobody needs.
    deliver_messages(at=b.ANNOUNCED, resolve=lambda people, kind: {})
    assert set(Message.objects.filter(channel="sms").values_list("status", flat=True)) == {"undelivered"}
    assert set(Message.objects.filter(channel="email").values_list("status", flat=True)) == {"failed_permanent"}
    return client_of("helper")


def test_the_list_stands_where_operators_look(helper: Client) -> None:
    for page in (PAGE, "/attention/"):
        words = " ".join(text(helper.get(page)).split())
        assert "result_pass sms Tidak ada nomor atau alamat 2 2" in words, page


@pytest.mark.parametrize(
    ("decision", "status", "action"),
    [("send_again", "queued", "message.sent_again"), ("let_go", "failed_permanent", "message.let_go")],
)
def test_a_helper_decides_about_all_of_a_kind(helper: Client, decision: str, status: str, action: str) -> None:
    form = {"template": "result_pass", "decision": decision, "reason": ""}
    assert "queued" not in set(Message.objects.values_list("status", flat=True))
    helper.post(PAGE, form)
    assert Record.objects.filter(action=action).count() == 0
    done = helper.post(PAGE, form | {"reason": "gerbang pulih"}, follow=True)
    assert "Jumlah pesan: 2." in text(done)
    assert set(Message.objects.filter(channel="sms").values_list("status", flat=True)) == {status}
    assert set(Record.objects.filter(action=action).values_list("data__why", flat=True)) == {"gerbang pulih"}


def test_who_only_looks_decides_nothing(helper: Client) -> None:
    viewer = client_of("viewer")
    assert viewer.get(PAGE).status_code == 403
    assert viewer.post(PAGE, {"decision": "let_go", "reason": "x"}).status_code == 403
    assert PAGE not in viewer.get("/attention/").content.decode()
    assert PAGE in helper.get("/attention/").content.decode()
