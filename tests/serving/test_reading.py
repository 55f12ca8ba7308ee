"""Bytes → requests. What two readers could understand differently is refused; what honest clients send is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from prakerja.serving import WHOLE_BODY
from prakerja.serving.limits import LIMITS
from prakerja.serving.reading import Malformed, Reader

HOST = b"Host: door.example\r\n"
# What Java's client sends with its first call over plain HTTP, whatever the call.
OFFER = HOST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n"
NEXT = b"GET /next HTTP/1.1\r\n" + HOST + b"\r\n"


def read(*pieces: bytes) -> list[dict[str, Any]]:
    reader = Reader({}, LIMITS, moment=0.0)
    for number, piece in enumerate(pieces):
        reader.feed(piece, float(number))
    return [received.environ for received in reader.ready]


def status(*pieces: bytes) -> str:
    with pytest.raises(Malformed) as refused:
        read(*pieces)
    return refused.value.status[:3]


def post(*fields: bytes, body: bytes = b"") -> bytes:
    return b"POST /a HTTP/1.1\r\n" + HOST + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


LENGTH = b"Content-Length: 3"
CHUNKS = b"Transfer-Encoding: chunked"
IN_CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"

REFUSED = {
    "bare line feeds": b"GET /a HTTP/1.1\nHost: a\n\n",
    "a bare line feed after one field": b"GET /a HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
    "a bare line feed at the end": b"GET /a HTTP/1.1\r\nHost: a\r\n\n",
    "a bare carriage return": b"GET /a HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
    "a bare line feed after a chunk": post(CHUNKS, body=b"3\nabc\n0\n\n"),
    "a folded field": post(b"X: a\r\n b"),
    "a blank before the colon": post(b"X : a"),
    "a blank before the first field": b"GET /a HTTP/1.1\r\n X: a\r\n" + HOST + b"\r\n",
    "a NUL in a field": post(b"X: a\0b"),
    "a field without a name": post(b": a"),
    "no Host": b"GET /a HTTP/1.1\r\n\r\n",
    "two Hosts": post(HOST[:-2]),
    "another Host in the target": b"GET http://other.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "a length beside chunks": post(LENGTH, CHUNKS, body=IN_CHUNKS),
    "chunks beside a length": post(CHUNKS, LENGTH, body=IN_CHUNKS),
    "two lengths": post(LENGTH, b"Content-Length: 4", body=b"abc"),
    "the same length twice": post(LENGTH, LENGTH, body=b"abc"),
    "a list of lengths": post(b"Content-Length: 3, 3", body=b"abc"),
    "a length with a sign": post(b"Content-Length: +3", body=b"abc"),
    "chunks that are not last": post(b"Transfer-Encoding: chunked, identity", body=IN_CHUNKS),
    "chunks announced twice": post(CHUNKS, CHUNKS, body=IN_CHUNKS),
    "chunks of HTTP/1.0": b"POST /a HTTP/1.0\r\n" + CHUNKS + b"\r\n\r\n" + IN_CHUNKS,
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a tunnel": b"CONNECT door.example:80 HTTP/1.1\r\n" + HOST + b"\r\n",
    "client_code twice": post(b"client_code: a", b"client_code: b"),
    "client-code beside client_code": post(b"client_code: a", b"client-code: b"),
    "client_code beside client-code": post(b"client-code: a", b"client_code: b"),
    "a signature twice": post(b"signature: a", b"Signature: b"),
    "Authorization twice": post(b"Authorization: Payment a", b"Authorization: Payment b"),
    "X_Forwarded_For beside X-Forwarded-For": post(b"X-Forwarded-For: 1.2.3.4", b"X_Forwarded_For: 5.6.7.8"),
    "X_Forwarded_For alone": post(b"X_Forwarded_For: 5.6.7.8"),
    "a length in another spelling": post(b"content_length: 5"),
    "chunks in another spelling": post(b"transfer_encoding: chunked"),
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED.keys())
def test_what_can_be_understood_in_two_ways_is_refused(sent: bytes) -> None:
    assert status(sent) == "400"
    # And however it is cut into pieces.
    assert status(*(sent[at : at + 1] for at in range(len(sent)))) == "400"


@pytest.mark.parametrize("coding", [b"gzip", b"gzip, chunked", b"identity", b"xchunked"])
def test_a_coding_that_we_do_not_know(coding: bytes) -> None:
    assert status(post(b"Transfer-Encoding: " + coding, body=IN_CHUNKS)) == "501"


def test_other_versions() -> None:
    assert status(b"GET /a HTTP/2.0\r\n" + HOST + b"\r\n") == "505"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + b"a" * LIMITS.head_bytes + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /" + b"a" * LIMITS.head_bytes,
        post(b"X: " + b"a" * LIMITS.head_bytes),
        post(*(b"X%d: a" % number for number in range(LIMITS.headers + 1))),
    ],
    ids=["address", "address without an end", "field", "fields"],
)
def test_heads_without_measure(sent: bytes) -> None:
    assert status(sent) == "431"


def test_chunks_of_nothing() -> None:
    """Long lines of lengths and trailers: bytes that are no body still end."""
    assert status(post(CHUNKS), *([b"1;" + b"x" * 60_000] * 10)) == "413"


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ((LENGTH,), b"abc"),
        ((CHUNKS,), IN_CHUNKS),
        ((CHUNKS,), b"1\r\na\r\n2;x=y\r\nbc\r\n0\r\nX: trailer\r\n\r\n"),
    ],
    ids=["length", "chunks", "trailer"],
)
@pytest.mark.parametrize("head", [HOST, OFFER], ids=["plain", "offers HTTP/2"])
@pytest.mark.parametrize("cut", [None, 1])
def test_a_body_is_whole(head: bytes, fields: tuple[bytes, ...], body: bytes, cut: int | None) -> None:
    sent = b"POST /a%20b?q=1 HTTP/1.1\r\n" + head + b"\r\n".join(fields) + b"\r\n\r\n" + body + NEXT
    pieces = [sent] if cut is None else [sent[at : at + cut] for at in range(0, len(sent), cut)]
    first, second = read(*pieces)
    assert first["wsgi.input"].read() == b"abc"
    assert first[WHOLE_BODY] is True
    assert (first["CONTENT_LENGTH"], first.get("HTTP_TRANSFER_ENCODING")) == ("3", None)
    assert (first["REQUEST_METHOD"], first["PATH_INFO"], first["QUERY_STRING"]) == ("POST", "/a b", "q=1")
    assert second["PATH_INFO"] == "/next"


def test_a_trailer_is_no_header() -> None:
    (found,) = read(post(b"client_code: honest", CHUNKS, body=b"0\r\nclient_code: other\r\nX-Late: a\r\n\r\n"))
    assert found["HTTP_CLIENT_CODE"] == "honest"
    assert "HTTP_X_LATE" not in found


def test_lists_may_come_in_several_lines() -> None:
    (found,) = read(post(b"Cookie: a=1", b"Cookie: b=2", b"Accept-Language: id", b"Accept-Language: en"))
    assert (found["HTTP_COOKIE"], found["HTTP_ACCEPT_LANGUAGE"]) == ("a=1; b=2", "id, en")


def test_a_body_that_is_too_large_is_told_before_it_has_come() -> None:
    (found,) = read(post(b"Content-Length: 1048576"))
    assert (found["CONTENT_LENGTH"], found[WHOLE_BODY]) == ("1048576", False)
    (found,) = read(post(CHUNKS, body=b"20000\r\n" + b"x" * 100_000))
    assert (found["CONTENT_LENGTH"], found[WHOLE_BODY]) == ("100000", False)


def test_what_follows_the_last_request_is_not_read() -> None:
    (found,) = read(post(b"Connection: close"), NEXT, b"rubbish\n")
    assert found["PATH_INFO"] == "/a"


def test_addresses_are_kept_as_the_contract_needs_them() -> None:
    (found,) = read(b"GET //api/v1/x%2Fy/%C3%A9 HTTP/1.1\r\n" + HOST + b"\r\n")
    assert found["PATH_INFO"] == "//api/v1/x/y/" + "é".encode().decode("latin-1")
    (found,) = read(b"GET http://door.example/a?b HTTP/1.1\r\n" + HOST + b"\r\n")
    assert (found["PATH_INFO"], found["QUERY_STRING"]) == ("/a", "b")


def test_a_photo_may_be_larger_where_the_door_says_so() -> None:
    limits = replace(LIMITS, larger={"/photo": 200_000, "/cases/": 200_000})
    body = b"x" * 150_000
    taken = (b"/photo", b"/photo?a=1", b"/cases/new")
    for path in (*taken, b"/other", b"/cases", b"/cases/1/more", b"/photo/1"):
        is_whole = path in taken
        reader = Reader({}, limits, moment=0.0)
        head = b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"Content-Length: 150000\r\n\r\n"
        reader.feed(head, 0.0)
        if not reader.is_over:
            reader.feed(body, 0.0)
        [received] = reader.ready
        assert (received.environ[WHOLE_BODY], len(received.environ["wsgi.input"].read())) == (
            is_whole,
            150_000 if is_whole else 0,
        )
