"""The third verifier, as a person meets it: the page that checks a draw, saved, opened without any network, with files of their own.

It reaches the same winners as `prakerja draw verify` and tools/verify_draw.py, and sees what was bent.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from prakerja.access.actors import Actor
from prakerja.draw.operations import trust
from prakerja.draw.protocol.documents import Result
from prakerja.draw.protocol.folder import Directory
from prakerja.draw.writing import published_folder
from prakerja.people.queries import nik_of
from tests.browser.checks import problems_of
from tests.browser.chromium import PHONE, chromium_path, launch
from tests.builders import operator
from tests.draw.drawing import committed, drawn, join, listed, published, ruled
from tests.draw.published import THOUSAND_RULES, TRUST, Draw, rows_of, rules_of, thousand, thousand_drawn
from tests.draw.recalled import Recalls, out_of_turn
from tests.waiting import LIMIT

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine"),
]
ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/prakerja/portal/static"
Enter = Callable[[uuid.UUID], Client]
WINNERS_OF_A_THOUSAND = "c2748f1ef32766c09794cdaf67fba78a5fac30ca59f251e74492c029dcf50009"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


class Bent(Draw):
    """Two operators sign results in which a winner's place was given to somebody else: every hash and signature fits."""

    def result_lines(self) -> list[bytes]:
        lines = super().result_lines()
        winner = next(at for at, line in enumerate(lines) if b" W " in line)
        loser = next(at for at, line in enumerate(lines) if b" R 1\n" in line)
        (mine, told), (other, taken) = (lines[at].split(b" ", 1) for at in (winner, loser))
        lines[winner], lines[loser] = mine + b" " + taken, other + b" " + told
        return lines


def zipped(folder: Path) -> Path:
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in Directory(folder).names():
            packed.write(folder / name, name)
    return target


def saved(html: str, folder: Path) -> Path:
    """The page with its scripts and styles, as a browser keeps it: what it asked of the site lies beside it."""
    folder.mkdir()
    style = re.search(r'<link rel="stylesheet" href="/static/[^/"]+/([^"]+)">', html)
    assert style is not None
    # In the page itself, where what looks at it may read it.
    html = html.replace(style[0], f"<style>{(STATIC / style[1]).read_text()}</style>")
    for address in set(re.findall(r'(?:src|href)="(/static/[^/"]+/[^"]+)"', html)):
        name = Path(address)
        (folder / name.name).write_bytes((STATIC / Path(*name.parts[3:])).read_bytes())
        html = html.replace(address, name.name)
    (folder / "page.html").write_text(html)
    return folder / "page.html"


@contextmanager
def opened(page: Path) -> Iterator[tuple[Page, list[str]]]:
    """The saved page in a browser, and every address that it asks for."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(viewport=PHONE, offline=True)  # type: ignore[arg-type]
        context.set_default_timeout(LIMIT * 1000)
        tab, asked = context.new_page(), []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(page.as_uri())
        yield tab, asked
        browser.close()


def verdict(page: Page, part: str) -> str:
    box = page.locator(f"[data-part={part}]")
    box.wait_for(state="visible")
    return box.locator("[data-words]").inner_text()


def check_own(page: Page, proof: Path, nik: str) -> str:
    page.locator("#proof").set_input_files(proof)
    page.locator("#nik").fill(nik)
    page.evaluate("document.querySelector('[data-part=own-verdict]').hidden = true")
    page.locator("[data-part=check-own]").click()
    return verdict(page, "own-verdict")


def check_whole(page: Page, packed: Path) -> str:
    # As a press on the field does: else nothing is said of the same file chosen again.
    page.locator("#zip").set_input_files([])
    page.evaluate("document.querySelector('[data-part=whole-verdict]').hidden = true")
    page.locator("#zip").set_input_files(packed)
    return verdict(page, "whole-verdict")


def failed(page: Page) -> list[str]:
    return [str(one.get_attribute("id")) for one in page.locator("#whole-checks > li:has(.govuk-tag--red)").all()]


def by_stranger(folder: Path, keys: Path) -> str:
    """What the other program says, as the page gives it away."""
    command: list[Any] = [sys.executable, "-I", STATIC / "build/verify_draw.txt", folder, keys]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT).stdout


def test_a_person_checks_their_row_and_the_whole_draw_without_a_network(
    portal: Client, enter: Enter, tmp_path: Path
) -> None:
    two: tuple[Actor, Actor] = operator("approver"), operator("authoriser")
    ruled(*two, quota=3)
    people = [join(number) for number in range(8)]
    listed(two[0])
    committed(*two)
    drawn(*two)
    published(*two)
    folder = published_folder() / "g22-1"
    winners = Result.read((folder / "result.json").read_bytes()).winners.sha256
    (tmp_path / "own.json").write_bytes(trust().spelled())
    assert "g22/1 holds: 3 winners of 8 rows" in by_stranger(folder, tmp_path / "own.json")
    # Before the page: whoever asks for the first receipt makes the key that signs them.
    receipt = enter(people[0]).get("/gelombang/22/tanda-terima.txt").content.decode()
    html = portal.get("/undian/22/1/periksa").text
    proofs = []
    for number, person in enumerate(people[:2]):
        proofs.append(tmp_path / f"proof-{number}.json")
        proofs[-1].write_bytes(enter(person).get("/gelombang/22/bukti.json").content)
    niks = [nik_of(person_id=person) for person in people[:2]]
    own = json.loads(proofs[0].read_bytes())
    bent = tmp_path / "bent.json"
    bent.write_text(json.dumps(own | {"outcome": own["outcome"].split()[0] + " 9 W 31"}))
    thousand_drawn().write(tmp_path / "thousand")
    (tmp_path / "keys.json").write_bytes(TRUST.spelled())
    assert f"{thousand_drawn().result.winners.count} winners of 1000" in by_stranger(
        tmp_path / "thousand", tmp_path / "keys.json"
    )
    Bent(rules_of("g20", **THOUSAND_RULES), list(rows_of(thousand(), wave="g20").values())).write(tmp_path / "bent")
    changed = tmp_path / "changed"
    with zipfile.ZipFile(zipped(tmp_path / "thousand")) as packed:
        packed.extractall(changed)
    rows = (changed / "list/00000.txt").read_bytes()
    (changed / "list/00000.txt").write_bytes(rows.replace(b" E 94 ", b" E 11 ", 1))
    recalls = Recalls(thousand_drawn(), tmp_path / "again")
    recalls.add()
    recalls.add(bend=out_of_turn(recalls))
    recalled = [zipped(one) for one in recalls.folders]

    from playwright.sync_api import expect

    with opened(saved(html, tmp_path / "kept")) as (page, asked):
        # Nothing there can be sent: neither a form nor a field with a name.
        assert page.locator("#draw-check form, #draw-check [name]").count() == 0
        assert check_own(page, proofs[0], niks[0]).endswith("Bukti Anda cocok.")
        assert page.locator("#own-checks > li:visible .govuk-tag--green").count() == 5
        assert problems_of(page) == []
        # Without a NIK the row is not said to be theirs; with another's it is said not to be.
        assert check_own(page, proofs[0], "").endswith("Bukti Anda cocok.")
        assert page.locator("[data-check=ticket] .govuk-tag--yellow").count() == 1
        assert "Ada yang tidak cocok" in check_own(page, proofs[0], niks[1])
        assert "Ada yang tidak cocok" in check_own(page, bent, niks[0])
        assert page.locator("[data-check=outcome] .govuk-tag--red").count() == 1
        assert "16 angka" in check_own(page, proofs[0], niks[0][:-1])

        assert check_whole(page, published_folder() / "g22-1.zip").startswith("Undian g22/1 cocok.")
        assert page.locator("#draw-check").get_attribute("data-winners") == winners
        assert page.locator("#whole-checks .govuk-tag--green").count() == 10
        assert page.locator("#V8 .govuk-tag--yellow").count() == 1
        # The ticket of the proof was looked for in it, and is said in the same words.
        assert "Tiket itu ada di dalamnya." in page.locator("[data-part=whole-own]").inner_text()

        # A receipt says the same to whoever is not signed in, and leaves the page no more than the rest.
        for typed, says in ((receipt, "situs ini menandatanganinya"), (own["row"].split()[0], "")):
            page.locator("#receipt").fill(typed)
            page.evaluate("document.querySelector('[data-part=receipt-verdict]').hidden = true")
            page.locator("[data-part=check-receipt]").click()
            assert "memenuhi syarat, provinsi DKI Jakarta" in verdict(page, "receipt-verdict")
            told = page.locator("[data-part=receipt-row]").inner_text()
            assert (f"urutan {own['outcome'].split()[1]}" in told, says in told) == (True, True)
        assert problems_of(page) == []

        # Whose signatures count is the person's to choose.
        assert "TIDAK cocok" in check_whole(page, tmp_path / "thousand.zip")
        assert failed(page) == ["V2"]
        # Whoever looked at the page before opened it already.
        page.locator("details:has(#keys-file)").evaluate("(one) => { one.open = true; }")
        page.locator("#keys-file").set_input_files(tmp_path / "keys.json")
        expect(page.locator("[data-part=keys-said]")).to_contain_text("keys.json")
        for by_hand in (False, True):
            page.evaluate(f"PrakerjaDraw.withoutTheBrowsers = {str(by_hand).lower()}")
            assert check_whole(page, tmp_path / "thousand.zip").startswith("Undian g20/1 cocok.")
            assert page.locator("#draw-check").get_attribute("data-winners") == WINNERS_OF_A_THOUSAND
        # Seats that came back: the first recall holds; a second one that passes somebody over is seen.
        for count, holds in ((1, True), (2, False)):
            page.locator("#recall-zips").set_input_files(recalled[:count])
            assert ("TIDAK cocok" not in check_whole(page, tmp_path / "thousand.zip")) is holds
            marks = page.locator("#recall-checks > li").all_inner_texts()
            assert [("TIDAK" in one.upper(), "R6" in one) for one in marks] == [(False, False), (True, True)][:count]
        page.locator("#recall-zips").set_input_files([])
        assert "TIDAK cocok" in check_whole(page, zipped(changed))
        assert failed(page) == ["V1"]
        # A bent row that both operators signed is seen by who computes the line again.
        assert "TIDAK cocok" in check_whole(page, zipped(tmp_path / "bent"))
        assert failed(page) == ["V10"]
        assert "tidak dapat dibaca" in check_whole(page, proofs[0])
        assert [one for one in asked if not one.startswith("file://")] == []
