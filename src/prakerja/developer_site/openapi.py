"""The OpenAPI 3.1 file of this door, made from the endpoints, their structs and the table of codes.

Nothing is written twice: whoever declares an endpoint has described it here. Made once per process and language.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import msgspec
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from prakerja.developer_site import names, schemas, webhooks
from prakerja.developer_site.changelog import RELEASES
from prakerja.developer_site.error_guide import SAMPLE_DETAILS, meaning
from prakerja.developer_site.fields import field_of
from prakerja.developer_site.messages import MESSAGES
from prakerja.developer_site.refusals import refusals
from prakerja.partner_api import bodies, errors
from prakerja.partner_api.endpoint import ENDPOINTS, Endpoint
from prakerja.partner_api.envelope import RETRY_AFTER
from prakerja.partner_api.errors import Language

Node = dict[str, Any]

_ABOUT = _(
    "Endpoint mitra Prakerja: platform menjual pelatihan, lembaga mengajarkannya. Jawaban selalu berupa amplop "
    "{success, message, data} dengan status 200, atau {code, message, success} dengan status galatnya; message boleh "
    "ditampilkan kepada peserta. Kunci contoh dan langkah-langkahnya ada di /docs/."
)
_KINDS = {
    "platform": _("Dipanggil platform digital, yang menjual pelatihan."),
    "institution": _("Dipanggil lembaga pelatihan, yang mengajar."),
    "partner": _("Dipanggil platform maupun lembaga."),
}
_SECURITY: dict[str, tuple[str, str]] = {
    "client_code": ("client_code", _("Kode klien Anda. Nama header memakai garis bawah.")),
    "timestamp": ("timestamp", _("Detik Unix saat ini, paling jauh 300 detik dari jam kami.")),
    "signature": (
        "signature",
        _(
            "Heksadesimal huruf kecil dari HMAC(sign_key, client_code + timestamp + [nonce] + METHOD + path + "
            "[Authorization] + body), tanpa pemisah. Endpoint /api/v1/integration/ memakai SHA-1 dan path saja, tanpa "
            "nonce; endpoint /api/v1/partner/ memakai SHA-256 dan path beserta query. Langkah demi langkah: "
            "/docs/signature."
        ),
    ),
    "payment_token": ("Authorization", _("`Payment <payment_token>`, dari send-otp.")),
    "x_client_id": ("X-Client-Id", _("client_code Anda, di endpoint masuk (/api/v1/oauth/ dan /api/v1/resource/).")),
    "x_timestamp": ("X-Timestamp", _("Seperti timestamp, di oauth/authorize.")),
    "x_signature": ("X-Signature", _("Seperti signature, di oauth/authorize: SHA-1; query boleh ikut atau tidak.")),
    "access_token": ("Authorization", _("Access token dari oauth/token, dengan atau tanpa `Bearer`.")),
}


@functools.cache
def document(language: Language) -> Node:
    """The whole file as Python values. Shared: do not change it."""
    with translation.override(language):
        questions = {declared.body for declared in ENDPOINTS if declared.method != "GET"}
        answers = {declared.guide.data for declared in ENDPOINTS if declared.guide and declared.guide.data}
        structs = sorted({*questions, *answers, *MESSAGES.values()}, key=lambda struct: struct.__name__)
        found = schemas.components(structs, questions=frozenset(questions))
        paths: dict[str, Node] = {}
        for name, declared in names.named():
            paths.setdefault(names.wire_path(declared), {})[declared.method.lower()] = _operation(
                name, declared, found, language
            )
        return {
            "openapi": "3.1.0",
            "info": {
                "title": gettext(_("API Mitra Prakerja")),
                "version": RELEASES[0].version,
                "description": gettext(_ABOUT),
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": "/"}],
            "externalDocs": {"url": "/docs/" if language == "id" else "/docs/en/"},
            "tags": [{"name": kind, "description": gettext(text)} for kind, text in _KINDS.items()],
            "paths": paths,
            "webhooks": webhooks.nodes(found),
            "components": {"schemas": found, "securitySchemes": _security_schemes()},
        }


@functools.cache
def served(language: Language) -> bytes:
    """The bytes of the file."""
    return msgspec.json.format(msgspec.json.encode(document(language)), indent=1)


def _security_schemes() -> Node:
    schemes: Node = {
        name: {"type": "apiKey", "in": "header", "name": header, "description": gettext(text)}
        for name, (header, text) in _SECURITY.items()
    }
    return schemes | {webhooks.SCHEME: webhooks.scheme()}


def _operation(name: str, declared: Endpoint, found: dict[str, Any], language: Language) -> Node:
    guide = declared.guide
    needed = [header.lower().replace("-", "_") for header in declared.dialect.headers]
    if declared.has_authorization:
        needed.append("access_token" if declared.dialect.scheme == "Bearer" else "payment_token")
    made: Node = {
        "operationId": name,
        "tags": [declared.kind],
        "summary": gettext(guide.title) if guide else name,
        "description": gettext(guide.about) if guide else "",
        "x-signature": f"HMAC-{declared.algorithm.upper()}" if declared.dialect.is_signed else "none",
        "security": [{scheme: [] for scheme in needed}],
        "parameters": [*_path_parameters(declared), *_query_parameters(declared), *_headers(declared)],
        "responses": {"200": _success(declared, found), **_refusals(declared, language)},
    }
    if declared.method != "GET":
        schema = {"$ref": schemas.REFERENCE + declared.body.__name__}
        asked = schemas.example(schema, found)
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema, "example": asked}}}
    return made


def _path_parameters(declared: Endpoint) -> list[Node]:
    found = []
    for name in names.parameters(declared):
        words = field_of("Path", name)
        schema = words.schema if words is not None and words.schema else _member_schema(bodies.Text)
        found.append({"name": name, "in": "path", "required": True, "schema": schema} | _described(words))
    return found


def _query_parameters(declared: Endpoint) -> list[Node]:
    if declared.method != "GET":
        return []
    name = declared.body.__name__
    made = schemas.components([declared.body], questions=frozenset({declared.body}))[name]
    return [
        {
            "name": member,
            "in": "query",
            "required": member in made.get("required", ()),
            "schema": {key: value for key, value in schema.items() if key not in ("description", "examples")},
            **_described(field_of(name, member)),
        }
        for member, schema in made["properties"].items()
    ]


def _headers(declared: Endpoint) -> list[Node]:
    found: list[Node] = [
        {
            "name": "Accept-Language",
            "in": "header",
            "required": False,
            "description": gettext(_("Bahasa kalimat message: Indonesia, atau Inggris bila diminta.")),
            "schema": {"type": "string", "examples": ["id", "en"]},
        }
    ]
    if not declared.is_published:
        found.append(
            {
                "name": "nonce",
                "in": "header",
                "required": False,
                "description": gettext(_("Bila ada, ikut ditandatangani setelah timestamp, dan berlaku satu kali.")),
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"},
            }
        )
    if declared.is_idempotent:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": gettext(
                    _("Kunci pilihan Anda, satu untuk satu permintaan; ulangan memakai kunci yang sama.")
                ),
                "schema": _member_schema(bodies.Text) | {"examples": ["018f3c2e-7b1a-7c3d-9e4f-1234567890ab"]},
            }
        )
    return found


def _described(words: Any) -> Node:
    if words is None:
        return {}
    return {"description": gettext(words.text)} | ({"example": words.example} if words.example is not None else {})


def _member_schema(kind: Any) -> Node:
    made: Node = schemas.ecma(msgspec.json.schema(kind))
    return made


def _success(declared: Endpoint, found: dict[str, Any]) -> Node:
    members: Node = {"success": {"const": True}, "message": {"type": "string"}}
    sample: Node = {"success": True, "message": declared.message[0], **declared.dialect.extra}
    members |= {name: {"const": value} for name, value in declared.dialect.extra.items()}
    if declared.guide is not None and declared.guide.data is not None:
        members["data"] = {"$ref": schemas.REFERENCE + declared.guide.data.__name__}
        sample["data"] = schemas.example(members["data"], found)
    schema = {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}
    return {
        "description": gettext(_("Berhasil.")),
        "content": {"application/json": {"schema": schema, "example": sample}},
    }


def _refusals(declared: Endpoint, language: Language) -> Node:
    """One response for each HTTP status, with the codes that it may carry."""
    own = _by_status(refusals(declared))
    # A sandbox answers a redeem code that is an error's code with that error (contract.md 2.7).
    takes_code = "redeem_code" in (*declared.body.__struct_fields__, *names.parameters(declared))
    asked = _by_status((*refusals(declared), *errors.MAGIC_CODES.values())) if takes_code else own
    return {str(status): _refusal(own.get(status, []), rows, language) for status, rows in sorted(asked.items())}


def _by_status(reasons: Iterable[str]) -> dict[int, list[errors.ErrorRow]]:
    found: dict[int, dict[str, errors.ErrorRow]] = {}
    for reason in reasons:
        row = errors.for_reason(reason)
        found.setdefault(row.status, {})[row.code] = row
    return {status: list(rows.values()) for status, rows in found.items()}


def _refusal(own: list[errors.ErrorRow], rows: list[errors.ErrorRow], language: Language) -> Node:
    """`own` are the codes that this endpoint has reasons for; the other `rows` come in a sandbox on demand only."""
    schema = {
        "type": "object",
        "properties": {
            "code": {"type": "string", "enum": [row.code for row in rows]},
            "message": {"type": "string"},
            "success": {"const": False},
        },
        "required": ["code", "message", "success"],
        "additionalProperties": False,
    }
    samples = {
        row.code: {
            "summary": meaning(row),
            "value": {
                "code": row.code,
                "message": row.sentence(language=language, details=SAMPLE_DETAILS),
                "success": False,
            },
        }
        for row in own or rows
    }
    text = _("Ditolak: {codes}.") if own else _("Hanya di sandbox, bila kode redeem adalah kode galat ini: {codes}.")
    made: Node = {
        "description": gettext(text).format(codes=", ".join(row.code for row in own or rows)),
        "content": {"application/json": {"schema": schema, "examples": samples}},
    }
    if any(row.name in RETRY_AFTER for row in rows):
        made["headers"] = {
            "Retry-After": {
                "description": gettext(_("Tunggu sekian detik sebelum mencoba lagi.")),
                "schema": {"type": "string", "pattern": "^[0-9]+$"},
            }
        }
    return made
