"""The sandbox's pages, as a browser sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pyotp
import pytest

from tests import running
from tests.waiting import LIMIT

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]


@pytest.fixture
def browser(system: running.System) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=system.urls["sandbox"], follow_redirects=True, timeout=LIMIT) as client:
        yield client


def press(browser: httpx.Client, **fields: str) -> httpx.Response:
    page = browser.get("/clock").text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    return browser.post("/clock/move", data={"csrfmiddlewaretoken": token.group(1), **fields})


def now(system: running.System) -> datetime:
    return datetime.fromisoformat(system.json("clock", "show")["now"])


@pytest.mark.parametrize(("step", "span"), [("hour", timedelta(hours=1)), ("day", timedelta(days=1))])
def test_a_button_moves_the_clock(system: running.System, browser: httpx.Client, step: str, span: timedelta) -> None:
    before = now(system)
    assert press(browser, step=step).status_code == 200
    assert span <= now(system) - before < span + timedelta(minutes=2)


def test_to_the_next_event(system: running.System, browser: httpx.Client) -> None:
    due = datetime.fromisoformat(system.json("clock", "show")["next_due"])
    page = press(browser, step="next")
    assert page.status_code == 200
    assert timedelta(0) <= now(system) - due < timedelta(minutes=2)


def test_back_is_refused(system: running.System, browser: httpx.Client) -> None:
    page = press(browser, instant="2021-09-18T10:00")
    assert page.status_code == 409
    assert "Jam program hanya dapat maju." in page.text


@pytest.mark.parametrize("typed", ["", "besok", "2021-13-01T00:00", "<b>", "2021-10-01T00:00'; DROP TABLE x"])
def test_what_is_no_instant_is_refused(browser: httpx.Client, typed: str) -> None:
    page = press(browser, instant=typed)
    assert page.status_code == 400
    assert "<b>" not in page.text


def test_a_strangers_form_moves_nothing(system: running.System) -> None:
    before = now(system)
    answer = httpx.post(system.urls["sandbox"] + "/clock/move", data={"step": "day"}, timeout=LIMIT)
    assert answer.status_code == 403
    assert "Formulir sudah kedaluwarsa" in answer.text
    assert now(system) - before < timedelta(hours=1)


def test_accounts_lead_to_the_phones(system: running.System, browser: httpx.Client) -> None:
    page = browser.get("/accounts").text
    for one in system.urls["accounts"]["participants"]:
        assert one["name"] in page
    link = re.search(r'href="([^"]+/phone/[^"]+)"', page)
    assert link is not None
    assert httpx.get(link.group(1), timeout=LIMIT).status_code == 200


def test_the_authenticator_shows_the_running_codes(system: running.System, browser: httpx.Client) -> None:
    operator = system.urls["accounts"]["operators"][0]
    codes = {pyotp.TOTP(operator["totp_secret"]).now()}
    page = browser.get("/authenticator")
    codes.add(pyotp.TOTP(operator["totp_secret"]).now())
    assert any(code in page.text for code in codes)
    assert page.headers["cache-control"] == "no-store"


def test_in_both_languages(browser: httpx.Client) -> None:
    assert "Jam program" in browser.get("/clock").text
    english = browser.get("/language/en", params={"next": "/accounts"})
    assert english.url.path == "/accounts"
    assert "Demo accounts" in english.text
    assert '<html lang="en"' in english.text
    assert browser.get("/language/de").status_code == 404
    assert browser.get("/language/id", params={"next": "https://evil.example/"}).url.path == "/"


@pytest.mark.parametrize("path", ["/", "/clock", "/accounts", "/authenticator"])
def test_every_page_says_what_it_is_and_keeps_strangers_scripts_out(browser: httpx.Client, path: str) -> None:
    page = browser.get(path)
    assert "Demo, bukan situs resmi; jangan masukkan data asli." in page.text
    assert 'content="noindex, nofollow"' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert re.search(r"<script(?! src=\"/static/)|\son\w+=|style=", page.text) is None
    # Nothing is loaded again under the hands of whoever reads.
    assert "http-equiv" not in page.text


def test_one_press_at_the_front_door_opens_the_portal_as_that_very_person(system: running.System) -> None:
    """The seven steps, everybody of the demo, and a press that needs no code and no script."""
    with httpx.Client(follow_redirects=True, timeout=LIMIT) as client:
        front = client.get(system.urls["sandbox"]).text
        assert front.count('data-testid="step"') == 7
        people = system.urls["accounts"]["participants"]
        assert all(f"{one['name']}</h3>" in front for one in people)
        assert all(url in front for url in system.urls["platforms"].values())
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', front)
        assert token is not None
        fields = {"csrfmiddlewaretoken": token.group(1), "place": "dashboard"}
        enter = system.urls["sandbox"] + "/enter"
        for one in (people[0], people[-1]):
            page = client.post(enter, data={**fields, "phone": one["phone"]})
            assert str(page.url) == system.urls["portal"] + "/dashboard"
            assert one["name"] in page.text
        # Nobody who is not on the list, no other page, and nobody by a stranger's form.
        assert client.post(enter, data={**fields, "phone": "+6281299990000"}).status_code == 404
        assert client.post(enter, data={**fields, "phone": people[0]["phone"], "place": "//evil"}).status_code == 404
        assert httpx.post(enter, data={"phone": people[0]["phone"]}, timeout=LIMIT).status_code == 403


def test_whoever_registers_and_joins_has_a_door_to_what_comes_next(system: running.System) -> None:
    """On the demo's first day a wave is open: who has taken the test joins it by one tap; the others see how it stands."""
    phones = {one["stage"]: one["phone"] for one in system.urls["accounts"]["registering"]}
    assert set(phones) >= {"registered", "tested", "joined", "not_selected"}
    portal = system.urls["portal"]
    expected = {
        "registered": ("test", "/tes", "Mulai tes"),
        "joined": ("waves", "/gelombang", "Menunggu gelombang ditutup"),
        "not_selected": ("waves", "/gelombang", "Gabung Gelombang 22"),
        "thrice_not_selected": ("waves", "/gelombang", "Tulis surat pernyataan"),
        # Of the wave that was drawn before the demo began: their place in line stands there.
        "not_drawn": ("waves", "/gelombang", "Gabung Gelombang 22"),
        "tested": ("waves", "/gelombang", "Gabung Gelombang 22"),
    }
    with httpx.Client(follow_redirects=True, timeout=LIMIT) as client:
        front = client.get(system.urls["sandbox"]).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', front)
        assert token is not None
        for stage, (place, path, words) in expected.items():
            door = re.search(
                rf'value="{re.escape(phones[stage])}"><input type="hidden" name="place" value="(\w+)"', front
            )
            assert door is not None
            assert door.group(1) == place
            fields = {"csrfmiddlewaretoken": token.group(1), "phone": phones[stage], "place": place}
            page = client.post(system.urls["sandbox"] + "/enter", data=fields)
            assert (str(page.url), words in page.text) == (portal + path, True), stage
            if stage == "not_selected":
                assert "Kuota" in page.text


def test_the_door_of_an_account_fills_its_shops_form_in(system: running.System, browser: httpx.Client) -> None:
    account = next(there for one in system.urls["accounts"]["participants"] for there in one["accounts"])
    link = re.search(rf'href="([^"]+)" data-kind="{account["kind"]}"', browser.get("/").text)
    assert link is not None
    form = httpx.get(link.group(1), timeout=LIMIT).text
    assert f'value="{account["email"]}"' in form
    assert f'value="{account["password"]}"' in form
    stranger = httpx.get(link.group(1).split("?")[0], params={"demo": "orang@lain.example"}, timeout=LIMIT).text
    assert account["password"] not in stranger
    assert "orang@lain.example" not in stranger
