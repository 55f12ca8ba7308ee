"""Which spellings of a signed request the server accepts, and what it refuses before it looks at the contents."""

from __future__ import annotations

import json

from prakerja.conformance.report import Report, Section
from prakerja.conformance.wire import PAYMENT, Answer, Credentials, Wire, compact, now

# Holds every character that clients spell differently: a slash, an ampersand, angle brackets, a letter beyond ASCII.
_HARD = "KONFORMANSI/é&<>"


def probe_of(kind: str) -> tuple[str, dict[str, object]]:
    """A call that changes nothing and asks for something that is not there."""
    if kind == "platform":
        return f"{PAYMENT}/status", {"invoice_code": _HARD}
    # What a redeem code may hold is not published; members that nobody knows are ignored.
    return f"{PAYMENT}/redeem-code/status", {"redeem_code": "KONFORMANSI0", "catatan": _HARD}


def check_signatures(report: Report, wire: Wire, credentials: Credentials, kind: str) -> None:
    """Every accepted form (contract.md 1.4, 1.5)."""
    section = report.section("Signature: accepted forms")
    path, members = probe_of(kind)
    body = compact(members)
    good = wire.post(credentials, path, body)
    if good.document is None:
        section.required("the answers are JSON objects", False, f"{good.shown()}; is this where a partner API answers?")
        section.omit("everything else: nobody there speaks the contract")
        return
    if not section.required("HMAC-SHA1 over the bytes that are sent", good.status != 401, good.shown()):
        section.omit("all other forms: the plainest is refused")
        return

    def accepted(name: str, answer: Answer, *, is_required: bool = True) -> None:
        holds = (answer.status, answer.code) == (good.status, good.code)
        note = section.required if is_required else section.proposed
        note(name, holds, f"{answer.shown()} instead of {good.shown()}")

    spaced = json.dumps(members, ensure_ascii=False).encode()
    accepted(
        "compact text signed, spaces sent (official Python example)", wire.post(credentials, path, spaced, signed=body)
    )
    accepted("spaces signed and sent", wire.post(credentials, path, spaced))
    slashed = body.replace(b"/", b"\\/")
    accepted("PHP's \\/ signed and sent", wire.post(credentials, path, slashed))
    go = body.replace(b"&", b"\\u0026").replace(b"<", b"\\u003c").replace(b">", b"\\u003e")
    accepted("Go's \\u0026 signed, & sent", wire.post(credentials, path, body, signed=go))
    ascii_only = json.dumps(members, separators=(",", ":")).encode()
    accepted("\\uXXXX signed and sent", wire.post(credentials, path, ascii_only))
    turned = compact(dict(reversed({**members, "sequence": 1}.items())))
    accepted("members in another order", wire.post(credentials, path, turned))
    title = {"Client_code": "=", "Signature": "=", "Timestamp": "="}
    accepted("headers as Go and Ruby spell them (Client_code)", wire.post(credentials, path, body, headers=title))
    upper = {"CLIENT_CODE": "=", "SIGNATURE": "=", "TIMESTAMP": "="}
    accepted("headers in capitals", wire.post(credentials, path, body, headers=upper))
    accepted("a double slash sent, a single one signed", wire.post(credentials, path, body, sent_path="/" + path))
    stamp = str(now())
    accepted("the same request once", wire.post(credentials, path, body, timestamp=stamp))
    accepted("the same request again within the second", wire.post(credentials, path, body, timestamp=stamp))
    for name, text in (
        ("\\/ signed, / sent", slashed),
        ("\\uXXXX signed, letters sent", ascii_only),
    ):
        accepted(name, wire.post(credentials, path, body, signed=text), is_required=False)


def check_refusals(report: Report, wire: Wire, credentials: Credentials, kind: str) -> None:
    """What must never pass, whatever it is answered with (contract.md 1.7, G1)."""
    section = report.section("Signature: refusals")
    path, members = probe_of(kind)
    body = compact(members)
    stranger = Credentials("klien-yang-tidak-ada", credentials.sign_key)
    thief = Credentials(credentials.client_code, "0" * 32)
    _refused(section, "a wrong key", wire.post(thief, path, body), 401, "ERRINT40192")
    _refused(
        section, "another body than was signed", wire.post(credentials, path, body, signed=b"{}"), 401, "ERRINT40192"
    )
    moved = wire.post(credentials, path, body, sent_path=f"{PAYMENT}/void")
    _refused(section, "another path than was signed", moved, 401, "ERRINT40192")
    sha256 = wire.post(credentials, path, body, algorithm="sha256")
    _refused(section, "SHA-256 where SHA-1 is published", sha256, 401, "ERRINT40192", is_required=False)
    _refused(section, "an unknown client", wire.post(stranger, path, body), 401, "ERRINT40191")
    for header in ("client_code", "timestamp", "signature"):
        answer = wire.post(credentials, path, body, headers={header: None})
        _refused(section, f"no {header}", answer, 401, "ERRINT40190")
    _refused(
        section, "no hexadecimal", wire.post(credentials, path, body, headers={"signature": "zz"}), 401, "ERRINT40192"
    )
    hour = str(now() - 3600)
    late = wire.post(credentials, path, body, timestamp=hour)
    _refused(section, "a timestamp an hour old", late, 401, "ERRINT40193", is_required=False)
    early = wire.post(credentials, path, body, timestamp=str(int(hour) + 7200))
    _refused(section, "a timestamp an hour ahead", early, 401, "ERRINT40193", is_required=False)


def check_bad_input(report: Report, wire: Wire, credentials: Credentials, kind: str) -> None:
    """Bodies that no honest client sends, correctly signed: refused with a code, never with a fault."""
    section = report.section("Bad input")
    path, members = probe_of(kind)
    name = next(iter(members))
    quoted = json.dumps(name).encode()
    deep = b'{"x":' + b"[" * 2000 + b"]" * 2000 + b"," + quoted + b':"x"}'
    cases = (
        ("broken JSON", b'{"' + name.encode() + b'":', 400, "ERRINT40090", True),
        ("an empty body", b"", 400, "ERRINT40090", True),
        ("a list instead of an object", b"[]", 400, "ERRINT40090", True),
        ("broken UTF-8", b"{" + quoted + b':"\xff\xfe"}', 400, "ERRINT40090", True),
        ("an object without the member", b"{}", 400, "ERRINT40091", True),
        ("an object as the member", b"{" + quoted + b":{}}", 400, "ERRINT40091", True),
        ("null as the member", b"{" + quoted + b":null}", 400, "ERRINT40091", True),
        ("a key twice", b"{" + quoted + b':"a",' + quoted + b':"b"}', 400, "ERRINT40090", False),
        ("NaN", b"{" + quoted + b":NaN}", 400, "ERRINT40090", True),
        ("a NUL in the text", b"{" + quoted + b':"a\\u0000b"}', 400, "ERRINT40090", False),
        ("2,000 levels", deep, 400, "ERRINT40090", False),
    )
    for label, body, status, code, is_required in cases:
        answer = wire.post(credentials, path, body)
        if not section.required(f"{label}: no fault of the server", 0 < answer.status < 500, answer.shown()):
            continue
        _refused(section, label, answer, status, code, is_required=is_required)
    large = wire.post(credentials, path, compact({**members, "x": "x" * 200_000}))
    _refused(section, "200 kB", large, 413, "ERRINT41390", is_required=False)
    wrong_method = wire.send(credentials, method="DELETE", path=path, body=b"")
    _refused(section, "another method", wrong_method, 405, "ERRINT40590", is_required=False)
    _refused(section, "no such address", wire.post(credentials, f"{PAYMENT}/tidak-ada", {}), 404, "ERRINT40490")


def _refused(section: Section, name: str, answer: Answer, status: int, code: str, *, is_required: bool = True) -> None:
    """That it is refused may be required; with which status and code is our proposal."""
    if is_required:
        section.required(f"{name} is refused", not answer.succeeded and answer.status >= 400, answer.shown())
    section.proposed(f"{name}: {status} {code}", (answer.status, answer.code) == (status, code), answer.shown())
