"""The calls that the published contract has no name for (docs/partner-api.md, "Our own endpoints"): SHA-256, pages, keys, nonces.

Another server may have none of them; one that has any is asked for all of them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from prakerja.conformance import forgery, platform, shapes
from prakerja.conformance.institution import UNKNOWN, Pupil
from prakerja.conformance.platform import refused
from prakerja.conformance.report import Report, Section
from prakerja.conformance.wire import OWN, PAYMENT, Answer, Credentials, Wire, compact, now

_COURSE = {
    "title": "Konformansi",
    "category": "Uji",
    "mode": "online",
    "delivery": "self_paced",
    "duration_hours": 4,
    "certificate_kinds": ["completion"],
    "syllabus": ["Satu", "Dua"],
}


@dataclass(frozen=True)
class _List:
    """A list by pages: where, of what, and what of an item tells it from others and gives its order."""

    call: str
    shape: dict[str, Any]
    name: tuple[str, ...]
    # Oldest first where that is promised.
    order: str = ""
    filters: tuple[tuple[str, str, str], ...] = ()


_LISTS: dict[str, tuple[_List, ...]] = {
    "platform": (
        _List("listings", shapes.LISTING, ("course_code",)),
        _List(
            "transactions",
            shapes.FOUND_TRANSACTION,
            ("invoice_code",),
            "created_at",
            (("status", "SUCCESS", "status"), ("status", "VOID", "status")),
        ),
        _List("price-proposals", shapes.PRICE_PROPOSAL, ("course_code", "proposed_at")),
    ),
    "institution": (
        _List("course-runs", shapes.COURSE_RUN, ("schedule_code",)),
        _List("courses", shapes.OWN_COURSE, ("course_code",)),
        _List(
            "redemptions",
            shapes.FOUND_REDEMPTION,
            ("redeem_code",),
            "redeemed_at",
            (("status", "redeemed", "status"), ("status", "cancelled", "status")),
        ),
    ),
}
# More than these of one list are not compared: a partner may have thousands.
_MOST_PAGES = 12


def has_own_calls(wire: Wire, credentials: Credentials, kind: str) -> bool:
    """Whether the server has any of them."""
    calls = [one.call for one in _LISTS[kind]] + ["webhooks"]
    found = [wire.get(credentials, f"{OWN}/{call}") for call in calls]
    return any(
        answer.succeeded or (answer.code.startswith("ERR") and answer.status not in (404, 405)) for answer in found
    )


def check_own(
    report: Report,
    wire: Wire,
    credentials: Credentials,
    kind: str,
    *,
    is_sandbox: bool,
    market: platform.Market,
    pupil: Pupil | None = None,
) -> None:
    """Lists, searches, writes. Something is written in a sandbox only: a course is drafted and withdrawn again."""
    if not has_own_calls(wire, credentials, kind):
        report.section(f"Own calls of a {kind}", skipped="this server has none of them")
        return
    section = report.section(f"Own calls of a {kind}")
    opened = _open_course(section, wire, credentials, pupil) if kind == "institution" and is_sandbox else None
    for one in _LISTS[kind]:
        _read_list(section, wire, credentials, one)
    if opened is not None:
        _close_course(section, wire, credentials, opened)
    _nonces(section, wire, credentials, _LISTS[kind][0].call)
    _webhooks(section, wire, credentials)
    if is_sandbox:
        _first_webhook(section, wire, credentials)
    if kind == "institution":
        _completions(section, wire, credentials)
        if is_sandbox:
            _drafts(section, wire, credentials)
        else:
            section.omit("writes under an Idempotency-Key: in a sandbox only")
    else:
        _prices(section, wire, credentials)
        platform.check_listings(section, wire, credentials, market)
        unknown = wire.get(credentials, f"{OWN}/transactions/KONF-TIDAK-ADA")
        refused(section, "an unknown transaction", unknown, 404, "ERRPLT40493")


def _read_list(section: Section, wire: Wire, credentials: Credentials, one: _List) -> None:
    call = f"{OWN}/{one.call}"
    forgery.refuse_forgeries(section, wire, credentials, f"GET {one.call}", forgery.own("GET", f"{call}?limit=7"))
    first = wire.get(credentials, f"{call}?limit=100")
    if not section.required(f"GET {one.call}: 200", first.succeeded, first.shown()):
        return
    problem = shapes.problem(first.data, shapes.PAGE, may_grow=True)
    section.required(f"GET {one.call}: a page has items and next_cursor", not problem, problem)
    items = [item for item in first.data.get("items") or [] if isinstance(item, dict)]
    wrong = sorted({text for item in items for text in [_item_problem(one, item)] if text})
    section.required(f"GET {one.call}: the members of an item", not wrong, "; ".join(wrong[:3]))
    names = [_name(one, item) for item in items]
    section.required(f"GET {one.call}: nothing comes twice", len(set(names)) == len(names))
    if one.order:
        stamps = [str(item.get(one.order)) for item in items]
        section.required(f"GET {one.call}: the oldest first", stamps == sorted(stamps))
    again = wire.get(credentials, f"{call}?limit=100")
    section.required(f"GET {one.call}: asked again, the same", [_name(one, i) for i in _items(again)] == names)
    unlimited = wire.get(credentials, call)
    fifty = names[:50]
    section.proposed(f"GET {one.call}: 50 without a limit", [_name(one, item) for item in _items(unlimited)] == fifty)
    _pages(section, wire, credentials, one, names, is_whole=first.data.get("next_cursor") is None)
    for query in ("limit=0", "limit=101", "limit=x", "cursor=bukan-penunjuk"):
        answer = wire.get(credentials, f"{call}?{query}")
        refused(section, f"GET {one.call}?{query}", answer, 400, "ERRINT40091")
    for name, value, member in one.filters:
        found = wire.get(credentials, f"{call}?limit=100&{name}={value}")
        wanted = [_name(one, item) for item in items if item.get(member) == value]
        got = _items(found)
        alike = all(item.get(member) == value for item in got)
        whole = first.data.get("next_cursor") is not None or [_name(one, item) for item in got] == wanted
        section.required(f"GET {one.call}?{name}={value}: those alone, and all of them", alike and whole, found.shown())
    if one.filters:
        _days(section, wire, credentials, one, items)
        odd = wire.get(credentials, f"{call}?status=lain")
        refused(section, f"GET {one.call}?status=lain", odd, 400, "ERRINT40091")


def _days(section: Section, wire: Wire, credentials: Credentials, one: _List, items: list[dict[str, Any]]) -> None:
    call = f"{OWN}/{one.call}"
    for query in ("from=2001-01-01&to=2001-01-02", "from=2199-01-01"):
        none = wire.get(credentials, f"{call}?{query}")
        section.required(f"GET {one.call}?{query}: nothing", none.succeeded and not _items(none), none.shown())
    turned = wire.get(credentials, f"{call}?from=2021-02-01&to=2021-01-01")
    refused(section, f"GET {one.call}: to before from", turned, 400, "ERRINT40091")
    every = wire.get(credentials, f"{call}?limit=100&from=2001-01-01&to=2199-01-01")
    same = [_name(one, item) for item in _items(every)] == [_name(one, item) for item in items]
    section.required(f"GET {one.call}: a span that holds all gives all", same, every.shown())


def _pages(
    section: Section, wire: Wire, credentials: Credentials, one: _List, names: list[Any], *, is_whole: bool
) -> None:
    """Page by page the same items in the same order, none twice, none left out."""
    size = max(1, -(-len(names) // _MOST_PAGES))
    cursor, seen, pages = "", [], 0
    while pages <= _MOST_PAGES + 1:
        target = f"{OWN}/{one.call}?limit={size}" + (f"&cursor={cursor}" if cursor else "")
        page = wire.get(credentials, target)
        found = _items(page)
        pages += 1
        if len(found) > size:
            section.required(f"GET {one.call}: a page is no longer than limit", False, f"{len(found)} of {size}")
            return
        seen += [_name(one, item) for item in found]
        cursor = str(page.data.get("next_cursor") or "")
        if not cursor or (len(seen) >= len(names) > 0 and not is_whole):
            break
    section.required(f"GET {one.call}: a page is no longer than limit", True)
    whole = seen == names if is_whole else seen[: len(names)] == names
    section.required(f"GET {one.call}: pages make up the list", whole, f"{len(seen)} of {len(names)}")


def _items(answer: Answer) -> list[dict[str, Any]]:
    found = answer.data.get("items")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _name(one: _List, item: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(item.get(part) for part in one.name)


def _item_problem(one: _List, item: dict[str, Any]) -> str:
    wrong = shapes.problem(item, one.shape, may_grow=True)
    for run in item.get("runs") or () if one.call == "listings" else ():
        wrong = wrong or (
            shapes.problem(run, shapes.LISTED_RUN, may_grow=True) if isinstance(run, dict) else "a run is no object"
        )
    inner: dict[str, dict[str, Any]] = {"institution": {"code": str, "name": str}, "curation": shapes.CURATION}
    for name, shape in inner.items():
        if not wrong and isinstance(item.get(name), dict) and name in one.shape:
            wrong = shapes.problem(item[name], shape, may_grow=True)
    return f"{item.get(one.name[0])}: {wrong}" if wrong else ""


def _nonces(section: Section, wire: Wire, credentials: Credentials, call: str) -> None:
    """A header that becomes part of the signed text and works once."""
    target, nonce = f"{OWN}/{call}?limit=1", uuid.uuid4().hex
    unsigned = wire.get(credentials, target, nonce=nonce, signed_parts={"nonce": ""})
    refused(section, "a nonce that is not signed", unsigned, 401, "ERRINT40192")
    missing = wire.get(credentials, target, signed_parts={"nonce": nonce})
    refused(section, "a nonce that is signed and not sent", missing, 401, "ERRINT40192")
    first = wire.get(credentials, target, nonce=nonce)
    section.required("a nonce: 200", first.succeeded, first.shown())
    replayed = wire.get(credentials, target, nonce=nonce)
    refused(section, "the nonce once more", replayed, 401, "ERRINT40195")
    later = wire.get(credentials, target, nonce=nonce, timestamp=str(now() - 9))
    refused(section, "the nonce with another timestamp", later, 401, "ERRINT40195")
    for name, text in (("15 signs", "a" * 15), ("65 signs", "a" * 65), ("a sign that is none", "a" * 16 + ".")):
        odd = wire.get(credentials, target, nonce=text)
        refused(section, f"a nonce of {name}", odd, 400, "ERRINT40091")


def _webhooks(section: Section, wire: Wire, credentials: Credentials) -> None:
    """Read only, and refused: an address that is told things is the partner's own affair."""
    forgery.refuse_forgeries(section, wire, credentials, "GET webhooks", forgery.own("GET", f"{OWN}/webhooks"))
    found = wire.get(credentials, f"{OWN}/webhooks")
    section.required("GET webhooks: 200", found.succeeded, found.shown())
    section.required("GET webhooks: no secret", b"whsec_" not in found.raw)
    deliveries = wire.get(credentials, f"{OWN}/webhooks/deliveries?limit=1")
    section.required("GET webhooks/deliveries: 200", deliveries.succeeded, deliveries.shown())
    section.required("GET webhooks/deliveries: a page", {"items", "next_cursor"} <= deliveries.data.keys())
    for url, code in (("ftp://mitra.example/x", "ERRPRT40096"), ("https://127.0.0.1/x", "ERRPRT40097")):
        members = {"url": url, "events": [], "is_enabled": True}
        answer = wire.write(credentials, "PUT", f"{OWN}/webhooks", members, f"konf-{uuid.uuid4().hex}")
        section.required(f"a webhook at {url.split('/')[0]}//… is refused", not answer.succeeded, answer.shown())
        section.proposed(
            f"a webhook at {url.split('/')[0]}//…: 400 {code}", answer.is_refusal(400, code), answer.shown()
        )
    keyless = wire.write(credentials, "PUT", f"{OWN}/webhooks", {"url": "https://mitra.example/x"}, None)
    refused(section, "PUT webhooks without an Idempotency-Key", keyless, 400, "ERRINT40091")


_HOOK = "https://konformansi.example/"


def _first_webhook(section: Section, wire: Wire, credentials: Credentials) -> None:
    """Where none is registered yet: one that is switched off, so that nothing is ever sent to nobody's address."""
    there = wire.get(credentials, f"{OWN}/webhooks")
    if there.data.get("url") not in (None, _HOOK):
        section.omit("a first webhook: this partner has one")
        return
    key = f"konf-{uuid.uuid4().hex}"
    members = {
        "url": _HOOK,
        "events": ["transaction.voided"] if there.data.get("url") is None else [],
        "is_enabled": False,
    }
    forgery.refuse_forgeries(
        section, wire, credentials, "PUT webhooks", forgery.own("PUT", f"{OWN}/webhooks", members, key=key)
    )
    first = wire.write(credentials, "PUT", f"{OWN}/webhooks", members, key)
    if not section.required("PUT webhooks: 200", first.succeeded, first.shown()):
        return
    again = wire.write(credentials, "PUT", f"{OWN}/webhooks", members, key)
    section.required("PUT webhooks again: the first answer", again.raw == first.raw, again.shown())
    secret = str(first.data.get("secret") or "")
    if there.data.get("url") is None:
        section.required("the first PUT webhooks tells the secret", secret.startswith("whsec_"))
    else:
        section.required("a later PUT webhooks tells no secret", not secret)
    seen = wire.get(credentials, f"{OWN}/webhooks")
    kept = [seen.data.get("url"), seen.data.get("is_enabled")]
    section.required("GET webhooks: what was put", kept == [_HOOK, False], str(kept))
    section.required("GET webhooks afterwards: no secret", b"whsec_" not in seen.raw)
    odd = wire.write(credentials, "PUT", f"{OWN}/webhooks", members | {"events": ["lain"]}, f"{key}-2")
    refused(section, "a webhook of an event that is none", odd, 400, "ERRINT40091")
    more = wire.write(credentials, "POST", f"{OWN}/webhooks/secrets", {}, f"{key}-3")
    told = str(more.data.get("secret") or "")
    section.required(
        "POST webhooks/secrets: another secret", told.startswith("whsec_") and told != secret, more.shown()
    )
    same = wire.write(credentials, "POST", f"{OWN}/webhooks/secrets", {}, f"{key}-3")
    section.required("POST webhooks/secrets again: the first answer", same.raw == more.raw, same.shown())


def _open_course(section: Section, wire: Wire, credentials: Credentials, pupil: Pupil | None) -> list[str] | None:
    """A draft with three classes, so that the lists have something to tell. Returns its code and theirs."""
    key = f"konf-{uuid.uuid4().hex}"
    code = pupil.any_test_code if pupil is not None else ""
    known = wire.post(credentials, f"{PAYMENT}/redeem-code/status", {"redeem_code": code}).data if code else {}
    # The end of a test code's class is far enough ahead of whatever time the programme has.
    end = str(known.get("schedule_start_end", "")).partition(" - ")[2].replace(" ", "T")
    course = wire.write(credentials, "POST", f"{OWN}/courses", _COURSE, key)
    if not end or not course.succeeded:
        section.omit("classes of its own: no test code tells when they may be")
        return None
    later = f"{int(end[:4]) + 1}{end[4:]}"
    run = {"course_code": course.data["course_code"], "starts_at": f"{end}Z", "ends_at": f"{later}Z", "capacity": 5}
    found = [str(course.data["course_code"])]
    for number in range(3):
        made = wire.write(credentials, "POST", f"{OWN}/course-runs", run, f"{key}-{number}")
        if not section.required("POST course-runs: 200", made.succeeded, made.shown()):
            return None
        problem = shapes.problem(made.data, shapes.OWN_RUN, may_grow=True)
        section.required("POST course-runs: its members", not problem, problem)
        same = {name: made.data.get(name) for name in run}
        section.required("POST course-runs: what was written", same == run, str(same))
        found.append(str(made.data.get("schedule_code")))
        again = wire.write(credentials, "POST", f"{OWN}/course-runs", run, f"{key}-{number}")
        section.required("POST course-runs again: the first answer", again.raw == made.raw, again.shown())
    section.required("POST course-runs: another code each time", len(set(found)) == len(found))
    change = {name: value for name, value in run.items() if name != "course_code"} | {"capacity": 7}
    changed = wire.write(credentials, "PUT", f"{OWN}/course-runs/{found[1]}", change, f"{key}-put")
    section.required("PUT course-runs/<code>: changed", changed.data.get("capacity") == 7, changed.shown())
    listed = wire.get(credentials, f"{OWN}/course-runs?limit=100")
    if listed.data.get("next_cursor") is None:
        mine = {item.get("schedule_code"): item.get("capacity") for item in _items(listed)}
        section.required(
            "GET course-runs: they are listed as they are", [mine.get(one) for one in found[1:]] == [7, 5, 5]
        )
    return found


def _close_course(section: Section, wire: Wire, credentials: Credentials, found: list[str]) -> None:
    key = f"konf-{uuid.uuid4().hex}"
    course, *runs = found
    for number, run in enumerate(runs):
        gone = wire.write(credentials, "POST", f"{OWN}/course-runs/{run}/cancel", {}, f"{key}-{number}")
        section.required("POST course-runs/<code>/cancel: 200", gone.succeeded, gone.shown())
    unknown = wire.write(credentials, "POST", f"{OWN}/course-runs/tidak-ada-0/cancel", {}, f"{key}-x")
    refused(section, "cancelling an unknown class", unknown, 404, "ERRPLT40490")
    wire.write(credentials, "POST", f"{OWN}/courses/{course}/withdraw", {"what": "change"}, f"{key}-w")


def _completions(section: Section, wire: Wire, credentials: Credentials) -> None:
    path = f"{OWN}/completions"
    report = {
        "redeem_code": UNKNOWN,
        "certificate_number": "KONF-1",
        "certificate_kind": "completion",
        "completed_date": "2021-10-01",
        "score": 90,
    }

    def ask(members: dict[str, Any], key: str | None = "") -> Answer:
        return wire.write(credentials, "POST", path, members, f"konf-{uuid.uuid4().hex}" if key == "" else key)

    refused(section, "completion of an unknown code", ask(report), 400, "ERRTRX40020")
    refused(section, "completion without an Idempotency-Key", ask(report, None), 400, "ERRINT40091")
    for name, changes in (("score 101", {"score": 101}), ("a date that is none", {"completed_date": "2021-02-30"})):
        refused(section, f"completion with {name}", ask(report | changes), 400, "ERRINT40091")
    for name in ("redeem_code", "certificate_number", "certificate_kind"):
        left = {key: value for key, value in report.items() if key != name}
        refused(section, f"completion without {name}", ask(left), 400, "ERRINT40091")
    thief = Credentials(credentials.client_code, "0" * 32)
    forged = wire.write(thief, "POST", path, report, "konf-lain")
    refused(section, "completion with a wrong key", forged, 401, "ERRINT40192")
    for name, method, at, members in (
        ("a correction", "PUT", path, report),
        ("an attendance on site", "POST", f"{OWN}/attendances", {"redeem_code": UNKNOWN, "sequence": 1}),
        ("a withdrawal", "POST", f"{path}/withdraw", {"redeem_code": UNKNOWN, "reason": "Salah kirim"}),
    ):
        unknown = wire.write(credentials, method, at, members, f"konf-{uuid.uuid4().hex}")
        refused(section, f"{name} for an unknown code", unknown, 400, "ERRTRX40020")
        keyless = wire.write(credentials, method, at, members, None)
        refused(section, f"{name} without an Idempotency-Key", keyless, 400, "ERRINT40091")
        forged = wire.write(thief, method, at, members, "konf-lain")
        refused(section, f"{name} with a wrong key", forged, 401, "ERRINT40192")


def _drafts(section: Section, wire: Wire, credentials: Credentials) -> None:
    """A write and its answer are one: the same key gets the first answer, whatever has happened since."""
    path, key = f"{OWN}/courses", f"konf-{uuid.uuid4().hex}"
    refused(
        section,
        "a draft without an Idempotency-Key",
        wire.write(credentials, "POST", path, _COURSE, None),
        400,
        "ERRINT40091",
    )
    odd = wire.write(credentials, "POST", path, _COURSE | {"mode": "lain"}, key)
    refused(section, "a draft with another mode", odd, 400, "ERRINT40091")
    forgery.refuse_forgeries(section, wire, credentials, "POST courses", forgery.own("POST", path, _COURSE, key=key))
    first = wire.write(credentials, "POST", path, _COURSE, key)
    if not section.required("a draft under the key of what was refused: 200", first.succeeded, first.shown()):
        return
    problem = shapes.problem(first.data, shapes.OWN_COURSE, may_grow=True)
    section.required("a draft: its members", not problem, problem)
    code = str(first.data.get("course_code"))
    kept = {name: first.data.get(name) for name in _COURSE}
    section.required("a draft: what was written", kept == _COURSE, str(kept))
    state = (first.data.get("curation") or {}).get("status")
    section.required("a draft: its state", state == "draft" and first.data.get("is_listed") is False, str(state))
    again = wire.write(credentials, "POST", path, _COURSE, key)
    section.required("the same key, the same content: the first answer", again.raw == first.raw, again.shown())
    other = wire.write(credentials, "POST", path, _COURSE | {"title": "Lain"}, key)
    refused(section, "the same key, other content", other, 409, "ERRPRT40995")
    one = wire.get(credentials, f"{path}/{code}")
    section.required("GET courses/<code>: what was drafted", one.data == first.data, one.shown())
    changed = wire.write(credentials, "PUT", f"{path}/{code}", _COURSE | {"title": "Diganti"}, f"{key}-2")
    section.required("PUT courses/<code>: replaced", changed.data.get("title") == "Diganti", changed.shown())
    late = wire.write(credentials, "POST", path, _COURSE, key)
    section.required("the first answer, whatever has happened since", late.raw == first.raw, late.shown())
    unknown = wire.get(credentials, f"{path}/tidak-ada-0")
    refused(section, "GET courses of an unknown code", unknown, 404, "ERRPLT40491")
    run = {"course_code": code, "starts_at": "2199-02-01T00:00:00Z", "ends_at": "2199-01-01T00:00:00Z", "capacity": 5}
    backwards = wire.write(credentials, "POST", f"{OWN}/course-runs", run, f"{key}-3")
    refused(section, "a class that ends before it starts", backwards, 400, "ERRPRT40092")
    gone = wire.write(credentials, "POST", f"{path}/{code}/withdraw", {"what": "change"}, f"{key}-4")
    section.required("withdraw: 200", gone.succeeded, gone.shown())
    state = (gone.data.get("curation") or {}).get("status")
    section.required("withdraw: its state", state == "withdrawn", str(state))
    twice = wire.write(credentials, "POST", f"{path}/{code}/withdraw", {"what": "change"}, f"{key}-5")
    refused(section, "withdraw once more", twice, 409, "ERRPRT40997")


def _prices(section: Section, wire: Wire, credentials: Credentials) -> None:
    """Refusals alone: a price that is proposed waits for an operator."""
    path = f"{OWN}/listings/tidak-ada-0"
    wish = {"price": 400_000, "outside_price": 475_000}
    key = f"konf-{uuid.uuid4().hex}"
    refused(
        section, "a price of an unknown course", wire.write(credentials, "PUT", path, wish, key), 404, "ERRPLT40491"
    )
    keyless = wire.write(credentials, "PUT", path, wish, None)
    refused(section, "a price without an Idempotency-Key", keyless, 400, "ERRINT40091")
    for changes in ({"price": 0}, {"price": "x"}, {"outside_price": None}):
        odd = wire.write(credentials, "PUT", path, wish | changes, f"konf-{uuid.uuid4().hex}")
        refused(section, f"a price with {compact(changes).decode()}", odd, 400, "ERRINT40091")
