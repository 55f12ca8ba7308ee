"""The OpenAPI file: valid, complete, made from the declarations, and told in two languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from prakerja.developer_site import names, openapi
from prakerja.developer_site.fields import FIELDS
from prakerja.developer_site.messages import MESSAGES
from prakerja.developer_site.refusals import refusals
from prakerja.partner_api import errors
from prakerja.partner_api.urls import ENDPOINTS
from prakerja.webhooks.events import NAMES
from tests.partner_api import contract
from tests.partner_api.partner import PAYMENT, Scene


@pytest.fixture
def door(settings: Any) -> Client:
    settings.ROOT_URLCONF = "prakerja.config.partner_urls"
    return Client()


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in openapi.document("id")["paths"].items()
        for method, operation in methods.items()
    ]


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_file_is_valid_openapi_3_1(language: Any) -> None:
    document = openapi.document(language)
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


@pytest.mark.parametrize(("address", "language"), [("/openapi.json", "id"), ("/openapi.en.json", "en")])
def test_the_file_is_served_to_anybody(door: Client, address: str, language: Any) -> None:
    response = door.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert json.loads(response.content) == openapi.document(language)
    assert response["Access-Control-Allow-Origin"] == "*"


def test_the_file_has_every_endpoint_once() -> None:
    described = {(method.upper(), path) for path, method, _ in operations()}
    assert described == {(declared.method, names.wire_path(declared)) for declared in ENDPOINTS}
    identifiers = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(identifiers)) == len(identifiers) == len(ENDPOINTS)
    assert identifiers[0] == "payment-quota-schedule"


@pytest.mark.parametrize("declared", ENDPOINTS, ids=lambda declared: f"{declared.method} {declared.path}")
def test_every_endpoint_has_a_guide(declared: Any) -> None:
    """Declared beside the view: title, purpose, the struct of the answer, what it refuses with."""
    assert declared.guide is not None
    assert declared.guide.title
    assert declared.guide.about
    assert set(declared.guide.refuses) <= errors.reasons()
    assert "internal" in refusals(declared)


def test_every_member_says_what_it_means() -> None:
    silent = [
        f"{name}.{member}"
        for name, schema in openapi.document("id")["components"]["schemas"].items()
        for member, found in schema["properties"].items()
        if not found.get("description")
    ]
    assert silent == [], "say it in developer_site/fields.py"


def test_the_file_tells_every_message_that_we_send() -> None:
    assert set(openapi.document("id")["webhooks"]) == set(NAMES) == set(MESSAGES)
    for event, node in openapi.document("id")["webhooks"].items():
        content = node["post"]["requestBody"]["content"]["application/json"]
        contract.schema_validator(content["schema"]).validate(content["example"])
        assert content["example"]["type"] == event


def test_no_words_are_kept_for_members_that_are_gone() -> None:
    schemas = openapi.document("id")["components"]["schemas"]
    used = {member for schema in schemas.values() for member in schema["properties"]}
    used |= {part["name"] for _, _, operation in operations() for part in operation["parameters"]}
    assert {name.rpartition(".")[2] for name in FIELDS} <= used


def test_no_note_of_ours_is_published() -> None:
    """Docstrings and the table's notes cite our own decisions; partners get sentences that were written for them."""
    text = openapi.served("id").decode() + openapi.served("en").decode()
    assert ".md" not in text


@pytest.mark.parametrize(
    "path_and_method", [(path, method) for path, method, _ in operations()], ids=lambda one: one[0]
)
def test_examples_obey_their_own_schemas(path_and_method: tuple[str, str]) -> None:
    path, method = path_and_method
    operation = openapi.document("id")["paths"][path][method]
    answer = operation["responses"]["200"]["content"]["application/json"]["example"]
    contract.validator(path, method, 200).validate(answer)
    for status, response in operation["responses"].items():
        for example in response["content"]["application/json"].get("examples", {}).values():
            contract.validator(path, method, int(status)).validate(example["value"])
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]["application/json"]
        contract.schema_validator(content["schema"]).validate(content["example"])


def test_both_languages_differ_in_words_only() -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(part) for key, part in value.items()}
        if isinstance(value, list):
            return [shape(part) for part in value]
        return type(value)

    indonesian, english = openapi.document("id"), openapi.document("en")
    assert shape(indonesian) == shape(english)
    assert indonesian["info"]["title"] == "API Mitra Prakerja"
    assert english["info"]["title"] == "Prakerja partner API"
    summaries = {operation["summary"] for _, _, operation in operations()}
    translated = {operation["summary"] for methods in english["paths"].values() for operation in methods.values()}
    assert summaries & translated == set()


def test_what_the_file_says_of_a_signature() -> None:
    document = openapi.document("id")
    schemes = document["components"]["securitySchemes"]
    published = {"client_code", "timestamp", "signature", "Authorization"}
    assert {scheme["name"] for scheme in schemes.values()} == published | {
        *("X-Client-Id", "X-Timestamp", "X-Signature"),
        # Ours towards partners.
        "webhook-signature",
    }
    quota = document["paths"][f"{PAYMENT}/quota-schedule"]["post"]
    assert quota["security"] == [{"client_code": [], "timestamp": [], "signature": []}]
    assert quota["x-signature"] == "HMAC-SHA1"
    authorize = document["paths"][f"{PAYMENT}/authorize"]["post"]
    assert "payment_token" in authorize["security"][0]
    asked = document["paths"]["/api/v1/oauth/authorize"]["get"]
    assert asked["security"] == [{"x_client_id": [], "x_timestamp": [], "x_signature": []}]
    profile = document["paths"]["/api/v1/resource/user_profile"]["get"]
    assert (profile["security"], profile["x-signature"]) == ([{"x_client_id": [], "access_token": []}], "none")
    completions = document["paths"]["/api/v1/partner/completions"]["post"]
    assert completions["x-signature"] == "HMAC-SHA256"
    assert "Idempotency-Key" in {part["name"] for part in completions["parameters"] if part["required"]}


def test_an_answer_outside_the_file_is_seen() -> None:
    """The check that all other tests of this door go through can fail."""
    path = f"{PAYMENT}/quota-schedule"
    good = {"success": True, "message": "OK", "data": {"schedule_code": "a", "course_code": "b", "quota": 1}}
    contract.check("POST", path, 200, good)
    for broken in (
        good | {"data": good["data"] | {"extra": 1}},  # type: ignore[operator]
        good | {"data": good["data"] | {"quota": "1"}},  # type: ignore[operator]
        {"success": True, "message": "OK"},
    ):
        with pytest.raises(Exception, match=r"Failed validating|required"):
            contract.check("POST", path, 200, broken)
    with pytest.raises(AssertionError, match="answers 418"):
        contract.check("POST", path, 418, {})
    with pytest.raises(Exception, match="Failed validating"):
        contract.check("POST", path, 400, {"code": "ERRTRX40020", "message": "", "success": False})


def test_a_whole_purchase_stays_within_the_file(scene: Scene) -> None:
    """Every operation of a platform is answered well at least once (`Partner` checks each answer)."""
    codes = {"course_code": scene.course.code, "schedule_code": scene.run.code}
    assert scene.shop.post(f"{PAYMENT}/quota-schedule", codes)[0] == 200
    bought = scene.bought()
    invoice = {"invoice_code": bought["invoice_code"]}
    assert scene.shop.post(f"{PAYMENT}/status", invoice)[0] == 200
    assert scene.shop.get("/api/v1/partner/listings?limit=1")[0] == 200
    assert scene.lms.get("/api/v1/partner/course-runs?limit=1")[0] == 200
    status, answer = scene.shop.get("/api/v1/partner/transactions/INV-1")
    assert status == 200
    code = {"redeem_code": answer["data"]["voucher_code"]}
    assert scene.lms.post(f"{PAYMENT}/redeem-code/status", code)[0] == 200
    assert scene.shop.post(f"{PAYMENT}/void", invoice | {"transaction_code": bought["transaction_code"]})[0] == 200
    assert scene.lms.post(f"{PAYMENT}/redeem-code/status", code)[0] == 401


def nodes(found: Any) -> Iterator[dict[str, Any]]:
    """Every object of the file, outer ones first."""
    if isinstance(found, dict):
        yield found
        for value in found.values():
            yield from nodes(value)
    elif isinstance(found, list):
        for value in found:
            yield from nodes(value)


def test_tools_of_others_take_the_file_whole() -> None:
    """What openapi-python-client and Redocly refuse, and no validator of the standard minds: both took it by hand.

    A generator leaves out a list without the type of its items, and everything that holds one; a linter wants to be told
    how each operation is secured, webhooks included.
    """
    document = openapi.document("id")
    lists = [found for found in nodes(document) if found.get("type") == "array" and "properties" not in found]
    assert [found for found in lists if not found.get("items")] == []
    hooks = [(event, "post", node["post"]) for event, node in document["webhooks"].items()]
    for path, method, operation in (*operations(), *hooks):
        assert operation["security"], (path, method)
        for one in operation["security"]:
            assert one.keys() <= document["components"]["securitySchemes"].keys()
    assert document["info"]["license"]
    assert document["servers"]


# A pattern that counts is a length too; what is an instant or one of a few words is as long as those are.
COUNTS = re.compile(r"\{\d+(,\d+)?\}")


def test_every_text_that_is_sent_says_how_long_it_may_be() -> None:
    document = openapi.document("id")
    asked = {declared.body.__name__ for declared in ENDPOINTS if declared.method != "GET"}
    found = [
        (f"{name}.{member}", part)
        for name in asked
        for member, schema in document["components"]["schemas"][name]["properties"].items()
        for part in nodes(schema)
    ]
    found += [(part["name"], part["schema"]) for _, _, operation in operations() for part in operation["parameters"]]
    endless = {
        name
        for name, schema in found
        if schema.get("type") == "string"
        and not {"maxLength", "enum", "const", "format"} & schema.keys()
        and not COUNTS.search(str(schema.get("pattern", "")))
    }
    # `id, en;q=0.5` may be as long as a browser likes; what is beyond 200 signs is not read.
    assert endless == {"Accept-Language"}
