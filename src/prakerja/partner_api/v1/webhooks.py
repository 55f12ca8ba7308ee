"""Our own calls with which a partner says where it wants to be told, and asks to be told again. For both kinds of partner."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.utils.translation import gettext_noop as _
from msgspec import Meta, field

from prakerja.access.actors import Actor
from prakerja.kernel.clock import wall
from prakerja.kernel.errors import Refused
from prakerja.partner_api import answers, bodies
from prakerja.partner_api.endpoint import Call, endpoint
from prakerja.partner_api.envelope import stamp
from prakerja.partner_api.guide import Guide
from prakerja.partner_api.idempotency import answer_once
from prakerja.webhooks import endpoints
from prakerja.webhooks import operations as webhooks
from prakerja.webhooks import queries as webhook_queries
from prakerja.webhooks.events import NAMES

_PATH = "/api/v1/partner/webhooks"

if TYPE_CHECKING:
    Event = str
else:
    Event = Literal[NAMES]
State = Literal["pending", "delivered", "failed"]
# What a partner reads when we stopped telling it.
_DISABLED = {
    "": "",
    "partner": "Webhook dinonaktifkan oleh Anda.",
    "gone": "Alamat webhook tiga kali berturut-turut menjawab 410. Perbarui alamatnya, lalu aktifkan lagi.",
    "failing": "Selama tiga hari tidak satu pun pesan diterima. Perbaiki server Anda, lalu aktifkan lagi.",
}


class WebhookSetting(bodies.Body, frozen=True, kw_only=True):
    """PUT webhooks: the endpoint as it shall be."""

    # Checked by the operation, which has codes of its own for it.
    url: Annotated[str, Meta(max_length=2000)]
    events: Annotated[list[Event], Meta(max_length=len(NAMES))] = field(default_factory=list)
    is_enabled: bool = True


class WebhookReplay(bodies.Body, frozen=True, kw_only=True):
    """POST webhooks/replay: one message, or those of a span of time."""

    webhook_id: Annotated[str, Meta(pattern=r"\Aevt_[0-9a-f]{32}\Z")] | None = None
    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None
    failed_only: bool = False

    def refusal(self) -> str | None:
        if self.webhook_id is None and self.since is None and not self.failed_only:
            raise Refused("field_invalid", field="since")
        return None


class DeliveryPage(bodies.Page, frozen=True):
    """GET webhooks/deliveries."""

    status: State | None = None


class WebhookData(answers.Data):
    url: str | None
    events: list[Event]
    is_enabled: bool
    disabled_reason: Literal["", "partner", "gone", "failing"]
    disabled_message: str
    secret_count: Annotated[int, Meta(ge=0, le=2)]


class NewWebhookData(WebhookData):
    secret: str | None


class WebhookSecretData(answers.Data):
    secret: str


class WebhookAttempt(answers.Data):
    attempted_at: answers.Instant
    http_status: int | None
    outcome: str
    duration_ms: answers.Count


class WebhookDelivery(answers.Data):
    webhook_id: str
    event: Event
    happened_at: answers.Instant
    status: State
    next_attempt_at: answers.Instant | None
    attempts: list[WebhookAttempt]


class WebhookDeliveriesData(answers.Data):
    items: list[WebhookDelivery]
    next_cursor: str | None


class WebhookReplayData(answers.Data):
    count: answers.Count


@endpoint(
    method="GET",
    path=_PATH,
    kind="partner",
    body=bodies.Body,
    algorithm="sha256",
    guide=Guide(
        title=_("Webhook Anda"),
        about=_("Ke mana kami memberi tahu Anda, tentang apa, dan apakah masih aktif. url null: belum didaftarkan."),
        data=WebhookData,
    ),
)
def webhook(call: Call[bodies.Body]) -> Any:
    return _described(endpoints.webhook_of_partner(partner_id=call.client.partner_id))


@endpoint(
    method="PUT",
    path=_PATH,
    kind="partner",
    body=WebhookSetting,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Daftarkan webhook"),
        about=_(
            "Mendaftarkan atau mengubah alamat webhook Anda (https publik). events kosong berarti semua. Mengaktifkan lagi "
            "menghapus catatan kegagalan dan mengirim yang tertunda. secret hanya ada pada pendaftaran pertama dan ulangannya."
        ),
        data=NewWebhookData,
        refuses=("webhook_url_invalid", "webhook_address_forbidden"),
        keeps_first_answer=True,
    ),
)
def set_webhook(call: Call[WebhookSetting]) -> Any:
    key, partner_id = call.idempotency_key, call.client.partner_id

    def work() -> dict[str, Any]:
        found, _ = endpoints.set_webhook_in_transaction(
            partner_id=partner_id,
            url=call.body.url,
            events=call.body.events,
            is_enabled=call.body.is_enabled,
            idempotency_key=key,
            actor=Actor.partner(partner_id),
            at=call.at,
        )
        return _described(found)

    # The secret is not kept with the answer: it is read where it lies sealed.
    return answer_once(call, "PUT webhooks", work) | {
        "secret": endpoints.secret_of_key(partner_id=partner_id, idempotency_key=key)
    }


@endpoint(
    path=f"{_PATH}/secrets",
    kind="partner",
    body=bodies.Body,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Ganti rahasia webhook"),
        about=_(
            "Membuat rahasia baru. Pesan ditandatangani dengan dua rahasia terbaru, jadi yang lama masih berlaku sampai "
            "penggantian berikutnya. Kunci yang sama lagi: rahasia yang sama."
        ),
        data=WebhookSecretData,
        refuses=("webhook_unknown",),
        keeps_first_answer=True,
    ),
)
def rotate_secret(call: Call[bodies.Body]) -> Any:
    key, partner_id = call.idempotency_key, call.client.partner_id

    def work() -> dict[str, Any]:
        endpoints.rotate_secret_in_transaction(
            partner_id=partner_id, idempotency_key=key, actor=Actor.partner(partner_id), at=call.at
        )
        return {}

    answer_once(call, "POST webhooks/secrets", work)
    return {"secret": endpoints.secret_of_key(partner_id=partner_id, idempotency_key=key)}


@endpoint(
    method="GET",
    path=f"{_PATH}/deliveries",
    kind="partner",
    body=DeliveryPage,
    algorithm="sha256",
    guide=Guide(
        title=_("Catatan pengiriman webhook"),
        about=_("Pesan 30 hari terakhir dari yang terbaru, masing-masing dengan sepuluh percobaan terakhirnya."),
        data=WebhookDeliveriesData,
        refuses=("cursor_invalid",),
    ),
)
def deliveries(call: Call[DeliveryPage]) -> Any:
    page = webhook_queries.deliveries(
        partner_id=call.client.partner_id, status=call.body.status, cursor=call.body.cursor, limit=call.body.limit
    )
    return {"items": [_line(item) for item in page.items], "next_cursor": page.next_cursor}


@endpoint(
    path=f"{_PATH}/replay",
    kind="partner",
    body=WebhookReplay,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Kirim ulang webhook"),
        about=_(
            "Mengirim lagi satu pesan (webhook_id), pesan dari peristiwa sejak since (sebelum until), atau hanya yang gagal "
            "(failed_only). Paling banyak 10.000 sekali minta; webhook-id tetap sama."
        ),
        data=WebhookReplayData,
        refuses=("webhook_unknown", "message_unknown"),
        keeps_first_answer=True,
    ),
)
def replay(call: Call[WebhookReplay]) -> Any:
    body = call.body

    def work() -> dict[str, Any]:
        count = webhooks.replay_in_transaction(
            partner_id=call.client.partner_id,
            event_id=webhook_queries.event_id_of(message=body.webhook_id) if body.webhook_id else None,
            since=body.since,
            until=body.until,
            failed_only=body.failed_only,
            idempotency_key=call.idempotency_key,
            actor=Actor.partner(call.client.partner_id),
            wall=wall(),
            at=call.at,
        )
        return {"count": count}

    return answer_once(call, "POST webhooks/replay", work)


def _described(found: endpoints.Webhook | None) -> dict[str, Any]:
    if found is None:
        unset: dict[str, Any] = {"url": None, "events": [], "is_enabled": False}
        return unset | {"disabled_reason": "", "disabled_message": "", "secret_count": 0}
    return {
        "url": found.url,
        "events": list(found.events),
        "is_enabled": found.is_enabled,
        "disabled_reason": found.disabled_reason,
        "disabled_message": _DISABLED[found.disabled_reason],
        "secret_count": found.secret_count,
    }


def _line(item: webhook_queries.DeliveryLine) -> dict[str, Any]:
    return {
        "webhook_id": item.message_id,
        "event": item.event,
        "happened_at": stamp(item.happened_at),
        "status": item.status,
        "next_attempt_at": stamp(item.next_attempt_at) if item.next_attempt_at else None,
        "attempts": [
            {
                "attempted_at": stamp(attempt.attempted_at),
                "http_status": attempt.http_status,
                "outcome": attempt.outcome,
                "duration_ms": attempt.duration_ms,
            }
            for attempt in item.attempts
        ],
    }
