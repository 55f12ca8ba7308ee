"""Partners are told what happened: once recorded, signed, tried again, replayed; nothing that they must not know."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.kernel import ssrf_transport
from prakerja.kernel.clock import wall
from prakerja.kernel.errors import Refused
from prakerja.partners.models import Partner
from prakerja.partners.operations import add_partner
from prakerja.purchases.operations import void_purchase
from prakerja.training.operations import record_completion, redeem_code
from prakerja.webhooks import signatures
from prakerja.webhooks.endpoints import rotate_secret, set_webhook, webhook_of_partner
from prakerja.webhooks.models import Attempt, Cursor, Delivery, Endpoint, Secret
from prakerja.webhooks.operations import collect_events, prune_deliveries, replay, send_deliveries
from prakerja.webhooks.policies import GIVE_UP, rest_after, wait_before_retry
from prakerja.webhooks.queries import deliveries, event_id_of
from tests import builders as b
from tests.waiting import LIMIT
from tests.webhooks.conftest import LATER, Receiver, Scene
from tests.webhooks.receiver import signature

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def said(scene: Scene, path: str) -> list[Any]:
    return [json.loads(message["body"]) for message in scene.receiver.messages if message["path"] == path]


def refusal(call: Any, **values: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(**values)
    return caught.value.reason


def test_the_published_vector() -> None:
    """The example of the Standard Webhooks specification."""
    made = signatures.signature_headers(
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_every_event_to_both_partners(scene: Scene) -> None:
    code = scene.buy()
    redeem_code(institution_id=scene.institution, code=code, at=LATER)
    record_completion(
        institution_id=scene.institution,
        code=code,
        completed_date=None,
        score=88,
        certificate_number="S-1",
        certificate_kind="completion",
        idempotency_key="k",
        at=LATER,
    )
    assert scene.work() == 6
    about = {"invoice_code": "INV-1", "course_code": scene.run.course.code, "schedule_code": scene.run.code}
    sold = {
        "transaction_code": scene.receipt.reference,
        "amount": 475_000,
        "institution_code": scene.world.institution.client_code,
    }
    assert sorted(said(scene, "/platform"), key=str) == [
        {
            "type": "completion.accepted",
            "timestamp": "2021-09-25T13:30:00Z",
            "data": about | sold | {"completed_date": "2021-09-25", "source": "reported"},
        },
        {
            "type": "voucher.issued",
            "timestamp": "2021-09-25T12:30:30Z",
            "data": about | sold | {"voucher_code": code},
        },
        {
            "type": "voucher.redeemed",
            "timestamp": "2021-09-25T13:30:00Z",
            "data": about | sold | {"redeemed_at": "2021-09-25T13:30:00Z"},
        },
    ]
    assert sorted(said(scene, "/lembaga"), key=str) == [
        {
            "type": "completion.accepted",
            "timestamp": "2021-09-25T13:30:00Z",
            "data": about | {"completed_date": "2021-09-25", "source": "reported"},
        },
        {"type": "voucher.issued", "timestamp": "2021-09-25T12:30:30Z", "data": about},
        {
            "type": "voucher.redeemed",
            "timestamp": "2021-09-25T13:30:00Z",
            "data": about | {"redeemed_at": "2021-09-25T13:30:00Z"},
        },
    ]
    # Told once; nothing waits.
    assert scene.work() == 0
    assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}


def test_a_void_is_told(scene: Scene) -> None:
    scene.buy()
    void_purchase(platform_id=scene.platform, invoice_code="INV-1", reference=scene.receipt.reference, at=LATER)
    scene.work()
    (told,) = [message for message in said(scene, "/lembaga") if message["type"] == "transaction.voided"]
    assert told["data"]["voided_at"] == "2021-09-25T13:30:00Z"


def test_no_message_names_a_person(scene: Scene) -> None:
    scene.buy()
    scene.work()
    written = json.dumps(scene.receiver.messages)
    for secret in (scene.who.nik, scene.who.card, scene.who.phone.removeprefix("+"), "Peserta"):
        assert secret not in written


def test_the_code_is_for_platforms_that_show_codes(receiver: Receiver) -> None:
    """From 2022 on the dashboard alone shows it."""
    scene = Scene(receiver, wave=51)
    from tests.attendance import another

    taken = another(scene.world)
    scene.work()
    (told,) = said(scene, "/platform")
    assert told["data"]["voucher_code"] is None
    assert taken.code not in json.dumps(receiver.messages)


def test_signatures_as_somebody_else_computes_them(scene: Scene) -> None:
    scene.buy()
    before = int(wall().timestamp())
    scene.work()
    for message in scene.receiver.messages:
        head = message["headers"]
        secret = {"/platform": scene.secret, "/lembaga": scene.other_secret}[message["path"]]
        expected = signature(secret, head["webhook-id"], head["webhook-timestamp"], message["body"].encode())
        assert head["webhook-signature"] == expected
        # Wall time: a receiver compares it with its own clock.
        assert before <= int(head["webhook-timestamp"]) <= before + 60
        assert head["content-type"] == "application/json"
        assert event_id_of(message=head["webhook-id"]) == Record.objects.get(action="purchase.authorised").id


def test_two_secrets_live_while_a_partner_rotates(scene: Scene) -> None:
    second = rotate_secret(actor=SYSTEM, partner_id=scene.platform, idempotency_key="k-1", at=LATER)
    assert second != scene.secret
    assert rotate_secret(actor=SYSTEM, partner_id=scene.platform, idempotency_key="k-1", at=LATER) == second
    scene.buy()
    scene.work()
    (message,) = [message for message in scene.receiver.messages if message["path"] == "/platform"]
    head = message["headers"]
    expected = [
        signature(secret, head["webhook-id"], head["webhook-timestamp"], message["body"].encode())
        for secret in (second, scene.secret)
    ]
    assert head["webhook-signature"].split(" ") == expected
    third = rotate_secret(actor=SYSTEM, partner_id=scene.platform, idempotency_key="k-2", at=LATER)
    found = webhook_of_partner(partner_id=scene.platform)
    assert found is not None
    assert found.secret_count == 2
    assert Secret.objects.filter(endpoint_id=found.endpoint_id, retired_at=LATER).count() == 1
    assert third not in (second, scene.secret)
    # Sealed, so that whoever reads the database cannot sign.
    for row in Secret.objects.all():
        assert b"whsec_" not in bytes(row.secret_enc)


def test_failures_are_tried_again(scene: Scene) -> None:
    scene.buy()
    scene.receiver.answers(503)
    start = wall()
    assert scene.work(start) == 2
    for delivery in Delivery.objects.all():
        assert (delivery.status, delivery.failure_count) == ("pending", 1)
        assert delivery.next_attempt_at is not None
        assert 4 * SECOND <= delivery.next_attempt_at - start <= 6 * SECOND
    assert scene.work(start + SECOND) == 0
    scene.receiver.answers(204)
    assert scene.work(start + 7 * SECOND) == 2
    assert set(Delivery.objects.values_list("status", "next_attempt_at")) == {("delivered", None)}
    ids = {message["headers"]["webhook-id"] for message in scene.receiver.messages}
    bodies = {message["body"] for message in scene.receiver.messages if message["path"] == "/platform"}
    assert (len(scene.receiver.messages), len(ids), len(bodies)) == (4, 1, 1)
    platform = Delivery.objects.get(endpoint__partner_id=scene.platform)
    log = Attempt.objects.filter(delivery=platform).order_by("number")
    assert list(log.values_list("number", "http_status", "outcome")) == [(1, 503, "http_503"), (2, 204, "delivered")]
    assert list(Endpoint.objects.values_list("failing_since", "failure_count")) == [(None, 0)] * 2


def test_waits_grow_and_end() -> None:
    waits = [wait_before_retry(failures=n, chance=0.5) for n in (1, 2, 3, 4, 10, 50)]
    assert waits == [5 * SECOND, 15 * SECOND, 45 * SECOND, 135 * SECOND, 6 * HOUR, 6 * HOUR]
    assert wait_before_retry(failures=1, chance=0.0) == 4 * SECOND
    assert wait_before_retry(failures=1, chance=1.0) == 6 * SECOND
    assert wait_before_retry(failures=1, chance=0.5, retry_after="120") == 2 * MINUTE
    assert wait_before_retry(failures=1, chance=0.5, retry_after="999999") == HOUR
    for nonsense in ("-1", "9" * 30, "Wed, 21 Oct 2015 07:28:00 GMT", "½"):
        assert wait_before_retry(failures=1, chance=0.5, retry_after=nonsense) == 5 * SECOND
    assert [rest_after(failures=n) for n in (1, 2, 3, 30)] == [SECOND, 2 * SECOND, 4 * SECOND, 5 * MINUTE]


def test_a_server_that_asks_for_time_gets_it(scene: Scene) -> None:
    scene.buy()
    scene.receiver.answers(429, "600")
    start = wall()
    scene.work(start)
    assert {delivery.next_attempt_at for delivery in Delivery.objects.all()} == {start + 10 * MINUTE}


def test_after_three_days_a_message_is_given_up_and_the_endpoint_disabled(scene: Scene) -> None:
    scene.buy()
    scene.receiver.answers(500)
    at = start = wall()
    scene.work(at)
    while Delivery.objects.filter(status="pending", endpoint__partner_id=scene.platform).exists():
        scene.work(at)
        at += HOUR
        assert at - start < GIVE_UP + DAY
    assert Delivery.objects.get(endpoint__partner_id=scene.platform).status == "failed"
    scene.buy("INV-2")
    scene.work(start + GIVE_UP + DAY)
    found = webhook_of_partner(partner_id=scene.platform)
    assert found is not None
    assert (found.is_enabled, found.disabled_reason) == (False, "failing")
    assert Record.objects.filter(action="webhook.disabled").count() == 2
    before = len(scene.receiver.messages)
    # What happens meanwhile is recorded and waits.
    scene.buy("INV-3")
    assert scene.work(start + GIVE_UP + 2 * DAY) == 0
    assert len(scene.receiver.messages) == before
    scene.receiver.answers(200)
    scene.tell(scene.platform, "/platform")
    assert scene.work(start + GIVE_UP + 2 * DAY) > 0
    assert said(scene, "/platform")[-1]["data"]["invoice_code"] in ("INV-2", "INV-3")


def test_three_times_gone_is_gone(scene: Scene) -> None:
    scene.buy()
    scene.receiver.answers(410)
    at = wall()
    for _ in range(3):
        assert scene.work(at) == 2
        at += 10 * MINUTE
    assert scene.work(at) == 0
    assert set(Endpoint.objects.values_list("disabled_reason", flat=True)) == {"gone"}
    assert len(scene.receiver.messages) == 6


def test_a_dead_endpoint_is_tried_with_one_message_at_a_time(scene: Scene) -> None:
    scene.tell(scene.institution, "/lembaga", is_enabled=False)
    for number in range(4):
        scene.buy(f"INV-{number}")
    scene.receiver.answers(500)
    start = wall()
    assert scene.work(start) == 4
    later = start + MINUTE
    assert scene.work(later) == 1
    scene.receiver.answers(200)
    assert scene.work(later + HOUR) == 1
    assert scene.work(later + HOUR) == 3


def test_partners_without_an_endpoint_are_told_nothing(scene: Scene) -> None:
    Secret.objects.all().delete()
    Endpoint.objects.all().delete()
    scene.buy()
    assert scene.work() == 0
    assert Delivery.objects.count() == 0
    # Who registers afterwards is told of what comes, not of what was.
    scene.tell(scene.platform, "/platform")
    scene.buy("INV-2")
    scene.work()
    assert [message["data"]["invoice_code"] for message in said(scene, "/platform")] == ["INV-2"]


def test_who_has_left_is_told_nothing(scene: Scene) -> None:
    Partner.objects.filter(id=scene.platform).update(member_until=LATER)
    scene.buy()
    assert scene.work() == 1
    assert [message["path"] for message in scene.receiver.messages] == ["/lembaga"]


def test_only_the_chosen_events(scene: Scene) -> None:
    scene.tell(scene.platform, "/platform", events=["voucher.redeemed"])
    code = scene.buy()
    redeem_code(institution_id=scene.institution, code=code, at=LATER)
    scene.work()
    assert [message["type"] for message in said(scene, "/platform")] == ["voucher.redeemed"]


def test_reading_twice_records_once(scene: Scene) -> None:
    scene.buy()
    start = wall()
    assert collect_events(wall=start) == (2, False)
    assert collect_events(wall=start) == (0, False)
    # A minute later everything is read once more.
    assert collect_events(wall=start + 3 * MINUTE) == (0, False)
    cursor = Cursor.objects.get()
    assert cursor.swept == cursor.seen
    assert Delivery.objects.count() == 2


def test_a_record_that_becomes_visible_late_is_found(scene: Scene) -> None:
    scene.buy()
    collect_events(wall=wall())
    # As if a younger record had been committed first: the reader is beyond it already.
    scene.buy("INV-2")
    Cursor.objects.update(seen=Record.objects.order_by("-id")[0].id)
    assert collect_events(wall=wall()) == (0, False)
    assert collect_events(wall=wall() + 3 * MINUTE).recorded == 2


def test_long_trails_are_read_in_batches(scene: Scene, settings: Any) -> None:
    from prakerja.webhooks import collecting

    template = Record.objects.order_by("id")[0]
    scene.buy()
    for action in ("test.many", "purchase.voided"):
        Record.objects.bulk_create(
            Record(action=action, actor_kind="system", at=template.at, recorded_at=template.recorded_at)
            for _ in range(collecting.BATCH + 10)
        )
        scene.buy(f"INV-{action}")
    found = [collect_events(wall=wall()) for _ in range(2)]
    # What tells nobody makes no batch: a wave brings as many records as it has people.
    assert [one.has_more for one in found] == [True, False]
    assert sum(one.recorded for one in found) == 6


def test_replay(scene: Scene) -> None:
    for number in range(3):
        scene.buy(f"INV-{number}")
    scene.work()
    ids = [message["headers"]["webhook-id"] for message in scene.receiver.messages if message["path"] == "/platform"]
    about: dict[str, Any] = {"partner_id": scene.platform, "wall": wall(), "at": LATER}
    assert replay(actor=SYSTEM, **about, idempotency_key="k-1") == 3
    assert replay(actor=SYSTEM, **about, idempotency_key="k-1") == 3
    assert scene.work() == 3
    again = [message["headers"]["webhook-id"] for message in scene.receiver.messages if message["path"] == "/platform"]
    assert (len(again), set(again)) == (6, set(ids))
    assert replay(actor=SYSTEM, **about, event_id=event_id_of(message=ids[0])) == 1
    assert replay(actor=SYSTEM, **about, since=LATER) == 0
    assert replay(actor=SYSTEM, **about, since=b.BUY_AT, until=LATER) == 3
    assert replay(actor=SYSTEM, **about, failed_only=True) == 0
    assert refusal(replay, actor=SYSTEM, **about, event_id=scene.platform) == "message_unknown"
    assert refusal(replay, actor=SYSTEM, **about | {"partner_id": scene.world.wave.id}) == "webhook_unknown"
    # Nobody replays what others were told.
    theirs = Delivery.objects.filter(endpoint__partner_id=scene.institution)[0]
    theirs_only = Delivery.objects.filter(endpoint__partner_id=scene.institution)
    before = list(theirs_only.values_list("queued_at", flat=True))
    replay(actor=SYSTEM, **about)
    assert list(theirs_only.values_list("queued_at", flat=True)) == before
    assert theirs.status == "delivered"


def test_a_replay_while_a_message_is_under_way_is_not_lost(scene: Scene) -> None:
    scene.buy()
    start = wall()
    collect_events(wall=start)
    held = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        held.wait(LIMIT)
        return ["127.0.0.1"]

    # The name makes the call wait for the resolver, and the replay comes meanwhile, in this thread.
    origin = scene.receiver.url.replace("127.0.0.1", "mesin.mitra.id")
    Endpoint.objects.filter(partner_id=scene.platform).update(url=origin + "/platform")
    Partner.objects.filter(id=scene.platform).update(file_origins=[origin])
    from prakerja.webhooks import sending

    jobs = [sending._job(delivery, start) for delivery in sending._claim(start, LATER)]
    held.set()
    (job,) = [job for job in jobs if job.url.endswith("/platform")]
    outcome = sending._call(job, resolve=resolve, limits=sending.LIMITS)
    assert replay(actor=SYSTEM, partner_id=scene.platform, wall=start + SECOND, at=LATER) == 1
    sending._settle(job.delivery, outcome, wall=start, at=LATER)
    delivery = Delivery.objects.get(endpoint__partner_id=scene.platform)
    assert (delivery.status, delivery.next_attempt_at) == ("pending", start + SECOND)
    assert Attempt.objects.get(delivery=delivery).outcome == "delivered"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://mitra.id/webhook", "webhook_url_invalid"),
        ("ftp://mitra.id/webhook", "webhook_url_invalid"),
        ("https://a:b@mitra.id/", "webhook_url_invalid"),
        ("https://mitra.id:25/", "webhook_url_invalid"),
        ("https://127.0.0.1/", "webhook_address_forbidden"),
        ("https://[::1]/", "webhook_address_forbidden"),
        ("https://169.254.169.254/", "webhook_address_forbidden"),
        ("https://localhost/", "webhook_address_forbidden"),
    ],
)
def test_addresses_that_are_refused(scene: Scene, url: str, reason: str) -> None:
    assert refusal(set_webhook, actor=SYSTEM, partner_id=scene.platform, url=url, at=LATER) == reason
    found = webhook_of_partner(partner_id=scene.platform)
    assert found is not None
    assert found.url == scene.receiver.url + "/platform"


def test_a_name_that_leads_inside_is_not_called(scene: Scene) -> None:
    set_webhook(actor=SYSTEM, partner_id=scene.platform, url="https://mitra.id:8443/", at=LATER)
    scene.tell(scene.institution, "/lembaga", is_enabled=False)
    scene.buy()
    collect_events(wall=wall())
    assert send_deliveries(wall=wall(), at=LATER, resolve=lambda host, port: ["127.0.0.1"]) == 1
    assert Attempt.objects.get().outcome == "address_private"
    assert scene.receiver.messages == []


def test_nobody_there_and_nobody_who_answers(scene: Scene) -> None:
    scene.tell(scene.institution, "/lembaga", is_enabled=False)
    set_webhook(actor=SYSTEM, partner_id=scene.platform, url="https://mitra.id/", at=LATER)
    scene.buy()
    collect_events(wall=wall())
    limits = ssrf_transport.Limits(most_bytes=10, total_seconds=LIMIT)
    send_deliveries(wall=wall(), at=LATER, resolve=lambda host, port: [], limits=limits)
    assert Attempt.objects.get().outcome == "unreachable"


def test_a_redirect_is_no_success_and_not_followed(scene: Scene) -> None:
    scene.buy()
    scene.receiver.answers(307)
    scene.work()
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"http_307"}
    assert len(scene.receiver.messages) == 2


def test_the_log_is_paged_and_ones_own(scene: Scene) -> None:
    for number in range(3):
        scene.buy(f"INV-{number}")
    scene.work()
    first = deliveries(partner_id=scene.platform, status=None, cursor=None, limit=2)
    second = deliveries(partner_id=scene.platform, status=None, cursor=first.next_cursor, limit=2)
    assert (len(first.items), len(second.items), second.next_cursor) == (2, 1, None)
    line = first.items[0]
    assert (line.event, line.status, line.next_attempt_at) == ("voucher.issued", "delivered", None)
    assert [(attempt.http_status, attempt.outcome) for attempt in line.attempts] == [(200, "delivered")]
    assert deliveries(partner_id=scene.platform, status="failed", cursor=None, limit=2).items == ()
    other = add_partner(actor=SYSTEM, kind="platform", code="lain", name="Lain", at=LATER).partner_id
    assert deliveries(partner_id=other, status=None, cursor=None, limit=2).items == ()
    assert refusal(deliveries, partner_id=scene.platform, status=None, cursor="x", limit=2) == "cursor_invalid"


def test_what_is_older_than_a_month_is_forgotten(scene: Scene) -> None:
    scene.buy()
    scene.work()
    assert prune_deliveries(wall=wall() + 29 * DAY) == 0
    assert prune_deliveries(wall=wall() + 31 * DAY) == 2
    assert (Delivery.objects.count(), Attempt.objects.count()) == (0, 0)


def test_the_hot_calls_know_nothing_of_webhooks(scene: Scene) -> None:
    """What they write is what they wrote before: an audit record in the same transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname IN ('authorise', 'redeem')")
        assert not any("webhook" in text for (text,) in cursor.fetchall())
