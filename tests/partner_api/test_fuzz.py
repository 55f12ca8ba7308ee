"""schemathesis reads our own OpenAPI file and asks what it allows and what it forbids, signed correctly, over HTTP.

Nothing it sends may end in a fault of ours, and no answer may be one that the file does not describe.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests.auth import AuthBase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from prakerja.partner_api import openapi
from prakerja.partner_api.docs import names
from prakerja.partner_api.endpoint import Endpoint
from prakerja.partner_api.urls import ENDPOINTS
from prakerja.partners.models import Partner as PartnerRow
from prakerja.partners.operations import NewCredential
from tests import builders as b
from tests.partner_api.partner import set_programme_time

pytestmark = [pytest.mark.journeys, pytest.mark.django_db(transaction=True)]

assert ENDPOINTS
# All operations together take about half a minute on two cores; whoever has more time asks for more, and for other ones.
EXAMPLES = int(os.environ.get("PRAKERJA_FUZZ_EXAMPLES", "6"))
HELD = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


class Signed(AuthBase):
    """The hook: signs what is about to be sent, byte for byte, as the file says of the operation."""

    def __init__(self, declared: Endpoint, credential: NewCredential) -> None:
        self.declared, self.credential = declared, credential

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        dialect, key = self.declared.dialect, self.credential
        request.headers[dialect.client] = key.client_code
        if not dialect.is_signed:
            return request
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        stamp = str(int(time.time()))
        slot = request.headers.get("Authorization", "") if self.declared.has_authorization else ""
        slot = slot.decode("latin-1") if isinstance(slot, bytes) else slot
        target = str(request.path_url)
        if self.declared.is_published:
            target = target.partition("?")[0]
        head = f"{key.client_code}{stamp}{request.method}{target}".encode() + slot.encode("utf-8", "surrogateescape")
        algorithm = hashlib.sha1 if self.declared.algorithm == "sha1" else hashlib.sha256
        request.headers[dialect.timestamp] = stamp
        request.headers[dialect.signature] = hmac.new(key.sign_key.encode(), head + body, algorithm).hexdigest()
        return request


@pytest.fixture
def known(port: int) -> tuple[b.World, dict[str, Any]]:
    """A world in which some of what is asked for exists: members by name."""
    world = b.world()
    # How many calls a minute pass is another test's business.
    PartnerRow.objects.update(rate_limit_per_minute=0)
    who = b.participant(world)
    course, run = b.course(world)
    other, bought = b.course(world)
    assert other.code != course.code
    set_programme_time(b.BUY_AT)
    receipt = b.buy(world, who, bought)
    members = {
        "course_code": course.code,
        "schedule_code": run.code,
        "prakerja_id": who.card,
        "amount": 475_000,
        "invoice_code": receipt.invoice_code,
        "transaction_code": receipt.reference,
        "redeem_code": b.code_of(who.person_id),
    }
    # Every process reads the moved clock again within this time.
    time.sleep(0.3)
    return world, members


def test_everything_that_the_file_allows_and_forbids(port: int, known: tuple[b.World, dict[str, Any]]) -> None:
    world, members = known
    schema = schemathesis.openapi.from_dict(openapi.document("id"))
    declared = {(one.method, names.wire_path(one)): one for one in ENDPOINTS}
    asked: dict[str, set[int]] = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        endpoint = declared[operation.method.upper(), operation.path]
        signer = Signed(endpoint, world.platform if endpoint.kind == "platform" else world.institution)
        statuses = asked.setdefault(operation.label, set())
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _ask(operation.as_strategy(generation_mode=mode), signer, members, f"http://127.0.0.1:{port}", statuses)
    assert len(asked) == len(ENDPOINTS)
    # It got past the signature everywhere, and into the contract.
    assert {label for label, statuses in asked.items() if not statuses - {401}} == set()
    assert {200, 400, 404} <= set.union(*asked.values())


def _ask(cases: Any, signer: Signed, members: dict[str, Any], base_url: str, statuses: set[int]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        # The same questions each time: a finding is a finding for everybody.
        derandomize="PRAKERJA_FUZZ_EXAMPLES" not in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, exists=st.booleans())
    def ask(case: Any, exists: bool) -> None:
        for header in signer.declared.dialect.headers:
            (case.headers or {}).pop(header, None)
        if exists and isinstance(case.body, dict):
            case.body.update({name: value for name, value in members.items() if name in case.body})
        response = case.call(base_url=base_url, auth=signer, timeout=10)
        statuses.add(response.status_code)
        case.validate_response(response, checks=list(HELD))

    ask()
