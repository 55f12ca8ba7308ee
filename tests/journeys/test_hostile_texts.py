"""Emoji, SQL, HTML, controls and megabytes in every field of every form of every site, as a stranger would post them.

Each site is walked from its front page as somebody who is signed in there; every form that is found is sent with one field
spoilt at a time. Nothing may end in a fault, no text may come back as HTML, and afterwards every rupiah is where it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlencode, urljoin

import httpx
import pytest

from prakerja.cli.journeys.browser import Browser, Form, Page, read_page
from prakerja.cli.journeys.people import PASSWORD, Participant, Phone
from tests import running
from tests.waiting import LIMIT

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]

SCRIPT = "<script>alert(1)</script>"
HOSTILE = {
    "emoji": "😀🎓",
    "SQL": "'; DROP TABLE people_person; --",
    "HTML": SCRIPT,
    "NUL": "a\x00b",
    "controls": "\x1b[2J\x7f",
    "template": "%s{0}{{7*7}}${x}",
    "right to left": "\u202eabc",
    "other digits": "٢٥٢٥٢٥",
    "negative": "-1",
    "many digits": "9" * 400,
    "megabyte": "y" * 1_000_000,
}
# Not UTF-8, and half a surrogate pair.
RAW = ("%FF%FE", "%ED%A0%80")
# What ends a session, or an award, ends the walk too.
LEAVING = ("keluar", "logout", "signout", "undur-diri", "putuskan")
PAGES = 45


def shape(address: str) -> str:
    """Addresses that differ in numbers and names of rows only are one page."""
    return re.sub(r"[0-9a-f-]{30,}|\d+", "N", address.partition("?")[0])


def walk(client: httpx.Client, base: str, starts: list[str]) -> Iterator[Page]:
    waiting, seen, shapes = list(starts), set(starts), dict.fromkeys(map(shape, starts), 1)
    for _ in range(PAGES):
        if not waiting:
            return
        answer = client.get(base + waiting.pop(0))
        assert answer.status_code < 500, answer.url
        if "text/html" not in answer.headers["content-type"]:
            continue
        yield read_page(url=str(answer.url), status=answer.status_code, html=answer.text)
        for found in re.findall(r'href="([^"#]+)"', answer.text):
            address = urljoin(str(answer.url), found.replace("&amp;", "&"))
            path = address.removeprefix(base)
            if address.startswith(base) and path not in seen and not any(word in path for word in LEAVING):
                seen.add(path)
                shapes[shape(path)] = shapes.get(shape(path), 0) + 1
                if shapes[shape(path)] <= 2:
                    waiting.append(path)


def forms_of(pages: Iterator[Page], base: str) -> list[tuple[str, Form]]:
    found: dict[tuple[str, str, str], tuple[str, Form]] = {}
    for page in pages:
        for form in page.forms:
            target = urljoin(page.url, form.action) if form.action else page.url
            if target.startswith(base) and not any(word in target for word in LEAVING):
                found.setdefault((shape(target), form.method, ",".join(sorted(form.names))), (target, form))
    return list(found.values())


def send(client: httpx.Client, target: str, form: Form, body: str) -> httpx.Response:
    if form.method == "get":
        return client.get(f"{target.partition('?')[0]}?{body}")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if len(body) > 60_000:
        # The server may answer before it has read all of it, and then hangs up.
        headers["connection"] = "close"
    return client.post(target, content=body, headers=headers)


def spoil(client: httpx.Client, base: str, starts: list[str]) -> list[str]:
    """Send every form with every field spoilt in every way; returns the names of the fields."""
    spoilt = []
    for target, form in forms_of(walk(client, base, starts), base):
        for field in sorted(name for name in form.names if not re.search("csrf|form_token", name)):
            spoilt.append(field)
            rest = [(name, value) for name, values in form.values.items() if name != field for value in values]
            texts = {label: urlencode({field: text}) for label, text in HOSTILE.items()}
            texts |= {raw: f"{field}={raw}" for raw in RAW}
            for label, body in texts.items():
                if form.method == "get" and len(body) > 8_000:
                    continue
                answer = send(client, target, form, f"{urlencode(rest)}&{body}")
                assert answer.status_code < 500, (target, field, label, answer.status_code)
                assert SCRIPT not in answer.text, (target, field)
    return spoilt


def browser_of(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, follow_redirects=True, timeout=LIMIT, trust_env=False)


@pytest.mark.parametrize("stage", ["awarded", "purchased", "completed"])
def test_the_portal(system: running.System, stage: str) -> None:
    who = next(one for one in system.urls["accounts"]["participants"] if one["stage"] == stage)
    phone = Phone(system.urls["phone"], who["phone"])
    phone.skip()
    with closing(Browser(system.urls["portal"])) as portal:
        Participant(who["name"], who["phone"], "", portal, phone).sign_in()
        starts = ["/", "/dashboard", "/rekening", "/pembelian", "/insentif", "/survei", "/pesan", "/pelatihan"]
        spoilt = spoil(portal._client, system.urls["portal"], starts)
    assert {"number", "provider", "cari"} <= set(spoilt)
    assert stage != "completed" or {"review", "stars"} <= set(spoilt)
    assert system.json("proof", "--json")["ok"] is True


def test_signing_in(system: running.System) -> None:
    with browser_of(system.urls["portal"]) as client:
        assert {"phone", "next"} <= set(spoil(client, system.urls["portal"], ["/masuk"]))
    with browser_of(system.urls["console"]) as client:
        assert {"login", "password"} <= set(spoil(client, system.urls["console"], ["/accounts/login/"]))


def test_a_shop_and_an_institution(system: running.System) -> None:
    for base, prefix in ((system.urls["platforms"]["tokopedia"], ""), (system.urls["institution"], "/rasakata")):
        account = {"name": "Uji Coba", "email": "uji@contoh.example", "password": PASSWORD}
        starts = [
            f"{prefix}/",
            f"{prefix}/signup",
            f"{prefix}/signin",
            *(["/orders", "/compare"] if not prefix else []),
        ]
        with closing(Browser(base)) as site:
            site.submit(site.get(f"{prefix}/signup"), has="email", **account)
            spoilt = spoil(site._client, base, starts)
        assert {"email", "name", "password", "q"} <= set(spoilt)
        assert {"course", "schedule"} & set(spoilt) if not prefix else "code" in spoilt


def test_the_world_and_the_clock(system: running.System) -> None:
    with browser_of(system.urls["phone"]) as client:
        assert {"address", "number"} <= set(
            spoil(client, system.urls["phone"], ["/", "/phone/", "/bank/", "/registry/"])
        )
    with browser_of(system.urls["sandbox"]) as client:
        before = system.json("clock", "show")["next_due"]
        assert {"instant", "step"} <= set(spoil(client, system.urls["sandbox"], ["/clock"]))
    # What spoils an instant moves nothing.
    assert system.json("clock", "show")["next_due"] == before
    assert system.json("proof", "--json")["ok"] is True
