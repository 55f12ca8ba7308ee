"""Every page fits a cheap phone and can be used by everybody: width, labels, headings, and what axe knows of WCAG."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.checks import AXE, problems_of
from tests.browser.citizen import COURSE, RUN, Citizen
from tests.browser.clicking import follow
from tests.browser.system import RunningSystem

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

PORTAL = ("/", "/masuk", "/pelatihan", "/pelatihan?cari=tidakada", "/bantuan", "/privasi", "/lisensi")
SHOP = ("/", "/?q=tidakada", f"/course/{COURSE}", f"/compare?course={COURSE}&course=rapikantor-excel-kantor", "/signup")
INSTITUTION = ("/", "/rasakata/", f"/rasakata/class/{COURSE}/{RUN}", "/rasakata/signup")
WORLD = ("/", "/phone/", "/bank/", "/registry/")
SANDBOX = ("/clock", "/accounts", "/authenticator")
# Asked minutes after the code: all of them are open to whoever has just signed in.
MY_DATA = ("/data-saya", "/data-saya/baca", "/data-saya/hapus")
# What a person of each stage sees; every stage has pages that the others have not.
OF_STAGE = {
    "purchased": ("/dashboard", "/transaksi", "newest", "/rekening", "/mengundurkan-diri"),
    "completed": ("/dashboard", "newest", "review", "/survei"),
    "paying": ("/dashboard", "newest", "/insentif", "/rekening", "/rekening/putuskan", "/pesan", *MY_DATA),
}


def test_axe_is_installed() -> None:
    assert AXE.is_file(), "axe-core is missing: run tools/build_assets.py"


def test_pages_for_everybody(context: BrowserContext, system: RunningSystem) -> None:
    page = context.new_page()
    sites = (
        (system.portal, PORTAL),
        (system.platforms["bukalapak"], SHOP),
        (system.institution, INSTITUTION),
        (system.phone, WORLD),
        (system.sandbox, SANDBOX),
    )
    problems = []
    for base, paths in sites:
        for path in paths:
            page.goto(base + path)
            # The codes change twice a minute: the authenticator's page, as an authenticator does, shows the new ones.
            allowed = ("meta-refresh",) if path == "/authenticator" else ()
            problems += problems_of(page, allowed=allowed)
    assert problems == []


def test_prices_stay_whole_beside_each_other(context: BrowserContext, system: RunningSystem) -> None:
    """Four courses on a phone: the table is pushed sideways, but no price is broken in two."""
    page = context.new_page()
    page.goto(system.platforms["pintaria"])
    codes = page.locator("input[name=course]").evaluate_all("boxes => boxes.slice(0, 4).map((box) => box.value)")
    page.goto(f"{system.platforms['pintaria']}/compare?" + "&".join(f"course={code}" for code in codes))
    prices = page.locator("[data-testid=price]")
    assert prices.count() == 4
    assert prices.evaluate_all("prices => prices.map((price) => price.getClientRects().length)") == [1, 1, 1, 1]
    assert problems_of(page) == []


@pytest.mark.parametrize("stage", OF_STAGE)
def test_pages_of_a_participant(stage: str, context: BrowserContext, system: RunningSystem) -> None:
    me = Citizen(context, system, system.participant(stage))
    me.sign_in()
    problems = problems_of(me.phone())
    for path in OF_STAGE[stage]:
        if path == "newest":
            follow(me.visit("/transaksi").locator("main a").first)
        elif path == "review":
            # Where the review cannot be given yet the link is not there, and the page was looked at above.
            if me.visit("/dashboard").locator("main a.govuk-button", has_text="Beri ulasan").count() == 0:
                continue
            follow(me.page.locator("main a.govuk-button >> text=Beri ulasan"))
        else:
            me.visit(path)
        problems += problems_of(me.page)
    # English words are longer in other places.
    follow(me.page.get_by_role("link", name="English"))
    for path in OF_STAGE[stage]:
        if path.startswith("/"):
            me.visit(path)
            problems += problems_of(me.page, language="en")
    assert problems == []


def test_pages_of_a_purchase_with_their_errors(context: BrowserContext, system: RunningSystem) -> None:
    """Sign-up, card, OTP: each page as it first appears, and as it answers a mistake."""
    me = Citizen(context, system, system.participant("ready", nth=1))
    me.shop = system.platforms["pintaria"]
    page = me.page
    page.goto(f"{me.shop}/signup")
    page.click("main button.main")
    problems = problems_of(page)
    me.open_account()
    me.checkout()
    problems += problems_of(page)
    page.fill("#card_number", "9360 0000 0000 0000")
    page.click("main button.main")
    problems += problems_of(page)
    assert page.locator("[data-testid=error-message]").inner_text() == "Nomor Kartu Prakerja tidak ditemukan."
    page.fill("#card_number", "12")
    page.click("main button.main")
    problems += problems_of(page)
    assert page.title().startswith("Kesalahan: ")
    assert problems == []
