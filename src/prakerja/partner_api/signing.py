"""The signature of a partner's request (contract.md 1.5). Pure: no Django, no clock, no database.

    raw text  = client_code + timestamp + [nonce] + METHOD + path + [authorization] + body
    signature = hex(HMAC(sign_key, raw text)), SHA-1 in the published contract, SHA-256 at our own endpoints

The published clients do not all sign the bytes that they send, so a body is also accepted in the spellings of
`BodyForm`. Every form is the same JSON value with the same order of members and the same text of numbers, so
accepting several does not let anybody sign one value and send another. The forms are made only when the raw
bytes did not match.

A nonce (our own endpoints only) can neither be taken out of a signed text nor put into one: what comes before it is at most
12 digits that must be the present time, what comes after it is a method and a slash, and a nonce has 16 characters or
more and no slash.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from urllib.parse import quote

from prakerja.partner_api import json_text

Algorithm = Literal["sha1", "sha256"]

_PLAIN = re.compile("[A-Za-z0-9/._~-]*")
_HEX = {"sha1": re.compile("[0-9a-fA-F]{40}"), "sha256": re.compile("[0-9a-fA-F]{64}")}


class BodyForm(StrEnum):
    RAW = "raw"
    COMPACT = "compact"
    GO = "go"
    SLASHED = "slashed"
    ASCII = "ascii"
    ASCII_SLASHED = "ascii_slashed"


class AuthorizationForm(StrEnum):
    HEADER = "header"
    TOKEN = "token"  # noqa: S105 - the name of a form, not a secret
    EMPTY = "empty"


_SPELLINGS = (
    (BodyForm.COMPACT, json_text.plain),
    (BodyForm.GO, json_text.go),
    (BodyForm.SLASHED, json_text.slashed),
    (BodyForm.ASCII, json_text.ascii_only),
    (BodyForm.ASCII_SLASHED, json_text.ascii_slashed),
)


@dataclass(frozen=True, slots=True)
class Request:
    """What was received. `paths` are the texts that may have been signed as the path, likeliest first."""

    client_code: str
    timestamp: str
    method: str
    paths: tuple[str, ...]
    body: bytes
    authorization: str | None = None  # None: this endpoint has no such slot
    nonce: str = ""
    # This client has signed the token here before: a text without it is not accepted any more.
    signs_token: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Which spelling verified, for the log: it tells what real clients sign."""

    body: BodyForm
    path: str
    authorization: AuthorizationForm
    key_index: int


def sign(
    *,
    client_code: str,
    timestamp: str,
    method: str,
    path: str,
    body: bytes,
    sign_key: str,
    algorithm: Algorithm = "sha1",
    authorization: str = "",
    nonce: str = "",
) -> str:
    """Return the lower-case hex signature. The key is its characters, not decoded from hex (contract.md 1.3)."""
    head = f"{client_code}{timestamp}{nonce}{method}{path}{authorization}".encode()
    return hmac.digest(sign_key.encode(), head + body, algorithm).hex()


def verify(*, request: Request, signature: str, sign_keys: tuple[str, ...], algorithm: Algorithm) -> Match | None:
    """Say which accepted spelling of the request the signature belongs to, or None.

    Hexadecimal is compared in constant time and in either case.
    """
    if not _HEX[algorithm].fullmatch(signature):
        return None
    given = bytes.fromhex(signature)
    heads = tuple(_heads(request))
    keys = tuple(key.encode() for key in sign_keys)
    for form, body in body_forms(request.body):
        for path, slot, head in heads:
            for index, key in enumerate(keys):
                if hmac.compare_digest(hmac.digest(key, head + body, algorithm), given):
                    return Match(form, path, slot, index)
    return None


def body_forms(body: bytes) -> Iterator[tuple[BodyForm, bytes]]:
    """The accepted spellings of a body: the bytes as sent, then, when asked for, the others that differ."""
    yield BodyForm.RAW, body
    try:
        tree = json_text.read_tree(body)
    except json_text.BrokenJson:
        return
    seen = {body}
    for form, spelling in _SPELLINGS:
        text = json_text.write(tree, spelling)
        if text not in seen:
            seen.add(text)
            yield form, text


# What common encoders leave as it is: RFC 3986 in a path, Python's `quote`, `quote(safe="")`, `encodeURIComponent`.
_LEFT_ALONE = ("/-._~!$&'()*+,;=:@", "/", "", "!'()*")


def path_spellings(*, path: str, query: str, query_is_signed: bool, tail: str = "") -> tuple[str, ...]:
    """The texts a caller may have signed as the path: decoded, as the server sees it, or as on the wire.

    Leading slashes count as one (a published client posts to `//api/…` and signs `/api/…`). The published
    contract does not say whether a query is signed, so both are accepted there; our own endpoints sign it
    (`query_is_signed`). `tail` is the free text at the end of a path, in which a caller may have quoted slashes.
    """
    single = "/" + path.lstrip("/")
    found = dict.fromkeys((single,))
    if not _PLAIN.fullmatch(single) or "/" in tail:
        head = single.removesuffix(tail)
        found |= dict.fromkeys(quote(head) + quote(tail, safe=safe) for safe in _LEFT_ALONE)
    if query and query_is_signed:
        return tuple(f"{spelling}?{query}" for spelling in found)
    if query:
        return (*found, *(f"{spelling}?{query}" for spelling in found))
    return tuple(found)


def _heads(request: Request) -> Iterator[tuple[str, AuthorizationForm, bytes]]:
    for path in request.paths:
        for slot, text in _authorization_forms(request.authorization, signs_token=request.signs_token):
            head = f"{request.client_code}{request.timestamp}{request.nonce}{request.method}{path}{text}"
            yield path, slot, head.encode("utf-8", "surrogateescape")


def _authorization_forms(header: str | None, *, signs_token: bool) -> tuple[tuple[AuthorizationForm, str], ...]:
    """Between path and body. It is not public whether the scheme word is signed, so three forms count."""
    if not header:
        return ((AuthorizationForm.EMPTY, ""),)
    token = header.rpartition(" ")[2]
    signed = ((AuthorizationForm.HEADER, header), (AuthorizationForm.TOKEN, token))
    return signed if signs_token else (*signed, (AuthorizationForm.EMPTY, ""))
