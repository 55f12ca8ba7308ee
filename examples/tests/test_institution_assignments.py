"""Assignments and feedback: what is handed in, the file that Prakerja fetches, and who may judge."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask

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


def test_mandatory_is_said_where_the_wave_makes_it_so(learner: Visitor, bought: FakePrakerja) -> None:
    """The class has two assignments; whether they are mandatory, the participant's wave decides, which Prakerja tells."""
    bought.listings[0]["required_assignments"] = 2
    bought.mandatory = 2
    learner.sign_up("/lpk-satu")
    learner.get(PYTHON)
    assert "Tugas praktik: 2, dengan umpan balik pengajar." in learner.html
    assert "Wajib" not in learner.html
    learner.send(PYTHON, code=CODE)
    assert "wajib: 2" in learner.html
    tasks = f"{learner.path}/assignments"
    learner.get(tasks)
    assert learner.html.count("Praktikkan “") == 2, "each assignment has its text"
    assert len(re.findall(r"<button class=.main.>Kirim tugas</button>", learner.html)) == 3
    learner.send(tasks, scope="tpm", sequence="1", words=WORDS)
    learner.send(tasks, scope="uk", sequence="", words=WORDS)
    bought.submissions[(CODE, "tpm", 1)] = [2, 2]
    bought.submissions[(CODE, "uk", 999)] = [2, 1]
    learner.get(tasks)
    assert "Wajib: 2 tugas. Sertifikat menunggu" in learner.html
    assert "Selesai: 1." in learner.html
    # It was asked once.
    assert [name for _, name, _ in bought.calls].count("redemptions") == 1


def test_nothing_is_called_mandatory_where_the_wave_has_no_such_rule(learner: Visitor, bought: FakePrakerja) -> None:
    bought.listings[0]["required_assignments"] = 2
    learner.sign_up("/lpk-satu")
    learner.get(PYTHON)
    learner.send(PYTHON, code=CODE)
    assert "wajib" not in learner.html
    learner.get(f"{learner.path}/assignments")
    assert "Wajib" not in learner.html
    assert "Sertifikat Anda tidak menunggu tugas." in learner.html


def test_while_prakerja_does_not_say_nothing_is_said(learner: Visitor, bought: FakePrakerja) -> None:
    bought.listings[0]["required_assignments"] = 1
    bought.lost.add("redemptions")
    learner.sign_up("/lpk-satu")
    learner.get(PYTHON)
    learner.send(PYTHON, code=CODE)
    learner.get(f"{learner.path}/assignments")
    assert "Wajib" not in learner.html
    assert "tidak menunggu" not in learner.html


@pytest.mark.parametrize(
    ("name", "content", "mimetype"),
    [
        ("Tugas 1.PDF", b"%PDF-1.7\n1 0 obj\n%%EOF\n", "application/pdf"),
        ("foto.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("catatan.md", "Catatan é".encode("utf-16"), "text/plain"),
    ],
)
def test_a_file_is_handed_in(
    learner: Visitor, bought: FakePrakerja, tasks: str, institution: Flask, name: str, content: bytes, mimetype: str
) -> None:
    learner.send(tasks, scope="tpm", sequence="1", words="", file=(io.BytesIO(content), name))
    assert standing(learner) == [("tpm", "1", "1", "0")]
    sent = next(str(body["url_file"]) for _, call, body in bought.calls if call == "tpm/submission")
    path = sent.removeprefix("http://127.0.0.1:8005")
    assert path.rpartition(".")[2] == name.rpartition(".")[2].lower()
    fetched = institution.test_client().get(path)
    assert (fetched.data, fetched.mimetype) == (content, mimetype)
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"
    assert path in teacher(institution, learner.base).html
    # Another suffix is another file.
    assert institution.test_client().get(path.rpartition(".")[0] + ".txt").status_code == 404
    learner.send(tasks, scope="tpm", sequence="1", words="Sekarang kata")
    assert institution.test_client().get(path).status_code == 404


@pytest.mark.parametrize(("name", "content"), [("a.exe", b"MZ"), ("a", b"x"), ("a.pdf", b""), ("a.html", b"<html>")])
def test_what_is_no_file_of_an_assignment(
    learner: Visitor, bought: FakePrakerja, tasks: str, name: str, content: bytes
) -> None:
    learner.send(tasks, 422, scope="tpm", sequence="1", words="", file=(io.BytesIO(content), name))
    assert "Pilih berkas pdf, docx, zip, gambar, txt, atau md" in learner.html
    assert [call for _, call, _ in bought.calls if call == "tpm/submission"] == []


def test_a_file_that_is_too_large(learner: Visitor, bought: FakePrakerja, tasks: str) -> None:
    sent = bytes(6 * 1024 * 1024)
    form = "multipart/form-data; boundary=x"
    answer = learner.client.post(tasks, base_url=learner.base, data=sent, content_type=form)
    assert answer.status_code == 413
    assert [call for _, call, _ in bought.calls if call == "tpm/submission"] == []


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
