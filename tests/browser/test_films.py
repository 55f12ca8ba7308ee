"""A film on a narrow phone: letters that can be read, its text below it, one announcement, and the server's clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.citizen import Citizen
from tests.browser.system import RunningSystem
from tests.portal.test_assets import tool
from tests.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser
# What a screen reader would say by itself while the page is open.
LISTEN = """
() => {
  window.spoken = [];
  for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live]")) {
    new MutationObserver(() => window.spoken.push(region.textContent.trim()))
      .observe(region, { childList: true, characterData: true, subtree: true });
  }
}
"""


def test_a_film_is_readable_quiet_and_follows_the_servers_clock(
    new_person: Callable[..., BrowserContext], system: RunningSystem
) -> None:
    me = Citizen(new_person(), system, system.new_participant(stage="awarded"))
    me.sign_in()
    page = me.page
    page.clock.install()
    me.visit("/video").click("text=Mulai video 1")
    film = page.locator("#video-1 [data-film]")
    picture, words = film.locator("video"), film.locator("[data-film-text]")
    expect(film).to_contain_text("tanpa suara")
    expect(words).to_have_text(re.compile(r"^Selamat, Anda lolos seleksi"))
    above, below = picture.bounding_box(), words.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"]
    films = tool("make_videos")
    assert min(films.STRIP, films.BODY) * above["width"] / films.SIZE[0] >= 16
    wait_until(lambda: picture.evaluate("film => film.videoWidth") == films.SIZE[0], what="the film's picture")

    page.evaluate(LISTEN)
    page.clock.run_for(4000)
    assert page.evaluate("spoken") == []
    # A film that is pushed ahead of the clock, or sped up, comes back; one press too early leaves it where it is.
    picture.evaluate("film => { film.playbackRate = 2; film.currentTime = 50; }")
    wait_until(lambda: picture.evaluate("film => film.currentTime < 40 && film.playbackRate === 1"), what="the clock")
    status = page.locator("#video-1 [data-film-status]")
    page.click("text=Saya sudah selesai menonton")
    expect(status).to_have_text(re.compile(r"^Video belum selesai. Sisa [1-6]\d detik.$"))
    assert len(page.evaluate("spoken")) == 1

    page.clock.fast_forward(61_000)
    expect(status).to_have_text("Video selesai diputar. Tekan tombol untuk melanjutkan.")
    expect(page.locator("#video-1 [data-countdown]")).to_be_hidden()
    page.clock.run_for(4000)
    assert len(page.evaluate("spoken")) == 2
    # The phone's clock says so, the server's does not: it alone decides, and the page counts on.
    page.click("text=Saya sudah selesai menonton")
    expect(status).to_have_text(re.compile(r"^Video belum selesai. Sisa [1-6]\d detik.$"))
    expect(page.locator("#video-1 [data-countdown]")).to_be_visible()

    def reloaded() -> int:
        page.reload()
        return int(film.get_attribute("data-elapsed") or 0)

    passed = wait_until(reloaded, what="a second of the film")
    wait_until(lambda: picture.evaluate("film => film.currentTime") >= passed, what="the film where it was")
