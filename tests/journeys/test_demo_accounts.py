"""The demo's people can go on to the end with exactly what the page of accounts prints."""

from __future__ import annotations

import re
from contextlib import closing
from typing import NamedTuple

import httpx
import pytest

from prakerja.cli.journeys.browser import Browser
from prakerja.cli.journeys.people import Participant, Phone
from tests.running import System
from tests.waiting import LIMIT

pytestmark = pytest.mark.journeys


class Listed(NamedTuple):
    """One line of the page: where, and what to type there."""

    address: str
    email: str
    password: str


def listed(system: System, name: str) -> tuple[str, dict[str, Listed]]:
    """Phone and accounts of one of the demo's people, as somebody reads them off the page."""
    page = httpx.get(f"{system.urls['sandbox']}/accounts", timeout=LIMIT, trust_env=False).text
    row = re.search(rf"<dt[^>]*>{name}</dt>\s*<dd[^>]*>([^<]+)<br>(.*?)</dd>", page, re.DOTALL)
    assert row is not None
    lines = re.findall(
        r'data-kind="(\w+)"><a[^>]*href="([^"]+)".*?data-testid="email">([^<]+)<.*?data-testid="password">([^<]+)<',
        row[2],
        re.DOTALL,
    )
    return row[1], {kind: Listed(*rest) for kind, *rest in lines}


def signed_in(account: Listed) -> Browser:
    """A browser at the site of an account, after typing what the page says."""
    browser = Browser(account.address.removesuffix("signin"))
    browser.submit(browser.get(account.address), has="password", email=account.email, password=account.password)
    return browser


def test_who_is_learning_finishes_the_class(system: System) -> None:
    phone, accounts = listed(system, "Dimas Wicaksono")
    with closing(signed_in(accounts["platform"])) as shop:
        orders = shop.get("orders")
        orders.must_say("Barista Dasar")
        order = re.search(r'href="(/orders/DEMO[^"]+)"', orders.html)
        assert order is not None
        shop.get(order[1]).must_say("Kode sudah ditukar")
    person = Participant(
        name="Dimas Wicaksono",
        phone_number=phone,
        email=accounts["institution"].email,
        portal=Browser(system.urls["portal"]),
        phone=Phone(system.urls["phone"], phone),
    )
    school = accounts["institution"].address.removesuffix("signin")
    person.schools[school] = signed_in(accounts["institution"])
    with closing(person):
        mine = person.schools[school].get("my")
        number = re.search(r'href="[^"]*/my/(\d+)"', mine.html)
        assert number is not None
        opened = person.schools[school].get(f"my/{number[1]}")
        person.phone.skip()
        person.attend(school, opened, 1)
        person.study(school, opened)
        done = person.finish(school, opened)
        assert done.marked_text("class-status") == "Selesai"
        assert re.fullmatch(r"RASAKATA-[2-9A-Z]{10}", done.marked_text("certificate-number"))


def test_whoever_bought_can_sign_in_where_they_bought(system: System) -> None:
    """Also who has finished: their next purchase with this card must come from the account that bought before."""
    for name, sites in (("Citra Handayani", {"platform"}), ("Gilang Syahputra", {"platform", "institution"})):
        _, accounts = listed(system, name)
        assert accounts.keys() == sites
        for account in accounts.values():
            with closing(signed_in(account)) as browser:
                assert "Keluar" in browser.get(account.address.removesuffix("signin")).text
    assert listed(system, "Rani Puspita")[1] == {}
