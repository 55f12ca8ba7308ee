"""The class sites: institutions, the code, lessons, quiz and the report to Prakerja."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask

from examples.institution import quiz
from examples.institution.lessons import written
from examples.institution.study import clean_code
from examples.shared.config import Settings
from examples.tests.conftest import PHRASE, Visitor
from examples.tests.fake_prakerja import VISIBLE_FROM, FakePrakerja, refusal

CODE = "ABCDEFGH0001"
PYTHON = "/lpk-satu/class/python_1/python_1-run"
COFFEE = "/lpk-satu/class/kopi_1/kopi_1-run"


@pytest.fixture
def bought(fake: FakePrakerja) -> FakePrakerja:
    """Return a partner API where somebody bought the Python class."""
    fake.add_code(CODE, fake.listings[0])
    return fake


def open_class(learner: Visitor) -> str:
    """Sign up, open the Python class and return its path."""
    learner.sign_up("/lpk-satu")
    learner.get(PYTHON)
    learner.send(PYTHON, code=CODE)
    assert re.fullmatch(r"/lpk-satu/my/\d+", learner.path)
    return learner.path


def study_all(learner: Visitor, mine: str) -> None:
    """Mark the three lessons done."""
    learner.get(f"{mine}/lessons/1")
    for number in (1, 2, 3):
        learner.send(f"{mine}/lessons/{number}")


def named(fake: FakePrakerja, name: str) -> list[dict[str, object]]:
    """Return what was sent to one call."""
    return [sent for _, called, sent in fake.calls if called == name]


def test_the_front_page_lists_and_finds_institutions(learner: Visitor) -> None:
    html = learner.get("/")
    assert re.findall(r'data-institution="([^"]+)"', html) == ["lpk-dua", "lpk-satu"]
    assert re.findall(r'data-institution="([^"]+)"', learner.get("/?q=karya")) == ["lpk-satu"]
    assert "Tidak ada lembaga dengan nama itu." in learner.get("/?q=%3Cb%3E")
    assert "Masuk" not in learner.get("/")
    learner.get("/nobody/", 404)


def test_a_partner_added_later_is_there_at_once(learner: Visitor, settings: Settings) -> None:
    learner.get("/lpk-tiga/", 404)
    pairs = json.loads(settings.partners_file.read_text())
    pairs["institutions"]["lpk-tiga"] = {"name": "LPK Tiga", "client_code": "client-lpk-satu", "sign_key": "x"}
    settings.partners_file.write_text(json.dumps(pairs))
    assert "LPK Tiga" in learner.get("/")


def test_a_site_shows_its_own_classes_only(learner: Visitor) -> None:
    html = learner.get("/lpk-satu/")
    assert sorted(re.findall(r'data-course="([^"]+)"', html)) == ["kopi_1", "python_1", "tani_1"]
    assert re.findall(r'data-course="([^"]+)"', learner.get("/lpk-satu/?q=barista")) == ["kopi_1"]
    assert re.findall(r'data-course="([^"]+)"', learner.get("/lpk-dua/")) == ["excel_1"]
    learner.get("/lpk-dua/class/python_1/python_1-run", 404)


def test_the_code_form_asks_for_an_account_first(learner: Visitor) -> None:
    html = learner.get(PYTHON)
    assert 'name="code"' not in html
    assert f'href="/lpk-satu/signup?next={PYTHON}"' in html
    learner.get(f"/lpk-satu/signup?next={PYTHON}")
    learner.send("/lpk-satu/signup", name="Siti", email="siti@contoh.id", password=PHRASE, next=PYTHON)
    assert learner.path == PYTHON
    assert 'name="code"' in learner.html
    assert {(cookie.key, cookie.path) for cookie in learner.client._cookies.values()} == {
        ("class_lpk-satu", "/lpk-satu/")
    }


def test_from_code_to_certificate(learner: Visitor, bought: FakePrakerja) -> None:
    learner.sign_up("/lpk-satu")
    learner.get(PYTHON)
    learner.send(PYTHON, code=" abcd-efgh 0001 ")
    mine = learner.path
    assert "Kelas sudah dibuka." in learner.html
    assert bought.codes[CODE]["status"] == 1
    assert CODE not in learner.html
    assert "Pelajaran selesai: 0 dari 3" in learner.html
    learner.get(f"{mine}/finish")
    assert "Selesaikan semua pelajaran dahulu" in learner.html
    study_all(learner, mine)
    assert "Pelajaran selesai: 3 dari 3" in learner.html
    html = learner.get(f"{mine}/finish")
    assert sorted(set(re.findall(r'name="(q\d)"', html))) == ["q1", "q2", "q3"]
    assert "Jawab pertanyaan 3." in learner.send(f"{mine}/finish", 422, q1="1", q2="2")
    learner.send(f"{mine}/finish", q1="1", q2="3", q3="3")
    assert learner.path == mine
    number = learner.text("certificate-number")
    assert re.fullmatch(r"LPK-SATU-[2-9A-Z]{10}", number)
    assert learner.text("score") == "66"
    assert f'data-instant="{VISIBLE_FROM}">mulai 6 Oktober 2021 pukul 00.10 WIB<' in learner.html
    assert named(bought, "completions") == [
        {"redeem_code": CODE, "score": 66, "certificate_number": number, "certificate_kind": "completion"}
    ]
    learner.get("/lpk-satu/my")
    assert 'data-status="finished"' in learner.html
    assert "Buka kelas" in learner.get(PYTHON)


@pytest.mark.parametrize(
    "typed", ["", "ABC", "ABCDEFGH00012", "ABCDEFGH000!", "<script>xxxx", "ＡＢＣＤＥＦＧＨ０００１"]
)
def test_what_is_no_code_is_not_sent(learner: Visitor, bought: FakePrakerja, typed: str) -> None:
    learner.sign_up("/lpk-satu")
    learner.get(PYTHON)
    assert 'href="#code">Kode terdiri dari 12 huruf dan angka.' in learner.send(PYTHON, 422, code=typed)
    assert named(bought, "payment/redeem-code/status") == []


def test_a_code_of_another_class_stays_unused(learner: Visitor, bought: FakePrakerja) -> None:
    learner.sign_up("/lpk-satu")
    learner.get(COFFEE)
    html = learner.send(COFFEE, 422, code=CODE)
    assert learner.text("error-message") == "Kode ini untuk kelas lain, bukan untuk kelas di halaman ini."
    assert f'<a href="{PYTHON}">Python untuk Pemula</a>' in html
    assert bought.codes[CODE]["status"] == 0
    assert named(bought, "payment/redeem-code/commit") == []
    learner.send(PYTHON, code=CODE)
    assert bought.codes[CODE]["status"] == 1


def test_refusals_are_shown_with_the_next_step(learner: Visitor, bought: FakePrakerja) -> None:
    learner.sign_up("/lpk-satu")
    learner.get(PYTHON)
    learner.send(PYTHON, 422, code="ZZZZZZZZ9999")
    assert learner.text("error-message") == "Kode ini tidak dikenal."
    assert "Periksa lagi 12 huruf dan angka" in learner.html
    sentence = "Gagal verifikasi, kode redeem bukan milik lembaga pelatihan."
    bought.refusals["payment/redeem-code/commit"] = refusal("ERRTRX40028", sentence)
    learner.send(PYTHON, 422, code=CODE)
    assert learner.text("error-message") == sentence
    assert "Anda belum membuka kelas di sini." in learner.get("/lpk-satu/my")
    bought.refusals.clear()
    learner.get(PYTHON)
    learner.send(PYTHON, code=CODE)
    assert bought.codes[CODE]["status"] == 1


def test_a_used_code_opens_nothing_for_somebody_else(
    learner: Visitor, bought: FakePrakerja, institution: Flask
) -> None:
    mine = open_class(learner)
    other = Visitor(institution.test_client(), learner.base)
    other.sign_up("/lpk-satu", email="budi@contoh.id")
    other.get(PYTHON)
    other.send(PYTHON, 422, code=CODE)
    assert other.text("error-message") == "Kode ini sudah dipakai."
    other.get(mine, 404)
    learner.get(PYTHON)
    assert "Buka kelas" in learner.html
    learner.send(PYTHON, code=CODE)
    assert learner.path == mine
    assert len(named(bought, "payment/redeem-code/commit")) == 1


def test_a_lost_answer_to_commit_is_settled_by_asking(learner: Visitor, bought: FakePrakerja) -> None:
    learner.sign_up("/lpk-satu")
    learner.get(PYTHON)
    bought.late.add("redeem-code/commit")
    learner.send(PYTHON, code=CODE)
    assert learner.text("class-status") == "Sedang belajar"


def test_when_nothing_answers_a_repeated_code_opens_the_class(
    learner: Visitor, bought: FakePrakerja, institution: Flask
) -> None:
    learner.sign_up("/lpk-satu")
    learner.get(PYTHON)
    bought.late.add("redeem-code/commit")
    school = institution.extensions["school"]
    original = school.client.redeem_commit

    def commit_then_silence(**values: object) -> object:
        bought.late.add("redeem-code/status")
        return original(**values)

    school.client.redeem_commit = commit_then_silence
    learner.send(PYTHON, 422, code=CODE)
    assert learner.text("error-message") == "Layanan Prakerja belum dapat dihubungi."
    assert "Sedang dibuka" in learner.get("/lpk-satu/my")
    bought.late.clear()
    learner.get(PYTHON)
    learner.send(PYTHON, code=CODE)
    assert learner.text("class-status") == "Sedang belajar"


def test_a_lost_report_is_sent_again_unchanged(learner: Visitor, bought: FakePrakerja) -> None:
    mine = open_class(learner)
    study_all(learner, mine)
    learner.get(f"{mine}/finish")
    bought.late.add("completions")
    learner.send(f"{mine}/finish", 422, q1="1", q2="2", q3="3")
    assert learner.text("error-message") == "Layanan Prakerja belum dapat dihubungi."
    assert learner.text("class-status") == "Laporan belum terkirim"
    bought.late.clear()
    learner.send(f"{mine}/report")
    assert learner.text("class-status") == "Selesai"
    assert learner.text("score") == "100"
    first, *others = named(bought, "completions")
    assert others
    assert all(report == first for report in others)
    assert len(bought.completions) == 1


def test_a_refused_report_stays_to_be_sent(learner: Visitor, bought: FakePrakerja) -> None:
    mine = open_class(learner)
    study_all(learner, mine)
    learner.get(f"{mine}/finish")
    bought.refusals["completions"] = refusal("ERRPRT40993", "Kelas belum berakhir.")
    learner.send(f"{mine}/finish", 422, q1="1", q2="2", q3="3")
    assert learner.text("error-message") == "Kelas belum berakhir."
    assert "Kirim laporan lagi setelah kelas berakhir." in learner.html
    bought.refusals.clear()
    learner.send(f"{mine}/report")
    assert learner.text("class-status") == "Selesai"


def test_sites_do_not_share_visitors(learner: Visitor, bought: FakePrakerja) -> None:
    mine = open_class(learner)
    learner.get("/lpk-dua/my")
    assert learner.path == "/lpk-dua/signin"
    learner.sign_up("/lpk-dua")
    learner.get(mine.replace("lpk-satu", "lpk-dua"), 404)
    assert "Siti Contoh" in learner.get(mine)


def test_lessons_that_do_not_exist(learner: Visitor, bought: FakePrakerja) -> None:
    mine = open_class(learner)
    for path in (f"{mine}/lessons/0", f"{mine}/lessons/4", "/lpk-satu/my/999999"):
        learner.get(path, 404)


def test_english(learner: Visitor) -> None:
    learner.get("/language/en?next=/lpk-satu/")
    assert "Classes at LPK Satu Karya" in learner.html
    assert "Sign in" in learner.html
    # An address of no institution speaks the language too.
    assert "Page not found" in learner.get("/lpk-tidak-ada/", 404)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("abcd efgh 0001", "ABCDEFGH0001"),
        ("ABCD\u200bEFGH0001.\r\n", "ABCDEFGH0001"),
        ("ABCD-EFGH–0001", "ABCDEFGH0001"),
        ("\tab\n", "AB"),
        ("", ""),
    ],
)
def test_a_typed_code_is_cleaned(typed: str, code: str) -> None:
    assert clean_code(typed) == code


@pytest.mark.parametrize("count", [1, 2, 3, 5, 12])
def test_the_quiz_fits_every_syllabus(count: int) -> None:
    asked = quiz.questions([f"Bagian {number}" for number in range(1, count + 1)])
    assert len(asked) == min(5, count)
    assert len({question.lesson for question in asked}) == len(asked)
    for question in asked:
        numbers = [number for number, _ in question.options]
        assert question.lesson in numbers
        assert len(set(numbers)) == len(numbers) == min(4, count)
    right = {question.field: str(question.lesson) for question in asked}
    assert quiz.score(asked, right) == 100
    assert quiz.score(asked, {}) == 0
    assert quiz.score(asked, {"q1": right["q1"]}) == 100 // len(asked)


def test_the_code_is_in_no_page(learner: Visitor, bought: FakePrakerja) -> None:
    mine = open_class(learner)
    for path in (mine, "/lpk-satu/my", PYTHON):
        assert CODE not in learner.get(path)
    assert all(cookie.http_only for cookie in learner.client._cookies.values())


def open_written(learner: Visitor, fake: FakePrakerja, course: str) -> str:
    """Open a course that an institution wrote, and return the path of the class."""
    fake.listings[0] |= {"course_code": course, "syllabus": list(written()[course])}
    fake.add_code(CODE, fake.listings[0])
    learner.sign_up("/lpk-satu")
    klass = f"/lpk-satu/class/{course}/{fake.listings[0]['runs'][0]['schedule_code']}"
    learner.get(klass)
    learner.send(klass, code=CODE)
    return learner.path


def test_the_pages_of_a_lesson_are_turned_and_the_last_one_is_marked(learner: Visitor, fake: FakePrakerja) -> None:
    mine = open_written(learner, fake, "rasakata-barista-dasar")
    first = learner.get(f"{mine}/lessons/1")
    assert "Arabika tumbuh" in first
    assert "Tandai selesai" not in first
    assert "Halaman 1 dari 2" in first
    last = learner.get(f"{mine}/lessons/1?page=2")
    assert "Sangrai terang" in last
    assert "Tandai selesai dan lanjut" in last
    for odd in ("0", "99", "x", "-1"):
        learner.get(f"{mine}/lessons/1?page={odd}")


def test_a_page_shows_steps_tables_and_programs_as_what_they_are(learner: Visitor, fake: FakePrakerja) -> None:
    mine = open_written(learner, fake, "kelanakode-python-data")
    chart = learner.get(f"{mine}/lessons/4")
    assert '<th scope="col">Pertanyaan</th>' in chart
    assert "<td>Garis</td>" in chart
    assert "hasil.sort_values().plot.barh()\nplt.title(&#34;Penjualan per kota&#34;)" in chart
    project = learner.get(f"{mine}/lessons/5")
    assert "<ol><li>Muat kedua berkas dan catat jumlah barisnya.</li>" in project
    for page in (chart, project):
        assert not re.search(r"[>\n](\d\. |- |\| |&gt; )", page.partition('class="reading"')[2].partition("</div>")[0])


@pytest.mark.parametrize(
    ("course", "words"),
    [
        ("lenteratimur-jepang-percakapan", '<span lang="ja">インドネシアから来ました。</span> Indonesia kara'),
        ("lenteratimur-korea-dasar", '<span lang="ko">한</span> terdiri dari <span lang="ko">ㅎ</span> h'),
        ("lintasbahasa-mandarin-dagang", '<td>mā <span lang="zh">妈</span></td>'),
        (
            "lintasbahasa-inggris-hotel",
            'lima detik: <span lang="en">“Good afternoon, welcome to Bunga Hotel.”</span> Good',
        ),
    ],
)
def test_foreign_words_say_their_language(learner: Visitor, fake: FakePrakerja, course: str, words: str) -> None:
    assert words in learner.get(f"{open_written(learner, fake, course)}/lessons/1")
