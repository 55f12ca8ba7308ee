"""`prakerja course …` beside a running system: the worker pays the buyers of a cancelled class back by itself."""

from __future__ import annotations

import pytest

from tests import running
from tests.waiting import wait_until

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]


def test_an_operator_cancels_for_a_silent_institution(system: running.System) -> None:
    one = system.json("sandbox", "participant", "--stage", "purchased")
    given = ("course", "cancel", "--schedule", one["schedule_code"], "--reason", "Lembaga tutup")
    assert system.run(*given, "--operator", "mencairkan@prakerja.example").code == 2
    assert system.json(*given)["buyers"] == 1
    assert system.run(*given).code == 2

    def told() -> bool:
        return any(
            "sudah kembali ke saldo" in message["text"]
            for message in system.json("sandbox", "inbox", "--phone", one["phone"])
        )

    wait_until(told, what="the buyer is told that the price is back")
    assert system.json("course", "cases") == {"cases": [], "paying_back": []}
    assert system.json("proof", "--json")["ok"]


def test_a_code_that_had_been_entered_is_decided_about(system: running.System) -> None:
    one = system.json("sandbox", "participant", "--stage", "redeemed")
    system.json("course", "cancel", "--schedule", one["schedule_code"], "--reason", "Lembaga tutup")
    wait_until(lambda: system.json("course", "cases")["cases"], what="the case is found")
    (case,) = system.json("course", "cases")["cases"]
    decision = ("course", "resolve", "--person", case["person"], "--case", case["case"], "--reason", "Telepon lembaga")
    done = system.json(*decision, "--decision", "refunded", "--operator", "menyetujui@prakerja.example")
    assert done["price_is_now"] == "wallet"
    assert system.run(*decision, "--decision", "kept").code == 2
    assert system.json("proof", "--json")["ok"]
