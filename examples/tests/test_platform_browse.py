"""Looking around in the shop: brands, search, compare, course page, languages, accounts."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from flask import Flask

from examples.platform.brands import CARD, COURSE, HOME, read_brands
from examples.tests.conftest import PHRASE, PORTS, SHORT, WRONG, Visitor
from examples.tests.fake_prakerja import FakePrakerja, course


def titles(html: str) -> list[str]:
    """Return the course codes on a page of results."""
    return re.findall(r'data-testid="course" data-course="([^"]+)"', html)


def test_the_port_chooses_the_brand(platform: Flask) -> None:
    names = ["Bukalapak", "Mau Belajar Apa", "Pintaria", "Pijar Mahir", "Sisnaker", "Sekolahmu", "Tokopedia"]
    client = platform.test_client()
    for port, name in zip(PORTS, names, strict=True):
        page = client.get("/", base_url=f"http://127.0.0.1:{port}")
        assert f'<a class="brand" href="/">{name}</a>' in page.text
    assert client.get("/", base_url="http://127.0.0.1:9999").status_code == 404


def test_every_page_is_a_demo_page(buyer: Visitor) -> None:
    for path, status in (("/", 200), ("/compare", 200), ("/course/python_1", 200), ("/nowhere", 404)):
        html = buyer.get(path, status)
        assert "Demo, bukan situs resmi; jangan masukkan data asli." in html
        assert '<meta name="robots" content="noindex, nofollow">' in html
        assert buyer.page is not None
        assert buyer.page.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "default-src 'none'" in buyer.page.headers["Content-Security-Policy"]
        assert "<style" not in html
        assert "style=" not in html
        assert not re.search(r"<script(?! src=)", html)


def test_search_filters_sorts_and_escapes(buyer: Visitor) -> None:
    assert titles(buyer.get("/")) == ["kopi_1", "tani_1", "python_1", "excel_1"]
    assert titles(buyer.get("/?sort=price_low")) == ["tani_1", "excel_1", "kopi_1", "python_1"]
    assert titles(buyer.get("/?sort=price_high")) == ["python_1", "kopi_1", "excel_1", "tani_1"]
    assert titles(buyer.get("/?q=excel+DUA")) == ["excel_1"]
    assert titles(buyer.get("/?category=Pertanian")) == ["tani_1"]
    assert titles(buyer.get("/?delivery=live")) == ["tani_1"]
    assert titles(buyer.get("/?price=250000&sort=title")) == ["tani_1", "excel_1"]
    assert "Barista &amp; Kopi &lt;Nusantara&gt;" in buyer.get("/?q=kopi")
    html = buyer.get("/?q=%22%3E%3Cscript%3E&sort=x&page=-1&price=abc&delivery=%F0%9F%99%82")
    assert titles(html) == []
    assert "&#34;&gt;&lt;script&gt;" in html


def test_many_courses_come_in_pages_over_many_api_pages(buyer: Visitor, fake: FakePrakerja) -> None:
    fake.listings = [course(f"c{number:02d}", f"Kelas {number:02d}", 100_000) for number in range(30)]
    fake.page_size = 7
    assert titles(buyer.get("/")) == [f"c{number:02d}" for number in range(12)]
    assert "Halaman 1 dari 3" in buyer.html
    assert 'href="/?page=2&amp;sort=rating" rel="next"' in buyer.html
    assert titles(buyer.get("/?page=3")) == [f"c{number:02d}" for number in range(24, 30)]
    assert len([call for call in fake.calls if call[1] == "listings"]) == 5


def test_sold_out_and_closed_schedules_cannot_be_chosen(buyer: Visitor, fake: FakePrakerja) -> None:
    fake.listings[0]["runs"][0]["is_on_sale"] = False
    fake.listings[1]["runs"][0]["seats_available"] = 0
    assert titles(buyer.get("/"))[:2] == ["tani_1", "excel_1"]
    for code in ("python_1", "kopi_1"):
        html = buyer.get(f"/course/{code}")
        assert "Belum ada jadwal yang dapat dibeli" in html
        assert "Beli dengan Kartu Prakerja" not in html


def test_the_course_page_asks_the_seats_left_now(buyer: Visitor, fake: FakePrakerja) -> None:
    html = buyer.get("/course/python_1")
    assert 'data-testid="seats" data-seats="12">Sisa 12 kursi<' in html
    assert 'data-testid="price" data-amount="475000">Rp475.000<' in html
    assert "Akses 27 September 2021 – 26 November 2021" in html
    assert (
        "POST",
        "payment/quota-schedule",
        {"schedule_code": "python_1-run", "course_code": "python_1"},
    ) in fake.calls
    assert "27 September 2021 pukul 08.00 WIB sampai" in buyer.get("/course/tani_1")
    buyer.get("/course/unknown", 404)


def test_compare_puts_up_to_four_side_by_side(buyer: Visitor, fake: FakePrakerja) -> None:
    fake.listings.append(course("lima_1", "Kelima", 50_000))
    html = buyer.get("/compare?course=python_1&course=kopi_1&course=excel_1&course=tani_1&course=lima_1&course=x")
    assert html.count('<th scope="col"><a') == 4
    assert "Hanya 4 pelatihan pertama yang dibandingkan." in html
    assert re.findall(r'data-amount="(\d+)"', html) == ["475000", "300000", "250000", "24000"]
    for word in ("Harga", "Lembaga", "Durasi", "Bahasa", "Jadwal", "Kursi", "Bintang"):
        assert f'<th scope="row">{word}</th>' in html
    assert "LPK-DUA" in html
    assert "Tambah pelatihan" in buyer.get("/compare?course=kopi_1")


def test_a_promotion_lowers_the_price(buyer: Visitor, fake: FakePrakerja) -> None:
    fake.listings[2]["promotion"] = {"discount": 30_000, "ends_at": "2021-10-31T17:00:00Z"}
    html = buyer.get("/course/excel_1")
    assert 'data-testid="price" data-amount="220000">Rp220.000<' in html
    assert "potongan Rp30.000 sampai 1 November 2021 pukul 00.00 WIB" in html


def test_english_by_a_switch_that_stays(buyer: Visitor) -> None:
    buyer.get("/language/en?next=/course/python_1")
    assert buyer.path == "/course/python_1"
    assert '<html lang="en">' in buyer.html
    assert "Buy with the Kartu Prakerja" in buyer.html
    assert "Rp475,000" in buyer.html
    assert "Start learning, start here" in buyer.get("/")
    buyer.get("/language/fr", 404)
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = buyer.client.get("/language/id", query_string={"next": elsewhere}, base_url=buyer.base)
        assert answer.headers["Location"] == "/"


def test_sign_up_sign_out_and_sign_in(buyer: Visitor) -> None:
    buyer.get("/signup?next=/orders")
    html = buyer.send("/signup", 422, name=" ", email="not-an-address", password=SHORT)
    assert 'href="#name">Isi nama Anda.' in html
    assert 'href="#email">Isi alamat email yang lengkap' in html
    assert 'href="#password">Kata sandi paling sedikit 8' in html
    assert 'aria-invalid="true"' in html
    buyer.send("/signup", name="Siti 🙂 <b>", email="Siti@Contoh.id", password=PHRASE, next="/orders")
    assert buyer.path == "/orders"
    assert "Siti 🙂 &lt;b&gt;" in buyer.html
    assert "Akun Anda sudah dibuka." in buyer.html
    assert "Akun Anda sudah dibuka." not in buyer.get("/orders")
    buyer.send("/signout")
    buyer.get("/orders")
    assert buyer.path == "/signin"
    assert "tidak cocok" in buyer.send("/signin", 422, email="siti@contoh.id", password=WRONG)
    buyer.send("/signin", email="SITI@contoh.id", password=PHRASE, next="/orders")
    assert buyer.path == "/orders"
    buyer.send("/signout")
    buyer.get("/signup")
    again = buyer.send("/signup", 422, name="Siti", email="siti@contoh.id", password=PHRASE)
    assert "Email ini sudah punya akun di sini." in again


def test_an_account_belongs_to_one_brand_and_its_own_cookie(platform: Flask) -> None:
    client = platform.test_client()
    tokopedia, pintaria = (Visitor(client, f"http://127.0.0.1:{PORTS[index]}") for index in (6, 2))
    tokopedia.sign_up()
    assert "Siti Contoh" in tokopedia.get("/")
    assert "Siti Contoh" not in pintaria.get("/")
    pintaria.sign_up()
    assert "Siti Contoh" in tokopedia.get("/")
    names = {cookie.key for cookie in client._cookies.values()}
    assert names == {"shop_tokopedia", "shop_pintaria"}


def test_too_many_failed_sign_ins_are_stopped(buyer: Visitor) -> None:
    buyer.sign_up()
    buyer.send("/signout")
    buyer.get("/signin")
    for _ in range(10):
        buyer.send("/signin", 422, email="siti@contoh.id", password=WRONG)
    html = buyer.send("/signin", 422, email="siti@contoh.id", password=PHRASE)
    assert "Terlalu banyak percobaan." in html


def test_a_form_without_its_token_changes_nothing(buyer: Visitor) -> None:
    fields = {"name": "Siti", "email": "siti@contoh.id", "password": "rahasia-demo"}
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "x" * 32}):
        answer = buyer.client.post("/signup", base_url=buyer.base, data=fields | token)
        assert answer.status_code == 400
        assert "kiriman ini tidak diproses" in answer.text
    buyer.get("/signin")
    buyer.send("/signin", 422, email="siti@contoh.id", password=PHRASE)


def test_silence_of_prakerja_is_a_page(buyer: Visitor, fake: FakePrakerja) -> None:
    fake.refusals["listings"] = (503, {"code": "ERRINT50390", "message": "busy", "success": False})
    assert "Layanan Prakerja belum dapat dihubungi" in buyer.get("/", 503)
    fake.refusals["listings"] = (401, {"code": "ERRINT40194", "message": "Akses ditolak.", "success": False})
    assert "Akses ditolak." in buyer.get("/", 502)


def test_each_brand_shows_things_in_its_own_order_and_words() -> None:
    brands = read_brands()
    for brand in brands:
        assert set(brand.home) <= HOME
        assert {"tagline", "search", "results"} <= set(brand.home)
        assert set(brand.card) <= CARD
        assert {"title", "price", "rating", "when"} <= set(brand.card)
        assert set(brand.course) <= COURSE
        assert {"price", "buy", "facts", "syllabus", "after"} <= set(brand.course)
        assert brand.look
    for kind in ("home", "card", "promise", "buy", "motif", "look", "tagline"):
        assert len({getattr(brand, kind) for brand in brands}) == len(brands), kind


def test_every_shop_shows_all_of_a_course_and_its_pictures(platform: Flask) -> None:
    drawn = set()
    client = platform.test_client()
    for port, brand in zip(PORTS, read_brands(), strict=True):
        at = f"http://127.0.0.1:{port}"
        home = client.get("/", base_url=at).text
        assert len(titles(home)) == 4
        assert home.count('class="picture"') == (4 if "picture" in brand.card else 0)
        assert brand.promise in home
        page = client.get("/course/python_1", base_url=at).text
        for words in ("Pilih jadwal", "Tentang pelatihan", "Silabus", brand.buy, 'data-testid="price"'):
            assert page.count(words) == 1, (brand.code, words)
        assert brand.look in client.get("/accent.css", base_url=at).text
        answer = client.get("/picture/python_1.svg", base_url=at)
        assert answer.status_code == (200 if brand.motif else 404)
        if brand.motif:
            assert answer.mimetype == "image/svg+xml"
            assert ElementTree.fromstring(answer.text).tag.endswith("svg")  # noqa: S314
            assert len(answer.data) < 3_000
            drawn.add(answer.text)
        assert client.get("/picture/nothing.svg", base_url=at).status_code == 404
    assert len(drawn) == 6
    assert (
        client.get("/?q=kopi", base_url=f"http://127.0.0.1:{PORTS[0]}").text.count("Potongan dan harga terendah") == 0
    )
