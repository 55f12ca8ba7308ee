"""Bytes → whole requests. What two readers could understand differently is refused, never interpreted.

The grammar is llhttp's (httptools), which is Node's: a bare line feed, a folded header, a length beside chunks and HTTP/2 are
errors there. Added here is what belongs to the meaning of headers: one Host, one of each header that decides who calls.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from prakerja.serving import WHOLE_BODY
from prakerja.serving.limits import Limits

# What may come in several lines, which then count as one (RFC 9110, 5.3). Everything else that comes twice is refused: two
# readers of it, a proxy and we, could each believe another one.
_LISTS = frozenset(
    "HTTP_" + name
    for name in (
        *("ACCEPT", "ACCEPT_CHARSET", "ACCEPT_ENCODING", "ACCEPT_LANGUAGE", "CACHE_CONTROL", "CONNECTION", "COOKIE"),
        *("FORWARDED", "IF_MATCH", "IF_NONE_MATCH", "PRAGMA", "TE", "TRAILER", "UPGRADE", "VIA", "WARNING"),
        *("X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO"),
    )
)
_NAMES: dict[bytes, str] = {}
# A body in chunks of one byte is six times as long on the wire.
_MOST_RAW = 8
_CHUNKED = "Transfer-Encoding: chunked"
_PROTOCOLS = {"1.1": "HTTP/1.1", "1.0": "HTTP/1.0"}


class Malformed(Exception):
    """What came is no request that we read; the connection ends after this status."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Received:
    """One request, its body whole or (too large) cut."""

    environ: dict[str, Any]
    keep_alive: bool
    is_whole: bool


class Reader:
    """Reads one connection. `stage` is what it waits for, `since` when that began (monotonic seconds)."""

    __slots__ = (
        "_base",
        "_body",
        "_environ",
        "_expects",
        "_head_size",
        "_is_offer",
        "_limits",
        "_parser",
        "_raw_size",
        "_sizes",
        "_spelt",
        "_target",
        "_wrong",
        "is_over",
        "most_body",
        "ready",
        "since",
        "stage",
    )

    def __init__(self, base: dict[str, Any], limits: Limits, *, moment: float) -> None:
        """`base` is what every request of this connection has in its environment."""
        self._base = base
        self._limits = limits
        # The largest body that is taken where this request goes.
        self.most_body = limits.body_bytes
        self._parser = HttpRequestParser(self)
        self._raw_size = 0
        self._wrong = ""
        self._is_offer = False
        self._expects = False
        self._body: list[bytes] = []
        self.ready: deque[Received] = deque()
        # Nothing more is read: the last request was cut, or ended the connection.
        self.is_over = False
        self.stage = "idle"
        self.since = moment

    def feed(self, data: bytes, moment: float) -> None:
        """Read what came; whole requests are then in `ready`. Raises Malformed; requests before that stay in `ready`."""
        if self.is_over:
            return
        before = self.stage
        self._raw_size = len(data) if before == "idle" else self._raw_size + len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            self._go_on(data[upgrade.args[0] :], moment)
        except HttpParserError:
            if self.is_over:
                # What follows the last request of a connection is nobody's business.
                return
            self.is_over = True
            raise Malformed(self._wrong or "400 Bad Request") from None
        if self.stage != before or self.ready:
            self.since = moment
            self._raw_size = len(data)
        if self.stage == "head" and self._raw_size > self._limits.head_bytes:
            self.is_over = True
            raise Malformed("431 Request Header Fields Too Large")
        if self.stage == "body" and self._raw_size > _MOST_RAW * self.most_body:
            # Chunks of nothing but their own lengths, or trailers without end.
            self.is_over = True
            raise Malformed("413 Content Too Large")

    def _go_on(self, rest: bytes, moment: float) -> None:
        """An offer to go on in another protocol is not taken up (RFC 9110, 7.8): Java's client makes one at every call.

        The parser takes it up, and leaves the body of the request for that protocol. Another one reads on from there.
        """
        self._parser = HttpRequestParser(self)
        if self._is_offer:
            environ = self._environ
            framing = "Content-Length: " + environ["CONTENT_LENGTH"] if "CONTENT_LENGTH" in environ else _CHUNKED
            stays = "close" if "close" in environ.get("HTTP_CONNECTION", "").lower() else "keep-alive"
            head = f"POST / HTTP/1.1\r\nHost: -\r\nConnection: {stays}\r\n{framing}\r\n\r\n"
            self._parser.feed_data(head.encode("ascii"))
            self._is_offer = False
        if rest:
            self.feed(rest, moment)

    def wants_to_continue(self) -> bool:
        """Whether the client waits for `100 Continue` before it sends a body that we would read. Says so once."""
        wants = self.stage == "body" and self._expects and not self._body
        self._expects = False
        return wants

    # --- called by the parser; what is raised here arrives as an HttpParserError ---

    def on_message_begin(self) -> None:
        if self._is_offer:
            return
        self.stage = "head"
        self._target = b""
        self._head_size = 0
        self._environ = self._base.copy()
        self._spelt: dict[str, bytes] = {}
        self._body = []
        self._sizes = 0
        self._expects = False

    def on_url(self, piece: bytes) -> None:
        if self._is_offer:
            return
        self._target += piece
        self._add_to_head(len(piece))

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.stage != "head":
            # Trailers come after whoever decides by headers has looked at them.
            return
        self._add_to_head(len(name) + len(value) + 4)
        key = _NAMES.get(name) or _environment_name(name)
        if not key:
            self._refuse("400 Bad Request")
        text = value.strip(b" \t").decode("latin-1")
        if key not in self._spelt:
            self._spelt[key] = name
            self._environ[key] = text
            if len(self._spelt) > self._limits.headers:
                self._refuse("431 Request Header Fields Too Large")
        elif key in _LISTS and name.lower() == self._spelt[key].lower():
            self._environ[key] += ("; " if key == "HTTP_COOKIE" else ", ") + text
        else:
            self._refuse("400 Bad Request")

    def on_headers_complete(self) -> None:
        if self._is_offer:
            return
        environ, parser = self._environ, self._parser
        protocol = _PROTOCOLS.get(parser.get_http_version())
        if protocol is None:
            self._refuse("505 HTTP Version Not Supported")
        environ["SERVER_PROTOCOL"] = protocol
        environ["REQUEST_METHOD"] = parser.get_method().decode("ascii")
        if "HTTP_HOST" not in environ and protocol == "HTTP/1.1":
            self._refuse("400 Bad Request")
        coding = environ.get("HTTP_TRANSFER_ENCODING")
        if coding is not None and (coding.lower() != "chunked" or protocol == "HTTP/1.0"):
            self._refuse("501 Not Implemented" if protocol == "HTTP/1.1" else "400 Bad Request")
        self._take_target(environ)
        length = environ.get("CONTENT_LENGTH", "")
        self._expects = environ.get("HTTP_EXPECT", "").lower() == "100-continue"
        self.stage = "body"
        self._is_offer = bool(parser.should_upgrade()) and (coding is not None or length not in ("", "0"))
        self.most_body = self._limits.body_at(environ["PATH_INFO"])
        if length and int(length) > self.most_body:
            self._deliver(is_whole=False)

    def on_body(self, piece: bytes) -> None:
        if self.is_over:
            return
        self._body.append(piece)
        self._sizes += len(piece)
        if self._sizes > self.most_body:
            self._deliver(is_whole=False)

    def on_message_complete(self) -> None:
        if not (self.is_over or self._is_offer):
            self._deliver(is_whole=True)

    def _take_target(self, environ: dict[str, Any]) -> None:
        target = self._target
        if not target.startswith(b"/") and target != b"*":
            # The form for proxies: the host in it must be the one in the header, or somebody is fooled.
            parts = urlsplit(target.decode("latin-1"))
            if parts.scheme not in ("http", "https") or parts.netloc != environ.get("HTTP_HOST"):
                self._refuse("400 Bad Request")
            target = target.partition(b"://")[2]
            target = b"/" + target.partition(b"/")[2]
        if b"#" in target:
            self._refuse("400 Bad Request")
        path, _, query = target.partition(b"?")
        environ["PATH_INFO"] = (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1")
        environ["QUERY_STRING"] = query.decode("latin-1")

    def _deliver(self, *, is_whole: bool) -> None:
        environ = self._environ
        body = b"".join(self._body)
        environ["wsgi.input"] = BytesIO(body)
        environ[WHOLE_BODY] = is_whole
        if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
            # However it came, it is one piece of this length now.
            environ["CONTENT_LENGTH"] = str(self._sizes)
        keeps = is_whole and bool(self._parser.should_keep_alive())
        self.ready.append(Received(environ, keeps, is_whole))
        self.is_over = not keeps
        self._body = []
        self.stage = "idle"

    def _add_to_head(self, size: int) -> None:
        self._head_size += size
        if self._head_size > self._limits.head_bytes:
            self._refuse("431 Request Header Fields Too Large")

    def _refuse(self, status: str) -> None:
        self._wrong = status
        raise ValueError(status)


def _environment_name(name: bytes) -> str:
    """Its name in the environment, "" for a header that only pretends to be one that says where a request ends, or who calls."""
    text = name.decode("latin-1").upper().replace("-", "_")
    decides = text in ("CONTENT_TYPE", "CONTENT_LENGTH", "TRANSFER_ENCODING") or text.startswith("X_FORWARDED_")
    if decides and b"_" in name:
        return ""
    key = text if text in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + text
    # Strangers may invent names for ever.
    if len(_NAMES) < 500:
        _NAMES[name] = key
    return key
