"""A class that is not online says where it is before anybody pays; English pages say which words are Indonesian."""

from __future__ import annotations

import pytest

from examples.shared.places import hour_there
from examples.shared.texts import Translator
from examples.tests.conftest import Visitor
from examples.tests.fake_prakerja import CARD, OTP, FakePrakerja, course
from tests.spoken import unmarked

WHERE = "Jalan Perintis 16, Makassar"
MUST_COME = f"Kelas ini tatap muka di {WHERE}. Sebelum membayar, pastikan Anda dapat datang ke sana"


@pytest.fixture
def onsite(fake: FakePrakerja) -> FakePrakerja:
    """Only a class on site, at nine by its own clock."""
    fake.listings = [course("rawat_1", "Merawat Lansia", 400_000, mode="onsite", delivery="live")]
    return fake


def test_every_page_up_to_the_payment_says_where_one_must_go(onsite: FakePrakerja, buyer: Visitor) -> None:
    buyer.sign_up()
    assert "Tatap muka: Makassar" in buyer.get("/")
    assert WHERE in buyer.get("/compare?course=rawat_1")
    page = buyer.get("/course/rawat_1")
    assert MUST_COME in page
    # 01:00 UTC: eight in Jakarta.
    assert "mulai 09.00 WITA di sana" in page
    assert MUST_COME in buyer.get("/checkout?course=rawat_1&schedule=rawat_1-run")
    assert WHERE in buyer.text("place")
    assert MUST_COME in buyer.send("/checkout", course="rawat_1", schedule="rawat_1-run", card_number=CARD)
    page = buyer.send(buyer.path, otp=OTP)
    assert f"Datang ke {WHERE} pada jam kelas" in page
    assert "tunjukkan kode QR kepada petugas" in page
    assert "Daftar atau masuk di sana." not in page
    assert WHERE in buyer.text("place")
    assert "Tatap muka, Makassar" in buyer.get("/orders")


def test_an_online_class_asks_nobody_to_come(fake: FakePrakerja, buyer: Visitor) -> None:
    buyer.sign_up()
    for path in ("/", "/course/python_1", "/checkout?course=python_1&schedule=python_1-run"):
        assert "must-come" not in buyer.get(path)
        assert "Makassar" not in buyer.html


def test_a_place_that_is_not_known_is_asked_for(onsite: FakePrakerja, buyer: Visitor) -> None:
    onsite.listings[0]["runs"][0]["place"] = None
    assert "Tanyakan tempatnya kepada LPK-SATU sebelum membayar." in buyer.get("/course/rawat_1")


def test_the_class_site_says_where(onsite: FakePrakerja, learner: Visitor) -> None:
    assert "Tatap muka: Makassar" in learner.get("/lpk-satu/")
    assert f"Tempat: {WHERE}" in learner.get("/lpk-satu/class/rawat_1/rawat_1-run")
    assert "mulai 09.00 WITA di sana" in learner.html


@pytest.mark.parametrize(
    ("province", "language", "hour"),
    [("73", "id", "09.00 WITA"), ("94", "en", "10:00 WIT"), ("32", "id", ""), ("", "id", "")],
)
def test_the_hour_of_a_place(province: str, language: str, hour: str) -> None:
    assert hour_there("2021-09-27T01:00:00Z", province, language) == hour


def test_english_shops_say_which_words_are_indonesian(onsite: FakePrakerja, buyer: Visitor) -> None:
    buyer.sign_up()
    buyer.get("/language/en?next=/")
    words = ("Merawat Lansia", "Teknologi Informasi", "Ringkasan", "Pengantar", "Masukkan kode di situs")
    seen = [buyer.get(path) for path in ("/", "/compare?course=rawat_1", "/course/rawat_1")]
    seen.append(buyer.get("/checkout?course=rawat_1&schedule=rawat_1-run"))
    seen.append(buyer.send("/checkout", course="rawat_1", schedule="rawat_1-run", card_number=CARD))
    seen.append(buyer.send(buyer.path, otp=OTP))
    seen += [buyer.get("/orders"), buyer.get(f"/orders/{next(iter(onsite.transactions))}/cancel")]
    for html in seen:
        assert "Merawat Lansia" in html
        assert unmarked(html, *words) == []


def test_english_class_sites_say_which_words_are_indonesian(fake: FakePrakerja, learner: Visitor) -> None:
    listing = fake.listings[0]
    fake.add_code("ABCDEFGH2345", listing)
    learner.sign_up("/lpk-satu")
    learner.get("/language/en?next=/lpk-satu/")
    words = ("Python untuk", "Teknologi Informasi", "Ringkasan", "Pengantar", "Latihan", "Proyek")
    seen = [learner.html, learner.get("/lpk-satu/class/python_1/python_1-run")]
    seen.append(learner.send("/lpk-satu/class/python_1/python_1-run", code="ABCDEFGH2345"))
    opened = learner.path
    seen += [learner.get(f"{opened}/lessons/1"), learner.get(f"{opened}/assignments"), learner.get("/lpk-satu/my")]
    for lesson in (1, 2, 3):
        learner.get(f"{opened}/lessons/{lesson}")
        learner.send(f"{opened}/lessons/{lesson}")
    seen.append(learner.get(f"{opened}/finish"))
    for html in seen:
        assert 'lang="en"' in html
        assert unmarked(html, *words) == []


def test_markup_in_a_sentence_is_the_only_markup() -> None:
    from markupsafe import Markup

    said = Translator().translate("id", "Untuk {title} & <b>, {amount}.", title=Markup("<i>x</i>"), amount="<1>")
    assert said == "Untuk <i>x</i> &amp; &lt;b&gt;, &lt;1&gt;."
