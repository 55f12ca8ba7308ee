"""schemathesis reads our own OpenAPI file and asks what it allows and what it forbids, signed correctly, over HTTP.

Nothing it sends may end in a fault of ours, and no answer may be one that the file does not describe.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import os
import time
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
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

from prakerja.access.actors import SYSTEM
from prakerja.catalogue import curation
from prakerja.catalogue.models import Course
from prakerja.developer_site import names, openapi
from prakerja.grants import operations as grants
from prakerja.kernel import clock
from prakerja.kernel.clock import wall
from prakerja.kernel.db import transaction
from prakerja.partner_api.endpoint import Endpoint
from prakerja.partner_api.urls import ENDPOINTS
from prakerja.partners.models import Partner as PartnerRow
from prakerja.partners.operations import NewCredential
from prakerja.training.models import SandboxCode
from prakerja.training.operations import make_sandbox_codes, redeem_code
from prakerja.webhooks.endpoints import set_webhook
from tests import builders as b
from tests.partner_api.partner import set_programme_time
from tests.partner_api.test_courses import CONTENT
from tests.waiting import LIMIT

pytestmark = [pytest.mark.journeys, pytest.mark.django_db(transaction=True)]

assert ENDPOINTS
# All operations together take about half a minute on two cores; whoever has more time asks for more, and for other ones.
EXAMPLES = int(os.environ.get("PRAKERJA_FUZZ_EXAMPLES", "6"))
_MORE = 10
HELD = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


HOUR = timedelta(hours=1)
# By the name of the member: each example takes one of the values.
Known = dict[str, tuple[Any, ...]]
# It alone is never granted here: the OTP is on a phone.
NEVER_GRANTED = {"POST /api/v1/integration/payment/authorize"}
_keys = itertools.count(1)


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
        nonce = request.headers.get("nonce", "")
        nonce = nonce.decode("latin-1") if isinstance(nonce, bytes) else nonce
        if self.declared.is_published:
            target, nonce = target.partition("?")[0], ""
        head = f"{key.client_code}{stamp}{nonce}{request.method}{target}".encode() + slot.encode(
            "utf-8", "surrogateescape"
        )
        algorithm = hashlib.sha1 if self.declared.algorithm == "sha1" else hashlib.sha256
        request.headers[dialect.timestamp] = stamp
        request.headers[dialect.signature] = hmac.new(key.sign_key.encode(), head + body, algorithm).hexdigest()
        return request


@dataclass(frozen=True)
class Scene:
    """A world in which much of what is asked for exists."""

    world: b.World
    members: Known
    # By the end of the address: members of which only these will do there.
    only: dict[str, Known]
    access_token: str

    def of(self, path: str) -> Known:
        return self.members | next((found for end, found in self.only.items() if path.endswith(end)), {})


def allowed(world: b.World, who: b.Participant) -> str:
    """A code of a sign-in that the participant allowed."""
    request = grants.consent_request(
        partner_id=world.institution.partner_id,
        redirect_uri=b.RETURN_TO,
        failure_uri=b.RETURN_TO,
        scope="name email",
        state="s",
        wall=wall(),
    )
    return grants.give_consent(person_id=who.person_id, request=request, signed_in_at_s=0, at=b.BUY_AT, wall=wall())


def signed_in(world: b.World, who: b.Participant) -> grants.Tokens:
    code = allowed(world, who)
    return grants.exchange_code(partner_id=world.institution.partner_id, code=code, at=b.BUY_AT, wall=wall())


@pytest.fixture
def scene(port: int) -> Scene:
    world = b.world()
    # How many calls a minute pass is another test's business.
    PartnerRow.objects.update(rate_limit_per_minute=0, is_sandbox=True)
    school = world.institution.partner_id
    buyer, visitor, *pupils = b.participants(world, count=5)
    course, run = b.course(world)
    _, taken = b.course(world)
    set_programme_time(b.BUY_AT + HOUR)
    # The first purchase may be voided; of the others' codes one is still to be redeemed.
    receipts = [b.buy(world, who, taken) for who in pupils]
    codes = [b.code_of(who.person_id) for who in pupils[1:]]
    redeem_code(institution_id=school, code=codes[0], at=b.BUY_AT + HOUR)
    on_site, at_the_door = b.course(world)
    Course.objects.filter(id=on_site.id).update(mode="onsite")
    b.buy(world, visitor, at_the_door)
    with transaction():
        make_sandbox_codes(institution_id=school, at=b.BUY_AT)
        about: dict[str, Any] = {"institution_id": school, "content": CONTENT, "at": b.BUY_AT}
        drafts = tuple(curation.draft_course(**about).course_code for _ in range(12))
    for partner in (world.platform, world.institution):
        set_webhook(actor=SYSTEM, partner_id=partner.partner_id, url="https://mitra.example/", at=b.BUY_AT)
    test_codes = tuple(SandboxCode.objects.values_list("code", flat=True))
    members: Known = {
        "course_code": (course.code,),
        "schedule_code": (run.code,),
        "prakerja_id": (buyer.card,),
        "amount": (475_000,),
        "price": (400_000,),
        "outside_price": (475_000,),
        "invoice_code": (receipts[0].invoice_code,),
        "transaction_code": (receipts[0].reference,),
        "redeem_code": (*codes, *test_codes),
        "sequence": (1, 999),
        "scope": ("tpm", "uk", "name email"),
        "redirect_uri": (b.RETURN_TO,),
        "login_uri": (b.RETURN_TO,),
        "client_id": (world.institution.client_code,),
        "code": tuple(allowed(world, buyer) for _ in range(9)),
        "token": tuple(signed_in(world, buyer).refresh_token for _ in range(9)),
        "url_file": ("https://berkas.example/tugas.pdf",),
        "url": ("https://mitra.example/webhook",),
        "completed_date": ("2021-09-25",),
        "starts_at": ("2021-10-02T12:30:00+07:00",),
        "ends_at": ("2021-10-04T12:30:00+07:00",),
        "sessions": ([],),
    }
    access_token = signed_in(world, buyer).access_token
    clock.wait_until_all_know()
    only: dict[str, Known] = {
        "/attendances": {"redeem_code": (b.code_of(visitor.person_id),), "sequence": (1,)},
        "/reset": {"redeem_code": test_codes},
        "/submit": {"course_code": drafts[:4]},
        "/withdraw": {"course_code": drafts[4:8], "what": ("change",)},
        "/courses/{course_code}": {"course_code": drafts[8:]},
        # Nothing was told yet, so a message can only be left out; what was told within a day is then a question to answer.
        "/replay": {"webhook_id": (None,), "since": ("2021-09-25T00:00:00Z",), "failed_only": (False,)},
    }
    return Scene(world, members, only, access_token)


def test_everything_that_the_file_allows_and_forbids(port: int, scene: Scene) -> None:
    # A copy: cases made from its examples are filled in below, and the document is kept for everybody.
    schema = schemathesis.openapi.from_dict(deepcopy(openapi.document("id")))
    declared = {(one.method, names.wire_path(one)): one for one in ENDPOINTS}
    asked: dict[str, set[int]] = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        endpoint = declared[operation.method.upper(), operation.path]
        signer = Signed(endpoint, scene.world.platform if endpoint.kind == "platform" else scene.world.institution)
        statuses = asked.setdefault(operation.label, set())
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _ask(operation.as_strategy(generation_mode=mode), signer, scene, f"http://127.0.0.1:{port}", statuses)
        # Whether six questions get through by chance changes with every word that Hypothesis finds in our modules: a few more then.
        for number in range(_MORE):
            if 200 in statuses or operation.label in NEVER_GRANTED:
                break
            questions = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
            _ask(questions, signer, scene, f"http://127.0.0.1:{port}", statuses, number=number)
    assert len(asked) == len(ENDPOINTS)
    # It got past the signature, and through the whole call, everywhere but where a phone is needed.
    assert {label for label, statuses in asked.items() if 200 not in statuses} <= NEVER_GRANTED
    assert {label for label, statuses in asked.items() if not statuses - {200, 401}} == set()


def _ask(
    cases: Any, signer: Signed, scene: Scene, base_url: str, statuses: set[int], *, number: int | None = None
) -> None:
    @settings(
        max_examples=EXAMPLES,
        # The same questions each time: a finding is a finding for everybody.
        derandomize=number is None and "PRAKERJA_FUZZ_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    # Everything that is known is named as it is, or nothing, or all but one member.
    @given(case=cases, exists=st.sampled_from(("all", "none", "all but one")), chance=st.randoms())
    def ask(case: Any, exists: str, chance: Random) -> None:
        for header in signer.declared.dialect.headers:
            (case.headers or {}).pop(header, None)
        if exists != "none":
            _name_what_exists(case, scene, chance, spared=exists == "all but one")
        response = case.call(base_url=base_url, auth=signer, timeout=LIMIT)
        statuses.add(response.status_code)
        case.validate_response(response, checks=list(HELD))

    if number is not None:
        ask = seed(number)(ask)
    ask()


def _name_what_exists(case: Any, scene: Scene, chance: Random, *, spared: bool) -> None:
    groups = [found for found in (case.body, case.path_parameters, case.query) if isinstance(found, dict)]
    known = scene.of(case.path)
    here = sorted({name for found in groups for name in found} & known.keys())
    left_out = chance.choice(here) if here and spared else None
    for found in groups:
        found.update({name: chance.choice(known[name]) for name in here if name in found and name != left_out})
    if "Idempotency-Key" in case.headers:
        # One that was used for another question would be refused before anything is done.
        case.headers["Idempotency-Key"] = f"kunci-{next(_keys)}"
    if case.path.endswith("user_profile"):
        case.headers["Authorization"] = f"Bearer {scene.access_token}"
