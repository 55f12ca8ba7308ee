"""Which spellings of a signed request the server accepts, and what it refuses before it looks at the contents."""

from __future__ import annotations

import json
from typing import Any

from prakerja.conformance import forgery
from prakerja.conformance.report import Report, Section
from prakerja.conformance.wire import INTEGRATION, OWN, PAYMENT, Answer, Credentials, Wire, compact, now

# Holds every character that clients spell differently: a slash, an ampersand, angle brackets, a letter beyond ASCII.
_HARD = "KONFORMANSI/é&<>"
Probe = tuple[str, dict[str, Any]]


def probe_of(kind: str, goods: Any = None, test_code: str = "") -> Probe:
    """A call that changes nothing. With something on sale, or a test code, it is one that succeeds.

    Members that nobody knows are ignored, so the hard characters go into one of those.
    """
    if kind == "platform" and goods is not None:
        members = {"course_code": goods.course_code, "schedule_code": goods.schedule_code}
        return f"{PAYMENT}/quota-schedule", members | {"catatan": _HARD}
    if kind == "platform":
        return f"{PAYMENT}/status", {"invoice_code": _HARD}
    return f"{PAYMENT}/redeem-code/status", {"redeem_code": test_code or "KONFORMANSI0", "catatan": _HARD}


def check_plainest(report: Report, wire: Wire, credentials: Credentials, probe: Probe) -> Section:
    """Whether anything can be asked at all: the plainest form of all (contract.md 1.5)."""
    section = report.section("Signature: accepted forms")
    path, members = probe
    good = wire.post(credentials, path, compact(members))
    if good.document is None:
        section.required("the answers are JSON objects", False, f"{good.shown()}; is this where a partner API answers?")
        section.omit("everything else: nobody there speaks the contract")
    elif not section.required("HMAC-SHA1 over the bytes that are sent", good.status not in (401, 403), good.shown()):
        section.omit("all other forms: the plainest is refused")
    return section


def check_forms(section: Section, wire: Wire, credentials: Credentials, probe: Probe) -> None:
    """Every accepted form (contract.md 1.4, 1.5)."""
    path, members = probe
    body = compact(members)
    good = wire.post(credentials, path, body)

    def accepted(name: str, answer: Answer, *, is_required: bool = True) -> None:
        # The whole answer, and not its status alone: somebody may have read another question.
        holds = (answer.status, answer.code, answer.data) == (good.status, good.code, good.data)
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
    turned = compact(dict(reversed({**members, "lain": 1}.items())))
    accepted("members in another order", wire.post(credentials, path, turned))
    title = {"Client_code": "=", "Signature": "=", "Timestamp": "="}
    accepted("headers as Go and Ruby spell them (Client_code)", wire.post(credentials, path, body, headers=title))
    upper = {"CLIENT_CODE": "=", "SIGNATURE": "=", "TIMESTAMP": "="}
    accepted("headers in capitals", wire.post(credentials, path, body, headers=upper))
    accepted("a double slash sent, a single one signed", wire.post(credentials, path, body, sent_path="/" + path))
    stamp = str(now())
    accepted("the same request once", wire.post(credentials, path, body, timestamp=stamp))
    accepted("the same request again within the second", wire.post(credentials, path, body, timestamp=stamp))
    old, early = forgery.inside_window()
    accepted("a timestamp 290 seconds old", wire.post(credentials, path, body, timestamp=old))
    accepted("a timestamp 290 seconds ahead", wire.post(credentials, path, body, timestamp=early))
    for name, text in (
        ("\\/ signed, / sent", slashed),
        ("\\uXXXX signed, letters sent", ascii_only),
        ("\\uXXXX and \\/ signed, letters sent", ascii_only.replace(b"/", b"\\/")),
    ):
        accepted(name, wire.post(credentials, path, body, signed=text), is_required=False)
    typed = wire.post(credentials, path, body, headers={"Content-Type": "application/json; charset=utf-8"})
    accepted("a Content-Type with a charset", typed, is_required=False)


def check_refusals(report: Report, wire: Wire, credentials: Credentials, probe: Probe) -> None:
    """What must never pass, whatever it is answered with (contract.md 1.7, G1)."""
    section = report.section("Signature: refusals")
    path, members = probe
    body = compact(members)
    forgery.refuse_forgeries(section, wire, credentials, "the probe", forgery.post(path, members))
    good = wire.post(credentials, path, body)
    thief = Credentials(credentials.client_code, "0" * 32)
    stranger = Credentials("klien-yang-tidak-ada", credentials.sign_key)
    moved = wire.post(credentials, path, body, sent_path=f"{PAYMENT}/void")
    # Said one by one as well: whoever writes a server looks for these words.
    for name, answer, code in (
        ("a wrong key", wire.post(thief, path, body), "ERRINT40192"),
        ("another body than was signed", wire.post(credentials, path, body, signed=b"{}"), "ERRINT40192"),
        ("another path than was signed", moved, "ERRINT40192"),
        ("an unknown client", wire.post(stranger, path, body), "ERRINT40191"),
    ):
        _refused(section, name, answer, 401, code)
        differs = (answer.status, answer.code) != (good.status, good.code)
        section.required(f"{name} is not answered as the honest call", differs, answer.shown())
    for language, said in (("id", "Akses ditolak"), ("en", "Access denied")):
        answer = wire.post(thief, path, body, headers={"Accept-Language": language})
        section.proposed(f"{language}: says why in that language", said in answer.message, answer.message)


def check_kind(report: Report, wire: Wire, credentials: Credentials, kind: str) -> None:
    """A platform is refused what institutions do, and the other way round."""
    section = report.section(f"What a {kind} may not do")
    unknown = {"redeem_code": "TIDAKADA0000"}
    work = unknown | {"scope": "tpm", "sequence": 1}
    page = unknown | {"redirect_uri": "https://lembaga.example/", "email": "a@contoh.id"}
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        (f"{PAYMENT}/redeem-code/status", unknown),
        (f"{PAYMENT}/redeem-code/commit", unknown),
        (f"{PAYMENT}/redeem-code/reset", unknown),
        (f"{INTEGRATION}/oauth/url-generate", page),
        (f"{INTEGRATION}/tpm/submission", work | {"url_file": "https://berkas.example/x.pdf"}),
        (f"{INTEGRATION}/tpm/feedback/submission", work | {"notes": "x"}),
        (f"{INTEGRATION}/tpm/submission/status", work),
    )
    lists: tuple[str, ...] = ("course-runs", "courses", "redemptions", "test-codes")
    if kind == "institution":
        intent = {"user_platform_id": "x", "prakerja_id": "9360000000000000", "amount": 1}
        codes = {"course_code": "x", "schedule_code": "x"}
        calls = (
            (f"{PAYMENT}/quota-schedule", codes),
            (f"{PAYMENT}/send-otp", codes | intent),
            (f"{PAYMENT}/authorize", {"otp": "123456", "invoice_url": "https://x.id/", "invoice_code": "x"}),
            (f"{PAYMENT}/status", {"invoice_code": "x"}),
            (f"{PAYMENT}/void", {"invoice_code": "x", "transaction_code": "x"}),
        )
        lists = ("listings", "transactions", "price-proposals")
    for name in lists:
        answer = wire.get(credentials, f"{OWN}/{name}")
        if answer.code == "ERRINT40490" or answer.status in (405, 501):
            section.omit(f"{name}: not there")
            continue
        section.required(f"{name} are refused", not answer.succeeded and answer.status >= 400, answer.shown())
        section.proposed(f"{name}: 403 ERRINT40390", answer.is_refusal(403, "ERRINT40390"), answer.shown())
    for path, members in calls:
        answer = wire.post(credentials, path, members)
        if answer.status in (404, 405, 501) and not answer.code.startswith(("ERRTRX", "ERRPLT")):
            section.omit(f"{path}: not there")
            continue
        section.required(f"{path} is refused", not answer.succeeded and answer.status >= 400, answer.shown())
        section.proposed(f"{path}: 403 ERRINT40390", answer.is_refusal(403, "ERRINT40390"), answer.shown())


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
    large = wire.post(credentials, path, compact({**members, "x": "x" * 70_000}))
    _refused(section, "70 kB", large, 413, "ERRINT41390", is_required=False)
    wrong_method = wire.send(credentials, method="DELETE", path=path, body=b"")
    _refused(section, "another method", wrong_method, 405, "ERRINT40590", is_required=False)
    _refused(section, "no such address", wire.post(credentials, f"{PAYMENT}/tidak-ada", {}), 404, "ERRINT40490")
    fits = wire.post(credentials, path, compact({**members, "x": "x" * 60_000}))
    section.proposed("60 kB are read", fits.status != 413, fits.shown())


def _refused(section: Section, name: str, answer: Answer, status: int, code: str, *, is_required: bool = True) -> None:
    """That it is refused may be required; with which status and code is our proposal."""
    if is_required:
        section.required(f"{name} is refused", not answer.succeeded and answer.status >= 400, answer.shown())
    section.proposed(f"{name}: {status} {code}", answer.is_refusal(status, code), answer.shown())
