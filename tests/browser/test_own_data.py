"""A person reads and takes their data and asks for its erasure on a phone that runs no scripts; an operator answers by command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.citizen import Citizen
from tests.browser.clicking import follow
from tests.browser.system import RunningSystem

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser


def test_read_take_and_ask_without_scripts(
    new_person: Callable[..., BrowserContext], system: RunningSystem, tmp_path: Path
) -> None:
    me = Citizen(new_person(scripts=False), system, system.new_participant(stage="purchased"))
    me.sign_in()
    follow(me.page.get_by_role("contentinfo").get_by_role("link", name="Data saya"))
    with me.page.expect_download() as taken:
        me.page.get_by_role("button", name="Unduh data saya").click()
    file = tmp_path / taken.value.suggested_filename
    taken.value.save_as(file)
    found = json.loads(file.read_text(encoding="utf-8"))
    assert (file.name, found["person"][0]["name"]) == ("data-prakerja.json", me.name)
    assert found["vouchers"][0]["code"].startswith("…")
    follow(me.page.get_by_role("link", name="Baca data saya"))
    me.page.get_by_text("Nomor ponsel dan email (2)").click()
    expect(me.page.locator("#contacts")).to_contain_text(found["contacts"][0]["value"])

    me.visit("/data-saya")
    follow(me.page.get_by_role("link", name="Minta data saya dihapus"))
    expect(me.page.locator("main")).to_contain_text("semua baris uang")
    me.page.get_by_label("Saya sudah membaca").check()
    me.page.get_by_role("button", name="Kirim permintaan").click()
    expect(me.page.locator("main")).to_contain_text("Menunggu jawaban")

    command = system.process
    (case,) = [one for one in command.json("person", "erasures") if one["waits_for"] == ["award"]]
    helper = "menghapus@contoh.example"
    command.json("operator", "add", "--email", helper, "--role", "helper")
    by = ("--case", case["case"], "--operator", helper, "--answer")
    early = command.run("person", "erase", *by, "Yang boleh dihapus sudah dihapus.")
    assert (early.code, early.out) == (2, "")
    assert "so that the person can take it back" in early.err
    assert command.run("person", "refuse-erasure", *by, "ya").code == 2
    said = "Kepesertaan Anda masih berjalan sampai Desember."
    assert command.json("person", "refuse-erasure", *by, said)["status"] == "refused"
    expect(me.visit("/data-saya").locator("main")).to_contain_text(said)
