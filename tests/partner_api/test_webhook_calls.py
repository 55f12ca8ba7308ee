"""A partner's own calls about webhooks, through the door's URLs: both kinds of partner, each its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.kernel.clock import wall
from prakerja.partners.models import FirstAnswer, Partner
from prakerja.partners.operations import register_origins
from prakerja.webhooks.operations import collect_events, send_deliveries
from tests import builders as b
from tests.kernel.strangers import stranger
from tests.partner_api.partner import Partner as Client
from tests.partner_api.partner import Scene, refused

PATH = "/api/v1/partner/webhooks"
URL = "https://toko.example/webhooks/prakerja"
EVENTS = [
    "voucher.issued",
    "voucher.redeemed",
    "transaction.voided",
    "class.cancelled",
    "completion.accepted",
    "completion.corrected",
    "completion.withdrawn",
]


def put(client: Client, key: str = "k-put", **members: Any) -> tuple[int, Any]:
    return client.put(PATH, {"url": URL} | members, **{"Idempotency-Key": key})


def write(client: Client, path: str, members: Any, key: str) -> tuple[int, Any]:
    return client.post(path, members, **{"Idempotency-Key": key})


def test_registering_reading_changing(scene: Scene) -> None:
    for client in (scene.shop, scene.lms):
        assert client.get(PATH)[1]["data"] == {
            "url": None,
            "events": [],
            "is_enabled": False,
            "disabled_reason": "",
            "disabled_message": "",
            "secret_count": 0,
        }
        status, answer = put(client)
        secret = answer["data"].pop("secret")
        assert (status, secret[:6], len(secret)) == (200, "whsec_", 50)
        there = {
            "url": URL,
            "events": EVENTS,
            "is_enabled": True,
            "disabled_reason": "",
            "disabled_message": "",
            "secret_count": 1,
        }
        assert answer["data"] == there == client.get(PATH)[1]["data"]
    assert put(scene.shop, "k-1", events=EVENTS)[1]["data"]["events"] == EVENTS
    assert put(scene.shop, "k-2", events=["voucher.redeemed"], is_enabled=False)[1]["data"] == {
        "url": URL,
        "events": ["voucher.redeemed"],
        "is_enabled": False,
        "disabled_reason": "partner",
        "disabled_message": "Webhook dinonaktifkan oleh Anda.",
        "secret_count": 1,
        "secret": None,
    }
    assert scene.lms.get(PATH)[1]["data"]["is_enabled"] is True


def test_a_rotation_is_repeated_by_its_key(scene: Scene) -> None:
    path = f"{PATH}/secrets"
    assert refused(write(scene.shop, path, {}, "k-1"))[:2] == (404, "ERRPRT40490")
    first = put(scene.shop)[1]["data"]["secret"]
    second = write(scene.shop, path, {}, "k-1")[1]["data"]["secret"]
    assert write(scene.shop, path, {}, "k-1")[1]["data"]["secret"] == second
    assert second != first
    assert scene.shop.get(PATH)[1]["data"]["secret_count"] == 2


def test_a_first_registration_whose_answer_was_lost(scene: Scene) -> None:
    """Its repetition brings the secret, which nothing else ever shows; and it is kept sealed only."""
    first = put(scene.shop)
    assert put(scene.shop) == first
    assert put(scene.shop, "k-2")[1]["data"]["secret"] is None
    assert put(scene.shop) == first
    for kept in FirstAnswer.objects.all():
        assert "whsec_" not in json.dumps(kept.answer)


def test_a_key_stands_for_one_call_with_one_content(scene: Scene) -> None:
    put(scene.shop)
    other = (409, "ERRPRT40995", "Idempotency-Key sudah dipakai untuk permintaan lain.")
    assert refused(put(scene.shop, url="https://toko.example/lain")) == other
    assert refused(write(scene.shop, f"{PATH}/secrets", {}, "k-put")) == other
    assert scene.shop.get(PATH)[1]["data"]["url"] == URL
    path = f"{PATH}/replay"
    assert write(scene.shop, path, {"failed_only": True}, "r-1")[1]["data"] == {"count": 0}
    # Nobody is told "sent again" of messages that are not.
    assert refused(write(scene.shop, path, {"since": "2021-09-01T00:00:00Z"}, "r-1")) == other


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"url": "http://toko.example/"}, "ERRPRT40096"),
        ({"url": ""}, "ERRPRT40096"),
        ({"url": "https://a:b@toko.example/"}, "ERRPRT40096"),
        ({"url": "https://toko.example/\r\nX-Header: 1"}, "ERRPRT40096"),
        ({"url": "https://127.0.0.1/"}, "ERRPRT40097"),
        ({"url": "https://[::ffff:10.1.2.3]/"}, "ERRPRT40097"),
        ({"url": 5}, "ERRINT40091"),
        ({"url": None}, "ERRINT40091"),
        ({"events": ["voucher.sold"]}, "ERRINT40091"),
        ({"events": ["voucher.issued"] * 8}, "ERRINT40091"),
        ({"is_enabled": "ya"}, "ERRINT40091"),
    ],
)
def test_what_is_refused(scene: Scene, members: Any, expected: str) -> None:
    assert refused(put(scene.shop, **members))[:2] == (400, expected)
    assert scene.shop.get(PATH)[1]["data"]["url"] is None


def test_the_log_and_replay(scene: Scene) -> None:
    Partner.objects.update(is_sandbox=True)
    with stranger(lambda visit: visit.say(200)) as server:
        register_origins(actor=SYSTEM, code=scene.world.platform.client_code, origins=[server.url], at=b.BUY_AT)
        put(scene.shop, url=f"{server.url}/hook")
        put(scene.lms)
        scene.bought()
        collect_events(wall=wall())
        sent_at = wall()
        send_deliveries(wall=sent_at, at=b.BUY_AT, resolve=lambda host, port: [])
        (line,) = scene.shop.get(f"{PATH}/deliveries?status=delivered")[1]["data"]["items"]
        (attempt,) = line.pop("attempts")
        webhook_id = line.pop("webhook_id")
        assert line == {
            "event": "voucher.issued",
            "happened_at": line["happened_at"],
            "status": "delivered",
            "next_attempt_at": None,
        }
        assert (attempt["http_status"], attempt["outcome"]) == (200, "delivered")
        assert attempt["attempted_at"] == sent_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert server.visits[0][2]["webhook-id"] == webhook_id
        # The institution has its own line, which nobody answered.
        (other,) = scene.lms.get(f"{PATH}/deliveries")[1]["data"]["items"]
        assert (other["status"], other["attempts"][0]["outcome"]) == ("pending", "unreachable")

        path = f"{PATH}/replay"
        again = {"webhook_id": webhook_id}
        assert write(scene.shop, path, again, "r-1")[1]["data"] == {"count": 1}
        assert write(scene.shop, path, again, "r-1")[1]["data"] == {"count": 1}
        send_deliveries(wall=wall(), at=b.BUY_AT, resolve=lambda host, port: [])
        assert [visit[2]["webhook-id"] for visit in server.visits] == [webhook_id] * 2
    since = {"since": "2021-09-01T00:00:00Z"}
    assert write(scene.shop, path, since, "r-2")[1]["data"] == {"count": 1}
    assert write(scene.shop, path, since | {"until": "2021-09-02T00:00:00+07:00"}, "r-3")[1]["data"] == {"count": 0}
    assert write(scene.shop, path, {"failed_only": True}, "r-4")[1]["data"] == {"count": 0}


def test_refusals_of_replay(scene: Scene) -> None:
    path = f"{PATH}/replay"

    def code(members: Any, key: str = "r-1") -> str:
        return refused(write(scene.shop, path, members, key))[1]

    unknown = {"webhook_id": "evt_" + "0" * 32}
    assert code(unknown) == "ERRPRT40490"
    put(scene.shop)
    assert code(unknown) == "ERRPRT40491"
    for wrong in ({}, {"since": "kemarin"}, {"since": "2021-09-01T00:00:00"}, {"webhook_id": "evt_x"}, {"until": 5}):
        assert code(wrong) == "ERRINT40091"
    assert code({"failed_only": True}, key="") == "ERRINT40091"


@pytest.mark.parametrize("query", ["cursor=x", "limit=0", "status=lost"])
def test_refusals_of_the_log(scene: Scene, query: str) -> None:
    assert refused(scene.shop.get(f"{PATH}/deliveries?{query}"))[:2] == (400, "ERRINT40091")
