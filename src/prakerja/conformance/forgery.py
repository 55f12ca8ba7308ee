"""A call that would succeed, forged in every way that the signature must stop (contract.md 1.5, G7).

An honest call that is refused for another reason proves nothing: a server that checks no signature refuses it as well. So
each call is forged when its honest form is about to be granted, and what was forged must not have been done.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from prakerja.conformance.report import Section
from prakerja.conformance.wire import Answer, Credentials, Wire, compact, now

# Seconds either way (contract.md G7); the kit asks ten inside it and ten outside, for the sake of two clocks.
WINDOW = 300
_MARGIN = 10
SIGNATURE_WRONG, CLIENT_UNKNOWN, HEADERS_MISSING, STALE = (f"ERRINT4019{digit}" for digit in (2, 1, 0, 3))


@dataclass(frozen=True)
class Ask:
    """One call as its client would send it."""

    method: str
    path: str
    members: Any = None
    authorization: str = ""
    algorithm: str = "sha1"
    headers: dict[str, str | None] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return b"" if self.members is None else compact(self.members)

    def send(self, wire: Wire, credentials: Credentials, **changes: Any) -> Answer:
        sent: dict[str, Any] = {
            "method": self.method,
            "path": self.path,
            "body": self.body,
            "authorization": self.authorization,
            "algorithm": self.algorithm,
        }
        headers = {**self.headers, **changes.pop("headers", {})}
        return wire.send(credentials, **{**sent, **changes, "headers": headers})


def post(path: str, members: Any, *, authorization: str = "") -> Ask:
    """A call of the published contract."""
    return Ask("POST", path, members, authorization)


def own(method: str, path: str, members: Any = None, *, key: str = "") -> Ask:
    """A call of the endpoints beside it: SHA-256, the query signed; a write runs under a key."""
    return Ask(method, path, members, algorithm="sha256", headers={"Idempotency-Key": key} if key else {})


def inside_window() -> tuple[str, str]:
    """A timestamp as old, and one as far ahead, as a server must still take."""
    return str(now() - WINDOW + _MARGIN), str(now() + WINDOW - _MARGIN)


def outside_window() -> tuple[str, str]:
    """A timestamp older, and one further ahead, than a server may take."""
    return str(now() - WINDOW - _MARGIN), str(now() + WINDOW + _MARGIN)


def refuse_forgeries(section: Section, wire: Wire, credentials: Credentials, name: str, ask: Ask) -> None:
    """Forge a call whose honest form would be granted now. Nothing forged may be granted, or be answered as if it were."""
    if not wire.forges:
        section.omit(f"{name}: forgeries, as was said")
        return
    granted = []
    otherwise = []
    for label, code, answer in _forged(wire, credentials, ask):
        if answer.succeeded or answer.status < 400:
            granted.append(f"{label}: {answer.shown()}")
        elif not answer.is_refusal(401, code):
            otherwise.append(f"{label}: {answer.shown()} instead of 401 {code}")
    section.required(f"{name}: every forgery is refused", not granted, "; ".join(granted))
    section.proposed(f"{name}: forgeries are refused with 401 and their codes", not otherwise, "; ".join(otherwise))


def _forged(wire: Wire, credentials: Credentials, ask: Ask) -> list[tuple[str, str, Answer]]:
    key = credentials.sign_key
    turned = ("0" if key[-1] != "0" else "1") if key else "0"
    thief = Credentials(credentials.client_code, key[:-1] + turned)
    stranger = Credentials("klien-yang-tidak-ada", key)
    other = "sha256" if ask.algorithm == "sha1" else "sha1"
    old, early = outside_window()
    found = [
        ("a key that differs in its last sign", SIGNATURE_WRONG, ask.send(wire, thief)),
        ("no key", SIGNATURE_WRONG, ask.send(wire, replace(credentials, sign_key=""))),
        ("another timestamp signed", SIGNATURE_WRONG, _signing(wire, credentials, ask, timestamp=str(now() - 7))),
        ("another method signed", SIGNATURE_WRONG, _signing(wire, credentials, ask, method="PATCH")),
        ("another path signed", SIGNATURE_WRONG, _signing(wire, credentials, ask, path=_elsewhere(ask.path))),
        ("another client signed", SIGNATURE_WRONG, _signing(wire, credentials, ask, client="klien-lain")),
        ("the client left out of the text", SIGNATURE_WRONG, _signing(wire, credentials, ask, client="")),
        (
            "the path alone signed",
            SIGNATURE_WRONG,
            _signing(wire, credentials, ask, client="", timestamp="", method=""),
        ),
        ("another client's name", CLIENT_UNKNOWN, ask.send(wire, stranger)),
        (f"HMAC-{other.upper()}", SIGNATURE_WRONG, ask.send(wire, credentials, algorithm=other)),
        ("no signature", HEADERS_MISSING, ask.send(wire, credentials, headers={"signature": None})),
        ("an empty signature", HEADERS_MISSING, ask.send(wire, credentials, headers={"signature": ""})),
        ("no hexadecimal", SIGNATURE_WRONG, ask.send(wire, credentials, headers={"signature": "zz"})),
        ("zeros", SIGNATURE_WRONG, ask.send(wire, credentials, headers={"signature": "0" * 40})),
        ("no timestamp", HEADERS_MISSING, ask.send(wire, credentials, headers={"timestamp": None})),
        ("no client_code", HEADERS_MISSING, ask.send(wire, credentials, headers={"client_code": None})),
        ("a timestamp that is too old", STALE, ask.send(wire, credentials, timestamp=old)),
        ("a timestamp that is too far ahead", STALE, ask.send(wire, credentials, timestamp=early)),
        ("a timestamp in milliseconds", STALE, ask.send(wire, credentials, timestamp=f"{now()}000")),
        ("a timestamp that is no number", STALE, ask.send(wire, credentials, timestamp="kemarin")),
    ]
    if ask.body:
        found += [
            ("another body signed", SIGNATURE_WRONG, ask.send(wire, credentials, signed=b'{"x":1}')),
            ("no body signed", SIGNATURE_WRONG, ask.send(wire, credentials, signed=b"")),
        ]
    else:
        found.append(("a body signed and none sent", SIGNATURE_WRONG, ask.send(wire, credentials, signed=b"{}")))
    if ask.authorization:
        found.append(
            ("another token signed", SIGNATURE_WRONG, _signing(wire, credentials, ask, authorization="Payment lain"))
        )
    if "?" in ask.path:
        without = ask.path.partition("?")[0]
        found.append(("the query not signed", SIGNATURE_WRONG, _signing(wire, credentials, ask, path=without)))
    return found


def _signing(wire: Wire, credentials: Credentials, ask: Ask, **parts: str) -> Answer:
    return ask.send(wire, credentials, signed_parts=parts)


def _elsewhere(path: str) -> str:
    """Another address of the same server."""
    return path + "x" if "?" not in path else path.replace("?", "x?")
