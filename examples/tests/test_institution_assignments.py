"""Assignments and feedback: what is handed in, the file that Prakerja fetches, and who may judge."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from examples.institution import classes
from examples.tests.conftest import Visitor
from examples.tests.fake_prakerja import FakePrakerja, refusal

CODE = "ABCDEFGH0001"
PYTHON = "/lpk-satu/class/python_1/python_1-run"
WORDS = "Saya membuat program <b>kasir</b>.\nDua baris."


@pytest.fixture
def bought(fake: FakePrakerja) -> FakePrakerja:
    """Return a partner API where somebody bought the Python class."""
    fake.add_code(CODE, fake.listings[0])
    return fake


@pytest.fixture
def tasks(learner: Visitor, bought: FakePrakerja) -> str:
    """Open the class and return the path of its assignments."""
    learner.sign_up("/lpk-satu")
    learner.get(PYTHON)
    learner.send(PYTHON, code=CODE)
    path = f"{learner.path}/assignments"
    learner.get(path)
    return path


def standing(visitor: Visitor) -> list[tuple[str, str, str, str]]:
    """Return scope, sequence, assignment and feedback of every assignment on the page."""
    pattern = r'data-scope="(\w+)" data-sequence="(\d+)" data-status="(\d)" data-feedback="(\d)"'
    return re.findall(pattern, visitor.html)


def teacher(site: Flask, base: str) -> Visitor:
    """Return somebody who typed the teacher's password."""
    visitor = Visitor(site.test_client(), base)
    visitor.sign_up("/lpk-satu", email="pengajar@contoh.id")
    visitor.get("/lpk-satu/teacher/")
    visitor.send("/lpk-satu/teacher/", teacher_password="pengajar-demo")  # noqa: S106 - the demo's own
    return visitor


def test_an_assignment_from_the_form_to_the_feedback(
    learner: Visitor, bought: FakePrakerja, tasks: str, institution: Flask
) -> None:
    learner.send(tasks, scope="tpm", sequence="2", words=WORDS)
    assert standing(learner) == [("tpm", "2", "1", "0")]
    sent = next(body for _, name, body in bought.calls if name == "tpm/submission")
    assert (sent["redeem_code"], sent["scope"], sent["sequence"]) == (CODE, "tpm", 2)
    found = re.fullmatch(r"http://127\.0\.0\.1:8005(/lpk-satu/files/[\w-]{32}\.txt)", str(sent["url_file"]))
    assert found is not None
    fetched = institution.test_client().get(found[1])
    assert (fetched.text, fetched.mimetype) == (WORDS + "\n", "text/plain")
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"
    desk = teacher(institution, learner.base)
    assert "&lt;b&gt;kasir&lt;/b&gt;" in desk.html
    number = re.search(r'data-number="(\d+)"', desk.html)
    assert number is not None
    desk.send(f"/lpk-satu/teacher/{number[1]}", notes="Rapi, teruskan.")
    assert "Umpan balik sudah dikirim." in desk.html
    bought.submissions[(CODE, "tpm", 2)] = [2, 3]
    learner.get(tasks)
    assert standing(learner) == [("tpm", "2", "2", "3")]
    assert "Rapi, teruskan." in learner.html
    assert "Gagal, kirim lagi" in learner.html


def test_the_page_counts_what_the_class_asks_for(
    learner: Visitor, bought: FakePrakerja, tasks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Kelas ini tidak mewajibkan tugas." in learner.html
    bought.listings[0]["required_assignments"] = 2
    learner.send(tasks, scope="tpm", sequence="1", words=WORDS)
    learner.send(tasks, scope="uk", sequence="", words=WORDS)
    bought.submissions[(CODE, "tpm", 1)] = [2, 2]
    bought.submissions[(CODE, "uk", 999)] = [2, 1]
    monkeypatch.setattr(classes, "FRESH_S", 0)
    learner.get(tasks)
    assert "Kelas ini meminta 2 tugas, masing-masing dengan umpan balik pengajar. Selesai: 1." in learner.html
    learner.get(PYTHON)
    assert "Wajib: 2 tugas dengan umpan balik pengajar." in learner.html


def test_handing_in_again_replaces_the_file(learner: Visitor, bought: FakePrakerja, tasks: str) -> None:
    learner.send(tasks, scope="uk", sequence="1", words="Pertama")
    learner.send(tasks, scope="uk", sequence="", words="Kedua")
    assert standing(learner) == [("uk", "999", "1", "0")]
    first, second = [str(body["url_file"]) for _, name, body in bought.calls if name == "tpm/submission"]
    path = first.removeprefix("http://127.0.0.1:8005")
    assert learner.client.get(path, base_url=learner.base).status_code == 404
    path = second.removeprefix("http://127.0.0.1:8005")
    assert learner.client.get(path, base_url=learner.base).text == "Kedua\n"


@pytest.mark.parametrize(
    ("scope", "sequence", "words"),
    [
        ("tpm", "0", "x"),
        ("tpm", "11", "x"),
        ("tpm", "²", "x"),
        ("tpm", "999", "x"),
        ("zzz", "1", "x"),
        ("tpm", "1", " "),
    ],
)
def test_what_is_no_assignment_is_not_sent(
    learner: Visitor, bought: FakePrakerja, tasks: str, scope: str, sequence: str, words: str
) -> None:
    learner.send(tasks, 422, scope=scope, sequence=sequence, words=words)
    assert [name for _, name, _ in bought.calls if name == "tpm/submission"] == []


def test_a_refusal_keeps_the_words_on_the_page(learner: Visitor, bought: FakePrakerja, tasks: str) -> None:
    bought.refusals["tpm/submission"] = refusal("ERRTRX40098", "Alamat berkas tidak dapat dijangkau dari internet.")
    learner.send(tasks, 422, scope="tpm", sequence="1", words="Jawaban saya")
    assert learner.text("error-message") == "Alamat berkas tidak dapat dijangkau dari internet."
    assert "Jawaban saya</textarea>" in learner.html


def test_only_teachers_judge(learner: Visitor, bought: FakePrakerja, tasks: str, institution: Flask) -> None:
    learner.send(tasks, scope="tpm", sequence="1", words="Jawaban")
    learner.get("/lpk-satu/teacher/")
    assert "Jawaban" not in learner.html
    learner.send("/lpk-satu/teacher/1", 404, notes="Sempurna")
    learner.get("/lpk-satu/teacher/")
    learner.send("/lpk-satu/teacher/", 422, teacher_password="tebakan")  # noqa: S106 - a wrong one
    assert "Kata sandi pengajar tidak cocok." in learner.html
    assert [name for _, name, _ in bought.calls if name == "tpm/feedback/submission"] == []
    desk = teacher(institution, learner.base)
    desk.send("/lpk-satu/teacher/99", 404, notes="Tidak ada")
    stranger = Visitor(institution.test_client(), learner.base)
    stranger.get("/lpk-satu/teacher/")
    assert stranger.path == "/lpk-satu/signin"


def test_files_of_nobody(learner: Visitor, bought: FakePrakerja, tasks: str) -> None:
    learner.send(tasks, scope="tpm", sequence="1", words="Jawaban")
    sent = next(str(body["url_file"]) for _, name, body in bought.calls if name == "tpm/submission")
    path = sent.removeprefix("http://127.0.0.1:8005")
    for wrong in (path.replace("lpk-satu", "lpk-dua"), "/lpk-satu/files/" + "x" * 32 + ".txt", "/lpk-satu/files/..txt"):
        assert learner.client.get(wrong, base_url=learner.base).status_code == 404
