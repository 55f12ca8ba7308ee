"""The published redemption calls through the door's URLs, over real operations and a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.catalogue.models import Course
from prakerja.partners.operations import add_partner
from tests import builders as b
from tests.partner_api.partner import PAYMENT, Partner, Scene, refused, set_programme_time


def test_redeem_code_status_and_commit(scene: Scene) -> None:
    scene.bought()
    code = b.code_of(scene.who.person_id)
    expected = {
        "redeem_code": code,
        "course_code": scene.course.code,
        "invoice_code": "INV-1",
        "schedule_code": scene.run.code,
        "status": 0,
        "attendance_status": 0,
        "redeem_at": "",
        "dp_platform": "Tokopedia",
        "schedule_start_end": "2021-09-01 00:00:00 - 2021-12-10 00:00:00",
        "course_type": 1,
        "course_type_label": "Pembelajaran Mandiri",
        "course_learning_method": "pembelajaran mandiri",
        "is_online_attendance": True,
        "sequence": 1,
    }
    status = f"{PAYMENT}/redeem-code/status"
    assert scene.lms.post(status, {"redeem_code": code}) == (
        200,
        {"success": True, "message": "OK", "data": expected},
    )
    # Its page says so: a sequence that this class does not have is refused, not "not yet verified".
    for sequence in (2, 10, 999):
        answer = scene.lms.post(status, {"redeem_code": code.lower(), "sequence": sequence})
        assert refused(answer) == (400, "ERRTRX40090", "Urutan kehadiran tidak sesuai.")
    Course.objects.update(has_post_test=True)
    assert scene.lms.post(status, {"redeem_code": code.lower(), "sequence": 999})[1]["data"] == expected | {
        "sequence": 999
    }
    committed = scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": code})[1]["data"]
    assert committed["redeem_at"].startswith("2021-09-25T12:30:")
    redeemed = expected | {"status": 1, "attendance_status": 1, "redeem_at": committed["redeem_at"]}
    assert committed == redeemed
    assert scene.lms.post(status, {"redeem_code": code, "sequence": 1})[1]["data"] == redeemed
    again = scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": code})
    assert refused(again) == (400, "ERRTRX40021", "Redeem Code sudah digunakan")


def test_the_oldest_clients_call_it_code(scene: Scene) -> None:
    scene.bought()
    status, answer = scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"code": b.code_of(scene.who.person_id)})
    assert (status, answer["data"]["status"]) == (200, 1)


def test_unknown_code_and_another_institutions_code(scene: Scene) -> None:
    scene.bought()
    for call in ("status", "commit"):
        answer = scene.lms.post(f"{PAYMENT}/redeem-code/{call}", {"redeem_code": "GHOPNYXUVMT0"})
        assert refused(answer) == (400, "ERRTRX40020", "Transaksi tidak ditemukan")
    other = Partner(
        add_partner(actor=SYSTEM, kind="institution", code="lain", name="LKP Lain", at=b.ANNOUNCED, legacy_commit=True)
    )
    code = b.code_of(scene.who.person_id)
    for call in ("status", "commit"):
        answer = other.post(f"{PAYMENT}/redeem-code/{call}", {"redeem_code": code})
        assert refused(answer) == (
            400,
            "ERRTRX40028",
            "Gagal verifikasi, kode redeem bukan milik lembaga pelatihan.",
        )


@pytest.mark.parametrize("typed", ["TIDAK ADA", "' OR 1=1 --", "é", "<b>kode</b>", "2021/09/27", "PRAT UJ0EEQ"])
def test_whatever_was_typed_is_an_unknown_code(scene: Scene, typed: str) -> None:
    """Participants type codes, and clients know ERRTRX40020 and show its sentence (contract.md 2.7)."""
    unknown = (400, "ERRTRX40020", "Transaksi tidak ditemukan")
    for call in ("status", "commit"):
        assert refused(scene.lms.post(f"{PAYMENT}/redeem-code/{call}", {"redeem_code": typed})) == unknown
    for sequence in (1, 999):
        about = {"redeem_code": typed, "scope": "uk", "sequence": 999}
        assert refused(scene.lms.post("/api/v1/integration/tpm/submission/status", about)) == unknown
        page = {"redeem_code": typed, "redirect_uri": b.RETURN_TO, "email": "peserta@contoh.id", "sequence": sequence}
        assert refused(scene.lms.post("/api/v1/integration/oauth/url-generate", page)) == unknown


def test_a_code_as_people_paste_it(scene: Scene) -> None:
    """Our own e-mail ends the sentence after it with a full stop; a chat brings signs that nobody sees."""
    scene.bought()
    code = b.code_of(scene.who.person_id)
    groups = (code[:4], code[4:8], code[8:])
    for pasted in (
        f" {code.lower()} ",
        f"{code}.",
        f"{code}\n",
        f"\r\n{code}\r\n",
        f"\ufeff{code[:6]}\u200b{code[6:]}",
        "-".join(groups),
        " ".join(groups),
        "\u2013".join(groups),
        "\n".join(groups),
    ):
        status, answer = scene.lms.post(f"{PAYMENT}/redeem-code/status", {"redeem_code": pasted})
        assert (status, answer["data"]["redeem_code"]) == (200, code), pasted


def test_outside_the_window(scene: Scene) -> None:
    _, run = b.course(
        scene.world,
        delivery="live",
        starts_at=b.BUY_AT + timedelta(days=2),
        ends_at=b.BUY_AT + timedelta(days=2, hours=3),
    )
    b.buy(scene.world, scene.who, run)
    code = b.code_of(scene.who.person_id)
    sentence = (
        "Jadwal pelatihan belum dimulai atau sudah selesai, silahkan cek jadwal pelatihan pada dashboard Prakerja"
    )
    # Too early, the published sentence goes on with the hour; too late, nothing will be right any more.
    early = f"{sentence}. Kode berlaku mulai 27 September 2021 pukul 18.30 WIB."
    for at, told in ((b.BUY_AT + timedelta(minutes=1), early), (b.BUY_AT + timedelta(days=3), sentence)):
        set_programme_time(at)
        answer = scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": code})
        assert refused(answer) == (400, "ERRTRX40027", told)
    set_programme_time(b.BUY_AT + timedelta(days=2, minutes=-59))
    status, answer = scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": code})
    assert (status, answer["data"]["course_type_label"]) == (200, "Webinar")


def test_sequence_that_no_class_has(scene: Scene) -> None:
    answer = scene.lms.post(f"{PAYMENT}/redeem-code/status", {"redeem_code": "GHOPNYXUVMT0", "sequence": 11})
    assert refused(answer) == (400, "ERRTRX40090", "Urutan kehadiran tidak sesuai.")


def test_magic_codes_of_a_sandbox(scene: Scene) -> None:
    sandbox = Partner(
        add_partner(actor=SYSTEM, kind="institution", code="uji", name="LKP Uji", at=b.ANNOUNCED, is_sandbox=True)
    )
    for call in ("status", "commit"):
        answer = sandbox.post(f"{PAYMENT}/redeem-code/{call}", {"redeem_code": "ERRTRX40101"})
        assert refused(answer)[:2] == (401, "ERRTRX40101")
        answer = scene.lms.post(f"{PAYMENT}/redeem-code/{call}", {"redeem_code": "ERRTRX40101"})
        assert refused(answer)[:2] == (400, "ERRTRX40020")
