"""url-generate, status per sequence, reset, test codes and the older calls, through the door's URLs."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.catalogue.models import Course
from prakerja.kernel.db import transaction
from prakerja.ledger.models import Transfer
from prakerja.partner_api import errors
from prakerja.partners.models import FirstAnswer
from prakerja.partners.models import Partner as PartnerRow
from prakerja.partners.operations import add_partner
from prakerja.training.models import Completion
from prakerja.training.operations import make_sandbox_codes
from prakerja.training.sandbox_codes import CASES
from prakerja.training.verifying import verify_attendance
from tests import builders as b
from tests.attendance import EMAIL, HOURS, STARTS, Class, another, bought_class
from tests.partner_api.partner import PAYMENT, Partner, Scene, refused, set_programme_time

GENERATE = "/api/v1/integration/oauth/url-generate"
STATUS = f"{PAYMENT}/redeem-code/status"
COMMIT = f"{PAYMENT}/redeem-code/commit"
RESET = f"{PAYMENT}/redeem-code/reset"
PORTAL = "http://127.0.0.1:8000"


@pytest.fixture
def taken(db: None, settings: Any) -> Class:
    """A class of 2023 on its first day at nine, and the institution's door."""
    settings.ROOT_URLCONF = "prakerja.config.partner_urls"
    settings.PORTAL_URL = PORTAL
    made = bought_class()
    set_programme_time(STARTS[0])
    return made


@pytest.fixture
def lms(taken: Class) -> Partner:
    return Partner(taken.world.institution)


@pytest.fixture
def sandbox(taken: Class) -> Partner:
    """An institution with test codes."""
    credential = add_partner(
        actor=SYSTEM,
        kind="institution",
        code="uji",
        name="LKP Uji",
        at=b.ANNOUNCED,
        is_sandbox=True,
        redirect_uris=(b.RETURN_TO,),
    )
    with transaction():
        make_sandbox_codes(institution_id=credential.partner_id, at=STARTS[0])
    return Partner(credential)


def members(code: str, **changes: Any) -> dict[str, Any]:
    return {"redeem_code": code, "redirect_uri": b.RETURN_TO, "email": EMAIL, "sequence": 1} | changes


def generated(partner: Partner, code: str, **changes: Any) -> dict[str, Any]:
    status, answer = partner.post(GENERATE, members(code, **changes))
    assert status == 200, answer
    assert answer["message"] == "OK"
    return dict(answer["data"])


def token_of(data: dict[str, Any]) -> str:
    found = re.fullmatch(re.escape(PORTAL) + r"/verifikasi/([\w-]+)", data["url"])
    assert found is not None
    return found[1]


def verified(partner: Partner, taken: Class, code: str, sequence: int) -> None:
    data = generated(partner, code, sequence=sequence)
    from prakerja.kernel import clock

    address = verify_attendance(
        token=token_of(data), proven=taken.who.person_id, answers={"face": "match"}, at=clock.now()
    )
    assert address == f"{b.RETURN_TO}?state={data['state']}"


def test_the_answer_is_the_published_one(taken: Class, lms: Partner) -> None:
    data = generated(lms, taken.code)
    assert sorted(data) == ["course", "state", "url"]
    assert data["course"] == {"type": 2, "learning_method": "webinar"}
    assert taken.code not in data["url"]
    assert EMAIL not in data["url"]
    assert data["state"] not in data["url"], "seeing the way back must not open the page again"


@pytest.mark.parametrize("sequence", [{}, {"sequence": None}, {"sequence": 1}])
def test_the_sequence_may_be_left_out(taken: Class, lms: Partner, sequence: dict[str, Any]) -> None:
    sent = members(taken.code)
    del sent["sequence"]
    assert lms.post(GENERATE, sent | sequence)[0] == 200


def test_codes_are_typed_in_any_case(taken: Class, lms: Partner) -> None:
    assert lms.post(GENERATE, members(taken.code.lower()))[0] == 200


def test_a_whole_class(taken: Class, lms: Partner) -> None:
    """url-generate, the participant's click, status: for three sessions and the post-test."""
    for sequence, at in [(1, STARTS[0]), (2, STARTS[1]), (3, STARTS[2]), (999, STARTS[2] + HOURS)]:
        set_programme_time(at)
        before = lms.post(STATUS, {"redeem_code": taken.code, "sequence": sequence})[1]["data"]
        assert (before["attendance_status"], before["sequence"]) == (0, sequence)
        verified(lms, taken, taken.code, sequence)
        after = lms.post(STATUS, {"redeem_code": taken.code, "sequence": sequence})[1]["data"]
        assert (after["status"], after["attendance_status"], after["sequence"]) == (1, 1, sequence)
        again = lms.post(GENERATE, members(taken.code, sequence=sequence))
        assert refused(again) == (400, "ERRTRX40021", "Redeem Code sudah digunakan")
    data = lms.post(STATUS, {"redeem_code": taken.code})[1]["data"]
    assert (data["sequence"], data["redeem_at"]) == (1, "2023-05-15T02:00:00Z")


@pytest.mark.parametrize("sequence", [0, -1, 11, 998, 1000, 10**6])
def test_a_sequence_that_no_class_has(taken: Class, lms: Partner, sequence: int) -> None:
    for path in (GENERATE, STATUS):
        answer = lms.post(path, members(taken.code, sequence=sequence))
        assert refused(answer) == (400, "ERRTRX40090", "Urutan kehadiran tidak sesuai.")


def test_refusals_with_their_codes(taken: Class, lms: Partner) -> None:
    def code(**changes: Any) -> tuple[int, str]:
        return refused(lms.post(GENERATE, members(changes.pop("code", taken.code), **changes)))[:2]

    assert code(code="GHOPNYXUVMT0") == (400, "ERRTRX40020")
    assert code(sequence=4) == (400, "ERRTRX40090")
    assert code(sequence=2) == (400, "ERRTRX40027")
    assert code(redirect_uri="https://jahat.example/") == (400, "ERRTRX40091")
    set_programme_time(STARTS[1])
    assert code(sequence=2) == (409, "ERRTRX40990")
    set_programme_time(STARTS[0])
    second = another(taken.world, run=taken.run)
    verified(lms, taken, taken.code, 1)
    assert code(code=second.code) == (409, "ERRTRX40991")
    other = Partner(
        add_partner(
            actor=SYSTEM, kind="institution", code="lain", name="L", at=b.ANNOUNCED, redirect_uris=(b.RETURN_TO,)
        )
    )
    answer = other.post(GENERATE, members(second.code))
    assert refused(answer) == (400, "ERRTRX40028", "Gagal verifikasi, kode redeem bukan milik lembaga pelatihan.")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": None}, "email"),
        ({"email": "tanpa-at"}, "email"),
        ({"email": "dua@@lms.example"}, "email"),
        ({"email": "a b@lms.example"}, "email"),
        ({"email": "a@b\r\nBcc: c@d"}, "email"),
        ({"email": "a" * 250 + "@x.id"}, "email"),
        ({"email": 7}, "email"),
        ({"redirect_uri": None}, "redirect_uri"),
        ({"redirect_uri": ["https://lms.example/"]}, "redirect_uri"),
        ({"redirect_uri": "x" * 2001}, "redirect_uri"),
        ({"redeem_code": "A" * 65}, "redeem_code"),
        ({"redeem_code": "A\x1bB"}, "redeem_code"),
        ({"sequence": "1"}, "sequence"),
        ({"sequence": 1.5}, "sequence"),
        ({"sequence": True}, "sequence"),
    ],
)
def test_wrong_members_are_named(taken: Class, lms: Partner, changes: dict[str, Any], field: str) -> None:
    answer = lms.post(GENERATE, members(taken.code) | changes)
    assert refused(answer) == (400, "ERRINT40091", f"Isian {field} tidak sesuai.")


@pytest.mark.parametrize("name", ["redeem_code", "redirect_uri", "email"])
def test_required_members(taken: Class, lms: Partner, name: str) -> None:
    sent = members(taken.code)
    del sent[name]
    assert refused(lms.post(GENERATE, sent))[1] == "ERRINT40091"


def test_clients_that_sign_another_order_or_spelling(taken: Class, lms: Partner) -> None:
    """A live client signs Go's spelling of an address with & and sends the plain one; the pages' order differs (contract.md 1.5)."""
    uri = "https://lms.example/kembali?a=1&b=2"
    PartnerRow.objects.filter(id=taken.world.institution.partner_id).update(redirect_uris=[uri])
    sent = {"redeem_code": taken.code, "sequence": 1, "redirect_uri": uri, "email": EMAIL}
    body = json.dumps(sent, separators=(",", ":")).encode()
    signed = body.replace(b"&", b"\\u0026")
    assert lms.ask("POST", GENERATE, body=body, signed=signed, headers={})[0] == 200


def test_the_status_of_october_2022(taken: Class, lms: Partner) -> None:
    expected = lms.post(STATUS, {"redeem_code": taken.code})
    assert expected[0] == 200
    assert lms.get(f"{STATUS}/{taken.code}") == expected
    assert lms.get(f"{STATUS}/{taken.code.lower()}") == expected
    assert lms.post(STATUS, {"code": taken.code}) == expected
    assert refused(lms.get(f"{STATUS}/GHOPNYXUVMT0"))[1] == "ERRTRX40020"
    assert refused(lms.get(f"{STATUS}/{'A' * 65}"))[1] == "ERRINT40091"
    assert refused(lms.post(STATUS, {}))[1] == "ERRINT40091"


def test_commit_is_for_whom_it_was_allowed(taken: Class, lms: Partner) -> None:
    partner = PartnerRow.objects.filter(id=taken.world.institution.partner_id)
    partner.update(legacy_commit=False)
    from prakerja.partner_api import clients

    clients.forget_clients()
    answer = lms.post(COMMIT, {"redeem_code": taken.code})
    assert refused(answer)[:2] == (403, "ERRTRX40390")
    partner.update(legacy_commit=True)
    clients.forget_clients()
    assert lms.post(COMMIT, {"redeem_code": taken.code})[1]["data"]["status"] == 1


@pytest.mark.parametrize("code", sorted(errors.MAGIC_CODES))
def test_a_sandbox_can_ask_for_every_refusal(sandbox: Partner, lms: Partner, code: str) -> None:
    row = errors.BY_CODE[code]
    for path, sent in (
        (GENERATE, members(code)),
        (STATUS, {"redeem_code": code}),
        (COMMIT, {"code": code}),
        (RESET, {"redeem_code": code}),
    ):
        assert refused(sandbox.post(path, sent)) == (row.status, code, row.indonesian)
    assert refused(sandbox.get(f"{STATUS}/{code}"))[1] == code
    # A live client's codes have no magic.
    assert refused(lms.post(GENERATE, members(code)))[1] == "ERRTRX40020"


# --- the four positive cases ---


def listed(sandbox: Partner) -> dict[str, str]:
    status, answer = sandbox.get("/api/v1/partner/test-codes")
    assert status == 200
    codes = {item["case"]: item["redeem_code"] for item in answer["data"]["items"]}
    assert list(codes) == ["TC1-001", "TC1-999", "TC2-001", "TC2-999"]
    assert all(re.fullmatch(r"PRAT-[A-Z2-9]{6}", code) for code in codes.values())
    return codes


@pytest.fixture
def codes(sandbox: Partner) -> dict[str, str]:
    return listed(sandbox)


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_positive_case_succeeds_and_can_be_wound_back(sandbox: Partner, codes: dict[str, str], case: str) -> None:
    code, sequence = codes[case], int(case[-3:])
    kind = int(case[2])
    for _ in range(2):
        data = generated(sandbox, code, sequence=sequence)
        assert data["course"]["type"] == kind
        assert verify_attendance(token=token_of(data), proven=None, answers={"face": "match"}, at=STARTS[0]) == (
            f"{b.RETURN_TO}?state={data['state']}"
        )
        there = sandbox.post(STATUS, {"redeem_code": code, "sequence": sequence})[1]["data"]
        assert (there["status"], there["attendance_status"], there["course_type"]) == (1, 1, kind)
        assert there["redeem_at"] != ""
        assert refused(sandbox.post(GENERATE, members(code, sequence=sequence)))[1] == "ERRTRX40021"
        back = sandbox.post(RESET, {"redeem_code": code})[1]["data"]
        assert sorted(back) == sorted(there)
        there = sandbox.post(STATUS, {"redeem_code": code, "sequence": sequence})[1]["data"]
        assert (there["status"], there["attendance_status"], there["redeem_at"]) == (0, 0, "")


@pytest.mark.parametrize("case", ["TC2-001", "TC2-999"])
def test_a_whole_webinar_can_be_rehearsed(sandbox: Partner, codes: dict[str, str], case: str) -> None:
    """Sequences 1 to 10, and 999 where the case has a post-test; no other, neither at the page nor at the status."""
    code = codes[case]
    sequences = [*range(1, 11), *([999] if case == "TC2-999" else [])]
    for sequence in sequences:
        data = generated(sandbox, code, sequence=sequence)
        verify_attendance(token=token_of(data), proven=None, answers={"face": "match"}, at=STARTS[0])
        there = sandbox.post(STATUS, {"redeem_code": code, "sequence": sequence})[1]["data"]
        assert (there["attendance_status"], there["sequence"]) == (1, sequence)
    missing = {"TC2-001": (code, 999), "TC2-999": (codes["TC1-001"], 999)}[case]
    for path, sent in ((GENERATE, members(missing[0], sequence=999)), (STATUS, {"redeem_code": missing[0]})):
        assert refused(sandbox.post(path, sent | {"sequence": missing[1]}))[1] == "ERRTRX40090"
    assert refused(sandbox.post(STATUS, {"redeem_code": codes["TC1-999"], "sequence": 2}))[1] == "ERRTRX40090"


def test_a_completion_of_a_test_code_can_be_rehearsed(sandbox: Partner, codes: dict[str, str]) -> None:
    """Reported, corrected, withdrawn and forgotten by a reset; nobody is certified by it."""
    path, code = "/api/v1/partner/completions", codes["TC2-999"]
    report = {"redeem_code": code, "score": 90, "certificate_number": "U-1", "certificate_kind": "completion"}

    def send(members: dict[str, Any], key: str) -> tuple[int, Any]:
        return sandbox.post(path, members, **{"Idempotency-Key": key})

    assert refused(send(report, "k-1"))[1] == "ERRPRT40992"
    sandbox.post(COMMIT, {"redeem_code": code})
    first = send(report, "k-1")
    assert (first[0], sorted(first[1]["data"])) == (
        200,
        ["certificate_kind", "certificate_number", "completed_date", "redeem_code", "score", "visible_from"],
    )
    assert send(report, "k-2") == first
    assert refused(send(report | {"score": 91}, "k-3"))[1] == "ERRPRT40990"
    assert refused(send(report | {"certificate_kind": "excellence"}, "k-4"))[1] == "ERRPRT40098"
    changed = sandbox.put(path, report | {"score": 91}, **{"Idempotency-Key": "c-1"})
    assert changed[1]["data"] == first[1]["data"] | {"score": 91}
    withdrawal = {"redeem_code": code, "reason": "Uji."}
    for key, status in (("w-1", 200), ("w-1", 200), ("w-2", 404)):
        assert sandbox.post(f"{path}/withdraw", withdrawal, **{"Idempotency-Key": key})[0] == status
    assert send(report, "k-5")[0] == 200
    sandbox.post(RESET, {"redeem_code": code})
    assert refused(send(report, "k-6"))[1] == "ERRPRT40992"
    assert not Completion.objects.exists()


def test_a_test_code_s_states(sandbox: Partner, codes: dict[str, str]) -> None:
    old, new = generated(sandbox, codes["TC2-001"]), generated(sandbox, codes["TC2-001"])
    from prakerja.kernel.errors import Refused

    with pytest.raises(Refused, match="state_unknown"):
        verify_attendance(token=token_of(old), proven=None, answers={"face": "match"}, at=STARTS[0])
    with pytest.raises(Refused, match="state_expired"):
        verify_attendance(
            token=token_of(new), proven=None, answers={"face": "match"}, at=STARTS[0] + timedelta(minutes=31)
        )
    failed = verify_attendance(token=token_of(new), proven=None, answers={"face": "no_match"}, at=STARTS[0])
    assert failed == f"{b.RETURN_TO}?state={new['state']}&success=false&code=ERRTRX40392"
    with pytest.raises(Refused, match="state_used"):
        verify_attendance(token=token_of(new), proven=None, answers={"face": "match"}, at=STARTS[0])
    assert refused(sandbox.post(GENERATE, members(codes["TC2-001"], sequence=999)))[1] == "ERRTRX40090"
    assert sandbox.post(COMMIT, {"redeem_code": codes["TC2-001"]})[1]["data"]["status"] == 1
    assert refused(sandbox.post(COMMIT, {"code": codes["TC2-001"]}))[1] == "ERRTRX40021"


def test_test_codes_are_of_one_sandbox_institution(sandbox: Partner, lms: Partner, codes: dict[str, str]) -> None:
    other = Partner(
        add_partner(
            actor=SYSTEM,
            kind="institution",
            code="uji2",
            name="U",
            at=b.ANNOUNCED,
            is_sandbox=True,
            redirect_uris=(b.RETURN_TO,),
        )
    )
    code = codes["TC1-001"]
    calls = ((GENERATE, members(code)), (STATUS, {"redeem_code": code}), (COMMIT, {"code": code}))
    for path, sent in (*calls, (RESET, {"redeem_code": code})):
        assert refused(other.post(path, sent))[1] == "ERRTRX40028"
        assert refused(other.post(path, sent | {"redeem_code": "PRAT-AAAAAA", "code": None}))[1] == "ERRTRX40020"
    for path, sent in calls:
        assert refused(lms.post(path, sent))[1] == "ERRTRX40020"
    assert lms.get("/api/v1/partner/test-codes")[1]["data"] == {"items": []}


def test_only_test_codes_are_reset(taken: Class, sandbox: Partner, lms: Partner, codes: dict[str, str]) -> None:
    for partner, code in ((lms, taken.code), (lms, codes["TC1-001"]), (sandbox, taken.code), (sandbox, "PRAM-1")):
        answer = partner.post(RESET, {"redeem_code": code})
        assert refused(answer) == (403, "ERRTRX40391", "Hanya kode uji yang dapat diatur ulang.")


def test_on_site_the_code_is_scanned_and_confirmed_by_a_signed_call(scene: Scene) -> None:
    scene.bought()
    code = b.code_of(scene.who.person_id)
    path, asked = "/api/v1/partner/attendances", {"redeem_code": f" {code[:4].lower()} {code[4:]}\n"}
    assert refused(scene.lms.post(path, asked, **{"Idempotency-Key": "satu"}))[1] == "ERRTRX40001"
    Course.objects.update(mode="onsite")
    status, answer = scene.lms.post(path, asked, **{"Idempotency-Key": "satu"})
    assert (status, answer["data"]["redeem_code"], answer["data"]["status"]) == (200, code, 1)
    assert (answer["data"]["course_type"], answer["data"]["is_online_attendance"]) == (3, False)
    # An answer that was lost is asked for again; the code itself is kept with no answer.
    assert scene.lms.post(path, asked, **{"Idempotency-Key": "satu"})[1] == answer
    assert code not in json.dumps(list(FirstAnswer.objects.values_list("answer", flat=True)))
    assert refused(scene.lms.post(path, asked, **{"Idempotency-Key": "dua"}))[1] == "ERRTRX40021"
    assert refused(scene.lms.post(path, asked | {"sequence": 7}, **{"Idempotency-Key": "tiga"}))[1] == "ERRTRX40090"
    assert Transfer.objects.filter(kind="redeem").count() == 1
