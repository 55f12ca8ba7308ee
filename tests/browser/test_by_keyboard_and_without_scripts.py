"""The whole way from a stranger to a survey, once without scripts and once without a mouse; each changes its language on the way.

Registration, test, joining, result, films, purchase, class, certificate, review, account, incentive, survey. Both go at the
same time, because they share the clock. The article by a mouse and with scripts is a test of its own (test_article.py).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.applicant import SEND, answers
from tests.browser.citizen import COURSE, PASSWORD, RUN
from tests.browser.system import RunningSystem
from tests.browser.walking import CODE_FORM, Walker, WithoutMouse, WithoutScripts

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

WAVE = 21
TICKET = re.compile(r"[0-9]+-\w+")
ANNOUNCED = "2021-09-22T20:00:00+07:00"
COLUMNS = ("nik", "family_card_number", "name", "birth_date", "phone", "email", "province_code", "education")


def test_from_a_stranger_to_a_survey(
    new_person: Callable[..., BrowserContext], empty_system: RunningSystem, tmp_path: Path
) -> None:
    old_phone = WithoutScripts(new_person(scripts=False), empty_system)
    no_mouse = WithoutMouse(new_person(), empty_system)
    both: tuple[Walker, ...] = (old_phone, no_mouse)
    registers(old_phone)
    registers(no_mouse)
    for me in both:
        # Each way goes its main steps in both languages: what follows in the other one, and back for the films.
        me.speak_the_other()
        takes_the_test(me)
        joins(me)
    announce(empty_system, *both, folder=tmp_path)
    for me in both:
        reads_the_result(me)
        me.speak_the_other()
    watch_the_films(empty_system, both)
    codes = {me: buys(me) for me in both}
    certificates = {me: finishes_the_class(me, codes[me]) for me in both}
    move_to(empty_system, "2021-09-29T10:00")
    for me in both:
        reads_the_certificate(me, certificates[me])
        me.speak_the_other()
        rates(me)
        links_an_account(me)
    move_to(empty_system, "2021-10-20T12:00")
    for me in both:
        is_paid(me)
    move_to(empty_system, "2021-11-12T09:00")
    for me in both:
        answers_the_survey(me)


def move_to(system: RunningSystem, moment: str) -> None:
    system.process.json("clock", "set", moment if "+" in moment else f"{moment}+07:00")


def registers(me: Walker) -> None:
    page = me.page
    me.visit("/daftar")
    me.speak()
    if isinstance(me, WithoutMouse):
        me.skip_to_content()
    me.answer("phone", me.number)
    me.press_on(SEND)
    me.answer("otp", me.code())
    me.press_on(CODE_FORM)
    for slug, fields in answers(me.number):
        if "/daftar/langkah" in page.url:
            me.press_on("main a.govuk-button")
        me.is_at(f"/daftar/isi/{slug}")
        if slug == "nik" and isinstance(me, WithoutMouse):
            me.press_on(SEND)
            me.is_led_to_the_mistake()
        for one in fields:
            me.answer(one.field, one.value)
        me.press_on(SEND)
    me.is_at("/daftar/periksa")
    me.press_on(SEND)
    me.is_at("/dashboard")


def takes_the_test(me: Walker) -> None:
    """Every question without scripts; by keyboard one, because nobody fails by leaving the rest open."""
    me.press_on(".pk-next a.govuk-button")
    me.press_on("main a.govuk-button[href$='/tes']")
    me.press_on("main form:has([name=extra_time]) button")
    most = 1 if isinstance(me, WithoutMouse) else 18
    for number in range(1, most + 1):
        me.is_at(f"/tes/{number}")
        me.answer("choice", "0")
        me.press_on(SEND)
    if most == 1:
        me.is_at("/tes/2")
        me.press_on("main a[href$='/tes/selesai']")
    me.is_at("/tes/selesai")
    me.press_on(SEND)


def joins(me: Walker) -> None:
    me.press_on("main a.govuk-button")
    me.press_on(f"main form[action$='/gelombang/{WAVE}/gabung'] button")
    expect(me.page.locator("#ticket")).to_have_text(TICKET)
    # What only a script can do is not offered without.
    copy = me.page.locator("[data-copy=ticket]:visible")
    expect(copy).to_have_count(0 if isinstance(me, WithoutScripts) else 1)


def announce(system: RunningSystem, *people: Walker, folder: Path) -> None:
    """The committee's list of wave 21 with everybody on it, at its instant."""
    path = folder / "results.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for me in people:
            typed = {one.field: one.value for _slug, fields in answers(me.number) for one in fields}
            identity = (typed["nik"], typed["family_card_number"].replace(" ", ""), typed["name"], "1990-08-17")
            writer.writerow([*identity, me.number.replace(" ", ""), "", typed["province_code"], "sma"])
    move_to(system, ANNOUNCED)
    said = system.process.json(
        *("wave", "import-results", str(path), "--wave", str(WAVE), "--decree", "SK-21-A"),
        *("--announced-at", ANNOUNCED),
    )
    assert said["awarded"] == len(people), said


def reads_the_result(me: Walker) -> None:
    page = me.arrive(f"/gelombang/{WAVE}")
    expect(page.locator("main .govuk-tag")).to_have_text("Selected" if me.language == "en" else "Lulus")
    me.press_on("main a.govuk-button")
    me.is_at("/dashboard")
    expect(page.locator("main")).to_contain_text("Rp1.000.000" if me.language == "id" else "Rp1,000,000")
    expect(page.locator("#card-number")).to_have_count(0)
    me.press_on(".pk-next a.govuk-button")


def watch_the_films(system: RunningSystem, people: tuple[Walker, ...]) -> None:
    for number in (1, 2, 3):
        for me in people:
            me.press_on(f"form[action$='/video/{number}/mulai'] button")
            if number == 1 and isinstance(me, WithoutScripts):
                # Too early: the page says what remains, and the film stands where the server's clock does.
                expect(me.page.locator("main")).to_contain_text(re.compile(r"Time left:\s*\d+\s*s"))
                me.press_on("form[action$='/video/1/selesai'] button")
                expect(me.page.locator("main")).to_contain_text(re.compile(r"The video is not over: \d+ s left\."))
                source = me.page.locator("#video-1 source")
                expect(source).to_have_attribute("src", re.compile(r"induction-1\.en\.webm(#t=\d+)?$"))
        move_to(system, f"2021-09-22T2{number}:00")
        for me in people:
            me.arrive("/video")
            me.press_on(f"form[action$='/video/{number}/selesai'] button")


def buys(me: Walker) -> str:
    page = me.arrive("/dashboard")
    number = page.locator("#card-number").inner_text()
    page.goto(me.shop)
    me.speak()
    page.goto(f"{me.shop}/course/{COURSE}")
    if isinstance(me, WithoutMouse):
        me.skip_to_content()
    me.press_on("main form:has([name=schedule]) button.main")
    me.press_on("main a[href*='/signup']")
    opens_an_account(me)
    # A shop and a class are begun in one language and gone through in the other.
    me.speak_the_other()
    me.answer("card_number", number)
    me.press_on("main form:has(#card_number) button")
    if isinstance(me, WithoutMouse):
        me.answer("otp", "12")
        me.press_on(CODE_FORM)
        me.is_led_to_the_mistake()
    me.answer("otp", me.code())
    me.press_on(CODE_FORM)
    code = page.locator("[data-testid=voucher-code]").inner_text()
    assert re.fullmatch(r"[A-HJ-NP-Z2-9]{12}", code)
    me.speak_the_other()
    return code


def opens_an_account(me: Walker) -> None:
    me.answer("name", me.name)
    me.answer("email", me.email)
    me.answer("password", PASSWORD)
    me.press_on("main form:has(#password) button.main")


def finishes_the_class(me: Walker, code: str) -> str:
    """From the dashboard's next step to the institution and through the class; returns the certificate's number."""
    page = me.arrive("/dashboard")
    me.press_on(".pk-next a.govuk-button")
    expect(page.locator("#voucher-code")).to_have_text(code)
    page.goto(me.system.institution)
    me.speak()
    page.goto(f"{me.system.institution}/rasakata/class/{COURSE}/{RUN}")
    me.press_on("section.panel a[href*='/signup']")
    opens_an_account(me)
    me.answer("code", f" {code[:4].lower()} {code[4:]} ")
    me.press_on("main form:has(#code) button.main")
    is_there(me)
    expect(page.locator("[data-testid=class-status]")).to_have_attribute("data-status", "open")
    me.speak_the_other()
    me.press_on("ol.lessons a")
    while "/lessons/" in page.url:
        me.press_on("main button.main")
    me.speak_the_other()
    while page.locator("ul.attendance form button").count():
        me.press_on("ul.attendance form button")
        is_there(me)
    me.press_on("main p a.button.main")
    me.answers_every_question()
    me.press_on("main form button.main")
    number = page.locator("[data-testid=certificate-number]")
    expect(number).to_have_text(re.compile(r"^RASAKATA-\w+$"))
    return number.inner_text()


def is_there(me: Walker) -> None:
    """Where the institution leads to Prakerja's page of attendance: confirm, and come back."""
    if "/verifikasi/" in me.page.url:
        me.press_on("main form:has([value=confirm]) button")
        me.page.wait_for_url(f"{me.system.institution}/**")


def reads_the_certificate(me: Walker, number: str) -> None:
    page = me.arrive("/sertifikat")
    me.press_on("main h2 a")
    expect(page.locator("main")).to_contain_text(number)


def rates(me: Walker) -> None:
    me.arrive("/dashboard")
    me.press_on(".pk-next a.govuk-button")
    me.answer("stars", "4")
    me.answer("review", "Materinya jelas dan langsung dapat saya pakai bekerja.")
    me.press_on(SEND)


def links_an_account(me: Walker) -> None:
    page = me.arrive("/dashboard")
    me.press_on(".pk-next a.govuk-button")
    me.is_at("/rekening")
    me.answer("provider", "bni")
    # An account with which nothing is wrong: its last two digits say so to the demo's bank.
    me.answer("number", "".join(filter(str.isdigit, me.number)) + "2")
    me.press_on(SEND)
    me.answer("otp", me.code())
    me.press_on(CODE_FORM)
    expect(page.locator("main")).to_contain_text("BNI")


def is_paid(me: Walker) -> None:
    rows = me.arrive("/insentif").locator("main tbody tr")
    expect(rows).to_have_count(7)
    expect(rows.first.locator(".govuk-tag")).to_have_text("Paid" if me.language == "en" else "Berhasil")


def answers_the_survey(me: Walker) -> None:
    me.arrive("/survei")
    me.press_on("main .pk-list a.govuk-button")
    me.answers_every_question()
    me.press_on(SEND)
    me.is_at("/survei")
    expect(me.page.locator("main .pk-list .govuk-tag--green")).to_have_count(1)
