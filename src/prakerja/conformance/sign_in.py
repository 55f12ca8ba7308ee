"""The sign-in that an institution offers (contract.md 2.14), as far as it goes without a participant."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from prakerja.conformance.report import Report, Section
from prakerja.conformance.wire import Answer, Credentials, Wire

OAUTH = "/api/v1/oauth"
PROFILE = "/api/v1/resource/user_profile"
# What nobody was given.
_NOTHING = "konformansi-tidak-ada"


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


def _ask(section: Section, wire: Wire, credentials: Credentials, redirect_uri: str) -> None:
    """oauth/authorize: a signed GET that answers JSON."""
    path = f"{OAUTH}/authorize"
    address = redirect_uri or "https://lembaga.example/kembali"
    members = {"state": "a b&c", "scope": "name email", "redirect_uri": address, "login_uri": address}
    query = urlencode(members)
    unsigned = wire.sign_in(credentials, "GET", f"{path}?{query}")
    section.required("authorize without a signature is refused", not unsigned.succeeded, unsigned.shown())
    thief = Credentials(credentials.client_code, "0" * 32)
    wrong = wire.sign_in(thief, "GET", f"{path}?{query}", signed=path)
    section.required("authorize with a wrong key is refused", not wrong.succeeded, wrong.shown())
    elsewhere = urlencode(members | {"redirect_uri": "https://lain.example/"})
    answer = wire.sign_in(credentials, "GET", f"{path}?{elsewhere}", signed=path)
    section.required("authorize with an unregistered redirect_uri is refused", not answer.succeeded, answer.shown())
    if not redirect_uri:
        section.omit("authorize: give --redirect-uri (a registered one)")
        return
    answer = wire.sign_in(credentials, "GET", f"{path}?{query}", signed=path)
    if not section.required("authorize: 200", answer.succeeded, answer.shown()):
        return
    said = [(answer.document or {}).get(name) for name in ("errorCode", "message")]
    section.required('errorCode is "0" and message "no error"', said == ["0", "no error"], str(said))
    url = urlsplit(str(answer.data.get("redirect_url", "")))
    section.required("redirect_url is an address", url.scheme in ("http", "https") and bool(url.netloc), url.scheme)
    whole = wire.sign_in(credentials, "GET", f"{path}?{query}", signed=f"{path}?{query}")
    section.proposed("authorize with the query signed", whole.succeeded, whole.shown())


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
    path = f"{OAUTH}/token/refresh"
    body = b'{"token":"%s"}' % _NOTHING.encode()
    answer = wire.sign_in(credentials, "POST", path, body)
    _unauthorized(section, "refresh of an unknown token", answer, "ERROAUTH4031", is_published=False)
    answer = wire.sign_in(None, "POST", path, body)
    _unauthorized(section, "refresh without X-Client-Id", answer, "ERROAUTH4024")


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


def _unauthorized(section: Section, name: str, answer: Answer, code: str, *, is_published: bool = True) -> None:
    """400 and the one word of the pages; the code where they show it, else as our choice."""
    note = section.required if is_published else section.proposed
    section.required(f"{name} is refused", not answer.succeeded and answer.status >= 400, answer.shown())
    note(f"{name}: 400 {code}", (answer.status, answer.code) == (400, code), answer.shown())
    said = str((answer.document or {}).get("message", ""))
    note(f'{name}: message is "Unauthorized"', said == "Unauthorized", said)


def _same(one: Answer, other: Answer) -> bool:
    return (one.status, one.code) == (other.status, other.code)
