"""Every published rule of the partners' contract, broken alone: what a server does that does not keep it.

`rule` says where it stands: a place of the contract's page, or a section of partner-api. `part` is what of the kit asks about the rule: the kit is
run with that part alone, which asks no less about it than the whole (`tests/conformance/test_mutants.py`).
"""

from __future__ import annotations

import base64
import json
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx

from prakerja.conformance import institution, shapes
from tests.conformance.proxy import Answering, Asked, Behind, HangUp, Told, granted, refusal
from tests.waiting import LIMIT, wait_until

PAYMENT = "/api/v1/integration/payment"
REDEEM = f"{PAYMENT}/redeem-code"
TPM = "/api/v1/integration/tpm"
URL = "/api/v1/integration/oauth/url-generate"
OAUTH = "/api/v1/oauth"
PROFILE = "/api/v1/resource/user_profile"
OWN = "/api/v1/partner"


@dataclass(frozen=True)
class Mutant:
    """One broken rule."""

    rule: str
    part: str
    answering: Answering

    @property
    def is_about_signing(self) -> bool:
        """Whether only a forgery shows it."""
        return self.part == "signature" or self.rule.startswith(
            (
                "contract.md 1.1",
                "contract.md 1.3",
                "contract.md 1.4",
                "contract.md 1.5",
                "contract.md G7",
                "partner-api, Signing",
            )
        )


MUTANTS: dict[str, Mutant] = {}
Change = Callable[[Asked, Told, dict[Any, Any]], Told]


def mutant(name: str, rule: str, part: str) -> Callable[[Answering], Answering]:
    def register(answering: Answering) -> Answering:
        assert name not in MUTANTS, name
        MUTANTS[name] = Mutant(rule, part, answering)
        return answering

    return register


def answers(name: str, rule: str, part: str, path: str, change: Change, *, method: str = "") -> None:
    """The server does the right thing and says something else, at paths that begin so."""

    def answering(behind: Behind, asked: Asked) -> Told:
        told = behind.ask(asked)
        if asked.path.startswith(path) and method in ("", asked.method):
            return change(asked, told, behind.memory)
        return told

    mutant(name, rule, part)(answering)


def exactly(path: str) -> Callable[[Asked], bool]:
    return lambda asked: asked.path == path


# --- contract.md 1.5: what is signed ---

SIGNED_CALLS = {
    f"{PAYMENT}/quota-schedule": "quota",
    f"{PAYMENT}/send-otp": "purchase",
    f"{PAYMENT}/authorize": "purchase",
    f"{PAYMENT}/status": "purchase",
    f"{PAYMENT}/void": "purchase",
    f"{REDEEM}/status": "codes",
    f"{REDEEM}/reset": "codes",
    f"{REDEEM}/commit": "codes",
    URL: "attendance",
    f"{TPM}/submission": "assignments",
    f"{TPM}/feedback/submission": "assignments",
    f"{TPM}/submission/status": "assignments",
    f"{OAUTH}/authorize": "sign-in",
    f"{OWN}/listings": "own",
    f"{OWN}/transactions": "own",
    f"{OWN}/price-proposals": "own",
    f"{OWN}/course-runs": "own",
    f"{OWN}/courses": "own",
    f"{OWN}/redemptions": "own",
    f"{OWN}/webhooks": "own",
    f"{OWN}/completions": "own",
    f"{OWN}/completions/withdraw": "own",
}


def _trusting(path: str) -> Answering:
    def answering(behind: Behind, asked: Asked) -> Told:
        return behind.ask(behind.sign(asked) if asked.path == path else asked)

    return answering


for _path, _part in SIGNED_CALLS.items():
    mutant(f"no signature checked at {_path.removeprefix('/api/v1/')}", "contract.md 1.5", _part)(_trusting(_path))


@mutant("no signature checked anywhere", "contract.md 1.5", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    return behind.ask(behind.sign(asked))


def lax(name: str, rule: str, part: str, *candidates: dict[str, Any], own: bool | None = None) -> None:
    """A server that also takes a signature over these texts."""

    def answering(behind: Behind, asked: Asked) -> Told:
        if own in (None, asked.is_own) and any(behind.is_signed(asked, **parts) for parts in candidates):
            return behind.ask(behind.sign(asked, timestamp=""))
        return behind.ask(asked)

    mutant(name, rule, part)(answering)


@mutant("the timestamp is not compared with the text", "contract.md 1.5", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    near = range(int(time.time()) - 12, int(time.time()) + 2)
    return behind.ask(behind.sign(asked) if any(behind.is_signed(asked, timestamp=str(one)) for one in near) else asked)


@mutant("the method is not signed", "contract.md 1.5", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE", "")
    return behind.ask(behind.sign(asked) if any(behind.is_signed(asked, method=one) for one in methods) else asked)


@mutant("the path is not signed", "contract.md 1.5", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    paths = (f"{PAYMENT}/status", f"{PAYMENT}/quota-schedule", f"{asked.path}x", "", asked.path)
    return behind.ask(behind.sign(asked) if any(behind.is_signed(asked, path=one) for one in paths) else asked)


lax("the body is not signed", "contract.md 1.5", "signature", {"body": b""}, {"body": b"{}"}, {"body": b'{"x":1}'})
lax("the client is not signed", "contract.md 1.5", "signature", {"client": ""}, {"client": "klien-lain"})
lax("SHA-256 is taken where SHA-1 is published", "contract.md 1.5", "signature", {"algorithm": "sha256"}, own=False)
lax("SHA-1 is taken at our own calls", "partner-api, Signing", "own", {"algorithm": "sha1"}, own=True)


@mutant("the query is not signed at our own calls", "partner-api, Signing", "own")
def _(behind: Behind, asked: Asked) -> Told:
    return behind.ask(behind.sign(asked) if asked.is_own and behind.is_signed(asked, path=asked.path) else asked)


@mutant("the token is not compared with the slot", "contract.md 1.5, contract.md G6", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    return behind.ask(behind.sign(asked) if behind.is_signed(asked, slot="Payment lain") else asked)


@mutant("the last sign of a key does not count", "contract.md 1.3", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    name = asked.header("client_code")
    key = behind.keys.get(name, "")
    near = [key[:-1] + sign for sign in "01"] if key else []
    return behind.ask(behind.sign(asked) if any(behind.is_signed(asked, key=one) for one in near) else asked)


@mutant("any signature of forty digits", "contract.md 1.5", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    return behind.ask(behind.sign(asked) if asked.header("signature") == "0" * 40 else asked)


@mutant("a request without a signature", "contract.md 1.4", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    return behind.ask(asked if asked.header("signature") else behind.sign(asked))


@mutant("an unknown client", "contract.md 1.1", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    known = asked.header("client_code") in ("", *behind.keys)
    return behind.ask(asked if known else behind.sign(asked))


@mutant("a request without a timestamp", "contract.md 1.4", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    return behind.ask(asked if asked.header("timestamp") else behind.sign(asked))


@mutant("a request without a client", "contract.md 1.4", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    return behind.ask(asked if asked.header("client_code") else behind.sign(asked))


def _off(asked: Asked) -> int:
    stamp = asked.header("timestamp") or asked.header("X-Timestamp")
    return int(stamp) - int(time.time()) if stamp.isdigit() else 0


def _late(name: str, part: str, is_taken: Callable[[Asked, int], bool]) -> None:
    def answering(behind: Behind, asked: Asked) -> Told:
        taken = is_taken(asked, _off(asked)) and behind.is_signed(asked)
        return behind.ask(behind.sign(asked) if taken else asked)

    mutant(name, "contract.md G7", part)(answering)


_late("stale timestamps", "signature", lambda _, off: off < 0)
_late("timestamps of tomorrow", "signature", lambda _, off: off > 0)
_late("timestamps up to ten minutes old", "signature", lambda _, off: off > -600)
_late("stale timestamps at void alone", "purchase", lambda asked, off: off < 0 and asked.path.endswith("/void"))
_late("stale timestamps at authorize alone", "purchase", lambda a, off: off < 0 and a.path == f"{PAYMENT}/authorize")
_late("stale timestamps at commit alone", "codes", lambda asked, off: off < 0 and asked.path.endswith("/commit"))
_late("stale timestamps at oauth/authorize", "sign-in", lambda asked, off: off < 0 and asked.path.startswith(OAUTH))
_late("stale timestamps at our own calls", "own", lambda asked, off: asked.is_own)


@mutant("a window of a minute", "contract.md G7", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    return refusal(401, "ERRINT40193") if abs(_off(asked)) > 60 else behind.ask(asked)


@mutant("milliseconds", "contract.md 1.4", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    stamp = asked.header("timestamp")
    return behind.ask(behind.sign(asked) if len(stamp) == 13 and behind.is_signed(asked) else asked)


# --- contract.md 1.4, 1.5: what must be accepted ---


def _picky(name: str, rule: str, is_refused: Callable[[Behind, Asked], bool], part: str = "signature") -> None:
    def answering(behind: Behind, asked: Asked) -> Told:
        return refusal(401, "ERRINT40192") if is_refused(behind, asked) else behind.ask(asked)

    mutant(name, rule, part)(answering)


def _compact(asked: Asked) -> bytes:
    return json.dumps(json.loads(asked.body), separators=(",", ":"), ensure_ascii=False).encode()


def _is_json(asked: Asked) -> bool:
    return asked.members != {}


_picky("only the bytes that came", "contract.md 1.5", lambda b, a: not b.is_signed(a))
_picky("only compact text", "contract.md 1.5", lambda b, a: _is_json(a) and not b.is_signed(a, body=_compact(a)))
_picky("no \\/", "contract.md 1.5", lambda _, a: b"\\/" in a.body)
_picky("no spaces", "contract.md 1.5", lambda _, a: b'": "' in a.body)
_picky("no \\u00e9", "contract.md 1.5", lambda _, a: b"\\u00e9" in a.body)
_picky("members in the order of the page alone", "contract.md 1.5", lambda _, a: a.body.startswith(b'{"lain"'))
_picky("headers as they stand on the page alone", "contract.md 1.4", lambda _, a: "client_code" not in dict(a.headers))
_picky("no headers in capitals", "contract.md 1.4", lambda _, a: "CLIENT_CODE" in dict(a.headers))
_picky("a charset in the content type", "contract.md 1.4", lambda _, a: "charset" in a.header("Content-Type"))
_picky(
    "letters signed as \\u and sent as they are",
    "contract.md 1.5",
    lambda b, a: b"\\u" not in a.body and b.is_signed(a, body=_ascii(a)),
)


def _ascii(asked: Asked) -> bytes:
    return json.dumps(json.loads(asked.body), separators=(",", ":")).encode() if _is_json(asked) else b"?"


@mutant("Go's escapes", "contract.md 1.5", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    go = asked.body.replace(b"&", b"\\u0026").replace(b"<", b"\\u003c").replace(b">", b"\\u003e")
    is_go = go != asked.body and behind.is_signed(asked, body=go)
    return refusal(401, "ERRINT40192") if is_go else behind.ask(asked)


@mutant("double slashes", "contract.md 1.5", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    return refusal(404, "ERRINT40490") if asked.target.startswith("//") else behind.ask(asked)


@mutant("a replay is refused", "contract.md 1.5", "signature")
def _(behind: Behind, asked: Asked) -> Told:
    seen = behind.memory.setdefault("seen", set())
    mark = (asked.header("signature"), asked.header("timestamp"))
    if mark in seen and asked.header("signature"):
        return refusal(401, "ERRINT40195")
    seen.add(mark)
    return behind.ask(asked)


@mutant("the token alone in the slot is refused", "contract.md 1.5, contract.md G6", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    bare = asked.header("Authorization").rpartition(" ")[2]
    is_bare = asked.path == f"{PAYMENT}/authorize" and bare != "" and behind.is_signed(asked, slot=bare)
    return refusal(401, "ERRINT40192") if is_bare else behind.ask(asked)


# --- contract.md 1.7: the envelope ---

_ANY = "/api/v1/"


def _envelope(name: str, change: Callable[[Told], Told], part: str = "quota") -> None:
    answers(name, "contract.md 1.7", part, _ANY, lambda _, told, __: change(told))


def _is_success(told: Told) -> bool:
    return told.status == 200


_envelope("201 for a success", lambda t: t.saying(t.document, status=201) if _is_success(t) else t)
_envelope("202 for a success", lambda t: t.saying(t.document, status=202) if _is_success(t) else t)
_envelope("200 for a refusal", lambda t: t if _is_success(t) else t.saying(t.document, status=200))
_envelope("success as a text", lambda t: t.saying({**t.document, "success": "true"}) if _is_success(t) else t)
_envelope("success true in a refusal", lambda t: t.saying({**t.document, "success": True}))
_envelope("no success", lambda t: t.saying({k: v for k, v in t.document.items() if k != "success"}))
_envelope("no message", lambda t: t.saying({k: v for k, v in t.document.items() if k != "message"}))
_envelope("an empty message", lambda t: t.saying({**t.document, "message": ""}))
_envelope("a refusal with data", lambda t: t if _is_success(t) else t.saying({**t.document, "data": None}))
_envelope("a refusal without a code", lambda t: t.saying({k: v for k, v in t.document.items() if k != "code"}))
_envelope(
    "errorCode for code", lambda t: t.saying({("errorCode" if k == "code" else k): v for k, v in t.document.items()})
)
_envelope("more members beside the envelope's", lambda t: t.saying({**t.document, "trace": "x"}))
_envelope("every refusal is a 400", lambda t: t if t.status < 400 else t.saying(t.document, status=400))
_envelope("every refusal is a 422", lambda t: t if t.status < 400 else t.saying(t.document, status=422))
_envelope("data without an envelope", lambda t: t.saying(t.data) if _is_success(t) else t)
_envelope("data in a list", lambda t: t.saying({**t.document, "data": [t.data]}) if _is_success(t) else t)
_envelope("text/html", lambda t: Told(t.status, t.body, "text/html"))
_envelope("a web page for every refusal", lambda t: t if _is_success(t) else Told(t.status, b"<p>maaf", "text/html"))
_envelope("500 for every refusal", lambda t: t if _is_success(t) else t.saying(t.document, status=500))
_envelope(
    "another message for a success", lambda t: t.saying({**t.document, "message": "Sukses"}) if _is_success(t) else t
)


@mutant("English for everybody", "partner-api, Answers", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    return behind.ask(asked.with_headers(**{"Accept-Language": "en"}))


@mutant("Indonesian for everybody", "partner-api, Answers", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    return behind.ask(asked.with_headers(**{"Accept-Language": "id"}))


@mutant("the first English wins", "partner-api, Answers", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    english = {"Accept-Language": "en"} if "en" in asked.header("Accept-Language") else {}
    return behind.ask(asked.with_headers(**english))


# --- bad input: no fault of the server, each with its code ---


@mutant("broken JSON is a fault", "contract.md G1", "input")
def _(behind: Behind, asked: Asked) -> Told:
    return refusal(500, "ERRINT50090") if asked.body.endswith(b'":') else behind.ask(asked)


@mutant("a missing member is taken for empty", "2", "input")
def _(behind: Behind, asked: Asked) -> Told:
    return granted({}) if asked.body == b"{}" else behind.ask(asked)


@mutant("repeated members", "partner-api, Signing", "input")
def _(behind: Behind, asked: Asked) -> Told:
    name = re.match(rb'\{("[a-z_]+":)', asked.body)
    twice = name is not None and asked.body.count(name[1]) == 2
    return refusal(400, "ERRINT40091") if twice else behind.ask(asked)


@mutant("bodies of any size", "partner-api, Signing", "input")
def _(behind: Behind, asked: Asked) -> Told:
    return granted({}) if len(asked.body) > 64 * 1024 else behind.ask(asked)


@mutant("bodies of 32 KiB at most", "partner-api, Signing", "input")
def _(behind: Behind, asked: Asked) -> Told:
    return refusal(413, "ERRINT41390") if len(asked.body) > 32 * 1024 else behind.ask(asked)


@mutant("every method", "contract.md G1", "input")
def _(behind: Behind, asked: Asked) -> Told:
    return granted({}) if asked.method == "DELETE" else behind.ask(asked)


@mutant("every address", "contract.md G1", "input")
def _(behind: Behind, asked: Asked) -> Told:
    return granted({}) if asked.path.endswith("tidak-ada") else behind.ask(asked)


@mutant("platforms may do what institutions do", "contract.md 1.1", "kinds")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    return refusal(400, "ERRTRX40020") if told.code == "ERRINT40390" else told


# --- every code and every status that the kit can bring about ---


def _codes(part: str, *codes: str) -> None:
    for code in codes:

        def number(asked: Asked, told: Told, _: Any, code: str = code) -> Told:
            return told.saying({**told.document, "code": code[:-2] + "77"}) if told.code == code else told

        def status(asked: Asked, told: Told, _: Any, code: str = code) -> Told:
            return told.saying(told.document, status=418) if told.code == code else told

        answers(f"{part}: another number for {code}", "table of codes", part, _ANY, number)
        answers(f"{part}: another status for {code}", "table of codes", part, _ANY, status)


_codes("signature", "ERRINT40190", "ERRINT40191", "ERRINT40192", "ERRINT40193")
_codes("input", "ERRINT40090", "ERRINT40091", "ERRINT41390", "ERRINT40590", "ERRINT40490")
_codes("kinds", "ERRINT40390")
_codes("quota", "ERRPLT40036", "ERRPLT40490", "ERRPLT40491", "ERRPLT40090")
_codes("codes", "ERRTRX40020", "ERRTRX40090", "ERRTRX40021")
_codes("attendance", "ERRTRX40091", "ERRTRX40090", "ERRTRX40021")
_codes("assignments", "ERRTRX40096", "ERRTRX40097", "ERRTRX40098", "ERRTRX40995", "ERRTRX40996")
_codes("sign-in", "ERROAUTH4024", "ERROAUTH4029", "ERROAUTH4030", "ERROAUTH4031")
_codes("own", "ERRPRT40995", "ERRINT40195", "ERRPRT40096", "ERRPRT40097", "ERRPRT40092", "ERRPRT40997", "ERRPLT40493")
_codes(
    "purchase",
    *("ERRPLT40092", "ERRPLT40492", "ERRPLT42990", "ERRPLT40094", "ERRPLT40190", "ERRPLT40993", "ERRPLT40493"),
    *("ERRVOD40001", "ERRPLT40028", "ERRPLT40995"),
)

# --- members: each left out, each of another type, one more than published ---


def _other_type(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return {str: 7, int: str(value), list: {}, dict: []}.get(type(value), "x")


def _members(
    part: str, path: str, shape: dict[str, Any], *, inside: str = "", method: str = "", retyped: bool = True
) -> None:
    """`inside` names the member of `data` that holds the shape; an `items` is its list."""
    where = path.removeprefix("/api/v1/") + (f" {inside}" if inside else "")

    def changed(told: Told, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Told:
        data = told.data
        if told.status != 200 or (inside and not data.get(inside)):
            return told
        if inside == "items":
            return told.with_data(items=[change(item) for item in data["items"]])
        return (
            told.with_data(**{inside: change(data[inside])})
            if inside
            else told.saying({**told.document, "data": change(data)})
        )

    for name in shape:

        def left(asked: Asked, told: Told, _: Any, name: str = name) -> Told:
            return changed(told, lambda found: {key: value for key, value in found.items() if key != name})

        def typed(asked: Asked, told: Told, _: Any, name: str = name) -> Told:
            return changed(
                told, lambda found: {**found, name: _other_type(found.get(name))} if name in found else found
            )

        at = _at(path, method)
        mutant(f"{where}: no {name}", "2", part)(at(left))
        if retyped:
            mutant(f"{where}: {name} of another type", "2", part)(at(typed))
    if path.startswith(OWN):
        # Ours may grow.
        return
    mutant(f"{where}: one member more", "2", part)(
        _at(path, method)(lambda _, told, __: changed(told, lambda found: {**found, "lain": 1}))
    )


def _at(path: str, method: str) -> Callable[[Change], Answering]:
    def made(change: Change) -> Answering:
        def answering(behind: Behind, asked: Asked) -> Told:
            told = behind.ask(asked)
            here = asked.path == path and method in ("", asked.method)
            return change(asked, told, behind.memory) if here else told

        return answering

    return made


_members("quota", f"{PAYMENT}/quota-schedule", shapes.QUOTA)
_members("purchase", f"{PAYMENT}/send-otp", {"payment_token": str}, retyped=False)
_members("purchase", f"{PAYMENT}/authorize", shapes.RECEIPT, retyped=False)
_members("purchase", f"{PAYMENT}/status", shapes.PAYMENT_STATUS, retyped=False)
_members("codes", f"{REDEEM}/status", shapes.REDEEM_CODE)
_members("codes", f"{REDEEM}/reset", {"status": int, "sequence": int})
_members("codes", f"{REDEEM}/commit", {"attendance_status": int, "redeem_at": str})
_members("attendance", URL, shapes.VERIFICATION)
_members("attendance", URL, {"type": int, "learning_method": str}, inside="course")
_members("assignments", f"{TPM}/submission", shapes.SUBMISSION)
_members("assignments", f"{TPM}/feedback/submission", shapes.FEEDBACK)
_members("assignments", f"{TPM}/submission/status", {"assignment": dict, "feedback": dict})
_members("assignments", f"{TPM}/submission/status", shapes.ASSIGNMENT, inside="assignment")
_members("assignments", f"{TPM}/submission/status", shapes.ASSIGNMENT, inside="feedback")
_members("sign-in", f"{OAUTH}/authorize", {"redirect_url": str})
_members("own", f"{OWN}/listings", shapes.PAGE)
_members("own", f"{OWN}/listings", shapes.LISTING, inside="items", retyped=False)
_members("own", f"{OWN}/courses", shapes.OWN_COURSE, method="POST", retyped=False)
_members("sandbox", f"{OWN}/test-codes", shapes.TEST_CODE, inside="items")

# --- contract.md 2.1: seats ---


def _quota(name: str, change: Callable[[int, dict[str, Any]], Any], part: str = "purchase") -> None:
    def changed(asked: Asked, told: Told, memory: dict[Any, Any]) -> Told:
        return told.with_data(quota=change(told.data["quota"], memory)) if "quota" in told.data else told

    answers(name, "contract.md 2.1, contract.md 3.1", part, f"{PAYMENT}/quota-schedule", changed)


_quota("a quota that never falls", lambda found, memory: memory.setdefault("quota", found))
_quota("a quota that falls by two", lambda found, memory: 2 * found - memory.setdefault("quota", found))
_quota("a quota that only falls", lambda found, m: m.update(quota=min(found, m.get("quota", found))) or m["quota"])
_quota("a quota below zero", lambda found, _: -1, "quota")
_quota("a quota that is another at every question", lambda f, m: m.update(n=m.get("n", 0) + 1) or f - m["n"], "quota")
answers(
    "quota: another course_code",
    "contract.md 2.1",
    "quota",
    f"{PAYMENT}/quota-schedule",
    lambda a, t, _: t.with_data(course_code="lain") if t.data else t,
)
answers(
    "quota: another schedule_code",
    "contract.md 2.1",
    "quota",
    f"{PAYMENT}/quota-schedule",
    lambda a, t, _: t.with_data(schedule_code="lain") if t.data else t,
)


def _grants(
    name: str, rule: str, part: str, path: str, is_meant: Callable[[Asked, Told], bool], data: Any = None
) -> None:
    """What must be refused is granted (without being done)."""

    def changed(asked: Asked, told: Told, memory: dict[Any, Any]) -> Told:
        if told.status == 200:
            memory["granted"] = told.document
        elif is_meant(asked, told):
            return told.saying(memory.get("granted") or granted(data or {}).document, status=200)
        return told

    answers(name, rule, part, path, changed)


def _answered(code: str) -> Callable[[Asked, Told], bool]:
    return lambda _, told: told.code == code


def _granting(part: str, path: str, rule: str, *codes: str) -> None:
    for code in codes:
        _grants(
            f"{path.removeprefix('/api/v1/')}: {code} is granted",
            rule,
            part,
            path,
            _answered(code),
        )


_granting(
    "quota", f"{PAYMENT}/quota-schedule", "contract.md 2.1", "ERRPLT40036", "ERRPLT40490", "ERRPLT40491", "ERRPLT40090"
)
_granting("purchase", f"{PAYMENT}/send-otp", "contract.md 2.2", "ERRPLT40490", "ERRPLT40092", "ERRPLT40492")
_granting(
    "purchase", f"{PAYMENT}/authorize", "contract.md 2.3", "ERRPLT40094", "ERRPLT40190", "ERRPLT40993", "ERRINT40091"
)
_granting("purchase", f"{PAYMENT}/status", "contract.md 2.4", "ERRPLT40493")
_granting("purchase", f"{PAYMENT}/void", "contract.md 2.5", "ERRVOD40001", "ERRPLT40028")
_granting("codes", f"{REDEEM}/status", "contract.md 2.7, contract.md 2.8", "ERRTRX40020", "ERRTRX40090")
_granting("codes", f"{REDEEM}/commit", "contract.md 2.10", "ERRTRX40021")
_granting("codes", f"{REDEEM}/reset", "contract.md 2.9", "ERRTRX40020")
_granting(
    "attendance", URL, "contract.md 2.6", "ERRTRX40020", "ERRTRX40091", "ERRTRX40090", "ERRTRX40021", "ERRINT40091"
)
_granting(
    "assignments", f"{TPM}/submission", "contract.md 2.11", "ERRTRX40097", "ERRTRX40098", "ERRTRX40995", "ERRTRX40096"
)
_granting("assignments", f"{TPM}/feedback/submission", "contract.md 2.12", "ERRTRX40996", "ERRINT40091")
_granting("assignments", f"{TPM}/submission/status", "contract.md 2.13", "ERRTRX40020", "ERRINT40091")
_granting("sign-in", f"{OAUTH}/authorize", "contract.md 2.14", "ERRTRX40091", "ERRINT40091")
_granting("sign-in", f"{OAUTH}/token", "contract.md 2.14", "ERROAUTH4031", "ERROAUTH4024", "ERROAUTH4029")
_granting("sign-in", PROFILE, "contract.md 2.14", "ERROAUTH4030", "ERROAUTH4024", "ERROAUTH4029")
_granting("visitor", PROFILE, "contract.md 2.14", "ERROAUTH4031")
_granting("own", f"{OWN}/listings", "partner-api", "ERRINT40091", "ERRINT40195")
_granting("own", f"{OWN}/completions", "partner-api", "ERRTRX40020", "ERRINT40091")
_granting("own", f"{OWN}/courses", "partner-api", "ERRPRT40995", "ERRPLT40491", "ERRPRT40997")

# --- contract.md 2.2 to 2.5: a purchase ---


def _new_otp(behind: Behind, asked: Asked) -> str:
    """The OTP that the phone got last, as somebody would know who made it."""

    def newest() -> str:
        messages = httpx.get(behind.phone_page, trust_env=False, timeout=LIMIT).json()
        found = [re.search(r"(?<!\d)\d{6}(?!\d)", str(message.get("text", ""))) for message in messages]
        return next((one.group() for one in found if one), "")

    return wait_until(newest, what="an OTP on the phone")


def _leaks(name: str, add: Callable[[Told, str], Told], path: str = f"{PAYMENT}/send-otp") -> None:
    @mutant(name, "contract.md 2.2", "purchase")
    def _(behind: Behind, asked: Asked) -> Told:
        told = behind.ask(asked)
        here = told.status == 200 and asked.path == path
        return add(told, _new_otp(behind, asked)) if here else told


_leaks("the OTP in the message", lambda t, otp: t.saying({**t.document, "message": f"OTP {otp} dikirim."}))
_leaks("the OTP in a header", lambda t, otp: Told(t.status, t.body, t.content_type, {"X-Debug": otp}))
_leaks("the OTP behind the token", lambda t, otp: t.with_data(payment_token=f"{t.data['payment_token']}.{otp}"))
_leaks("the OTP in the name", lambda t, o: t.with_data(prakerja_name=f"Siti {o}"), f"{PAYMENT}/authorize")


@mutant("any OTP", "contract.md 2.3", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    if asked.path == f"{PAYMENT}/authorize" and re.fullmatch("[0-9]{6}", str(asked.members.get("otp"))):
        is_honest = behind.is_signed(asked)
        changed = asked.with_members(otp=_new_otp(behind, asked))
        return behind.ask(behind.sign(changed) if is_honest else asked)
    return behind.ask(asked)


@mutant("any payment token", "contract.md 2.3, contract.md G3", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    if asked.path == f"{PAYMENT}/authorize" and behind.is_signed(asked) and behind.memory.get("token"):
        return behind.ask(behind.sign(asked.with_headers(Authorization=f"Payment {behind.memory['token']}")))
    told = behind.ask(asked)
    behind.memory["token"] = told.data.get("payment_token") or behind.memory.get("token")
    return told


@mutant("authorize repeated is refused", "contract.md G9", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    if asked.path == f"{PAYMENT}/authorize" and told.status == 200:
        if behind.memory.get("bought"):
            return refusal(409, "ERRPLT40993")
        behind.memory["bought"] = True
    return told


def _second(name: str, path: str, change: Callable[[Told], Told], rule: str, part: str = "purchase") -> None:
    """The second success of a call is told otherwise than the first."""

    def changed(asked: Asked, told: Told, memory: dict[Any, Any]) -> Told:
        if asked.path != path or told.status != 200:
            return told
        memory["times"] = memory.get("times", 0) + 1
        return told if memory["times"] == 1 else change(told)

    answers(name, rule, part, path, changed)


_AUTHORIZE, _STATUS = f"{PAYMENT}/authorize", f"{PAYMENT}/status"
_second(
    "authorize repeated: another transaction",
    _AUTHORIZE,
    lambda t: t.with_data(transaction_code="Q" * 16),
    "contract.md G9",
)
_second(
    "authorize repeated: members in another order",
    _AUTHORIZE,
    lambda t: t.saying({**t.document, "data": dict(sorted(t.data.items()))}),
    "contract.md G9",
)
_second(
    "status repeated: another instant",
    _STATUS,
    lambda t: t.with_data(created_at="2021-01-01T00:00:00Z"),
    "contract.md 2.4",
)


def _told(name: str, path: str, rule: str, part: str, **members: Any) -> None:
    """A member that holds the wrong value."""
    answers(name, rule, part, path, lambda _, told, __: told.with_data(**members) if told.data else told)


_told("authorize: another amount", _AUTHORIZE, "contract.md 2.3", "purchase", amount=1)
_told("authorize: another invoice", _AUTHORIZE, "contract.md 2.3", "purchase", invoice_code="LAIN")
_told("authorize: status PAID", _AUTHORIZE, "contract.md G8", "purchase", status="PAID")
_told("authorize: nobody's name", _AUTHORIZE, "contract.md 2.3", "purchase", prakerja_name="")
_told("authorize: a small transaction_code", _AUTHORIZE, "contract.md 1.8", "purchase", transaction_code="abc-1")
_told("status: another amount", _STATUS, "contract.md 2.4", "purchase", amount=1)
_told("status: another invoice", _STATUS, "contract.md 2.4", "purchase", invoice_code="LAIN")
_told("status: another name", _STATUS, "contract.md 2.4", "purchase", prakerja_name="Lain")
_told("status: another transaction", _STATUS, "contract.md 2.4", "purchase", transaction_code="Q" * 16)
_told("status: always SUCCESS", _STATUS, "contract.md 4, contract.md G8", "purchase", status="SUCCESS")
_told("status: always VOID", _STATUS, "contract.md 4, contract.md G8", "purchase", status="VOID")
_told("status: local time", _STATUS, "contract.md 1.7", "purchase", created_at="2021-10-01T09:15:45+07:00")
_told("status: fractions of seconds", _STATUS, "contract.md 1.7", "purchase", created_at="2021-10-01T09:15:45.123Z")
answers(
    "void with data",
    "contract.md 2.5",
    "purchase",
    f"{PAYMENT}/void",
    lambda _, t, __: t.with_data(x=1) if t.status == 200 else t,
)
answers(
    "void: another sentence",
    "contract.md 2.5",
    "purchase",
    f"{PAYMENT}/void",
    lambda _, t, __: t.saying({**t.document, "message": "OK"}) if t.status == 200 else t,
)
answers(
    "authorize: another sentence",
    "contract.md 2.3",
    "purchase",
    _AUTHORIZE,
    lambda _, t, __: t.saying({**t.document, "message": "OK"}) if t.status == 200 else t,
)
answers(
    "void: another sentence for an unknown transaction",
    "contract.md 2.5",
    "purchase",
    f"{PAYMENT}/void",
    lambda _, t, __: t.saying({**t.document, "message": "Lain"}) if t.code == "ERRVOD40001" else t,
)
answers(
    "void: another sentence for a second one",
    "contract.md 2.5",
    "purchase",
    f"{PAYMENT}/void",
    lambda _, t, __: t.saying({**t.document, "message": "Lain"}) if t.code == "ERRPLT40028" else t,
)


@mutant("a void that is told and not done", "contract.md 2.5", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    if asked.path != f"{PAYMENT}/void" or not behind.is_signed(asked):
        return behind.ask(asked)
    is_right = len(str(asked.members.get("transaction_code"))) == 16 and "TIDAK" not in asked.body.decode()
    if not is_right or behind.memory.get("voided"):
        return refusal(400, "ERRPLT40028") if is_right else behind.ask(asked)
    behind.memory["voided"] = True
    return granted(message="Transaksi berhasil dibatalkan.")


@mutant("void twice", "contract.md 2.5", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    return granted(message="Transaksi berhasil dibatalkan.") if told.code == "ERRPLT40028" else told


@mutant("invoices that are numbers are refused", "contract.md 2.3", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    return refusal(400, "ERRINT40091") if isinstance(asked.members.get("invoice_code"), int) else behind.ask(asked)


@mutant("amounts that are texts are refused", "6", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    return refusal(400, "ERRINT40091") if isinstance(asked.members.get("amount"), str) else behind.ask(asked)


@mutant("a price a little lower is taken", "contract.md 2.2", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    is_low = told.code == "ERRPLT40092" and asked.members.get("amount") == 249_999
    return granted({"payment_token": "x"}, message="OTP berhasil dikirim.") if is_low else told


@mutant("a second OTP at once", "rules.md 12.13", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    return granted({"payment_token": "x"}, message="OTP berhasil dikirim.") if told.code == "ERRPLT42990" else told


@mutant("a replay of send-otp is a second one", "partner-api", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    mark = asked.header("signature")
    if asked.path.endswith("/send-otp") and mark in behind.memory:
        return refusal(429, "ERRPLT42990")
    told = behind.ask(asked)
    if asked.path.endswith("/send-otp") and told.status == 200:
        behind.memory[mark] = True
    return told


@mutant("a replay of send-otp gives another token", "partner-api", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    if "payment_token" in told.data:
        behind.memory["times"] = behind.memory.get("times", 0) + 1
        return told.with_data(payment_token="x" * behind.memory["times"]) if behind.memory["times"] > 1 else told
    return told


@mutant("authorize after a void says bought", "contract.md G9, decisions.md 16", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    if asked.path == f"{PAYMENT}/authorize" and told.status == 200:
        behind.memory["receipt"] = told
    return behind.memory["receipt"] if told.code == "ERRPLT40995" else told


answers(
    "no Retry-After",
    "partner-api, Keys, addresses, limits",
    "purchase",
    _ANY,
    lambda _, t, __: Told(t.status, t.body, t.content_type, {"X-Request-Id": t.more.get("X-Request-Id", "")}),
)
answers(
    "the same request id twice",
    "partner-api, Answers",
    "quota",
    _ANY,
    lambda _, t, __: Told(t.status, t.body, t.content_type, {"X-Request-Id": "x"}),
)
_told("its own view: the code is redeemed", f"{OWN}/transactions", "partner-api", "purchase", voucher_status="redeemed")


@mutant("a token with the card number in it", "contract.md G3", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    if told.data.get("payment_token"):
        card = base64.urlsafe_b64encode(json.dumps({"card": asked.members["prakerja_id"]}).encode()).decode()
        return told.with_data(payment_token=card)
    return told


@mutant("a seat is held by send-otp", "contract.md 2.2", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    if asked.path.endswith("/send-otp") and told.status == 200:
        behind.memory["held"] = 1
    if "quota" in told.data:
        return told.with_data(quota=told.data["quota"] - behind.memory.get("held", 0))
    return told


@mutant("bought after it was refused", "contract.md 2.3", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    if (
        asked.path == f"{PAYMENT}/status"
        and told.code == "ERRPLT40493"
        and str(asked.members.get("invoice_code", "")).startswith("KONF/")
        and "TIDAK" not in str(asked.members)
    ):
        return granted({"status": "SUCCESS"})
    return told


# --- contract.md 2.7: names that ask for an error; test codes ---


def _forgets(name: str, part: str, is_meant: Callable[[Asked], bool], member: str, ordinary: str) -> None:
    @mutant(name, "contract.md 2.7", part)
    def _(behind: Behind, asked: Asked) -> Told:
        if is_meant(asked) and behind.is_signed(asked):
            return behind.ask(behind.sign(asked.with_members(**{member: ordinary})))
        return behind.ask(asked)


def _is_magic(asked: Asked) -> bool:
    return str(asked.members.get("redeem_code", "")).strip().upper().startswith("ERRTRX")


def _asks_for(code: str) -> Callable[[Asked], bool]:
    return lambda asked: asked.members.get("redeem_code") == code


def _otherwise(code: str) -> Change:
    return lambda _, told, __: told.saying({**told.document, "message": "Lain"}) if told.code == code else told


def _empty(name: str) -> Callable[[Asked, dict[str, Any]], dict[str, Any]]:
    return lambda _, __: {name: ""}


_forgets("magic codes gone", "sandbox", _is_magic, "redeem_code", "TIDAKADA0000")
_forgets(
    "magic codes gone at commit",
    "sandbox",
    lambda a: _is_magic(a) and a.path.endswith("/commit"),
    "redeem_code",
    "TIDAKADA0000",
)
_forgets(
    "magic codes gone at url-generate",
    "sandbox",
    lambda a: _is_magic(a) and a.path == URL,
    "redeem_code",
    "TIDAKADA0000",
)
_forgets("magic codes gone at tpm", "sandbox", lambda a: _is_magic(a) and TPM in a.path, "redeem_code", "TIDAKADA0000")
_forgets(
    "magic codes in small letters gone",
    "sandbox",
    lambda a: "errtrx" in str(a.members.get("redeem_code")),
    "redeem_code",
    "TIDAKADA0000",
)
_forgets(
    "test cards gone",
    "sandbox",
    lambda a: str(a.members.get("prakerja_id", "")).startswith("9999000"),
    "prakerja_id",
    "9360000000000000",
)
_forgets(
    "test invoices gone",
    "sandbox",
    lambda a: str(a.members.get("invoice_code", "")).startswith("ERR"),
    "invoice_code",
    "KONF/TIDAK/ADA",
)
for _code in (*institution.SEEN, *institution.OURS):
    if _code != "ERRTRX40020":
        _forgets(
            f"{_code} is no magic code",
            "sandbox",
            _asks_for(_code),
            "redeem_code",
            "TIDAKADA0000",
        )
for _code in institution.SEEN:
    answers(
        f"another sentence for {_code}",
        "contract.md 2.7",
        "sandbox",
        _ANY,
        _otherwise(_code),
    )
_told("no test codes", f"{OWN}/test-codes", "contract.md G12", "sandbox", items=[])
answers(
    "a test case too few",
    "contract.md G12",
    "sandbox",
    f"{OWN}/test-codes",
    lambda _, t, __: t.with_data(items=[i for i in t.data["items"] if i["case"] != "TC2-999"]) if t.data else t,
)
answers(
    "test codes of another shape",
    "contract.md 1.8",
    "sandbox",
    f"{OWN}/test-codes",
    lambda _, t, __: (
        t.with_data(items=[{**i, "redeem_code": i["redeem_code"].replace("PRAT-", "UJI-")} for i in t.data["items"]])
        if t.data
        else t
    ),
)

# --- contract.md 2.8 to 2.10, 4: codes ---

_CODES = f"{REDEEM}/"


def _code_state(
    name: str,
    change: Callable[[Asked, dict[str, Any]], dict[str, Any]],
    rule: str = "contract.md 2.8",
    part: str = "codes",
    path: str = _CODES,
) -> None:
    def changed(asked: Asked, told: Told, _: Any) -> Told:
        return told.with_data(**change(asked, told.data)) if "redeem_code" in told.data else told

    answers(name, rule, part, path, changed)


_code_state("attendance_status copied from status", lambda _, d: {"attendance_status": d["status"]})
_code_state("status copied from attendance_status", lambda _, d: {"status": d["attendance_status"]})
_code_state("sequence always 1", lambda _, d: {"sequence": 1})
_code_state("status always 0", lambda _, d: {"status": 0, "redeem_at": ""})
_code_state("status always 1", lambda _, d: {"status": 1, "redeem_at": "2021-10-01T00:00:00Z"})
_code_state("attendance_status always 0", lambda _, d: {"attendance_status": 0})
_code_state("attendance_status always 1", lambda _, d: {"attendance_status": 1})
_code_state("status 2", lambda _, d: {"status": 2 * d["status"]})
_code_state("redeem_at null before it was redeemed", lambda _, d: {"redeem_at": d["redeem_at"] or None})
_code_state("redeem_at always there", lambda _, d: {"redeem_at": d["redeem_at"] or "2021-10-01T00:00:00Z"})
_code_state("redeem_at never there", lambda _, d: {"redeem_at": ""})
_code_state("redeem_at in local time", lambda _, d: {"redeem_at": d["redeem_at"].replace("Z", "+07:00")})
_code_state("another redeem_code", lambda _, d: {"redeem_code": "PRAT-LAIN00"})
_code_state("another kind of course", lambda _, d: {"course_type": 3 - d["course_type"]})
_code_state(
    "every course self-paced",
    lambda _, d: {
        "course_type": 1,
        "course_type_label": shapes.KINDS[1],
        "course_learning_method": shapes.KINDS[1].lower(),
    },
)
_code_state(
    "every course a webinar",
    lambda _, d: {
        "course_type": 2,
        "course_type_label": shapes.KINDS[2],
        "course_learning_method": shapes.KINDS[2].lower(),
    },
)
_code_state("another learning method", lambda _, d: {"course_learning_method": "luring"})
_code_state("no attendance online", lambda _, d: {"is_online_attendance": False})
_code_state("schedule in another form", lambda _, d: {"schedule_start_end": "1 Okt 2021"})
_code_state(
    "schedule turned round",
    lambda _, d: {"schedule_start_end": " - ".join(reversed(d["schedule_start_end"].split(" - ")))},
)
for _name in ("course_code", "schedule_code", "invoice_code", "dp_platform"):
    _code_state(f"{_name} empty", _empty(_name))
_code_state(
    "commit tells that nothing was redeemed",
    lambda a, d: {"status": 0, "redeem_at": ""},
    "contract.md 2.10",
    path=f"{REDEEM}/commit",
)
_code_state(
    "reset tells that it is redeemed",
    lambda a, d: {"status": 1, "redeem_at": "2021-10-01T00:00:00Z"},
    "contract.md 2.9",
    path=f"{REDEEM}/reset",
)


def _nothing_done(name: str, path: str, rule: str, told: dict[str, Any]) -> None:
    """The call answers as if it had been done, and was not."""

    @mutant(name, rule, "codes")
    def _(behind: Behind, asked: Asked) -> Told:
        if (
            asked.path != path
            or not behind.is_signed(asked)
            or not str(asked.members.get("redeem_code")).startswith("PRAT-")
            or "TIDAK" in str(asked.members)
        ):
            return behind.ask(asked)
        question = replace(asked, target=f"{REDEEM}/status")
        return behind.ask(behind.sign(question)).with_data(**told)


_nothing_done(
    "a reset that does nothing",
    f"{REDEEM}/reset",
    "contract.md 2.9",
    {"status": 0, "attendance_status": 0, "redeem_at": ""},
)
_nothing_done(
    "a commit that does nothing",
    f"{REDEEM}/commit",
    "contract.md 2.10",
    {"status": 1, "attendance_status": 1, "redeem_at": "2021-10-01T00:00:00Z"},
)


@mutant("no GET with the code in the path", "contract.md 2.10", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    return (
        refusal(404, "ERRINT40490")
        if asked.method == "GET" and f"{REDEEM}/status/" in asked.path
        else behind.ask(asked)
    )


@mutant("the member called code is not known", "contract.md 2.10", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    is_old = asked.path.startswith(_CODES) and "code" in asked.members and "redeem_code" not in asked.members
    return refusal(400, "ERRINT40091") if is_old else behind.ask(asked)


@mutant("sequence must be given", "contract.md 2.8", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    is_short = asked.path == f"{REDEEM}/status" and asked.method == "POST" and "sequence" not in asked.members
    return refusal(400, "ERRINT40091") if is_short and asked.members else behind.ask(asked)


@mutant("sequence left out is 999", "contract.md 2.8", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    is_short = asked.path == f"{REDEEM}/status" and "sequence" not in asked.members and "redeem_code" in asked.members
    return behind.ask(behind.sign(asked.with_members(sequence=999)) if is_short and behind.is_signed(asked) else asked)


@mutant("every class has ten meetings", "contract.md 2.8", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    is_beyond = told.code == "ERRTRX40090" and asked.members.get("sequence") in range(1, 11)
    if not is_beyond or not behind.is_signed(asked):
        return told
    return behind.ask(behind.sign(asked.with_members(sequence=1))).with_data(sequence=asked.members["sequence"])


@mutant("webinars have one meeting", "contract.md 2.8", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    is_later = asked.members.get("sequence") in range(2, 11) and asked.path == f"{REDEEM}/status"
    return refusal(400, "ERRTRX40090") if is_later else behind.ask(asked)


@mutant("capitals count", "contract.md 1.8", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    code = str(asked.members.get("redeem_code", ""))
    return refusal(400, "ERRTRX40020") if code != code.upper() else behind.ask(asked)


# --- contract.md 2.6: attendance ---


def _page(
    name: str, change: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]], rule: str = "contract.md 2.6"
) -> None:
    def changed(asked: Asked, told: Told, memory: dict[Any, Any]) -> Told:
        return told.with_data(**change(told.data, memory)) if "state" in told.data else told

    answers(name, rule, "attendance", URL, changed)


_page("always the same state", lambda d, m: {"state": m.setdefault("state", d["state"])})
_page("always the same page", lambda d, m: {"url": m.setdefault("url", d["url"])})
_page("a state that never comes back", lambda d, _: {"state": d["state"][::-1]}, "contract.md G5")
_page("an empty state", lambda d, _: {"state": ""})
_page("a page without a host", lambda d, _: {"url": "/verifikasi/x"})
_page("another type of course", lambda d, _: {"course": {**d["course"], "type": 3 - d["course"]["type"]}})
_page("a label that is no method", lambda d, _: {"course": {**d["course"], "learning_method": "x"}})


@mutant("every sequence is the first", "contract.md 2.6", "attendance")
def _(behind: Behind, asked: Asked) -> Told:
    is_late = asked.path == URL and asked.members.get("sequence") == 999 and behind.is_signed(asked)
    return behind.ask(behind.sign(asked.with_members(sequence=1)) if is_late else asked)


@mutant("asking for the page attends", "contract.md 2.6", "attendance")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    if asked.path == URL and told.status == 200:
        behind.memory["asked"] = True
    if behind.memory.get("asked") and "attendance_status" in told.data:
        return told.with_data(status=1, attendance_status=1, redeem_at="2021-10-01T00:00:00Z")
    return told


@mutant("attended and not told", "contract.md 2.8, contract.md 3.2", "attendance")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    return told.with_data(attendance_status=0) if "attendance_status" in told.data else told


@mutant("addresses of return by their beginning", "contract.md 2.6", "attendance")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    is_near = told.code == "ERRTRX40091" and "lembaga.example/kembali" in str(asked.members.get("redirect_uri"))
    return (
        granted({"url": "http://x/", "state": "x", "course": {"type": 1, "learning_method": "x"}}) if is_near else told
    )


# --- contract.md 2.11 to 2.13: assignments ---


def _work(
    name: str, change: Callable[[Asked, dict[str, Any], dict[str, Any]], dict[str, Any]], path: str, rule: str
) -> None:
    def changed(asked: Asked, told: Told, memory: dict[Any, Any]) -> Told:
        return told.with_data(**change(asked, told.data, memory)) if told.data and asked.path == path else told

    answers(name, rule, "assignments", path, changed)


_HANDED, _JUDGED, _STATE = f"{TPM}/submission", f"{TPM}/feedback/submission", f"{TPM}/submission/status"


def _both(data: dict[str, Any], **states: Any) -> dict[str, Any]:
    return {part: {**data[part], "status": states[part]} for part in states}


_work("work that is never there", lambda a, d, m: _both(d, assignment=0), _STATE, "contract.md 2.13")
_work("feedback that is never there", lambda a, d, m: _both(d, feedback=0), _STATE, "contract.md 2.13")
_work("feedback before it was given", lambda a, d, m: _both(d, feedback=2), _STATE, "contract.md 2.13")
_work("work before it was handed in", lambda a, d, m: _both(d, assignment=1), _STATE, "contract.md 2.13")
_work("status 4", lambda a, d, m: _both(d, assignment=4 * d["assignment"]["status"]), _STATE, "contract.md 2.13")
_work(
    "work of another sequence",
    lambda a, d, m: {"assignment": {**d["assignment"], "sequence": 3}},
    _STATE,
    "contract.md 2.13",
)
_work(
    "work of another scope", lambda a, d, m: {"feedback": {**d["feedback"], "scope": "tpm"}}, _STATE, "contract.md 2.13"
)
_work(
    "every submission has the same number",
    lambda a, d, m: {"id": m.setdefault("id", d["id"])},
    _HANDED,
    "contract.md 2.11",
)
_work("handed in and accepted at once", lambda a, d, m: {"status": 2}, _HANDED, "contract.md 3.3")
_work("another address", lambda a, d, m: {"url_file": "https://lain.example/"}, _HANDED, "contract.md 2.11")
_work("another scope", lambda a, d, m: {"scope": "tpm"}, _HANDED, "contract.md 2.11")
_work("notes forgotten", lambda a, d, m: {"notes": ""}, _JUDGED, "contract.md 2.12")
_work("judged at once", lambda a, d, m: {"status": 2}, _JUDGED, "contract.md 3.3")


@mutant("work is handed in once", "contract.md 2.11", "assignments")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    if asked.path == _HANDED and told.status == 200:
        key = (asked.members.get("scope"), asked.members.get("sequence"))
        if key in behind.memory:
            return refusal(409, "ERRTRX40021")
        behind.memory[key] = True
    return told


@mutant("a reset that keeps the work", "contract.md 2.9", "assignments")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    if asked.path == _STATE and told.data:
        key = (asked.members.get("scope"), asked.members.get("sequence"))
        most = max(behind.memory.get(key, 0), told.data["assignment"]["status"])
        behind.memory[key] = most
        return told.with_data(**_both(told.data, assignment=most))
    return told


# --- contract.md 2.14: signing in ---


def _oauth(name: str, change: Change, path: str = OAUTH, rule: str = "contract.md 2.14") -> None:
    answers(name, rule, "sign-in", path, change)


_oauth("no errorCode", lambda _, t, __: t.saying({k: v for k, v in t.document.items() if k != "errorCode"}))
_oauth("errorCode as a number", lambda _, t, __: t.saying({**t.document, "errorCode": 0}) if t.status == 200 else t)
_oauth("message OK", lambda _, t, __: t.saying({**t.document, "message": "OK"}) if t.status == 200 else t)
_oauth(
    "another sentence than Unauthorized",
    lambda _, t, __: t.saying({**t.document, "message": "Ditolak"}) if t.code.startswith("ERROAUTH") else t,
)
_oauth(
    "Unauthorized of the profile in other words",
    lambda _, t, __: t.saying({**t.document, "message": "Ditolak"}) if t.code.startswith("ERROAUTH") else t,
    PROFILE,
)
_oauth(
    "redirect_url without a host", lambda _, t, __: t.with_data(redirect_url="/izin") if "redirect_url" in t.data else t
)


@mutant("another client's id", "contract.md 2.14", "sign-in")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    return granted({"redirect_url": "http://x/izin"}, message="no error") if "klien-lain" in asked.target else told


@mutant("forms alone at oauth/token", "contract.md 2.14", "sign-in")
def _(behind: Behind, asked: Asked) -> Told:
    is_form = asked.path == f"{OAUTH}/token" and "urlencoded" in asked.header("Content-Type")
    return refusal(400, "ERRINT40090") if is_form else behind.ask(asked)


@mutant("no code in the query", "contract.md 2.14", "sign-in")
def _(behind: Behind, asked: Asked) -> Told:
    is_query = asked.path == f"{OAUTH}/token" and "?code=" in asked.target
    return refusal(400, "ERRINT40090") if is_query else behind.ask(asked)


@mutant("no refresh at oauth/token", "contract.md 2.14", "sign-in")
def _(behind: Behind, asked: Asked) -> Told:
    is_refresh = asked.path == f"{OAUTH}/token" and "token" in asked.members
    return refusal(400, "ERRINT40091") if is_refresh else behind.ask(asked)


@mutant("X-Client-Id is not asked for", "contract.md 2.14", "sign-in")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    return told.saying({**told.document, "code": "ERROAUTH4031"}) if told.code == "ERROAUTH4024" else told


@mutant("no Bearer", "contract.md 2.14", "visitor")
def _(behind: Behind, asked: Asked) -> Told:
    return refusal(400, "ERROAUTH4030") if asked.header("Authorization").startswith("Bearer") else behind.ask(asked)


# --- contract.md 2.14 with a participant: the part that needs a phone ---


def _grant(name: str, change: Change, path: str = f"{OAUTH}/token") -> None:
    answers(
        name, "contract.md 2.14, partner-api Sign-in", "visitor", path, lambda a, t, m: change(a, t, m) if t.data else t
    )


_grant("expires_in is a duration", lambda _, t, __: t.with_data(expires_in="3600"))
_grant("expires_in is a number", lambda _, t, __: t.with_data(expires_in=int(t.data["expires_in"])))
_grant("tokens of a day", lambda _, t, __: t.with_data(expires_in=str(int(t.data["expires_in"]) + 82_800)))
_grant("every scope that was asked for", lambda _, t, __: t.with_data(scope="name sulap"))
_grant("another type of token", lambda _, t, __: t.with_data(token_type="MAC"))
_grant(
    "no refresh token",
    lambda _, t, __: t.saying({**t.document, "data": {k: v for k, v in t.data.items() if k != "refresh_token"}}),
)
_grant("a profile with more than was allowed", lambda _, t, __: t.with_data(email="siti@contoh.id"), PROFILE)
_grant("a profile without user_id", lambda _, t, __: t.with_data(user_id=""), PROFILE)
_grant("a profile without a name", lambda _, t, __: t.with_data(name=""), PROFILE)


@mutant("a code twice", "partner-api Sign-in", "visitor")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    key = ("code", asked.members.get("code"))
    if told.status == 200 and asked.path == f"{OAUTH}/token":
        behind.memory[key] = told
    elif key in behind.memory and asked.header("X-Client-Id") in behind.keys:
        first: Told = behind.memory[key]
        return first
    return told


@mutant("refresh tokens serve for ever", "partner-api Sign-in", "visitor")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    key = ("token", asked.members.get("token"))
    if told.status == 200 and asked.path == f"{OAUTH}/token/refresh":
        behind.memory[key] = told
    elif key in behind.memory:
        first: Told = behind.memory[key]
        return first
    return told


@mutant("access tokens never end", "partner-api Sign-in", "visitor")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    key = asked.header("Authorization").removeprefix("Bearer ")
    if asked.path == PROFILE and told.status == 200:
        behind.memory[key] = told
    return behind.memory.get(key, told) if asked.path == PROFILE else told


@mutant("a refresh token is an access token too", "partner-api Sign-in", "visitor")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    if asked.path == PROFILE and told.status == 200:
        behind.memory["profile"] = told
    if told.data.get("refresh_token"):
        behind.memory["refresh"] = told.data["refresh_token"]
    is_one = asked.path == PROFILE and asked.header("Authorization") == behind.memory.get("refresh")
    return behind.memory["profile"] if is_one else told


@mutant("another state comes back", "contract.md 2.14", "visitor")
def _(behind: Behind, asked: Asked) -> Told:
    if asked.path == f"{OAUTH}/authorize" and "konformansi" in asked.target:
        return behind.ask(behind.sign(replace(asked, target=asked.target.replace("konformansi", "lain"))))
    return behind.ask(asked)


# --- our own calls ---


def _list(
    name: str, change: Callable[[list[Any], Asked], list[Any]], call: str = "", rule: str = "partner-api, pages"
) -> None:
    def changed(asked: Asked, told: Told, _: Any) -> Told:
        is_list = "items" in told.data and (not call or asked.path == f"{OWN}/{call}")
        return told.with_data(items=change(told.data["items"], asked)) if is_list else told

    answers(name, rule, "own", OWN, changed)


_list(
    "no order",
    lambda items, a: list(reversed(items)) if "cursor=" in a.target or "limit=100" not in a.target else items,
)
_list("the newest first", lambda items, _: list(reversed(items)), "transactions")
_list("everything twice", lambda items, _: items * 2, "listings")
_list("the last of a page is lost", lambda items, a: items[:-1] if "cursor=" in a.target else items)


def _query(name: str, change: Callable[[str], str], rule: str = "partner-api, pages") -> None:
    @mutant(name, rule, "own")
    def _(behind: Behind, asked: Asked) -> Told:
        path, _, query = asked.target.partition("?")
        other = "&".join(filter(None, (change(pair) for pair in query.split("&"))))
        if not asked.is_own or other == query or not behind.is_signed(asked):
            return behind.ask(asked)
        return behind.ask(behind.sign(replace(asked, target=path + (f"?{other}" if other else ""))))


_query("limit is not looked at", lambda pair: "" if pair.startswith("limit=") else pair)
_query("limits of any size", lambda pair: "limit=100" if pair == "limit=101" else pair)
_query("a limit of nothing", lambda pair: "limit=1" if pair == "limit=0" else pair)
_query("any cursor", lambda pair: "" if pair.startswith("cursor=bukan") else pair)
_query("the cursor is not looked at", lambda pair: "" if pair.startswith("cursor=") else pair)
_query("status is not looked at", lambda pair: "" if pair.startswith("status=") else pair)
_query("from is not looked at", lambda pair: "" if pair.startswith("from=") else pair)
_query("to is not looked at", lambda pair: "" if pair.startswith("to=") else pair)
answers(
    "no further pages",
    "partner-api, pages",
    "own",
    OWN,
    lambda _, t, __: t.with_data(next_cursor=None) if "next_cursor" in t.data else t,
)
answers(
    "ten without a limit",
    "partner-api, pages",
    "own",
    f"{OWN}/listings",
    lambda a, t, _: t.with_data(items=t.data["items"][:3]) if "?" not in a.target and "items" in t.data else t,
)
answers(
    "secrets in GET webhooks",
    "partner-api, Webhooks",
    "own",
    f"{OWN}/webhooks",
    lambda _, t, __: t.with_data(secret="whsec_x") if "secret_count" in t.data else t,
)


def _nonce(name: str, is_meant: Callable[[Behind, Asked], bool]) -> None:
    @mutant(name, "partner-api, Once only", "own")
    def _(behind: Behind, asked: Asked) -> Told:
        if asked.is_own and is_meant(behind, asked):
            return behind.ask(behind.sign(asked.with_headers(nonce=None)))
        return behind.ask(asked)


_nonce("nonces serve for ever", lambda b, a: a.header("nonce") != "" and b.is_signed(a))
_nonce("a nonce need not be signed", lambda b, a: a.header("nonce") != "" and b.is_signed(a, nonce=""))
_nonce("nonces of any length", lambda b, a: len(a.header("nonce")) not in (0, *range(16, 65)) and b.is_signed(a))


def _key(name: str, change: Callable[[Behind, Asked], Asked]) -> None:
    @mutant(name, "partner-api, Once only", "own")
    def _(behind: Behind, asked: Asked) -> Told:
        return behind.ask(change(behind, asked) if asked.is_own and asked.method in ("POST", "PUT") else asked)


def _fresh(asked: Asked) -> Asked:
    return asked.with_headers(**{"Idempotency-Key": f"baru-{uuid.uuid4().hex}"})


_key("a write is done at each repetition", lambda _, a: _fresh(a) if a.header("Idempotency-Key") else a)
_key("no Idempotency-Key is needed", lambda _, a: a if a.header("Idempotency-Key") else _fresh(a))
_key("other content under the same key", lambda _, a: _fresh(a) if a.members.get("title") == "Lain" else a)


@mutant("a refusal is kept under its key", "partner-api, Once only", "own")
def _(behind: Behind, asked: Asked) -> Told:
    key = asked.header("Idempotency-Key")
    kept: Told | None = behind.memory.get(key)
    if key and kept is not None:
        return kept
    told = behind.ask(asked)
    if key and told.code == "ERRINT40091":
        behind.memory[key] = told
    return told


answers(
    "a draft that is accepted at once",
    "partner-api, Curation",
    "own",
    f"{OWN}/courses",
    lambda a, t, _: t.with_data(is_listed=True) if "is_listed" in t.data else t,
)
answers(
    "a draft without what was written",
    "partner-api, Curation",
    "own",
    f"{OWN}/courses",
    lambda a, t, _: t.with_data(syllabus=[]) if "is_listed" in t.data else t,
)
answers(
    "withdrawn and still a draft",
    "partner-api, Curation",
    "own",
    f"{OWN}/courses",
    lambda a, t, _: t.with_data(curation={**t.data["curation"], "status": "draft"}) if "curation" in t.data else t,
)

# --- one transaction, from our own side ---


def _seen(name: str, path: str, change: Callable[[Told], Told], *, exact: bool = False) -> None:
    def changed(asked: Asked, told: Told, _: Any) -> Told:
        here = asked.path == path if exact else asked.path != path
        return change(told) if told.data and here else told

    answers(name, "partner-api", "purchase", path, changed)


_seen("the search does not find it", f"{OWN}/transactions", lambda t: t.with_data(items=[]), exact=True)
_seen(
    "the search does not see the void",
    f"{OWN}/transactions",
    lambda t: t.with_data(items=[{**i, "voided_at": None} for i in t.data["items"]]),
    exact=True,
)
_seen("its own view has another state", f"{OWN}/transactions", lambda t: t.with_data(status="SUCCESS"))
_seen(
    "transactions of no kind",
    f"{OWN}/transactions",
    lambda t: t.with_data(items=[{**i, "status": "PAID"} for i in t.data["items"]]),
    exact=True,
)
_seen("its own view has another class", f"{OWN}/transactions", lambda t: t.with_data(schedule_code="lain"))

# --- silence ---


@mutant("silent at void", "contract.md 1.7", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    if asked.path == f"{PAYMENT}/void":
        raise HangUp
    return behind.ask(asked)


@mutant("silent after the first answers", "contract.md 1.7", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    behind.memory["asked"] = behind.memory.get("asked", 0) + 1
    if behind.memory["asked"] > 12:
        raise HangUp
    return behind.ask(asked)


# --- one at a time, where one call alone forgets a rule that the others keep ---


def _allowed(path: str, part: str = "kinds") -> None:
    @mutant(f"{path.removeprefix('/api/v1/')} for the other kind of partner", "contract.md 1.1", part)
    def _(behind: Behind, asked: Asked) -> Told:
        told = behind.ask(asked)
        is_other = asked.path == path and told.code == "ERRINT40390"
        return granted({"items": [], "next_cursor": None}) if is_other else told


for _path in (
    *(f"{PAYMENT}/{call}" for call in ("quota-schedule", "send-otp", "authorize", "status", "void")),
    *(f"{REDEEM}/{call}" for call in ("status", "commit", "reset")),
    *(URL, f"{TPM}/submission", f"{TPM}/feedback/submission", f"{TPM}/submission/status"),
    *(f"{OWN}/{call}" for call in ("listings", "transactions", "price-proposals")),
    *(f"{OWN}/{call}" for call in ("course-runs", "courses", "redemptions", "test-codes")),
):
    _allowed(_path)

_codes("purchase", "ERRPLT40991", "ERRPLT40393", "ERRTRX40028")
_granting(
    "purchase", f"{PAYMENT}/send-otp", "contract.md 2.2", "ERRPLT40991", "ERRPLT40393", "ERRPLT40491", "ERRINT40091"
)
answers(
    "send-otp: another sentence",
    "contract.md 2.2",
    "purchase",
    f"{PAYMENT}/send-otp",
    lambda _, t, __: t.saying({**t.document, "message": "OK"}) if t.status == 200 else t,
)


@mutant("codes of other institutions are told", "contract.md 2.7", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    return granted({"status": 0, "course_code": "lain"}) if told.code == "ERRTRX40028" else told


@mutant("codes of other institutions are used up", "contract.md 2.7, contract.md 2.10", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    is_use = told.code == "ERRTRX40028" and asked.path.endswith("/commit")
    return granted({"status": 1}) if is_use else told


@mutant("codes of other institutions are unknown", "contract.md 2.7", "purchase")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    return refusal(400, "ERRTRX40020") if told.code == "ERRTRX40028" else told


for _call in ("authorize", "void"):

    @mutant(f"invoices that are numbers are refused at {_call}", "contract.md 2.3", "purchase")
    def _(behind: Behind, asked: Asked, call: str = _call) -> Told:
        is_number = asked.path == f"{PAYMENT}/{call}" and isinstance(asked.members.get("invoice_code"), int)
        return refusal(400, "ERRINT40091") if is_number else behind.ask(asked)


_seen("a code of eleven signs", f"{OWN}/transactions", lambda t: t.with_data(voucher_code="VA875G582GX"))

for _case in ("TC1-001", "TC2-001", "TC1-999", "TC2-999"):

    @mutant(f"{_case} cannot be wound back", "contract.md 2.9", "codes")
    def _(behind: Behind, asked: Asked, case: str = _case) -> Told:
        told = behind.ask(asked)
        if asked.path == f"{OWN}/test-codes" and told.data:
            behind.memory["code"] = {i["case"]: i["redeem_code"] for i in told.data["items"]}[case]
        is_one = asked.path == f"{REDEEM}/reset" and asked.members.get("redeem_code") == behind.memory.get("code")
        return refusal(403, "ERRTRX40391") if is_one and told.status == 200 else told


@mutant("a commit by the member called code is refused", "contract.md 2.10", "codes")
def _(behind: Behind, asked: Asked) -> Told:
    is_old = asked.path == f"{REDEEM}/commit" and "code" in asked.members
    return refusal(400, "ERRINT40091") if is_old else behind.ask(asked)


@mutant("work to 100 alone", "contract.md 2.11", "assignments")
def _(behind: Behind, asked: Asked) -> Told:
    is_far = TPM in asked.path and asked.members.get("sequence") == 998
    return refusal(400, "ERRTRX40096") if is_far else behind.ask(asked)


@mutant("a true refresh token at oauth/token is refused", "contract.md 2.14", "visitor")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    is_one = asked.path == f"{OAUTH}/token" and "token" in asked.members and told.status == 200
    return refusal(400, "ERROAUTH4031") if is_one else told


@mutant("a token that anybody can read", "contract.md G3", "visitor")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    if not told.data.get("access_token"):
        return told
    inside = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return told.with_data(access_token=f"{inside}.{told.data['access_token']}.")


_members("own", f"{OWN}/course-runs", shapes.OWN_RUN, method="POST", retyped=False)
_SOME = ("schedule_code", "sessions", "has_post_test", "seats_taken")
_members("own", f"{OWN}/course-runs", dict.fromkeys(_SOME), inside="items", method="GET", retyped=False)
_members("own", f"{OWN}/courses", {"is_listed": bool, "curation": dict}, inside="items", method="GET", retyped=False)
_list("classes twice", lambda items, _: items + items[:1], "course-runs")
_list("classes that are not listed", lambda items, _: items[:-1], "course-runs")
_list(
    "listings with other seats than quota-schedule",
    lambda items, _: [
        {**i, "runs": [{**run, "seats_available": run["seats_available"] + 1} for run in i["runs"]]} for i in items
    ],
    "listings",
)
answers(
    "a capacity that cannot be changed",
    "partner-api, Curation",
    "own",
    f"{OWN}/course-runs/",
    lambda _, t, __: t.with_data(capacity=5) if "capacity" in t.data else t,
    method="PUT",
)
answers(
    "classes that cannot be cancelled",
    "partner-api",
    "own",
    f"{OWN}/course-runs/",
    lambda a, t, _: refusal(409, "ERRPRT40999") if a.path.endswith("/cancel") and t.status == 200 else t,
)
answers(
    "the secret at every PUT webhooks",
    "partner-api, Webhooks",
    "own",
    f"{OWN}/webhooks",
    lambda _, t, __: t.with_data(secret="whsec_x") if t.data else t,
    method="PUT",
)
answers(
    "a webhook that is switched on by itself",
    "partner-api, Webhooks",
    "own",
    f"{OWN}/webhooks",
    lambda _, t, __: t.with_data(is_enabled=True) if "is_enabled" in t.data else t,
)


@mutant("no further secret", "partner-api, Webhooks", "own")
def _(behind: Behind, asked: Asked) -> Told:
    told = behind.ask(asked)
    return refusal(404, "ERRPRT40490") if asked.path.endswith("/webhooks/secrets") and told.status == 200 else told
