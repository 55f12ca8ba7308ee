"""Attendance on Prakerja's page: the way there, the way back, and everybody who comes back without having been there."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from examples.institution.app import create_app
from examples.shared.config import Settings, read_settings
from examples.tests.conftest import Visitor
from examples.tests.fake_prakerja import VERIFICATION_PAGE, FakePrakerja, refusal

CODE = "ABCDEFGH0001"
LIVE = "/lpk-satu/class/tani_1/tani_1-run"
SITE = "http://127.0.0.1:8005"


@pytest.fixture
def site(settings: Settings, compiled: FileSystemBytecodeCache) -> Iterator[Flask]:
    """Return the class site that sends participants to Prakerja's page."""
    app = create_app(dataclasses.replace(settings, attendance="verification", institution_url=SITE))
    app.jinja_env.bytecode_cache = compiled
    yield app
    app.extensions["school"].client.close()


@pytest.fixture
def bought(fake: FakePrakerja) -> FakePrakerja:
    """Return a partner API where somebody bought a live class of two meetings with a post-test."""
    meetings = [{"starts_at": f"2021-10-1{day}T02:00:00Z", "ends_at": f"2021-10-1{day}T04:00:00Z"} for day in (1, 2)]
    fake.listings[3] |= {"session_count": 2, "sessions": meetings, "has_post_test": True}
    fake.add_code(CODE, fake.listings[3])
    return fake


@pytest.fixture
def learner(site: Flask, bought: FakePrakerja) -> Visitor:
    """Return a visitor with an account and the class page open."""
    return arrive(site, "siti@contoh.id")


def arrive(site: Flask, email: str) -> Visitor:
    """Return a visitor with an account of their own at the class page."""
    visitor = Visitor(site.test_client(), "http://127.0.0.1:9105")
    visitor.sign_up("/lpk-satu", email=email)
    visitor.get(LIVE)
    return visitor


def leave(visitor: Visitor, path: str, **fields: str) -> str:
    """Send a form that leads to Prakerja; return the state that Prakerja's page knows."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.html)
    assert token is not None
    answer = visitor.client.post(path, base_url=visitor.base, data={"csrf_token": token[1], **fields})
    assert answer.status_code == 303, answer.text
    assert answer.location.startswith(VERIFICATION_PAGE)
    return answer.location.removeprefix(VERIFICATION_PAGE)


def come_back(visitor: Visitor, state: str, status: int = 200, more: str = "") -> str:
    """Open the callback as Prakerja's page would."""
    return visitor.get(f"/lpk-satu/callback?state={state}{more}", status)


def open_class(visitor: Visitor, fake: FakePrakerja) -> str:
    """Prove the first attendance and return the path of the class."""
    state = leave(visitor, LIVE, code=CODE)
    fake.verify(state)
    come_back(visitor, state)
    return visitor.path


def attended(visitor: Visitor) -> dict[str, str]:
    """Return what the class page says of every attendance."""
    return dict(re.findall(r'data-testid="attendance-(\d+)" data-attended="(\w+)"', visitor.html))


def test_a_webinar_from_code_to_certificate(learner: Visitor, bought: FakePrakerja) -> None:
    assert "<li>11 Oktober 2021 pukul 09.00 WIB</li><li>12 Oktober 2021 pukul 09.00 WIB</li>" in learner.html
    state = leave(learner, LIVE, code=" abcd-efgh 0001 ")
    assert bought.states[state] == {
        "place": (CODE, 1),
        "redirect_uri": f"{SITE}/lpk-satu/callback",
        "email": "siti@contoh.id",
    }
    learner.get("/lpk-satu/my")
    assert 'data-status="opening"' in learner.html
    bought.verify(state)
    come_back(learner, state)
    assert "Kehadiran terverifikasi." in learner.html
    mine = learner.path
    assert attended(learner) == {"1": "yes", "2": "no", "999": "no"}
    assert "Pertemuan 2, 12 Oktober 2021 pukul 09.00 WIB" in learner.html
    second = leave(learner, f"{mine}/attend/2")
    bought.verify(second)
    come_back(learner, second)
    assert attended(learner) == {"1": "yes", "2": "yes", "999": "no"}
    learner.get(f"{mine}/lessons/1")
    for number in (1, 2, 3):
        learner.send(f"{mine}/lessons/{number}")
    assert "Tes akhir terbuka setelah kehadirannya terverifikasi." in learner.html
    learner.get(f"{mine}/finish")
    assert learner.path == mine
    last = leave(learner, f"{mine}/attend/999")
    bought.verify(last)
    assert "Tes akhir sudah dapat dikerjakan." in come_back(learner, last)
    learner.get(f"{mine}/finish")
    learner.send(f"{mine}/finish", q1="1", q2="2", q3="3")
    assert learner.text("class-status") == "Selesai"
    assert [name for _, name, _ in bought.calls if name.endswith("commit")] == []


def test_coming_back_proves_nothing(learner: Visitor, bought: FakePrakerja) -> None:
    state = leave(learner, LIVE, code=CODE)
    come_back(learner, state, 422)
    assert learner.text("error-message") == "Kehadiran Anda belum terverifikasi."
    come_back(learner, state, 422, "&success=true&attendance_status=1")
    learner.get("/lpk-satu/my")
    assert 'data-status="opening"' in learner.html
    assert bought.codes[CODE]["status"] == 0


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ERRTRX40092", "Anda membatalkan verifikasi kehadiran."),
        ("ERRTRX40392", "Verifikasi wajah tidak berhasil."),
        ("ERRTRX41090", "Waktu verifikasi sudah habis."),
        ("<script>alert(1)</script>", "Kehadiran Anda belum terverifikasi."),
        ("ERRTRX40092<b>", "Kehadiran Anda belum terverifikasi."),
    ],
)
def test_a_cancelled_verification_opens_nothing_and_may_be_repeated(
    learner: Visitor, bought: FakePrakerja, code: str, sentence: str
) -> None:
    state = leave(learner, LIVE, code=CODE)
    html = come_back(learner, state, 422, f"&success=false&code={code}")
    assert learner.text("error-message") == sentence
    assert "<script>alert" not in html
    assert "<b>" not in html
    again = leave(learner, LIVE, code=CODE)
    bought.verify(again)
    come_back(learner, again)
    assert learner.text("class-status") == "Sedang belajar"


@pytest.mark.parametrize("state", ["", "unknown", "state-1' OR 1=1 --", "x" * 5000])
def test_a_state_that_we_never_kept(learner: Visitor, bought: FakePrakerja, state: str) -> None:
    asked = len(bought.calls)
    come_back(learner, state, 403)
    assert learner.text("error-title") == "Tautan kembali ini tidak berlaku"
    assert len(bought.calls) == asked


def test_a_stolen_state_opens_nothing_for_the_thief(learner: Visitor, bought: FakePrakerja, site: Flask) -> None:
    state = leave(learner, LIVE, code=CODE)
    bought.verify(state)
    thief = arrive(site, "budi@contoh.id")
    come_back(thief, state, 403)
    assert "Anda belum membuka kelas di sini." in thief.get("/lpk-satu/my")
    thief.get(LIVE)
    thief.send(LIVE, 422, code=CODE)
    assert thief.text("error-message") == "Kode ini sudah dipakai."
    come_back(learner, state)
    assert learner.text("class-status") == "Sedang belajar"


def test_a_state_of_one_site_is_unknown_at_another(learner: Visitor, bought: FakePrakerja) -> None:
    state = leave(learner, LIVE, code=CODE)
    bought.verify(state)
    learner.sign_up("/lpk-dua")
    learner.get(f"/lpk-dua/callback?state={state}", 403)


def test_an_older_state_is_worth_nothing(learner: Visitor, bought: FakePrakerja) -> None:
    old = leave(learner, LIVE, code=CODE)
    new = leave(learner, LIVE, code=CODE)
    assert old != new
    come_back(learner, old, 403)
    bought.verify(new)
    come_back(learner, new)
    assert learner.text("class-status") == "Sedang belajar"


def test_a_reservation_of_somebody_who_proved_nothing_blocks_nobody(
    learner: Visitor, bought: FakePrakerja, site: Flask
) -> None:
    first = leave(learner, LIVE, code=CODE)
    other = arrive(site, "budi@contoh.id")
    mine = open_class(other, bought)
    come_back(learner, first, 403)
    learner.get(mine, 404)
    learner.get(LIVE)
    learner.send(LIVE, 422, code=CODE)
    assert learner.text("error-message") == "Kode ini sudah dipakai."


def test_coming_back_without_a_session_asks_to_sign_in_first(
    learner: Visitor, bought: FakePrakerja, site: Flask
) -> None:
    state = leave(learner, LIVE, code=CODE)
    bought.verify(state)
    stranger = Visitor(site.test_client(), learner.base)
    stranger.get(f"/lpk-satu/callback?state={state}")
    assert stranger.path == "/lpk-satu/signin"
    assert f'value="/lpk-satu/callback?state={state}"' in stranger.html


def test_a_browser_that_never_came_back_types_the_code_again(learner: Visitor, bought: FakePrakerja) -> None:
    bought.verify(leave(learner, LIVE, code=CODE))
    learner.send(LIVE, code=CODE)
    assert learner.text("class-status") == "Sedang belajar"
    mine = learner.path
    bought.verify(leave(learner, f"{mine}/attend/2"))
    learner.send(f"{mine}/attend/2")
    assert "Kehadiran ini sudah terverifikasi." in learner.html
    assert attended(learner)["2"] == "yes"


def test_opening_the_way_back_twice_changes_nothing(learner: Visitor, bought: FakePrakerja) -> None:
    state = leave(learner, LIVE, code=CODE)
    bought.verify(state)
    come_back(learner, state)
    come_back(learner, state)
    assert learner.text("class-status") == "Sedang belajar"


def test_refusals_before_the_page(learner: Visitor, bought: FakePrakerja) -> None:
    hour = "Kode berlaku mulai 30 September 2021 pukul 08.00 WIB."
    published = (
        "Jadwal pelatihan belum dimulai atau sudah selesai, silahkan cek jadwal pelatihan pada dashboard Prakerja"
    )
    bought.refusals["oauth/url-generate"] = refusal("ERRTRX40027", f"{published}. {hour}")
    learner.send(LIVE, 422, code=CODE)
    # In plain words of ours, and when the code will be right.
    assert learner.text("error-message") == f"Kelas ini belum dimulai atau sudah selesai. {hour}"
    assert "Anda belum membuka kelas di sini." in learner.get("/lpk-satu/my")
    bought.refusals.clear()
    learner.get(LIVE)
    mine = open_class(learner, bought)
    bought.refusals["oauth/url-generate"] = refusal("ERRTRX40990", "Kehadiran sebelumnya belum terverifikasi.")
    learner.send(f"{mine}/attend/999", 422)
    assert "Verifikasi dahulu kehadiran pada pertemuan sebelumnya." in learner.html
    learner.get(mine)
    learner.send(f"{mine}/attend/3", 404)


def test_an_answer_that_never_comes_changes_nothing(learner: Visitor, bought: FakePrakerja) -> None:
    bought.lost.add("oauth/url-generate")
    learner.send(LIVE, 422, code=CODE)
    assert learner.text("error-message") == "Layanan Prakerja belum dapat dihubungi."
    bought.lost.clear()
    assert re.fullmatch(r"/lpk-satu/my/\d+", open_class(learner, bought))


def test_forms_may_end_at_the_portal_and_nowhere_else(learner: Visitor) -> None:
    assert learner.page is not None
    assert "form-action 'self' http://127.0.0.1:8000;" in learner.page.headers["Content-Security-Policy"]


def test_a_page_elsewhere_is_reached_over_a_link(site: Flask, bought: FakePrakerja) -> None:
    learner = arrive(site, "siti@contoh.id")
    place = {"url": "https://portal.contoh.id/verifikasi/abc", "state": "abc", "course": {"type": 2}}
    bought.refusals["oauth/url-generate"] = (200, {"success": True, "message": "OK", "data": place})
    learner.send(LIVE, code=CODE)
    assert 'href="https://portal.contoh.id/verifikasi/abc"' in learner.html


def test_only_two_ways_of_attendance_exist() -> None:
    wanted = {"PRAKERJA_API": "http://x", "PARTNERS_FILE": "x", "DATA_DIR": "/nonexistent"}
    with pytest.raises(SystemExit, match="ATTENDANCE is verification or commit"):
        read_settings(wanted | {"ATTENDANCE": "sometimes"})


def test_attendance_at_the_door_and_the_class_opens_afterwards(site: Flask, bought: FakePrakerja) -> None:
    bought.listings[3]["mode"] = "onsite"
    learner = arrive(site, "siti@contoh.id")
    assert "tunjukkan kode QR" in learner.get(LIVE)
    assert learner.client.get("/lpk-satu/teacher/door", base_url=learner.base).status_code == 404
    staff = arrive(site, "petugas@contoh.id")
    staff.get("/lpk-satu/teacher/")
    staff.send("/lpk-satu/teacher/", teacher_password="pengajar-demo")  # noqa: S106 - the demo's own
    staff.get("/lpk-satu/teacher/door")
    staff.send("/lpk-satu/teacher/door", 422, code="PENDEK", sequence="1")
    staff.send("/lpk-satu/teacher/door", 422, code="TIDAKADA2345", sequence="1")
    assert staff.text("error-message") == "Kode ini tidak dikenal."
    # As people type it, and as a scanner does a second time.
    for code in ("abcd efgh-0001", CODE):
        staff.send("/lpk-satu/teacher/door", code=code, sequence="1")
        assert "Hadir tercatat" in staff.html
    assert bought.codes[CODE]["attended"] == {1}
    learner.get(LIVE)
    learner.send(LIVE, code=CODE)
    assert 'data-testid="attendance-1" data-attended="yes"' in learner.html
    assert "dicatat petugas di pintu" in learner.html
    # Once: nobody else opens the class with the same code.
    stranger = arrive(site, "lain@contoh.id")
    stranger.send(LIVE, 422, code=CODE)
    assert "Kode ini sudah dipakai." in stranger.html
    staff.send("/lpk-satu/teacher/door", code=CODE, sequence="2")
    learner.get(learner.path)
    assert 'data-testid="attendance-2" data-attended="yes"' in learner.html
