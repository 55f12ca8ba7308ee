"""The sign-in that an institution offers (contract.md 2.14).

As far as it goes without a participant; with one who gets the codes of a sandbox's phone, to the profile and back.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from prakerja.conformance import forgery, shapes
from prakerja.conformance.otp import NoCode
from prakerja.conformance.pages import NoSuchForm, press_through
from prakerja.conformance.report import Report, Section
from prakerja.conformance.wire import Answer, Credentials, Unreachable, Wire, now

OAUTH = "/api/v1/oauth"
PROFILE = "/api/v1/resource/user_profile"
# What nobody was given.
_NOTHING = "konformansi-tidak-ada"
_HOUR = 3600


@dataclass(frozen=True)
class Visitor:
    """A participant who signs in by phone; `otp` waits for the next code."""

    phone: str
    otp: Callable[[], str]


def check_sign_in(report: Report, wire: Wire, credentials: Credentials, redirect_uri: str) -> None:
    """Ask, exchange, refresh, profile. The four calls name their headers and their errors in a way of their own."""
    first = wire.sign_in(credentials, "GET", PROFILE)
    if first.status in (404, 405, 501):
        report.section("Sign-in", skipped="this server has no resource/user_profile")
        return
    section = report.section("Sign-in")
    _ask(section, wire, credentials, redirect_uri)
    _exchange(section, wire, credentials)
    _profile(section, wire, credentials, first)


def check_visitor(
    report: Report, wire: Wire, credentials: Credentials, redirect_uri: str, visitor: Visitor | None
) -> None:
    """A participant signs in, allows something, and the tokens do what tokens do."""
    if visitor is None:
        skipped = "nobody who signs in: give --redirect-uri, --phone and --otp-from-phone"
        report.section("A visitor signs in", skipped=skipped)
        return
    _walk(report.section("A visitor signs in"), wire, credentials, redirect_uri, visitor)


def _ask(section: Section, wire: Wire, credentials: Credentials, redirect_uri: str) -> None:
    """oauth/authorize: a signed GET that answers JSON."""
    path = f"{OAUTH}/authorize"
    address = redirect_uri or "https://lembaga.example/kembali"
    members = {"state": "a b&c", "scope": "name email", "redirect_uri": address, "login_uri": address}
    query = urlencode(members)
    target = f"{path}?{query}"
    thief = Credentials(credentials.client_code, "0" * 32)
    unsigned = wire.sign_in(credentials, "GET", target)
    section.required("authorize without a signature is refused", not unsigned.succeeded, unsigned.shown())
    wrong = wire.sign_in(thief, "GET", target, signed=path)
    section.required("authorize with a wrong key is refused", not wrong.succeeded, wrong.shown())
    for name in ("redirect_uri", "login_uri"):
        elsewhere = urlencode(members | {name: "https://lain.example/"})
        answer = wire.sign_in(credentials, "GET", f"{path}?{elsewhere}", signed=f"{path}?{elsewhere}")
        section.required(f"authorize with an unregistered {name} is refused", not answer.succeeded, answer.shown())
        section.proposed(
            f"an unregistered {name}: 400 ERRTRX40091", answer.is_refusal(400, "ERRTRX40091"), answer.shown()
        )
    if not redirect_uri:
        section.omit("authorize: give --redirect-uri (a registered one)")
        return
    # The whole first: a server may remember a client that signs the query, and take nothing less from it afterwards.
    answer = wire.sign_in(credentials, "GET", target, signed=target)
    if not section.required("authorize: 200", answer.succeeded, answer.shown()):
        return
    said = [(answer.document or {}).get(name) for name in ("errorCode", "message")]
    section.required('errorCode is "0" and message "no error"', said == ["0", "no error"], str(said))
    problem = shapes.problem(answer.data, {"redirect_url": str})
    section.required("authorize: its members are the published ones", not problem, problem)
    url = urlsplit(str(answer.data.get("redirect_url", "")))
    section.required("redirect_url is an address", url.scheme in ("http", "https") and bool(url.netloc), url.scheme)
    _forge_ask(section, wire, credentials, path, query)
    for name in ("state", "scope", "redirect_uri", "login_uri"):
        left = urlencode({key: value for key, value in members.items() if key != name})
        missing = wire.sign_in(credentials, "GET", f"{path}?{left}", signed=f"{path}?{left}")
        section.required(f"authorize without {name} is refused", not missing.succeeded, missing.shown())
        section.proposed(
            f"authorize without {name}: 400 ERRINT40091", missing.is_refusal(400, "ERRINT40091"), missing.shown()
        )
    for client, holds in ((credentials.client_code, True), ("klien-lain", False)):
        named = urlencode(members | {"client_id": client})
        answer = wire.sign_in(credentials, "GET", f"{path}?{named}", signed=f"{path}?{named}")
        words = "its own client_id is taken" if holds else "another's client_id is refused"
        section.required(f"authorize: {words}", answer.succeeded is holds, answer.shown())


def _forge_ask(section: Section, wire: Wire, credentials: Credentials, path: str, query: str) -> None:
    target = f"{path}?{query}"
    thief = Credentials(credentials.client_code, credentials.sign_key[:-1] + "x")
    stranger = Credentials("klien-yang-tidak-ada", credentials.sign_key)
    old, early = forgery.outside_window()
    other = f"{path}?{query.replace('name', 'notelp')}"

    def sent(**changes: object) -> Answer:
        return wire.sign_in(credentials, "GET", target, signed=target, **changes)  # type: ignore[arg-type]

    found = {
        "another key": (wire.sign_in(thief, "GET", target, signed=target), 401, "ERRINT40192"),
        "another client": (wire.sign_in(stranger, "GET", target, signed=target), 400, "ERROAUTH4029"),
        "no client": (wire.sign_in(None, "GET", target), 400, "ERROAUTH4024"),
        "another query signed": (wire.sign_in(credentials, "GET", target, signed=other), 401, "ERRINT40192"),
        "another path signed": (wire.sign_in(credentials, "GET", target, signed=f"{path}x"), 401, "ERRINT40192"),
        "another method signed": (sent(signed_parts={"method": "POST"}), 401, "ERRINT40192"),
        "another client signed": (sent(signed_parts={"client": "klien-lain"}), 401, "ERRINT40192"),
        "another timestamp signed": (sent(signed_parts={"timestamp": "1"}), 401, "ERRINT40192"),
        "an old timestamp": (sent(timestamp=old), 401, "ERRINT40193"),
        "a timestamp far ahead": (sent(timestamp=early), 401, "ERRINT40193"),
        "no timestamp": (sent(without="X-Timestamp"), 401, "ERRINT40190"),
        "no signature": (sent(without="X-Signature"), 401, "ERRINT40190"),
    }
    granted = [f"{name}: {answer.shown()}" for name, (answer, _, _) in found.items() if answer.status < 400]
    section.required("authorize: every forgery is refused", not granted, "; ".join(granted))
    otherwise = [
        f"{name}: {answer.shown()} instead of {status} {code}"
        for name, (answer, status, code) in found.items()
        if not answer.is_refusal(status, code)
    ]
    section.proposed("authorize: forgeries are refused with their codes", not otherwise, "; ".join(otherwise))


def _exchange(section: Section, wire: Wire, credentials: Credentials) -> None:
    """oauth/token and /refresh: no signature, JSON whatever the content type says."""
    path = f"{OAUTH}/token"
    body = b'{"code":"%s"}' % _NOTHING.encode()
    answer = wire.sign_in(credentials, "POST", path, body)
    _unauthorized(section, "token for an unknown code", answer, "ERROAUTH4031", is_published=False)
    form = wire.sign_in(credentials, "POST", path, body, content_type="application/x-www-form-urlencoded")
    section.required("JSON that is called a form is read as JSON", _same(form, answer), form.shown())
    query = wire.sign_in(credentials, "POST", f"{path}?code={_NOTHING}")
    section.proposed("the code in the query", _same(query, answer), query.shown())
    again = wire.sign_in(credentials, "POST", path, b'{"token":"%s"}' % _NOTHING.encode())
    section.proposed("a refresh token at oauth/token", _same(again, answer), again.shown())
    answer = wire.sign_in(None, "POST", path, body)
    _unauthorized(section, "token without X-Client-Id", answer, "ERROAUTH4024", is_published=False)
    stranger = Credentials("klien-yang-tidak-ada", "0" * 32)
    answer = wire.sign_in(stranger, "POST", path, body)
    _unauthorized(section, "token for an unknown client", answer, "ERROAUTH4029", is_published=False)
    path = f"{OAUTH}/token/refresh"
    body = b'{"token":"%s"}' % _NOTHING.encode()
    answer = wire.sign_in(credentials, "POST", path, body)
    _unauthorized(section, "refresh of an unknown token", answer, "ERROAUTH4031", is_published=False)
    answer = wire.sign_in(None, "POST", path, body)
    _unauthorized(section, "refresh without X-Client-Id", answer, "ERROAUTH4024")
    answer = wire.sign_in(stranger, "POST", path, body)
    _unauthorized(section, "refresh for an unknown client", answer, "ERROAUTH4029")


def _profile(section: Section, wire: Wire, credentials: Credentials, nameless: Answer) -> None:
    _unauthorized(section, "profile without a token", nameless, "ERROAUTH4030")
    answer = wire.sign_in(credentials, "GET", PROFILE, authorization=_NOTHING)
    section.required("profile for an unknown token is refused", not answer.succeeded, answer.shown())
    word = wire.sign_in(credentials, "GET", PROFILE, authorization=f"Bearer {_NOTHING}")
    section.proposed("Bearer before the token changes nothing", _same(word, answer), word.shown())
    answer = wire.sign_in(None, "GET", PROFILE, authorization=_NOTHING)
    _unauthorized(section, "profile without X-Client-Id", answer, "ERROAUTH4024")
    stranger = Credentials("klien-yang-tidak-ada", "0" * 32)
    answer = wire.sign_in(stranger, "GET", PROFILE, authorization=_NOTHING)
    _unauthorized(section, "profile for an unknown client", answer, "ERROAUTH4029")


def _walk(section: Section, wire: Wire, credentials: Credentials, redirect_uri: str, visitor: Visitor) -> None:
    """A participant allows the name alone; the tokens are used, renewed, and used up."""
    state = f"konformansi {uuid.uuid4().hex[:8]}&"
    members = {"state": state, "scope": "name sulap", "redirect_uri": redirect_uri, "login_uri": redirect_uri}
    target = f"{OAUTH}/authorize?{urlencode(members)}"
    asked = wire.sign_in(credentials, "GET", target, signed=target)
    typed = {"phone": lambda: visitor.phone, "otp": visitor.otp}
    known: dict[str, str] = {}

    def fill(name: str) -> str:
        if name in typed and name not in known:
            known[name] = typed[name]()
        return known.get(name, "")

    try:
        came = press_through(str(asked.data.get("redirect_url")), redirect_uri, fill)
    except (NoSuchForm, Unreachable, NoCode) as error:
        # A page sends no second code within a minute, and says so to people.
        section.omit(f"the page of consent: {error}")
        return
    if not came.get("code"):
        section.omit(f"the page of consent: the way back brought no code ({', '.join(sorted(came)) or 'nothing'})")
        return
    section.required("the browser comes back with the state", came.get("state") == state, str(came.get("state")))
    code = json.dumps({"code": came["code"]}).encode()
    stranger = Credentials("klien-yang-tidak-ada", "0" * 32)
    stolen = wire.sign_in(stranger, "POST", f"{OAUTH}/token", code)
    _unauthorized(section, "the code for an unknown client", stolen, "ERROAUTH4029", is_published=False)
    pair = wire.sign_in(credentials, "POST", f"{OAUTH}/token", code)
    if not section.required("the code is exchanged: 200", pair.succeeded, pair.shown()):
        return
    _tokens(section, "the code is exchanged", pair)
    section.required("unknown scopes are ignored", pair.data.get("scope") == "name", str(pair.data.get("scope")))
    access, renewal = str(pair.data.get("access_token")), str(pair.data.get("refresh_token"))
    seen = wire.sign_in(credentials, "GET", PROFILE, authorization=access)
    if section.required("profile: 200", seen.succeeded, seen.shown()):
        problem = shapes.problem(seen.data, shapes.PROFILE)
        section.required("profile: its members are the published ones", not problem, problem)
        told = {name for name, value in seen.data.items() if value} - {"user_id", "dp_user_id"}
        section.required("profile: nothing but what was allowed", told == {"name"}, ", ".join(sorted(told)))
        section.required("profile: user_id is there", bool(seen.data.get("user_id")))
        bearer = wire.sign_in(credentials, "GET", PROFILE, authorization=f"Bearer {access}")
        section.required("profile: Bearer before the token is taken", bearer.raw == seen.raw, bearer.shown())
        crossed = wire.sign_in(credentials, "GET", PROFILE, authorization=renewal)
        section.required("profile: a refresh token is no access token", not crossed.succeeded, crossed.shown())
    fresh = wire.sign_in(credentials, "POST", f"{OAUTH}/token/refresh", json.dumps({"token": renewal}).encode())
    if not section.required("refresh: 200", fresh.succeeded, fresh.shown()):
        return
    _tokens(section, "refresh", fresh)
    section.required("refresh: both tokens are new", not {access, renewal} & {str(v) for v in fresh.data.values()})
    gone = wire.sign_in(credentials, "GET", PROFILE, authorization=access)
    section.required("refresh: the old access token is worth nothing", not gone.succeeded, gone.shown())
    newest = str(fresh.data.get("access_token"))
    alive = wire.sign_in(credentials, "GET", PROFILE, authorization=newest)
    section.required("refresh: the new access token is read", alive.data == seen.data, alive.shown())
    third = json.dumps({"token": str(fresh.data.get("refresh_token"))}).encode()
    elsewhere = wire.sign_in(credentials, "POST", f"{OAUTH}/token", third)
    section.proposed("a refresh token at oauth/token: 200", elsewhere.succeeded, elsewhere.shown())
    newest = str(elsewhere.data.get("access_token") or newest)
    again = wire.sign_in(credentials, "POST", f"{OAUTH}/token/refresh", json.dumps({"token": renewal}).encode())
    _unauthorized(section, "a refresh token once more", again, "ERROAUTH4031", is_published=False)
    ended = wire.sign_in(credentials, "GET", PROFILE, authorization=newest)
    section.required("a refresh token once more ends the grant", not ended.succeeded, ended.shown())
    twice = wire.sign_in(credentials, "POST", f"{OAUTH}/token", code)
    _unauthorized(section, "the code once more", twice, "ERROAUTH4031", is_published=False)


def _tokens(section: Section, name: str, pair: Answer) -> None:
    problem = shapes.problem(pair.data, shapes.TOKENS)
    section.required(f"{name}: its members are the published ones", not problem, problem)
    section.required(f"{name}: token_type is Bearer", pair.data.get("token_type") == "Bearer")
    text = str(pair.data.get("expires_in"))
    # A text that holds the end in Unix seconds: no duration, and no number.
    section.required(f"{name}: expires_in is a point in time", text.isdigit() and len(text) == 10, text)
    left = int(text) - now() if text.isdigit() else 0
    section.proposed(f"{name}: an access token lives an hour", abs(left - _HOUR) <= 30, f"{left} s")
    said = (pair.document or {}).get("errorCode")
    section.required(f'{name}: errorCode is "0"', said == "0", str(said))
    token = str(pair.data.get("access_token"))
    section.required(f"{name}: the token is opaque", bool(token) and not _is_told(token))


def _is_told(token: str) -> bool:
    """Whether anybody can read in it: JSON, as it is or as the first part of a token with dots."""
    for part in (token, token.partition(".")[0]):
        try:
            json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except ValueError:
            continue
        return True
    return False


def _unauthorized(section: Section, name: str, answer: Answer, code: str, *, is_published: bool = True) -> None:
    """400 and the one word of the pages; the code where they show it, else as our choice."""
    note = section.required if is_published else section.proposed
    section.required(f"{name} is refused", not answer.succeeded and answer.status >= 400, answer.shown())
    note(f"{name}: 400 {code}", (answer.status, answer.code) == (400, code), answer.shown())
    said = str((answer.document or {}).get("message", ""))
    note(f'{name}: message is "Unauthorized"', said == "Unauthorized", said)


def _same(one: Answer, other: Answer) -> bool:
    return (one.status, one.code) == (other.status, other.code)
