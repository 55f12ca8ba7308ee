"""The part of the OpenAPI file that tells what we send: one message for each event, in the Standard Webhooks format."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from prakerja.developer_site import schemas
from prakerja.developer_site.messages import MESSAGES
from prakerja.webhooks.events import BY_NAME

Node = dict[str, Any]
# How a message proves that it is ours, by its name among the file's security schemes.
SCHEME = "webhook_signature"

_HEADERS = {
    "webhook-id": _("Pengenal peristiwa; sama pada setiap percobaan, jadi ulangan dapat dikenali."),
    "webhook-timestamp": _("Detik Unix saat dikirim. Tolak bila lebih dari lima menit dari jam Anda."),
    "webhook-signature": _(
        "`v1,` dan base64 dari HMAC-SHA256 atas webhook-id.webhook-timestamp.body, satu untuk setiap rahasia yang "
        "berlaku, dipisah spasi. Kuncinya adalah isi base64 setelah `whsec_`."
    ),
}


def scheme() -> Node:
    """What receivers check."""
    name = "webhook-signature"
    words = _HEADERS[name]
    return {"type": "apiKey", "in": "header", "name": name, "description": gettext(words)}


def nodes(found: dict[str, Node]) -> dict[str, Node]:
    """The `webhooks` of the file, in the active language. `found` are the schemas of its components."""
    return {event: {"post": _node(event, found)} for event in MESSAGES}


def _node(event: str, found: dict[str, Node]) -> Node:
    data = {"$ref": schemas.REFERENCE + MESSAGES[event].__name__}
    schema = {
        "type": "object",
        "properties": {
            "type": {"const": event},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": data,
        },
        "required": ["type", "timestamp", "data"],
        "additionalProperties": False,
    }
    sample = {"type": event, "timestamp": "2021-10-01T02:15:45Z", "data": schemas.example(data, found)}
    return {
        "operationId": event.replace(".", "-"),
        "summary": gettext(BY_NAME[event].title),
        "security": [{SCHEME: []}],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": gettext(text), "schema": {"type": "string"}}
            for name, text in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": sample}}},
        "responses": {"2XX": {"description": gettext(_("Diterima. Selain 2xx, pesan dikirim lagi."))}},
    }
