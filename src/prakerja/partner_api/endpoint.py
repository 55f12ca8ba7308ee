"""One declaration per endpoint, and the one order in which every request is checked.

    size → headers → client → key → address → timestamp → calls left → signature → rate → nonce → kind of partner →
    body → one call → envelope

A view gets a `Call` and returns the data of the answer; whatever it refuses with is looked up in the table of codes.
Bodies, tokens and codes never reach a log line: a fault is logged as its type and the places it passed.
"""

from __future__ import annotations

import hashlib
import logging
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

import msgspec
from django.conf import settings
from django.http import HttpResponse

from prakerja.kernel import clock
from prakerja.kernel.db import is_busy
from prakerja.kernel.errors import Refused
from prakerja.kernel.figures import figures
from prakerja.kernel.logs import sql_place
from prakerja.partner_api import addresses, bodies, clients, envelope, errors, signing, strength
from prakerja.partner_api.dialect import INTEGRATION, Dialect, meta_name
from prakerja.partner_api.guide import Guide
from prakerja.partners import once_only
from prakerja.partners.queries import Credential
from prakerja.serving import WHOLE_BODY

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024
# Seconds either way (contract.md G7); PARTNER_API_TIMESTAMP_WINDOW = None replays the published vectors.
DEFAULT_TIMESTAMP_WINDOW = 300

# Before an OTP has proved whose card it is, a closed or revoked card is told like one that never was.
_NO_LIVING_CARD = frozenset(("card_unknown", "card_closed", "card_revoked", "award_ended", "award_suspended"))

# What an operation need not say, because the sentence wants the name of a member of our answers and questions.
_IMPLIED = {"cursor_invalid": {"field": "cursor"}}

_NONCE = re.compile("[A-Za-z0-9_-]{16,64}")

# `partner`: both kinds.
Kind = Literal["platform", "institution", "partner"]
B = TypeVar("B", bound=bodies.Body)


@dataclass(frozen=True, slots=True)
class Call(Generic[B]):
    """A request that passed every check. `at` is programme time, read once.

    `signed_at` is its timestamp in Unix seconds and `fingerprint` a hash of client, timestamp and body, where a card is named.
    `forms` is what its signature showed (`strength`), written down when the call has succeeded.
    """

    client: Credential
    body: B
    at: datetime
    path: Mapping[str, str]
    token: str
    idempotency_key: str
    signed_at: int = 0
    fingerprint: bytes = b""
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What one route declares: who may use it, how it is signed, what it reads and says."""

    method: str
    path: str
    kind: Kind
    body: type[bodies.Body]
    algorithm: signing.Algorithm
    message: errors.Sentences
    has_authorization: bool
    is_idempotent: bool
    names_a_card: bool
    answer: Callable[[Call[Any]], Any]
    dialect: Dialect = INTEGRATION
    # For the published pages; `docs` asks for one, no call does.
    guide: Guide | None = None

    @property
    def is_once(self) -> bool:
        """Its repetition under the same Idempotency-Key is answered from what is kept (`once_only.answer_once`)."""
        return self.is_idempotent and self.guide is not None and self.guide.keeps_first_answer

    @property
    def is_published(self) -> bool:
        """The published contract signs with SHA-1 and does not say whether a query is signed; ours does."""
        return self.algorithm == "sha1"


ENDPOINTS: list[Endpoint] = []


def endpoint(
    *,
    path: str,
    kind: Kind,
    body: type[B],
    method: str = "POST",
    algorithm: signing.Algorithm = "sha1",
    message: errors.Sentences = errors.OK,
    has_authorization: bool = False,
    is_idempotent: bool = False,
    names_a_card: bool = False,
    dialect: Dialect = INTEGRATION,
    guide: Guide | None = None,
) -> Callable[[Callable[[Call[B]], Any]], Callable[[Call[B]], Any]]:
    """Declare a view as the answer of a route and put it on the list that the URLs and the house tests read.

    `is_idempotent` asks for an Idempotency-Key header; `names_a_card` counts unknown cards against the client; `dialect`
    names headers and reasons; `guide` is what the published pages tell of it.
    """

    # msgspec works out how a type is read when it is first asked. Two threads that ask at once end the process, so it is done here.
    msgspec.json.Decoder(body)

    def register(answer: Callable[[Call[B]], Any]) -> Callable[[Call[B]], Any]:
        ENDPOINTS.append(
            Endpoint(
                method=method,
                path=path,
                kind=kind,
                body=body,
                algorithm=algorithm,
                message=message,
                has_authorization=has_authorization,
                is_idempotent=is_idempotent,
                names_a_card=names_a_card,
                dialect=dialect,
                answer=answer,
                guide=guide,
            )
        )
        return answer

    return register


class Request(Protocol):
    """Of a request, what is looked at here: Django's has it, and so has `direct.Received`."""

    @property
    def META(self) -> dict[str, Any]: ...
    @property
    def method(self) -> str | None: ...
    @property
    def path_info(self) -> str: ...


class Route:
    """The Django view of one path: finds the endpoint of the method and answers."""

    csrf_exempt = True

    def __init__(self, methods: Mapping[str, Endpoint]) -> None:
        self.methods = methods

    def __call__(self, request: Request, **path: str) -> HttpResponse:
        found = self.methods.get(request.method or "")
        if found is None:
            response = refusal_response(request, "method_not_allowed")
            response["Allow"] = ", ".join(self.methods)
            return response
        return respond(found, request, path)


def respond(declared: Endpoint, request: Request, path: Mapping[str, str]) -> HttpResponse:
    """Check, call, wrap. Nothing but an envelope ever leaves."""
    try:
        call = _admit(declared, request, path)
        data = _ask_about_a_card(declared, call) if declared.names_a_card else declared.answer(call)
        for form in call.forms:
            strength.note(call.client, form)
    except Refused as refusal:
        return refusal_response(request, refusal.reason, refusal.details)
    except Exception as error:
        _log_fault(declared, error)
        return refusal_response(request, "busy" if is_busy(error) else "internal")
    return envelope.success(
        data=data, message=declared.message, language=_language(request), extra=declared.dialect.extra
    )


def _ask_about_a_card(declared: Endpoint, call: Call[Any]) -> Any:
    """Answer a call that names a card: a visitor who tries numbers out learns nothing and is slowed (decisions.md 58)."""
    visitor = str(getattr(call.body, "user_platform_id", ""))
    if not clients.take_card_call(client=call.client, visitor=visitor):
        raise Refused("rate_limited")
    try:
        return declared.answer(call)
    except Refused as refusal:
        if refusal.reason in _NO_LIVING_CARD:
            is_left = clients.count_unknown_card(client=call.client, visitor=visitor)
            raise Refused("card_unknown" if is_left else "rate_limited") from None
        raise


def refusal_response(request: Request, reason: str, details: Mapping[str, Any] | None = None) -> HttpResponse:
    """Answer a reason from the table of codes."""
    try:
        row = errors.for_reason(reason)
    except KeyError:
        logger.error("no row for the reason %s", reason)
        row = errors.for_reason("internal")
    figures().count("prakerja_refusals_total", ("reason", row.name), ("code", row.code))
    response = envelope.failure(row=row, language=_language(request), details=details or _IMPLIED.get(reason))
    if _is_unread(request.META):
        # The connection ends with an unread body, and a client that did not know would lose its next call.
        response["Connection"] = "close"
    return response


def _admit(declared: Endpoint, request: Request, path: Mapping[str, str]) -> Call[Any]:
    meta = request.META
    dialect = declared.dialect
    length = _length(meta)
    client, timestamp, signature = _caller(dialect, meta)
    if dialect.is_signed:
        _check_timestamp(timestamp)
    body = _read(meta, length)
    # Whoever has used its calls up is told so before anything is worked out for it: a flood must cost others nothing.
    if dialect.is_signed and not clients.has_calls_left(client=client):
        raise Refused("rate_limited")
    authorization = meta.get("HTTP_AUTHORIZATION", "") if declared.has_authorization else None
    query = meta.get("QUERY_STRING", "")
    nonce = "" if declared.is_published else _nonce(meta)
    forms: tuple[str, ...] = ()
    if dialect.is_signed:

        def spelt(*, signs_token: bool, signs_query: bool) -> signing.Request:
            return signing.Request(
                client_code=client.client_code,
                timestamp=timestamp,
                method=declared.method,
                paths=signing.path_spellings(
                    path=request.path_info,
                    query=query,
                    query_is_signed=signs_query or not declared.is_published,
                    tail=path.get("invoice_code", ""),
                ),
                body=body,
                authorization=authorization,
                nonce=nonce,
                signs_token=signs_token,
            )

        match = strength.verify(
            declared_path=declared.path,
            client=client,
            spelt=spelt,
            signature=signature,
            algorithm=declared.algorithm,
        )
        if match is None:
            clients.count_refused_signature(client=client)
            raise Refused("signature_wrong")
        # Where the query is always signed, that says nothing of the program.
        forms = strength.forms_of(
            declared_path=declared.path, match=match, query=query if declared.is_published else ""
        )
        clients.note_key_use(client=client, key_index=match.key_index)
        _note_form(declared, client, match)
        # Counted only after the signature: else anybody who knows a client_code could use up its calls.
        if not clients.take_call(client=client):
            raise Refused("rate_limited")
    if nonce:
        once_only.use_nonce(partner_id=client.partner_id, nonce=nonce)
    if declared.kind not in (client.kind, "partner"):
        raise Refused("partner_kind")
    return Call(
        client=client,
        body=_members(declared, body, query),
        at=clock.now(),
        path=path,
        token=_token(dialect, authorization) if authorization is not None else "",
        idempotency_key=_idempotency_key(meta) if declared.is_idempotent else "",
        signed_at=int(timestamp) if declared.names_a_card else 0,
        fingerprint=_fingerprint(client, timestamp, body) if declared.names_a_card else b"",
        forms=forms,
    )


def _fingerprint(client: Credential, timestamp: str, body: bytes) -> bytes:
    """Which request this is. The signature stays out: one request can be signed in several forms."""
    return hashlib.sha256(b"\0".join((client.partner_id.bytes, str(int(timestamp)).encode(), body))).digest()


def _caller(dialect: Dialect, meta: Mapping[str, Any]) -> tuple[Credential, str, str]:
    """The client that the headers name, with the timestamp and the signature ("" where a call has none)."""
    found = {name: meta.get(meta_name(name), "") for name in dialect.headers}
    if not found[dialect.client]:
        raise Refused(dialect.client_missing)
    if not all(found.values()):
        raise Refused("headers_missing")
    client_code = found[dialect.client]
    # Beyond ASCII no client_code exists, and PostgreSQL would choke on what a broken sender put there.
    client = (
        clients.client_of_code(client_code=client_code) if client_code.isascii() and client_code.isprintable() else None
    )
    if client is None:
        raise Refused(dialect.client_unknown)
    if client.is_revoked:
        raise Refused(dialect.client_revoked)
    if client.allowed_networks and not addresses.is_allowed(meta, client.allowed_networks):
        raise Refused("address_not_allowed")
    return client, found.get(dialect.timestamp, ""), found.get(dialect.signature, "")


def _nonce(meta: Mapping[str, Any]) -> str:
    """The header `nonce`, "" when there is none. It is part of the signed text and works once. Raises Refused: field_invalid."""
    text: str = meta.get("HTTP_NONCE", "")
    if text and not _NONCE.fullmatch(text):
        raise Refused("field_invalid", field="nonce")
    return text


def _length(meta: Mapping[str, Any]) -> int | None:
    """The announced length of the body; None when it comes in chunks. Refuses what is too large before reading it."""
    text = meta.get("CONTENT_LENGTH") or ""
    if "chunked" in meta.get("HTTP_TRANSFER_ENCODING", "").lower() or not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Refused("body_malformed")
    if len(text) > 9 or int(text) > MAX_BODY_BYTES:
        raise Refused("body_too_large")
    return int(text)


def _is_unread(meta: Mapping[str, Any]) -> bool:
    """Whether the call brought a body that nobody has read to its end: what is refused early is not worth it."""
    brought = meta.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in meta
    return brought and not meta.get(WHOLE_BODY)


def _read(meta: dict[str, Any], length: int | None) -> bytes:
    """Read the body from the server itself: Django takes a body without Content-Length for an empty one."""
    stream = meta["wsgi.input"]
    if length is None:
        if not meta.get("wsgi.input_terminated"):
            return b""
        body = _read_up_to(stream, MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            raise Refused("body_too_large")
        meta[WHOLE_BODY] = True
        return body
    body = _read_up_to(stream, length)
    if len(body) < length:
        raise Refused("body_malformed")
    meta[WHOLE_BODY] = True
    return body


def _read_up_to(stream: Any, size: int) -> bytes:
    pieces: list[bytes] = []
    while size > 0:
        piece = stream.read(size)
        if not piece:
            break
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _check_timestamp(text: str) -> None:
    window = getattr(settings, "PARTNER_API_TIMESTAMP_WINDOW", DEFAULT_TIMESTAMP_WINDOW)
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Refused("timestamp_outside")
    if window is not None and abs(clock.wall().timestamp() - int(text)) > window:
        raise Refused("timestamp_outside")


def _members(declared: Endpoint, body: bytes, query: str) -> bodies.Body:
    if declared.method == "GET":
        return bodies.read_query(members=bodies.pairs(query), kind=declared.body)
    if declared.dialect.is_lenient:
        return bodies.read_json_form_or_query(body=body, query=query, kind=declared.body)
    return bodies.read_body(body=body, kind=declared.body)


def _token(dialect: Dialect, header: str) -> str:
    """`Payment <token>`; the bare token is accepted too. Raises Refused: token_invalid."""
    words = header.split()
    if len(words) == 2 and words[0].lower() == dialect.scheme.lower():
        words = words[1:]
    if len(words) != 1 or not words[0].isascii() or len(words[0]) > 500:
        raise Refused(dialect.token_wrong)
    return words[0]


def _idempotency_key(meta: Mapping[str, Any]) -> str:
    return bodies.text(meta.get("HTTP_IDEMPOTENCY_KEY", ""), field="Idempotency-Key")


def _language(request: Request) -> errors.Language:
    return envelope.language_of(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))


_noted: set[tuple[str, str, str, str]] = set()


def _note_form(declared: Endpoint, client: Credential, match: signing.Match) -> None:
    """Say once which form a client signs, when it is not the bytes it sends: real clients teach us what is needed."""
    if match.body is signing.BodyForm.RAW and match.authorization is signing.AuthorizationForm.EMPTY:
        return
    note = (client.client_code, declared.path, match.body, match.authorization)
    if note not in _noted and len(_noted) < 10_000:
        _noted.add(note)
        logger.info("client %s signs %s: body %s, authorization %s", *note)


def _log_fault(declared: Endpoint, error: BaseException) -> None:
    """The type of the fault and the places it passed; its message may quote a row, so it stays out."""
    places = " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)[-6:])
    )
    cause = f" from {type(error.__cause__).__name__}" if error.__cause__ else ""
    said = "".join(f" {name} {value}" for name, value in sql_place(error).items())
    logger.error("%s %s: %s%s%s at %s", declared.method, declared.path, type(error).__name__, cause, said, places)
