"""The one-shot commands, beside a running system."""

from __future__ import annotations

import csv
import os
import re
import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import bench
from prakerja.cli.bench import NAMES
from tests import running
from tests.lists.files import csv_file, people, person, text, workbook
from tests.waiting import LIMIT, finish, wait_until

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]


@pytest.mark.parametrize("stage", ["awarded", "ready", "purchased", "redeemed", "completed"])
def test_participant_at_a_stage(system: running.System, stage: str) -> None:
    one = system.json("sandbox", "participant", "--stage", stage)
    assert one["nik"].startswith("99")
    assert len(one["card_number"]) == 16
    assert set(one["institution_credentials"]) == {"client_code", "sign_key"}
    has_bought = stage in ("purchased", "redeemed", "completed")
    for key in ("redeem_code", "course_code", "schedule_code", "invoice_code", "transaction_code"):
        assert (one[key] is not None) == has_bought, key
    assert one["balance"] == (750_000 if has_bought else 1_000_000)


def test_participant_with_a_balance(system: running.System) -> None:
    one = system.json("sandbox", "participant", "--stage", "ready", "--balance", "225000")
    assert one["balance"] == 225_000
    assert one["redeem_code"] is None


def test_too_large_a_balance_is_refused(system: running.System) -> None:
    result = system.run("sandbox", "participant", "--balance", "1000001")
    assert (result.code, result.out) == (2, "")


def test_a_test_phone_receives_nothing(system: running.System) -> None:
    one = system.json("sandbox", "participant", "--phone", "081300010008")
    assert one["phone"].endswith("0008")
    assert system.json("sandbox", "inbox", "--phone", "081300010008") == []


@pytest.mark.parametrize("phone", ["081300020008", "12", "bukan nomor"])
def test_a_phone_that_is_none_or_taken_makes_nobody(system: running.System, phone: str) -> None:
    if phone.endswith("0008"):
        system.json("sandbox", "participant", "--phone", phone)
    result = system.run("sandbox", "participant", "--phone", phone)
    assert (result.code, result.out) == (2, "")
    assert "nomor ponsel" in result.err


def test_course(system: running.System) -> None:
    made = system.json("sandbox", "course", "--price", "123000", "--seats", "3", "--starts", "2021-10-01T09:00")
    assert (made["price"], made["seats"], made["institution"]) == (123_000, 3, "rasakata")
    assert made["schedule_code"] == f"{made['course_code']}-1"


def test_inbox_holds_what_was_received(system: running.System) -> None:
    one = system.json("sandbox", "participant")
    messages = wait_until(lambda: system.json("sandbox", "inbox", "--phone", one["phone"]))
    assert [message["channel"] for message in messages] == ["sms"]
    assert "21 Oktober 2021 pukul 23.59 WIB" in messages[0]["text"]
    assert set(messages[0]) == {"at", "channel", "to", "text"}


def test_inbox_waits_for_what_is_newer(system: running.System) -> None:
    one = system.json("sandbox", "participant")
    system.json("sandbox", "inbox", "--phone", one["phone"])
    results: list[running.Result] = []
    waiting = threading.Thread(
        target=lambda: results.append(system.run("sandbox", "inbox", "--phone", one["phone"], "--wait", str(LIMIT)))
    )
    waiting.start()
    with httpx.Client(base_url=system.urls["portal"], follow_redirects=True, timeout=LIMIT) as browser:
        form = browser.get("/masuk")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        assert token is not None
        sent = browser.post("/masuk", data={"csrfmiddlewaretoken": token.group(1), "phone": one["phone"]})
        assert sent.status_code == 200
    finish(waiting)
    newest = results[0].document[0]["text"]
    assert "OTP" in newest
    assert "angan berikan kode" in newest


def test_totp(system: running.System) -> None:
    assert len(system.run("sandbox", "totp", "--user", "approver").out.strip()) == 6
    assert set(system.json("sandbox", "totp", "--user", "viewer", "--json")) == {"user", "code", "seconds_left"}
    assert system.run("sandbox", "totp", "--user", "nobody").code == 2


def test_partner_add(system: running.System) -> None:
    made = system.json("partner", "add", "--kind", "platform", "--code", "tokobaru", "--name", "Toko Baru")
    assert made["client_code"] == "tokobaru"
    assert len(made["sign_key"]) == 32
    again = system.run("partner", "add", "--kind", "platform", "--code", "tokobaru", "--name", "Toko Baru")
    assert (again.code, again.out) == (2, "")


def test_clock_moves_forward_only(system: running.System) -> None:
    before = datetime.fromisoformat(system.json("clock", "show")["now"])
    moved = system.json("clock", "advance", "1h")
    assert datetime.fromisoformat(moved["now"]) - datetime.fromisoformat(moved["was"]) == timedelta(hours=1)
    after = datetime.fromisoformat(system.json("clock", "show")["now"])
    assert after - before >= timedelta(hours=1)
    back = system.run("clock", "set", before.isoformat())
    assert (back.code, back.out) == (2, "")


def test_what_falls_due_is_listed_and_done(system: running.System) -> None:
    listed = {one["task"]: one for one in system.json("due", "list")}
    assert {"remind to buy", "revoke", "expire vouchers", "send_payments"} <= set(listed)
    assert {one["state"] for one in listed.values()} <= {"idle", "working", "ended", "silent"}
    assert system.json("payment", "rails") == {"rails": [{"rail": "sandbox", "state": "answers"}]}
    done = system.json("due", "run", "--progress")
    assert datetime.fromisoformat(done["at"])
    assert [one for one in done["ran"] if one["count"] < 0] == []


def test_import_of_results(system: running.System, tmp_path: Path) -> None:
    columns = "nik,family_card_number,name,birth_date,phone,email,province_code,education"
    file = tmp_path / "results.csv"
    file.write_text(
        f"{columns}\n"
        "9955550101900001,9955550101900001,Lestari Contoh,1990-01-01,081355500001,lestari@contoh.example,31,sma\n"
        "3255550101900001,9955550101900002,Bukan Demo,1990-01-01,081355500002,bukan@contoh.example,31,sma\n"
        "9955550101900003,9955550101900003,Salah Telepon,1990-01-01,12,salah@contoh.example,31,sma\n"
    )
    arguments = ("wave", "import-results", str(file), "--wave", "21", "--decree", "SK-UJI-1")
    first = system.json(*arguments)
    assert {name: first[name] for name in ("awarded", "already", "rejected")} == {
        "awarded": 1,
        "already": 0,
        "rejected": 2,
    }
    with (tmp_path / "results.csv.rejected.csv").open(newline="") as rejected:
        assert [row["reason"] for row in csv.DictReader(rejected)] == ["not_a_demo_nik", "phone_format"]
    second = system.json(*arguments)
    assert (second["awarded"], second["already"], second["rejected"]) == (0, 1, 2)


def test_a_workbook_is_imported_and_a_wrong_phone_corrected(system: running.System, tmp_path: Path) -> None:
    """As an office makes it: a title, headers in Indonesian, dates as dates; the next list has another phone."""
    header = ["No", "NIK", "No. KK", "Nama", "Tgl Lahir", "No. HP", "Email", "Kode Provinsi", "Pendidikan"]
    row = [1, "9955560101900001", "9955560101900001", "Wati Contoh", date(1990, 1, 1), 81355560001]
    tail = ["Wati@Contoh.example", 31, "SMK"]
    file = workbook(tmp_path, [["DAFTAR LOLOS"], [], header, [*row, *tail]])
    arguments = ("--wave", "21", "--decree", "SK-UJI-XLSX")
    first = system.json("wave", "import-results", str(file), *arguments)
    assert (first["awarded"], first["rows"], first["lines"], first["rejected_file"]) == (1, 1, 4, None)
    later = csv_file(
        tmp_path,
        text([[*row[:4], "01-Jan-90", "0813-5556-0002", *tail]], header=header, separator=";").encode("utf-16"),
    )
    again = system.json("wave", "import-results", str(later), *arguments)
    assert (again["already"], again["different"]) == (0, 1)
    with Path(again["different_file"]).open(encoding="utf-8-sig", newline="") as different:
        told = next(csv.DictReader(different, delimiter=";"))
    assert (told["line"], told["different"]) == ("2", "phone")
    correct = ("person", "correct-contact", "--person", told["person"], "--reason", "salah ketik di daftar")
    helper = "membantu@contoh.example"
    system.json("operator", "add", "--email", helper, "--role", "helper")
    by = ("--operator", helper)
    assert system.run(*correct, "--phone", "0813-5556-OOO2", *by).code == 2
    assert system.run(*correct, "--phone", "0813-5556-0002").code == 2
    assert system.json(*correct, "--phone", "0813-5556-0002", *by)["corrected"] == "phone"
    assert system.json("person", "lost-phones") == []
    for verb in ("propose-phone", "confirm-phone", "refuse-phone"):
        nothing = ("person", verb, "--case", told["person"], "--reason", "tidak ada kasusnya")
        assert (system.run(*nothing).code, system.run(*nothing, *by).code) == (2, 2)
    for phone in ("081355560001", "081355560002"):
        wait_until(lambda phone=phone: "nomor ini" in str(system.json("sandbox", "inbox", "--phone", phone)).lower())
    assert system.json("wave", "import-results", str(later), *arguments)["already"] == 1


def test_a_damaged_list_awards_nobody(system: running.System, tmp_path: Path) -> None:
    damaged = csv_file(tmp_path, text([[one[0][:15] + "0", *one[1:]] for one in people(8)]))
    refused = system.run("wave", "import-results", str(damaged), "--wave", "21", "--decree", "SK-UJI-RUSAK")
    assert (refused.code, refused.out) == (2, "")
    assert "8 dari 8 nomor" in refused.err
    assert "8 of 8 numbers" in refused.err
    assert [one.name for one in tmp_path.iterdir()] == ["list.csv"]


def test_a_list_looks_ahead_and_two_operators_correct_its_announcement(system: running.System, tmp_path: Path) -> None:
    columns = "nik,family_card_number,name,birth_date,phone,email,province_code,education"
    file = tmp_path / "results.csv"
    file.write_text(
        f"{columns}\n9955550101900022,9955550101900022,Dua Operator,1990-01-01,081355500022,dua@contoh.example,31,sma\n"
    )
    arguments = ("wave", "import-results", str(file), "--wave", "22", "--decree", "SK-UJI-22", "--announced-at")
    one, other = "menyetujui@prakerja.example", "mengesahkan@prakerja.example"
    past = system.run(*arguments, "2021-08-20T20:00", "--confirm-short-deadline", one)
    assert (past.code, past.out) == (2, "")
    assert "2021-09-18 pukul 23.59 WIB" in past.err
    near = system.run(*arguments, "2021-08-31T20:00")
    assert (near.code, near.out) == (2, "")
    assert "2021-09-29 pukul 23.59 WIB" in near.err
    assert "--confirm-short-deadline" in near.err
    assert system.run(*arguments, "2021-08-31T20:00", "--confirm-short-deadline", "siapa@contoh.example").code == 2
    assert system.json(*arguments, "2021-08-31T20:00", "--confirm-short-deadline", one)["awarded"] == 1

    # A wave is proposed by one and announced by another, who says what they read.
    dates = ("--opens", "2099-03-01T12:00", "--closes", "2099-03-04T00:00", "--quota", "500")
    assert system.run("wave", "open", "--number", "60", *dates).code == 2
    proposed = system.json("wave", "open", "--number", "60", *dates, "--operator", one)
    assert system.json("wave", "list", "--json")["waiting"][0]["confirm"] == proposed["confirm"]
    again = ("wave", "confirm", "--number", "60", "--operator", other, "--digest")
    assert system.run(*again, "0" * 16).code == 2
    assert system.json(*again, proposed["confirm"])["is_opened"] is True

    wave = ("--wave", "22")
    right = ("--announced-at", "2021-09-26T20:00", "--reason", "salah tanggal")
    read = (*wave, *right[:2])
    assert system.run("wave", "confirm-announcement", *read, "--operator", other).code == 2
    assert system.run("wave", "correct-announcement", *wave, *right).code == 2
    prepared = system.json("wave", "correct-announcement", *wave, *right, "--operator", one)
    assert (prepared["people"], prepared["deadline"], prepared["is_confirmed"]) == (
        1,
        "2021-10-25T17:00:00+00:00",
        False,
    )
    alone = system.run("wave", "confirm-announcement", *read, "--operator", one)
    assert (alone.code, alone.out) == (2, "")
    done = system.json("wave", "confirm-announcement", *read, "--operator", other)
    assert (done["people"], done["deadline"], done["is_confirmed"]) == (1, "2021-10-25T17:00:00+00:00", True)
    told = wait_until(
        lambda: [
            message
            for message in system.json("sandbox", "inbox", "--phone", "081355500022")
            if "25 Oktober 2021 pukul 23.59 WIB" in message["text"]
        ]
    )
    assert [message["channel"] for message in told] == ["sms"]
    proof = system.json("proof", "--json")
    checks = {check["name"]: check["ok"] for check in proof["checks"]}
    assert checks["nobody was ended by a date that had passed when it was set"] is True


def test_nobody_waits_for_a_decision_about_an_outage(system: running.System) -> None:
    by = ("--operator", "menyetujui@prakerja.example", "--reason", "mesin mati")
    assert system.json("award", "held") == []
    for decision in (("extend-held", "--days", "14"), ("release-held",)):
        refused = system.run("award", *decision, *by)
        assert (refused.code, refused.out) == (2, "")
        assert "menunggu keputusan" in refused.err


def test_an_award_is_stopped_goes_on_and_ends(system: running.System) -> None:
    who = ("--person", system.json("sandbox", "participant", "--stage", "ready")["person_id"])
    by = ("--operator", "menyetujui@prakerja.example")
    assert system.json("award", "suspend", *who, *by, "--reason", "laporan 17")["status"] == "suspended"
    again = system.run("award", "suspend", *who, *by, "--reason", "laporan 17")
    assert (again.code, again.out) == (2, "")
    assert "sudah dibekukan" in again.err
    assert system.json("award", "reinstate", *who, *by, "--reason", "tidak terbukti")["status"] == "active"
    early = system.run("award", "revoke", *who, *by, "--reason", "joki")
    assert (early.code, early.out) == (2, "")
    silent = system.run("award", "annul", *who, *by, "--reason", " ")
    assert (silent.code, silent.out) == (2, "")
    stranger = system.run("award", "annul", *who, "--operator", "mengesahkan@prakerja.example", "--reason", "ASN")
    assert (stranger.code, stranger.out) == (2, "")
    assert "tidak mengizinkan" in stranger.err
    system.json("award", "suspend", *who, *by, "--reason", "laporan 18")
    assert system.json("award", "revoke", *who, *by, "--reason", "joki")["status"] == "revoked"
    assert system.run("award", "annul", *who, *by, "--reason", "ASN").code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("wave", "import-results", "/nonexistent.csv", "--wave", "21", "--decree", "X"),
        ("sandbox", "inbox", "--phone", "12"),
        ("sandbox", "participant", "--wave", "99"),
        ("wave", "import-results", os.devnull, "--wave", "21", "--decree", " "),
        ("sandbox", "participant", "--balance", "-1"),
        ("sandbox", "participant", "--stage", "awarded", "--balance", "100000"),
        ("sandbox", "participant", "--stage", "purchased", "--balance", "0"),
        ("sandbox", "course", "--price", "9" * 30),
        ("sandbox", "course", "--seats", "99999999999"),
        ("clock", "advance", "9" * 30 + "w"),
        ("clock", "advance", "999999d"),
        ("clock", "set", "9999-12-31T23:59:59-12:00"),
        ("partner", "add", "--kind", "platform", "--code", "tanpanama", "--name", ""),
        ("bench", "no-such-benchmark"),
        ("bench", "harness"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    system: running.System, people_before: int, arguments: tuple[str, ...]
) -> None:
    result = system.run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert "Traceback" not in result.err


def test_nobody_was_made_by_what_cannot_be_done(system: running.System, people_before: int) -> None:
    assert participants(system) == people_before


@pytest.fixture(scope="module")
def people_before(system: running.System) -> int:
    """How many there were before the first command that is refused; these tests stand side by side."""
    return participants(system)


def participants(system: running.System) -> int:
    """How many awards the proof looks at."""
    proof = system.json("proof", "--json")
    return next(int(one["rows"]) for one in proof["checks"] if one["name"].startswith("each award"))


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_is_its_own_program(system: running.System, name: str) -> None:
    """Measuring is for quiet machines; that the command reaches the program is seen by what the program refuses."""
    assert NAMES == bench.NAMES
    result = system.run("bench", name, "--seconds", "0", "--json")
    assert (result.code, result.out) == (2, "")
    assert "python -m bench: error: --seconds must be above zero" in result.err


def test_the_proof_holds(system: running.System) -> None:
    proof = system.json("proof", "--json")
    assert proof["ok"] is True
    assert all(check["ok"] and check["differences"] == [] for check in proof["checks"])


def test_a_list_is_read_by_one_operator_and_confirmed_by_another(system: running.System, tmp_path: Path) -> None:
    """The second one shows the same file; the first one's figures say what becomes of it."""
    file = csv_file(tmp_path, text([list(person(number).values()) for number in (7_001, 7_002, 7_003)]))
    terms = (str(file), "--wave", "21", "--decree", "SK-UJI-BERDUA")
    first, second = "menyiapkan@contoh.example", "mengesahkan@contoh.example"
    system.json("operator", "add", "--email", first, "--role", "approver")
    system.json("operator", "add", "--email", second, "--role", "authoriser")
    early = system.run("wave", "import-results", *terms, "--operator", first, "--confirm-short-deadline", first)
    assert (early.code, "confirm-results" in early.err) == (2, True)
    told = system.json("wave", "import-results", *terms, "--operator", first)
    assert (told["is_confirmed"], told["awarded"], told["to_award"]) == (False, 0, 3)
    waiting = system.json("wave", "imports", "--json")["waiting"]
    assert [(one["wave"], one["decree"], one["people"]) for one in waiting] == [(21, "SK-UJI-BERDUA", 3)]
    for by in ((), ("--operator", first)):
        assert system.run("wave", "confirm-results", *terms, *by).code == 2
    other = tmp_path / "other.csv"
    other.write_bytes(file.read_bytes() + b"\n")
    refused = system.run("wave", "confirm-results", str(other), *terms[1:], "--operator", second)
    assert (refused.code, "not the file" in refused.err) == (2, True)
    done = system.json("wave", "confirm-results", *terms, "--operator", second)
    assert (done["is_confirmed"], done["awarded"], done["to_award"]) == (True, 3, 0)
    assert system.json("wave", "imports", "--json")["waiting"] == []
    back = ("wave", "take-back-results", *terms[1:], "--operator", first)
    assert system.run(*back).code == 2
    system.json("wave", "import-results", *terms, "--operator", first)
    assert system.json(*back) == {"wave": 21, "is_taken_back": True}
