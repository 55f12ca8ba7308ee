"""Assignments and feedback through the door's URLs: members, types, codes, both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.kernel import clock
from prakerja.partners.models import Partner
from prakerja.partners.operations import register_origins
from prakerja.training.processing import process_files
from tests import builders as b
from tests.kernel.strangers import Stranger, stranger
from tests.partner_api.partner import PAYMENT, Scene, refused
from tests.training.test_files import PDF

TPM = "/api/v1/integration/tpm"
FILE = "https://berkas.id/tugas siti.pdf?a=1&b=<2>"


@pytest.fixture
def taken(scene: Scene) -> tuple[Scene, str]:
    """A class that is bought and begun, at a sandbox institution."""
    scene.bought()
    code = b.code_of(scene.who.person_id)
    assert scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": code})[0] == 200
    Partner.objects.filter(id=scene.world.institution.partner_id).update(is_sandbox=True)
    return scene, code


@pytest.fixture
def files() -> Iterator[Stranger]:
    with stranger(lambda visit: visit.say(200, PDF)) as server:
        yield server


def about(code: str, **changes: Any) -> dict[str, Any]:
    return {"redeem_code": code, "scope": "tpm", "sequence": 2} | changes


def test_the_whole_way(taken: tuple[Scene, str], files: Stranger) -> None:
    scene, code = taken
    url = f"{files.url}/tugas.pdf"
    register_origins(actor=SYSTEM, code=scene.world.institution.client_code, origins=[files.url], at=b.BUY_AT)
    status, answer = scene.lms.post(f"{TPM}/submission", about(code, url_file=url))
    number = answer["data"]["id"]
    assert type(number) is int
    assert (status, answer) == (
        200,
        {
            "success": True,
            "message": "OK",
            "data": {"id": number} | about(code) | {"status": 1, "url_file": url},
        },
    )
    assert scene.lms.post(f"{TPM}/submission/status", about(code))[1]["data"] == {
        "assignment": about(code, status=1),
        "feedback": about(code, status=0),
    }
    process_files(at=clock.now())
    # A member that the published sample sends too is ignored, as are unknown ones.
    sent = about(code.lower(), url_file="", notes="Bagus.\nLanjutkan \U0001f600", video="x")
    status, answer = scene.lms.post(f"{TPM}/feedback/submission", sent)
    assert status == 200
    assert answer["data"] == {"id": number + 1} | about(code) | {
        "status": 1,
        "url_file": "",
        "notes": "Bagus.\nLanjutkan \U0001f600",
    }
    process_files(at=clock.now())
    assert scene.lms.post(f"{TPM}/submission/status", about(code))[1]["data"] == {
        "assignment": about(code, status=2),
        "feedback": about(code, status=2),
    }


def test_a_client_that_leaves_the_file_of_its_feedback_out(taken: tuple[Scene, str]) -> None:
    scene, code = taken
    assert scene.lms.post(f"{TPM}/submission", about(code, url_file=FILE.replace(" ", "%20")))[0] == 200
    for left_out in ({}, {"url_file": None}):
        status, answer = scene.lms.post(f"{TPM}/feedback/submission", about(code, notes="Baik") | left_out)
        assert (status, answer["data"]["url_file"]) == (200, "")


def test_scope_uk_has_sequence_999(taken: tuple[Scene, str]) -> None:
    scene, code = taken
    sent = about(code, scope="uk", sequence=999, url_file="https://berkas.id/a.pdf")
    assert scene.lms.post(f"{TPM}/submission", sent)[1]["data"]["sequence"] == 999


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sequence": 0}, (400, "ERRTRX40096", "Urutan tugas tidak sesuai.")),
        ({"sequence": 999}, (400, "ERRTRX40096", "Urutan tugas tidak sesuai.")),
        ({"scope": "uk"}, (400, "ERRTRX40096", "Urutan tugas tidak sesuai.")),
        ({"scope": "ujian"}, (400, "ERRINT40091", "Isian scope tidak sesuai.")),
        ({"scope": None}, (400, "ERRINT40091", "Isian scope tidak sesuai.")),
        ({"sequence": "2"}, (400, "ERRINT40091", "Isian sequence tidak sesuai.")),
        ({"sequence": 2.5}, (400, "ERRINT40091", "Isian sequence tidak sesuai.")),
        ({"sequence": True}, (400, "ERRINT40091", "Isian sequence tidak sesuai.")),
        ({"sequence": 10**40}, (400, "ERRTRX40096", "Urutan tugas tidak sesuai.")),
        ({"redeem_code": "TIDAKADA2345"}, (400, "ERRTRX40020", "Transaksi tidak ditemukan")),
        ({"redeem_code": "ERRTRX40101"}, (401, "ERRTRX40101", "Gagal verifikasi, transaksi sudah dibatalkan")),
    ],
)
def test_what_each_of_the_three_refuses(taken: tuple[Scene, str], changes: Any, expected: Any) -> None:
    scene, code = taken
    # The shape of the client decides whether its magic codes count; its credential was read before it was a sandbox's.
    from prakerja.partner_api import clients

    clients.forget_clients()
    full = about(code, url_file="https://berkas.id/a.pdf", notes="x") | changes
    for path in ("submission", "feedback/submission", "submission/status"):
        assert refused(scene.lms.post(f"{TPM}/{path}", full)) == expected


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "ERRTRX40097"),
        ("berkas.id/x", "ERRTRX40097"),
        ("javascript:alert(1)", "ERRTRX40097"),
        ("https://a:b@berkas.id/", "ERRTRX40097"),
        ("http://127.0.0.1:8005/", "ERRTRX40098"),
        ("http://0x7f000001/", "ERRTRX40098"),
        ("http://[::1]/", "ERRTRX40098"),
        ("http://169.254.169.254/latest/meta-data/", "ERRTRX40098"),
        ("https://berkas.id/\r\nX-Header: 1", "ERRTRX40097"),
        ("https://berkas.id/" + "x" * 2000, "ERRINT40091"),
        (7, "ERRINT40091"),
    ],
)
def test_addresses(taken: tuple[Scene, str], url: Any, code: str) -> None:
    scene, redeem_code = taken
    assert refused(scene.lms.post(f"{TPM}/submission", about(redeem_code, url_file=url)))[1] == code
    if url:
        sent = about(redeem_code, url_file=url, notes="x")
        assert refused(scene.lms.post(f"{TPM}/feedback/submission", sent))[1] == code


def test_refusals_of_feedback(taken: tuple[Scene, str]) -> None:
    scene, code = taken
    path = f"{TPM}/feedback/submission"
    assert refused(scene.lms.post(path, about(code, notes="x"))) == (
        409,
        "ERRTRX40996",
        "Tugas belum dikirim; umpan balik belum dapat diberikan.",
    )
    for notes in (None, "", " \n\t", "a\x1bb", "x" * 4001, 5):
        assert refused(scene.lms.post(path, about(code, notes=notes)))[1:] == (
            "ERRINT40091",
            "Isian notes tidak sesuai.",
        )


def test_a_code_that_nobody_redeemed(scene: Scene) -> None:
    scene.bought()
    code = b.code_of(scene.who.person_id)
    sent = about(code, url_file="https://berkas.id/a.pdf", notes="x")
    status, answer = scene.lms.post(f"{TPM}/submission", sent, **{"Accept-Language": "en"})
    assert (status, answer["code"]) == (409, "ERRTRX40995")
    assert answer["message"] == "The code has not been redeemed; nothing can be handed in yet."
    assert refused(scene.lms.post(f"{TPM}/feedback/submission", sent))[1] == "ERRTRX40995"
    assert scene.lms.post(f"{TPM}/submission/status", about(code))[0] == 200


def test_a_platform_has_no_business_here(taken: tuple[Scene, str]) -> None:
    scene, code = taken
    for path in ("submission", "feedback/submission", "submission/status"):
        assert refused(scene.shop.post(f"{TPM}/{path}", about(code)))[:2] == (403, "ERRINT40390")


def test_the_samples_trailing_comma_is_no_json(taken: tuple[Scene, str]) -> None:
    scene, code = taken
    body = f'{{"redeem_code":"{code}","scope":"tpm","sequence":2,}}'.encode()
    assert refused(scene.lms.post(f"{TPM}/submission/status", body))[:2] == (400, "ERRINT40090")
