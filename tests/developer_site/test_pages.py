"""The developer site: public, in two languages, without scripts or strangers, and without a database."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from prakerja.access.actors import SYSTEM
from prakerja.developer_site import error_guide, names, openapi, samples, signing_lab, site
from prakerja.developer_site.changelog import RELEASES
from prakerja.partner_api import errors
from prakerja.partner_api.urls import ENDPOINTS
from prakerja.partners.operations import NewCredential, add_partner
from tests.partner_api.signer import AT

assert ENDPOINTS
FOLDERS = ("/docs/", "/docs/en/")
NAMES = [name for name, _ in names.named()]
PAGES = [
    folder + page
    for folder in FOLDERS
    for page in (
        "",
        "signature",
        "sign-in",
        "webhooks",
        "errors",
        "changelog",
        *(f"endpoints/{name}" for name in NAMES),
    )
]
# The published vector (contract.md 1.6).
VECTOR = "943c20a8e36b6243f576404b00fffdc86411ce1f"


@pytest.fixture
def door(settings: Any) -> Client:
    settings.ROOT_URLCONF = "prakerja.config.partner_urls"
    settings.IS_DEMO = True
    return Client()


def text(response: Any) -> str:
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/html; charset=utf-8"
    return str(response.content.decode())


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_there_for_anybody_and_needs_no_database(door: Client, address: str) -> None:
    page = text(door.get(address))
    assert f'<html lang="{"en" if "/en/" in address else "id"}">' in page
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert "noindex" in page
    assert 'class="demo"' in page
    assert "<script" not in page
    assert page.count("<h1>") == 1
    for link in re.findall(r'(?:href|src|action)="([^"]*)"', page):
        assert link.startswith(("/", "#", "data:,")), link
        assert not link.startswith("//")


def test_every_link_of_the_site_leads_somewhere(door: Client) -> None:
    links: set[str] = set()
    for address in PAGES:
        page = text(door.get(address))
        links |= set(re.findall(r'href="(/[^"#?]*)', page))
        here = {unescape(name) for name in re.findall(r'id="([^"]*)"', page)}
        assert {unescape(name) for name in re.findall(r'href="#([^"]*)"', page)} <= here
    assert set(PAGES) < links
    assert {link: door.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_headers_of_a_page(door: Client) -> None:
    response = door.get("/docs/")
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert "script-src" not in response["Content-Security-Policy"]
    assert not response.cookies


@pytest.fixture
def new_pages() -> Iterator[None]:
    site.forget()
    yield
    site.forget()


@pytest.mark.usefixtures("new_pages")
def test_production_has_no_banner_and_is_indexed(door: Client, settings: Any) -> None:
    settings.IS_DEMO = False
    response = door.get("/docs/")
    page = text(response)
    assert "noindex" not in page
    assert "X-Robots-Tag" not in response
    assert 'class="demo"' not in page
    # The demo speaks plain HTTP, production never.
    assert "https://testserver" in page


@pytest.mark.parametrize(("address", "leads_to"), [("/docs", "/docs/"), ("/docs/en", "/docs/en/")])
def test_addresses_without_their_slash(door: Client, address: str, leads_to: str) -> None:
    response = door.get(address)
    assert (response.status_code, response["Location"]) == (302, leads_to)


@pytest.mark.parametrize("address", ["/docs/x", "/docs/endpoints/x", "/docs/en/endpoints/", "/docs/style.css/"])
def test_no_such_page(door: Client, address: str) -> None:
    response = door.get(address)
    assert (response.status_code, response.json()["code"]) == (404, "ERRINT40490")


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("address", "asks", "language", "title"),
    [
        ("/docs/x", "id", "id", "Halaman tidak ditemukan"),
        ("/docs/endpoints/x", "id", "id", "Halaman tidak ditemukan"),
        ("/docs/en/endpoints/x", "id", "en", "Page not found"),
        ("/tidak-ada", "en-GB,en;q=0.9", "en", "Page not found"),
        ("/api/v2/tidak-ada", "id", "id", "Halaman tidak ditemukan"),
    ],
)
def test_a_browser_is_told_on_a_page(door: Client, address: str, asks: str, language: str, title: str) -> None:
    """A person who mistyped an address read one line of JSON without a title or a language."""
    response = door.get(address, headers={"accept": BROWSER, "accept-language": asks})
    assert (response.status_code, response["Cache-Control"]) == (404, "no-store")
    page = response.content.decode()
    assert f'<html lang="{language}">' in page
    assert f"<title>{title}" in page
    assert (f"<h1>{title}</h1>" in page, page.count("<main")) == (True, 1)
    # A call is a call, also from a browser's address line.
    assert door.get("/api/v1/partner/listings", headers={"accept": BROWSER}).json()["code"] == "ERRINT40190"
    assert door.post(address, headers={"accept": BROWSER}).json()["code"] in ("ERRINT40490", "ERRINT40590")


@pytest.mark.parametrize(("asks", "leads_to"), [("", "/docs/"), ("id,en;q=0.5", "/docs/"), ("en", "/docs/en/")])
def test_the_door_itself_leads_to_the_pages(door: Client, asks: str, leads_to: str) -> None:
    response = door.get("/", headers={"accept-language": asks})
    assert (response.status_code, response["Location"]) == (302, leads_to)


def test_the_first_page_tells_what_a_sandbox_has(door: Client) -> None:
    for address in ("/docs/", "/docs/en/"):
        page = unescape(text(door.get(address)))
        for words in (
            "prakerja partner redirect add|remove|list",
            "prakerja partner origin add|remove|list",
            "prakerja partner key add|list|revoke",
            "prakerja partner rules",
            "prakerja curation list|accept|return",
            "prakerja clock advance",
            "GET test-codes",
            "PRAT-",
            "--redirect-uri",
        ):
            assert words in page, (address, words)


def test_how_long_a_member_may_be_stands_on_the_page(door: Client) -> None:
    page = unescape(text(door.get("/docs/endpoints/oauth-url-generate")))
    assert "paling panjang 254 tanda" in page
    assert "at most 254 characters" in unescape(text(door.get("/docs/en/endpoints/oauth-url-generate")))
    course = unescape(text(door.get("/docs/endpoints/partner-courses-post")))
    assert ("paling banyak 50 isi" in course, "setiap isi paling panjang 128 tanda" in course) == (True, True)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_pages_are_only_read(door: Client, method: str) -> None:
    response = door.generic(method, "/docs/errors")
    assert (response.status_code, response.json()["code"], response["Allow"]) == (405, "ERRINT40590", "GET")


def test_a_page_is_made_once_for_each_host(door: Client) -> None:
    first = door.get("/docs/").content
    assert b"http://testserver" in first
    assert door.get("/docs/").content == first
    assert b"http://127.0.0.1:8002" in door.get("/docs/", headers={"host": "127.0.0.1:8002"}).content
    assert b"http://prakerja.example" in door.get("/docs/", headers={"host": "evil.example"}).content


@pytest.mark.parametrize("name", NAMES)
def test_an_endpoint_page_tells_everything(door: Client, name: str) -> None:
    declared = dict(names.named())[name]
    page = unescape(text(door.get(f"/docs/en/endpoints/{name}")))
    operation = openapi.document("en")["paths"][names.wire_path(declared)][declared.method.lower()]
    assert names.wire_path(declared) in page
    assert operation["summary"] in page
    assert operation["description"] in page
    for reason in ("internal", *(declared.guide.refuses if declared.guide else ())):
        assert errors.for_reason(reason).code in page
    for member in declared.body.__struct_fields__ if declared.method != "GET" else ():
        assert f"<code>{member}</code>" in page
    for language in samples.LANGUAGES:
        assert f"<summary>{language.title}</summary>" in page
        assert language.run in page


def test_every_code_stands_on_the_page_and_in_the_file(door: Client) -> None:
    page = unescape(text(door.get("/docs/errors")))
    found = json.loads(door.get("/docs/errors.json").content)
    assert [one["code"] for one in found] == [row.code for row in errors.TABLE]
    for one, row in zip(found, errors.TABLE, strict=True):
        assert f'id="{row.code}"' in page
        assert row.indonesian in page
        assert row.english in page
        assert one["http_status"] == row.status
        assert one["message"] == {"id": row.indonesian, "en": row.english}
        assert one["origin"] == row.origin
        assert one["meaning"]["id"] in page
        assert one["meaning"]["id"] != one["meaning"]["en"]


def test_every_code_is_explained_to_partners() -> None:
    """`docs/error_guide.py`: the table's own notes are for us."""
    assert set(error_guide.GUIDE) == {row.name for row in errors.TABLE}


def test_the_changelog_gives_the_file_its_version(door: Client) -> None:
    page = text(door.get("/docs/changelog"))
    assert [release.date for release in RELEASES] == sorted((release.date for release in RELEASES), reverse=True)
    assert f"<h2>{RELEASES[0].version} " in page
    assert openapi.document("id")["info"]["version"] == RELEASES[0].version


# --- the page that signs ---


def given(**changes: str) -> dict[str, str]:
    return dict(signing_lab.EXAMPLE) | changes


def post(door: Client, language: str = "en", **changes: str) -> Any:
    """Send the form as a browser does."""
    address = "/docs/signature" if language == "id" else "/docs/en/signature"
    return door.post(address, urlencode(given(**changes)), content_type="application/x-www-form-urlencoded")


def signatures(page: str) -> list[str]:
    return re.findall(r"<code>([0-9a-f]{40}|[0-9a-f]{64})</code>", page)


def test_the_page_opens_with_the_published_vector(door: Client) -> None:
    assert signatures(text(door.get("/docs/signature"))) == [VECTOR]


@pytest.mark.django_db
def test_a_visitors_request_is_signed_in_every_form(door: Client) -> None:
    body = '{"redeem_code": "X/é", "sequence": 1}'
    page = unescape(text(post(door, body=body, sign_key="a-secret-key")))
    assert len(signatures(page)) == len(set(signatures(page))) == 5
    assert "myclient_code1516239022POST/api/v1/integration/payment/redeem-code/commit" + body in page
    assert 'commit{"redeem_code":"X/é","sequence":1}' in page
    assert 'commit{"redeem_code":"X\\/\\u00e9","sequence":1}' in page


@pytest.mark.django_db
def test_nothing_of_the_key_is_kept_logged_or_sent_back(door: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    response = post(door, sign_key="kept-to-myself-0123456789")
    assert response["Cache-Control"] == "no-store"
    assert "kept-to-myself" not in text(response)
    assert "kept-to-myself" not in caplog.text
    assert not any(b"kept-to-myself" in page for page in site._kept.values())
    assert not response.cookies


@pytest.mark.django_db
def test_the_algorithm_follows_the_path(door: Client) -> None:
    path = "/api/v1/partner/listings?limit=1"
    page = text(post(door, method="GET", path=path, body="ignored"))
    assert [len(one) for one in signatures(page)] == [64]
    assert "ignored</code>" not in page
    chosen = text(post(door, method="GET", path=path, algorithm="sha1"))
    assert [len(one) for one in signatures(chosen)] == [40]


@pytest.mark.django_db
def test_the_slot_of_authorize_has_three_forms(door: Client) -> None:
    page = text(post(door, authorization="Payment abc"))
    assert len(signatures(page)) == 3
    assert "commitPayment abc{" in page


@pytest.mark.django_db
def test_a_signature_that_fits_is_found(door: Client) -> None:
    page = text(post(door, signature=VECTOR.upper()))
    assert "matches yours" in page
    assert 'role="alert"' not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"algorithm": "sha256"}, "uses the other algorithm"),
        ({"method": "post"}, "must be in upper case"),
        ({"path": "api/v1/integration/payment/redeem-code/commit"}, "lost its first slash"),
        ({"body": '{"redeem_code":"code"}\n'}, "ends with a line break"),
        ({"body": ""}, "left out of what was signed"),
        ({"body": '{"redeem_code": "code"}'}, "signed with spaces"),
        ({"timestamp": "1516239023"}, "fits no form"),
    ],
)
def test_common_mistakes_are_named(door: Client, changes: dict[str, str], sentence: str) -> None:
    """The visitor's program signed `changes` and the form holds what it should have signed."""
    import hashlib
    import hmac

    wrong = given(**changes)
    raw = "".join(wrong[part] for part in ("client_code", "timestamp", "method", "path", "body"))
    algorithm = hashlib.sha256 if wrong["algorithm"] == "sha256" else hashlib.sha1
    made = hmac.new(b"my_sign_key", raw.encode(), algorithm).hexdigest()
    page = unescape(text(post(door, signature=made)))
    assert sentence in page


@pytest.mark.django_db
def test_the_key_of_a_live_client_is_not_used(door: Client) -> None:
    live: NewCredential = add_partner(actor=SYSTEM, kind="platform", code="live-shop", name="Live", at=AT)
    page = text(post(door, client_code=live.client_code, sign_key=live.sign_key))
    assert "This is a live client code." in page
    assert signatures(page) == []
    sandbox = add_partner(actor=SYSTEM, kind="platform", code="test-shop", name="Test", at=AT, is_sandbox=True)
    page = text(post(door, client_code=sandbox.client_code, sign_key=sandbox.sign_key))
    assert len(signatures(page)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["client_code", "path", "body", "authorization", "timestamp", "signature"])
def test_what_a_visitor_types_is_only_text(door: Client, field: str) -> None:
    hostile = '/"><script>alert(1)</script>\x00é'
    page = text(post(door, **{field: hostile}))
    assert "<script" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["client_code", "sign_key", "timestamp", "path"])
def test_what_is_missing_is_asked_for(door: Client, missing: str) -> None:
    page = text(post(door, **{missing: ""}))
    assert "Fill in the client code" in page
    assert signatures(page) == []


@pytest.mark.django_db
def test_a_form_that_is_too_large_is_refused(door: Client) -> None:
    response = post(door, body="x" * 70_000)
    assert (response.status_code, response.json()["code"]) == (413, "ERRINT41390")


def test_an_error_of_nearly_all_endpoints_hides_their_list(door: Client) -> None:
    page = text(door.get("/docs/en/errors"))
    (row,) = re.findall(r'<tr id="ERRINT40190">(.*?)</tr>', page, re.S)
    count = re.search(r"<details><summary>(\d+) endpoints</summary>", row)
    assert count is not None
    assert int(count[1]) == row.count("<a href=") > 10
    # A code of few endpoints names them at once.
    (row,) = re.findall(r'<tr id="ERRVOD40990">(.*?)</tr>', page, re.S)
    assert "<details>" not in row
    assert ">payment-void</a>" in row
