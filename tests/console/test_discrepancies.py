"""What a bank says against the books, from the bank's own page to an operator's decision; the proof asks the bank too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from prakerja.cli.journeys.browser import Browser
from prakerja.cli.journeys.people import Participant, Phone
from tests import running
from tests.console.signing_in import signed_in
from tests.waiting import wait_until

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]


@pytest.fixture(scope="module")
def system() -> Iterator[running.System]:
    """A world of its own: nothing in it differs before these tests, and they run in their order."""
    with running.world() as folder, running.system(folder) as started:
        yield started


@pytest.fixture(scope="module")
def authoriser(system: running.System) -> Iterator[httpx.Client]:
    yield from signed_in(system, "authoriser")


@pytest.fixture(scope="module")
def viewer(system: running.System) -> Iterator[httpx.Client]:
    yield from signed_in(system, "viewer")


@dataclass
class Case:
    name: str
    reference: str
    discrepancy: str
    address: str


def link(system: running.System, *, stage: str, number: str) -> str:
    who = next(one for one in system.urls["accounts"]["participants"] if one["stage"] == stage)
    phone = Phone(system.urls["phone"], who["phone"])
    phone.skip()
    with closing(Participant(who["name"], who["phone"], "", Browser(system.urls["portal"]), phone)) as owner:
        owner.sign_in()
        owner.unlink()
        owner.link(provider="bni", number=number).must_say(number[-4:])
    return str(who["name"])


def open_cases(system: running.System) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = system.json("payment", "discrepancies")["discrepancies"]
    return found


def decide(client: httpx.Client, case: Case, *, decision: str, reason: str) -> httpx.Response:
    (csrf,) = [cookie.value for cookie in client.cookies.jar if "csrf" in cookie.name]
    return client.post(case.address, data={"csrfmiddlewaretoken": csrf, "decision": decision, "reason": reason})


def test_nothing_differs_at_first(system: running.System, authoriser: httpx.Client) -> None:
    page = authoriser.get("/attention/").text
    assert "Jawaban bank berbeda dari pembukuan" in page
    assert page.count("Tidak ada.") == 12
    assert open_cases(system) == []
    assert system.run("proof", "--rails").code == 0


@pytest.fixture(scope="module")
def cases(system: running.System) -> tuple[Case, Case]:
    """One payment failed and arrived after all (07); of another the bank's callback says what its books do not (00)."""
    failed = link(system, stage="reviewed", number="7700123407")
    called = link(system, stage="paying", number="7700123400")
    system.json("clock", "set", "2021-10-02T12:00")
    found = wait_until(lambda: {one["name"]: one for one in open_cases(system)} if len(open_cases(system)) == 2 else {})
    assert {name: (one["known"], one["said"]) for name, one in found.items()} == {
        failed: ("failed", "settled"),
        called: ("settled", "returned"),
    }
    late, untrue = (
        Case(
            name,
            found[name]["reference"],
            found[name]["discrepancy"],
            f"/payments/{found[name]['person']}/discrepancies/{found[name]['discrepancy']}/",
        )
        for name in (failed, called)
    )
    return late, untrue


def test_the_proof_asks_the_bank_and_ends_with_one(system: running.System, cases: tuple[Case, Case]) -> None:
    late, _ = cases
    assert system.run("proof").code == 0
    done = system.run("proof", "--rails", "--json")
    assert (done.code, done.document["ok"]) == (1, False)
    (wrong,) = [check for check in done.document["checks"] if not check["ok"]]
    assert wrong["name"] == "what a rail paid is paid or under way here, for the same amount"
    assert [(one["reference"], one["ours"]) for one in wrong["differences"]] == [(late.reference, "failed")]


def test_the_list_shows_both_words(authoriser: httpx.Client, viewer: httpx.Client, cases: tuple[Case, Case]) -> None:
    for one, known, said in zip(cases, ("Transfer gagal", "Berhasil"), ("Berhasil", "Uang dikembalikan"), strict=True):
        page = authoriser.get("/attention/").text
        (row,) = re.findall(rf"<tr><td><a href=\"{one.address}\">{one.name}</a></td>.*?</tr>", page, re.S)
        assert re.search(rf"{one.reference}.*Rp600\.000.*{known}.*{said}", row, re.S)
        page = viewer.get("/attention/").text
        assert one.reference in page
        assert one.address not in page


def test_who_may_not_decide_reads_why(system: running.System, viewer: httpx.Client, cases: tuple[Case, Case]) -> None:
    for one in cases:
        assert viewer.get(one.address).status_code == 403
        answer = decide(viewer, one, decision="accepted", reason="Saya yakin")
        assert (answer.status_code, "Peran Anda" in answer.text) == (403, True)
    refused = system.run(
        "payment", "resolve", "--discrepancy", cases[0].discrepancy, "--decision", "accepted", "--reason", "x",
        "--operator", "melihat@prakerja.example",
    )  # fmt: skip
    assert (refused.code, refused.out) == (2, "")
    assert "roles do not allow this" in refused.err
    assert len(open_cases(system)) == 2


@pytest.mark.parametrize(("decision", "reason"), [("", ""), ("accepted", "  "), ("ignored", "Surat bank")])
def test_no_decision_without_its_reason(
    system: running.System, authoriser: httpx.Client, cases: tuple[Case, Case], decision: str, reason: str
) -> None:
    answer = decide(authoriser, cases[0], decision=decision, reason=reason)
    assert (answer.status_code, answer.url.path) == (200, cases[0].address)
    assert "errorlist" in answer.text
    assert len(open_cases(system)) == 2


def test_a_case_of_somebody_else_is_not_found(authoriser: httpx.Client, cases: tuple[Case, Case]) -> None:
    late, untrue = cases
    strange = late.address.replace(late.discrepancy, untrue.discrepancy)
    assert authoriser.get(strange).status_code == 404


def test_the_page_speaks_both_languages(authoriser: httpx.Client, cases: tuple[Case, Case]) -> None:
    page = authoriser.get(f"/language/en/?next={cases[0].address}").text
    for words in ("According to the books", "According to the bank", "The transfer failed", "Paid", cases[0].name):
        assert words in page, words
    listed = authoriser.get("/attention/").text
    assert "Suspended awards" in listed
    assert "Menurut" not in page + listed
    assert "Menurut bank" in authoriser.get(f"/language/id/?next={cases[0].address}").text


def test_a_decision_is_made_once_and_the_books_follow(
    system: running.System, authoriser: httpx.Client, cases: tuple[Case, Case]
) -> None:
    late, untrue = cases
    answer = decide(authoriser, late, decision="accepted", reason="Surat bank 12/2021")
    assert answer.url.path == "/attention/"
    assert "Keputusan Anda sudah dicatat." in answer.text
    assert late.reference not in answer.text
    assert untrue.reference in answer.text
    again = decide(authoriser, late, decision="dismissed", reason="Saya lebih tahu")
    assert again.url.path == late.address
    assert "Perbedaan ini sudah diputuskan." in again.text
    page = authoriser.get(late.address).text
    assert "Surat bank 12/2021" in page
    assert "Saya lebih tahu" not in page
    assert "<form" not in page.partition("<main")[2]
    # The bank had paid, and now the books say so.
    done = system.run("proof", "--rails")
    assert (done.code, "Everything holds." in done.out) == (0, True)


def test_the_command_decides_too(system: running.System, cases: tuple[Case, Case]) -> None:
    _, untrue = cases
    given = ("--discrepancy", untrue.discrepancy, "--decision", "dismissed", "--reason", "Bank: salah kirim")
    told = system.json("payment", "resolve", *given, "--operator", "mengesahkan@prakerja.example", "--json")
    assert told == {"reference": untrue.reference, "decision": "dismissed", "status": "settled"}
    again = system.run("payment", "resolve", *given)
    assert (again.code, again.out, "decided already" in again.err) == (2, "", True)
    unknown = system.run("payment", "resolve", "--discrepancy", "00000000-0000-0000-0000-000000000000", *given[2:])
    assert (unknown.code, "There is no such discrepancy" in unknown.err) == (2, True)
    assert open_cases(system) == []


def test_a_suspended_award_is_on_both_lists(system: running.System, viewer: httpx.Client) -> None:
    assert system.json("award", "list", "--status", "suspended") == {"awards": []}
    one = system.json("sandbox", "participant")
    suspended = system.json(
        "award", "suspend", "--person", one["person_id"], "--reason", "laporan 17",
        "--operator", "menyetujui@prakerja.example",
    )  # fmt: skip
    (listed,) = system.json("award", "list", "--status", "suspended")["awards"]
    assert (listed["person"], listed["award"]) == (one["person_id"], suspended["award"])
    page = viewer.get("/attention/").text
    assert f'<a href="/people/person/{one["person_id"]}/change/">{listed["name"]}</a>' in page
    system.json("award", "reinstate", "--person", one["person_id"], "--reason", "tidak terbukti")
    assert f"/people/person/{one['person_id']}/change/" not in viewer.get("/attention/").text


def test_a_correction_that_waits_for_a_second_operator_is_shown(
    system: running.System, authoriser: httpx.Client
) -> None:
    system.json(
        *("wave", "correct-announcement", "--wave", "21", "--announced-at", "2021-09-23T20:00"),
        *("--reason", "salah tanggal", "--operator", "menyetujui@prakerja.example"),
    )
    page = authoriser.get("/attention/").text
    assert "Pembetulan pengumuman yang menunggu operator kedua" in page
    assert "<td>21</td>" in page
    assert "Pencabutan yang menunggu keputusan" in page
