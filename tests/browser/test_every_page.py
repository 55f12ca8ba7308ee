"""Every page of every site, once in each language, 320 pixels wide: it fits, it can be pressed, and axe finds nothing.

What is looked at is found by following links, and compared with the addresses that the programs declare: a page that is added
later is met by a link, or this test names it. What only another test's way leads to stands in ELSEWHERE, and that test looks at it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pyotp
import pytest
from playwright.sync_api import expect

from prakerja.config import portal_urls
from prakerja.console import urls as console_urls
from prakerja.developer_site import urls as developer_urls
from prakerja.sandbox.site import urls as sandbox_urls
from tests.browser.applicant import PHOTO, SEND, Applicant, answers
from tests.browser.checks import AXE, PICTURES, problems_of
from tests.browser.chromium import PHONE, SMALLEST
from tests.browser.citizen import COURSE, RUN, Citizen
from tests.browser.clicking import follow
from tests.browser.crawling import Crawl, Visitor
from tests.browser.sites import django_site, flask_site, institution_app, shop_app, world_app
from tests.browser.system import ROOT, RunningSystem
from tests.waiting import LIMIT

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

NOBODY = "0812 9999 0000"
ONLY_POST, FOR_PROGRAMS, LEADS_ON, A_FILE = "takes forms only", "for programs", "leads to another page", "a file"
# Made of the same pieces as the cases that the demo has.
A_CASE = "about a case that the demo does not have"
AFTER_A_CODE = "opens after a code to a phone"
# What is no page, by site and name.
NO_PAGES: dict[str, dict[str, str]] = {
    "portal": {
        **dict.fromkeys(("portal:sign_in_again", "portal:sign_in_by_email", "portal:sign_out"), ONLY_POST),
        **dict.fromkeys(("portal:end_session", "portal:end_other_sessions", "portal:withdraw_consent"), ONLY_POST),
        **dict.fromkeys(("portal:keep_session", "portal:registration_keep"), ONLY_POST),
        **dict.fromkeys(("portal:video_start", "portal:video_finish"), ONLY_POST),
        **dict.fromkeys(("openid:configuration", "openid:token", "openid:userinfo"), FOR_PROGRAMS),
        **dict.fromkeys(("openid:revoke", "openid:keys"), FOR_PROGRAMS),
        **dict.fromkeys(("portal:wave_join", "portal:read_all"), ONLY_POST),
        **dict.fromkeys(("portal:certificate_share", "portal:certificate_unshare"), ONLY_POST),
        **dict.fromkeys(("portal:calendar", "portal:purchase_calendar", "portal:receipt_file"), A_FILE),
        **dict.fromkeys(("portal:certificate_file", "portal:own_case_file"), A_FILE),
        **dict.fromkeys(("portal:draw_file", "portal:draw_zip", "portal:draw_keys", "portal:log_file"), A_FILE),
        **dict.fromkeys(("portal:draw_proof", "portal:draw_receipt", "portal:ledger_proof_file"), A_FILE),
        "portal:wave_line": "opens when more people join than the door takes",
        "portal:language": LEADS_ON,
        **dict.fromkeys(("portal:wipe_survey", "portal:own_data_take", "portal:own_data_keep"), ONLY_POST),
        "portal:own_data_schema": A_FILE,
        "portal:lost_phone_stop": ONLY_POST,
        # Made of the same pieces as the pages of registering.
        **dict.fromkeys(("portal:lost_phone_code", "portal:lost_phone_photo", "portal:lost_phone_send"), AFTER_A_CODE),
        # Opens when somebody was paid, days after the demo begins; the form itself is the one of the review.
        "portal:survey": "not open in the demo",
    },
    "shop": {
        **dict.fromkeys(("static", "accent", "health", "shop.picture"), A_FILE),
        "language": LEADS_ON,
    },
    "institution": {
        **dict.fromkeys(("static", "accent", "classes.accent", "classes.picture", "health", "classes.file"), A_FILE),
        **dict.fromkeys(("language", "classes.callback"), LEADS_ON),
    },
    "world": {
        **dict.fromkeys(("static", "health"), A_FILE),
        **dict.fromkeys(("phone.messages", "bank.statement", "bank.status"), FOR_PROGRAMS),
    },
    "sandbox": {"sandbox:enter": ONLY_POST, "sandbox:language": LEADS_ON, "sandbox:move": ONLY_POST},
    "developer_site": {
        **dict.fromkeys(("docs-id:openapi", "docs-en:openapi", "docs-id:style", "docs-id:error_file"), A_FILE),
        **dict.fromkeys(("docs-id:to_start", "docs-en:to_start", "docs-id:to_site"), LEADS_ON),
    },
    "console": {
        "console_theme": A_FILE,
        **dict.fromkeys(("console_language", "password_link"), LEADS_ON),
        **dict.fromkeys(("end_session", "end_other_sessions", "console_completion_withdraw"), ONLY_POST),
        "console_case_file": A_FILE,
        "console_letter": A_CASE,
        # Steps of a draw and of a list that nobody of the demo has half way; looked at by tests/console.
        **dict.fromkeys(
            (
                "console_draw_prepare",
                "console_draw_confirm",
                "console_draw_take_back",
                "console_draw_stop",
                "console_draw_cancel",
                "console_draw_enter",
                "console_draw_absent",
                "console_roster_import",
                "console_roster_confirm",
                "console_roster_undo",
                "console_roster_take_back",
                "console_wave_confirm",
                "console_wave_take_back",
                "console_roster_rejected",
                # And a correction, a budget that nobody of the demo has half way.
                "console_correction",
                "console_correction_confirm",
                "console_correction_take_back",
                "console_funds_confirm",
                "console_funds_take_back",
                # And a list of results.
                "console_results_confirm",
                "console_results_take_back",
                "console_results_go_on",
                "console_results_rejected",
                "console_results_different",
            ),
            A_CASE,
        ),
        **dict.fromkeys(("console_retry", "console_discrepancy", "console_class_case", "console_erasure"), A_CASE),
    },
}
# What the way of another test leads to; it looks at the page there.
ELSEWHERE = {
    "portal:review": "test_article.py",
    "portal:verification": "test_verification.py",
    "portal:consent": "test_sign_in_at_an_institution.py",
    "portal:openid_authorize": "test_sign_in_at_an_institution.py",
    "classes.finish": "test_classes.py",
}


@pytest.fixture
def small(new_person: Callable[..., BrowserContext]) -> Callable[[], BrowserContext]:
    """A function that opens another browser on the smallest screen."""
    return lambda: new_person(size=PHONE if PICTURES else SMALLEST)


def unseen(crawl: Crawl, site: str) -> set[str]:
    """The pages that nobody looked at, and what is listed here although it is not there any more."""
    missing = crawl.unseen() - set(NO_PAGES[site]) - set(ELSEWHERE)
    return missing | (set(NO_PAGES[site]) - set(crawl.site.names))


def test_axe_is_installed() -> None:
    assert AXE.is_file(), "axe-core is missing: run tools/build_assets.py"


def test_what_is_seen_elsewhere_is_looked_at_there() -> None:
    for name, test in ELSEWHERE.items():
        assert "problems_of(" in (ROOT / "tests/browser" / test).read_text(), name


def test_every_page_of_the_portal(small: Callable[[], BrowserContext], system: RunningSystem) -> None:
    site = django_site(system.portal, portal_urls, language_cookie="portal_language")
    crawl = Crawl(site, each=("portal:registration_step",))
    stranger = Visitor(crawl, small().new_page())
    chosen = "?banding=rasakata-barista-dasar,rasakata-minuman-kekinian,rasakata-keamanan-pangan"
    searched = (
        "/pelatihan?cari=tidakada",
        f"/pelatihan{chosen}&cari=exel",
        f"/pelatihan/bandingkan{chosen}",
        "/bantuan?cari=exel",
    )
    drawn = ("/undian/20", "/undian/20/1/periksa", "/undian/20/1/berkas")
    stranger.crawl(
        "/",
        *searched,
        *drawn,
        "/pelatihan/tidak-ada",
        "/tidak-ada",
        "/verifikasi/tidak-ada",
        "/cek-sertifikat/tidak-ada",
    )
    # Forms with something missing, and with all of it.
    for path, field, button in (
        ("/cek-syarat", "#day", "Lihat hasilnya"),
        ("/bantuan/tulis", "#words", "Kirim"),
        ("/bantuan/kasus", "#number", "Baca"),
    ):
        stranger.page.goto(system.portal + path)
        stranger.page.fill(field, "31")
        follow(stranger.page.get_by_role("button", name=button, exact=True))
        stranger.look()
    # A number that nobody has is asked for a code too.
    for number in ("0812", NOBODY):
        stranger.page.goto(f"{system.portal}/masuk")
        stranger.page.fill("#phone", number)
        follow(stranger.page.locator("main button[type=submit]"))
        stranger.look(is_address=number == NOBODY)
    stranger.page.fill("#otp", "12")
    follow(stranger.page.locator("main form:has(#otp) button"))
    stranger.look()
    stranger.in_english()
    same_for_all = frozenset(crawl.seen)
    for stage in ("purchased", "completed", "paying"):
        me = Citizen(small(), system, system.participant(stage))
        me.sign_in()
        visitor = Visitor(crawl, me.page)
        visitor.crawl("/dashboard", "/mengundurkan-diri", "/rekening/putuskan", "/izin/lembaga", past=same_for_all)
        if stage == "completed":
            links_an_account(me, visitor)
            asks_for_another_address(me, visitor)
            writes_a_case(me, visitor)
        visitor.in_english()
    begins_the_films(Citizen(small(), system, system.new_participant(stage="awarded")), crawl)
    for stage in ("registry_differs", "registry_case", "registry_waits"):
        registers(Citizen(small(), system, registrant(system, stage)), crawl)
    answers_wrongly(Applicant(small(), system), crawl)
    takes_the_test_and_joins(Citizen(small(), system, registrant(system, "registered")), crawl)
    was_not_selected(Citizen(small(), system, registrant(system, "not_selected")), crawl)
    writes_the_letter(Citizen(small(), system, registrant(system, "thrice_not_selected")), crawl)
    was_revoked(Citizen(small(), system, system.participant("revoked")), crawl)
    assert crawl.told() == ""
    assert unseen(crawl, "portal") == set()


def begins_the_films(me: Citizen, crawl: Crawl) -> None:
    me.sign_in()
    visitor = Visitor(crawl, me.page)
    visitor.crawl("/dashboard", "/video", past=frozenset(crawl.seen))
    me.visit("/video")
    follow(me.page.get_by_role("button", name="Mulai video 1"))
    visitor.look()
    visitor.in_english()


def registrant(system: RunningSystem, stage: str) -> dict[str, str]:
    return next(one for one in system.accounts["registering"] if one["stage"] == stage)


def registers(me: Citizen, crawl: Crawl) -> None:
    """Every page of a registration at the stage that this person has reached."""
    me.sign_in(lands="/daftar/langkah")
    visitor = Visitor(crawl, me.page)
    visitor.crawl("/daftar/langkah", past=frozenset(crawl.seen) - {"portal:registration", "portal:registration_step"})
    visitor.in_english()


def answers_wrongly(me: Applicant, crawl: Crawl) -> None:
    """Every question, sent with nothing on it and then answered; the code of the e-mail address; the last look."""
    me.visit("/daftar")
    follow(me.page.locator(SEND))
    visitor = Visitor(crawl, me.page)
    visitor.look()
    me.visit("/daftar")
    me.begin()
    for slug, fields in answers(me.number):
        me.visit(f"/daftar/isi/{slug}")
        if fields:
            follow(me.page.locator(SEND))
            visitor.look()
        if slug == "email":
            me.page.get_by_label("Ya", exact=True).check()
            me.page.fill("#email", me.email)
            follow(me.page.locator(SEND))
            visitor.look_in_both()
            me.visit(f"/daftar/isi/{slug}")
        for one in fields:
            me.fill(one)
        follow(me.page.locator(SEND))
    visitor.look_in_both()


def takes_the_test_and_joins(me: Citizen, crawl: Crawl) -> None:
    me.sign_in()
    visitor, page = Visitor(crawl, me.page), me.page
    me.visit("/gelombang")
    visitor.look_in_both()
    me.visit("/tes")
    visitor.look_in_both()
    follow(page.get_by_role("button", name="Mulai tes"))
    follow(page.locator(SEND))
    visitor.look()
    # One of reading, one of reckoning, one about oneself.
    for number in (1, 7, 13):
        me.visit(f"/tes/{number}")
        visitor.look_in_both()
    me.visit("/tes/selesai")
    visitor.look_in_both()
    follow(page.get_by_role("button", name="Akhiri tes"))
    visitor.look_in_both()
    me.visit("/gelombang")
    visitor.look_in_both()
    follow(page.get_by_role("button", name="Gabung Gelombang"))
    visitor.look_in_both()
    me.visit("/dashboard")
    visitor.look_in_both()
    follow(page.get_by_role("link", name="Lihat tiket dan status"))
    follow(page.get_by_role("link", name="Batalkan pendaftaran di gelombang ini"))
    visitor.look_in_both()


def was_not_selected(me: Citizen, crawl: Crawl) -> None:
    me.sign_in()
    visitor = Visitor(crawl, me.page)
    visitor.crawl("/dashboard", "/gelombang", past=frozenset(crawl.seen) - {"portal:wave"})
    visitor.in_english()


def writes_the_letter(me: Citizen, crawl: Crawl) -> None:
    """After three waves: the form with nothing on it and with a letter, and the letter that waits for its answer."""
    me.sign_in()
    visitor, page = Visitor(crawl, me.page), me.page
    me.visit("/gelombang")
    visitor.look_in_both()
    follow(page.get_by_role("link", name="Tulis surat pernyataan"))
    visitor.look_in_both()
    follow(page.locator(SEND))
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    visitor.look()
    page.fill("#words", "Data saya sudah saya perbaiki di Dukcapil.")
    follow(page.locator(SEND))
    visitor.look_in_both()


def was_revoked(me: Citizen, crawl: Crawl) -> None:
    """What the dashboard says to whom it says most: what happened, when, how to object, what else there is."""
    me.sign_in()
    Visitor(crawl, me.page).look_in_both()


def links_an_account(me: Citizen, visitor: Visitor) -> None:
    """As far as the page that asks for the code, with the mistakes on the way."""
    page = me.visit("/rekening")
    follow(page.get_by_role("button", name="Kirim kode OTP"))
    visitor.look()
    page.get_by_label("OVO").check()
    page.fill("#number", me.number)
    follow(page.get_by_role("button", name="Kirim kode OTP"))
    visitor.look(is_address=True)
    page.fill("#otp", "12")
    follow(page.get_by_role("button", name="Sambungkan"))
    visitor.look()


def asks_for_another_address(me: Citizen, visitor: Visitor) -> None:
    """As far as the page that asks for the code."""
    page = me.visit("/akun/email")
    follow(page.locator(SEND).first)
    visitor.look()
    page.fill("#value", me.email)
    follow(page.locator(SEND).first)
    visitor.look(is_address=True)


def writes_a_case(me: Citizen, visitor: Visitor) -> None:
    """From the account, first with nothing on the form, then with a photo."""
    page = me.visit("/kasus-saya/baru")
    follow(page.locator(SEND))
    visitor.look()
    page.select_option("#topic", "payment")
    page.fill("#words", "Insentif pertama belum masuk ke rekening saya.")
    page.set_input_files("#file", PHOTO)
    follow(page.locator(SEND))
    visitor.look(is_address=True)


def test_every_page_of_a_shop_and_of_an_institution(
    small: Callable[[], BrowserContext], system: RunningSystem, tmp_path: Path
) -> None:
    """As a stranger, and as somebody who buys a class, studies it and then teaches."""
    me = Citizen(small(), system, system.participant("ready", nth=1))
    me.shop = system.platforms["pintaria"]
    me.sign_in()
    shop = Crawl(flask_site(me.shop, shop_app(tmp_path), language_cookie="shop_pintaria_language"))
    school = Crawl(flask_site(system.institution, institution_app(tmp_path), language_cookie="class_language"))
    two = f"course={COURSE}&course=rapikantor-excel-kantor"
    strangers = {
        shop: ("/", "/?q=tidakada", "/tidak-ada", "/compare", f"/compare?{two}", f"/course/{COURSE}"),
        school: ("/", "/?q=tidakada", "/tidak-ada", "/rasakata/", f"/rasakata/class/{COURSE}/{RUN}"),
    }
    for crawl, starts in strangers.items():
        stranger = Visitor(crawl, small().new_page())
        stranger.crawl(*starts)
        stranger.in_english()

    buyer, student = Visitor(shop, me.page), Visitor(school, me.page)
    code = buys(me, buyer)
    buyer.crawl("/", "/orders")
    buyer.in_english()
    studies(me, student, code)
    student.crawl("/rasakata/my")
    teaches(me, student)
    student.crawl("/rasakata/teacher/")
    student.in_english()
    assert shop.told() + school.told() == ""
    assert unseen(shop, "shop") | unseen(school, "institution") == set()


def buys(me: Citizen, buyer: Visitor) -> str:
    """With every page on the way, and the mistakes; returns the code."""
    page = me.page
    number = me.card_number()
    page.goto(f"{me.shop}/signup")
    follow(page.locator("main button.main"))
    buyer.look()
    me.open_account()
    me.checkout()
    buyer.look(is_address=True)
    for wrong in ("9360 0000 0000 0000", "12"):
        page.fill("#card_number", wrong)
        follow(page.locator("main button.main"))
        buyer.look()
        assert page.title().startswith("Kesalahan: ")
    page.fill("#card_number", number)
    follow(page.locator("main button.main"))
    buyer.look(is_address=True)
    page.fill("#otp", me.otp("membeli pelatihan"))
    follow(page.locator("main form:has(#otp) button.main"))
    buyer.look(is_address=True)
    return page.locator("[data-testid=voucher-code]").inner_text()


def studies(me: Citizen, student: Visitor, code: str) -> None:
    """Opens an account and the class."""
    page = me.page
    page.goto(f"{me.system.institution}/rasakata/class/{COURSE}/{RUN}")
    follow(page.locator("section.panel a", has_text="Daftar"))
    follow(page.locator("main button.main"))
    student.look()
    me.open_account()
    page.fill("#code", "12")
    follow(page.locator("text=Mulai kelas"))
    student.look()
    me.redeem(code)
    student.look(is_address=True)


def teaches(me: Citizen, student: Visitor) -> None:
    page = me.page
    page.goto(f"{me.system.institution}/rasakata/teacher/")
    student.look()
    page.get_by_label("Kata sandi pengajar").fill("pengajar-demo")
    follow(page.get_by_role("button", name="Masuk sebagai pengajar"))


def test_the_front_page_of_every_shop(small: Callable[[], BrowserContext], system: RunningSystem) -> None:
    """The shops differ in their colours, and in the courses that they sell."""
    page = small().new_page()
    problems = []
    for address in system.platforms.values():
        page.goto(address)
        problems += problems_of(page)
    assert len(system.platforms) == 7
    assert problems == []


def test_prices_stay_whole_beside_each_other(small: Callable[[], BrowserContext], system: RunningSystem) -> None:
    """Four courses on a phone: the table is pushed sideways, but no price is broken in two."""
    page = small().new_page()
    page.goto(system.platforms["pintaria"])
    codes = page.locator("input[name=course]").evaluate_all("boxes => boxes.slice(0, 4).map((box) => box.value)")
    page.goto(f"{system.platforms['pintaria']}/compare?" + "&".join(f"course={code}" for code in codes))
    prices = page.locator("[data-testid=price]")
    assert prices.count() == 4
    assert prices.evaluate_all("prices => prices.map((price) => price.getClientRects().length)") == [1, 1, 1, 1]
    assert problems_of(page) == []


def test_every_page_of_phone_bank_and_registry(
    small: Callable[[], BrowserContext], system: RunningSystem, tmp_path: Path
) -> None:
    context = small()
    crawl = Crawl(flask_site(system.phone, world_app(tmp_path)))
    visitor = Visitor(crawl, context.new_page())
    visitor.crawl("/", "/tidak-ada")
    for path, field in (("/phone/", "#address"), ("/bank/", "#number")):
        visitor.page.goto(system.phone + path)
        visitor.page.fill(field, "bukan nomor")
        follow(visitor.page.locator("main form button").first)
        visitor.look()
    visitor.in_english()
    assert crawl.told() == ""
    assert unseen(crawl, "world") == set()


def test_every_page_of_the_sandbox(small: Callable[[], BrowserContext], system: RunningSystem) -> None:
    context = small()
    crawl = Crawl(django_site(system.sandbox, sandbox_urls, language_cookie="sandbox_language"))
    visitor = Visitor(crawl, context.new_page())
    visitor.crawl("/clock", "/tidak-ada")
    # A form without its token, as after the cookies were cleared.
    visitor.page.goto(f"{system.sandbox}/clock")
    context.clear_cookies()
    follow(visitor.page.get_by_role("button", name="+1 jam", exact=True))
    visitor.look()
    visitor.in_english()
    assert crawl.told() == ""
    assert unseen(crawl, "sandbox") == set()


def test_every_page_of_the_developer_site(small: Callable[[], BrowserContext], system: RunningSystem) -> None:
    base = str(system.process.urls["partner_api"])
    crawl = Crawl(django_site(base, developer_urls.pages), each=("docs-id:endpoint", "docs-en:endpoint"))
    for folder, language in (("/docs/", "id"), ("/docs/en/", "en")):
        visitor = Visitor(crawl, small().new_page(), language=language)
        visitor.crawl(folder, f"{folder}endpoints/tidak-ada", past=other_language(crawl, language))
    assert crawl.told() == ""
    assert unseen(crawl, "developer_site") == set()


def other_language(crawl: Crawl, language: str) -> frozenset[str]:
    return frozenset(name for name in crawl.site.names if not name.startswith(f"docs-{language}:"))


def test_every_page_of_the_console(small: Callable[[], BrowserContext], system: RunningSystem) -> None:
    # The pages of lists and rows are unfold's, for a desk: what stands alone has 24 pixels there.
    crawl = Crawl(django_site(system.console, console_urls, language_cookie="console_language"), least_height=24)
    stranger = Visitor(crawl, small().new_page())
    known = system.accounts["operators"][0]
    for password in ("salah-sekali-2021", known["password"]):
        stranger.page.goto(f"{system.console}/accounts/login/")
        fill_and_send(stranger.page, login=known["email"], password=password)
        if password == known["password"]:
            stranger.look_in_both()
        else:
            stranger.look()

    asks_the_office(small().new_page(), system)
    loses_the_phone(Applicant(small(), system))
    visitor = Visitor(crawl, small().new_page())
    enters_for_the_first_time(system, visitor, "helper", "curator", "partner_manager", "approver")
    unlinked = (
        "/attention/held/extend/",
        "/attention/held/release/",
        "/messages/undelivered/",
        "/classes/cancel/",
    )
    refused = ("/people/person/add/", "/people/person/?undeclared=1", "/tidak-ada/", "/accounts/logout/")
    visitor.crawl("/", *unlinked, *refused)
    # The columns of a list are the schema's words in both languages; around them unfold says the same on each.
    visitor.in_english(one_of=lambda name: "browsing" if name.startswith("admin:") else name)
    administrator = Visitor(crawl, small().new_page())
    enters_for_the_first_time(system, administrator, "administrator")
    administrator.crawl("/versions/", "/waves/witnesses/", past=frozenset(crawl.seen))
    # A desk sees columns and a menu that a phone does not.
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    visitor.crawl("/people/person/", "/awards/award/", "/payments/", past=frozenset(crawl.site.names))
    assert crawl.told() == ""
    lists = {name for name in crawl.site.names if name.endswith("_changelist")}
    assert len(lists) > 50
    # Of unfold's other addresses each refuses, leads on, or is a row of a list: looked at where the demo has one.
    missing = {name for name in unseen(crawl, "console") if not name.startswith("admin:") or name in lists}
    assert {name for name in missing if "<path:object_id>" not in name and name != CATCH_ALL} == set()


def asks_the_office(page: Page, system: RunningSystem) -> None:
    page.goto(f"{system.portal}/bantuan/tulis")
    page.select_option("#topic", "site")
    page.fill("#words", "Halaman pelatihan tidak terbuka di ponsel saya.")
    follow(page.locator(SEND))
    expect(page.locator("[data-testid=case-number]")).to_be_visible()


def loses_the_phone(me: Applicant) -> None:
    """Another phone is shown, two cards are sent; the operators have a case."""
    page = me.visit("/masuk/nomor-hilang")
    page.fill("#phone", me.number)
    follow(page.locator(SEND))
    page.fill("#otp", me.otp("OTP"))
    follow(page.locator("main form:has(#otp) button"))
    for _card in ("ktp", "kk"):
        page.set_input_files("#photo", PHOTO)
        follow(page.locator(SEND))
    page.fill("#nik", dict(answers(me.number))["nik"][0].value)
    follow(page.locator(SEND))
    expect(page.locator(".govuk-error-summary")).to_have_count(0)


# unfold's, for whatever is no address.
CATCH_ALL = r"(?P<url>.*)$"


def fill_and_send(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.fill(f"input[name={name}]", text)
    follow(page.locator("main button[type=submit]").first)


def enters_for_the_first_time(system: RunningSystem, visitor: Visitor, *roles: str) -> None:
    """As a new operator with these roles: the link, a password, an authenticator."""
    address = f"halaman-{uuid.uuid4().hex[:8]}@prakerja.example"
    made = system.process.json(
        *("operator", "add", "--email", address, "--name", "Halaman"),
        *(word for role in roles for word in ("--role", role)),
    )
    page, password = visitor.page, "lihat-semua-halaman-2021"
    page.goto(made["link"])
    visitor.look_in_both()
    fill_and_send(page, password="pendek", again="pendek")
    visitor.look()
    fill_and_send(page, password=password, again=password)
    visitor.look_in_both()
    fill_and_send(page, login=address, password=password)
    visitor.look_in_both()
    fill_and_send(page, code=pyotp.TOTP(page.locator(".secret").inner_text()).now())
    expect(page).to_have_url(f"{system.console}/")


SITES = ("portal", "console", "partner_api", "callbacks", "sandbox", "phone", "institution")


@pytest.mark.parametrize("site", SITES)
def test_a_strangers_name_is_answered_with_a_page(
    small: Callable[[], BrowserContext], system: RunningSystem, site: str
) -> None:
    """Whoever was led to a door by a name that is not its own reads a page too, and a program a line."""
    address, host = system.process.urls[site], {"Host": "tautan.example"}
    program = httpx.get(address, headers=host, timeout=LIMIT)
    browser = httpx.get(address, headers=host | {"Accept": "text/html,*/*;q=0.8"}, timeout=LIMIT)
    assert (program.status_code, browser.status_code) == (421, 421)
    assert program.headers["content-type"] == "text/plain"
    page = small().new_page()
    page.set_content(browser.text)
    assert "Demo, bukan situs resmi" in browser.text
    assert problems_of(page) == []


def test_a_forms_address_that_is_opened_is_a_page(small: Callable[[], BrowserContext], system: RunningSystem) -> None:
    page = small().new_page()
    # The portal's lead to the page with the button.
    answer = page.goto(system.process.urls["portal"] + "/keluar")
    assert answer is not None
    assert (answer.status, page.url) == (200, system.portal + "/masuk")
    answer = page.goto(system.process.urls["sandbox"] + "/clock/move")
    assert answer is not None
    assert answer.status == 405
    expect(page.get_by_role("heading", level=1)).to_have_text("Halaman ini hanya untuk formulir")
    assert problems_of(page) == []
