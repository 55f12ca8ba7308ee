"""The time line, the pages of messages, calendar files and receipts: what somebody takes along of their own life."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from prakerja import portal
from prakerja.catalogue.models import CourseRunSession
from prakerja.checkpoints.days import sign_days
from prakerja.checkpoints.leaves import leaf_of
from prakerja.checkpoints.models import Day
from prakerja.draw.keys import trust
from prakerja.kernel.clock import WIB
from prakerja.kernel.icalendar import Event, calendar_file, folded
from prakerja.ledger.models import Transfer
from prakerja.notifications.inbox import PAGE_SIZE
from prakerja.notifications.operations import queue_message
from prakerja.reporting.history import MONEY
from prakerja.training.models import Attendance
from tests import builders
from tests.portal import world

Enter = Callable[[uuid.UUID], Client]


def test_the_time_line_tells_money_deeds_and_messages_once(enter: Enter) -> None:
    sold = builders.world()
    who = builders.participant(sold)
    _, run = builders.course(sold)
    builders.buy(sold, who, run)
    browser = enter(who.person_id)
    text = browser.get("/riwayat").text
    assert re.search(r"Dipakai membeli pelatihan</strong>\s*<span class=\"pk-timeline__amount\">Rp475.000", text)
    assert run.course.title in text
    assert "Dana pelatihan masuk ke saldo Anda" in text
    assert "Tiga video selesai ditonton" in text
    assert "Pesan:" in text
    # The newest first.
    assert text.index("Dipakai membeli pelatihan") < text.index("Dana pelatihan masuk")
    money = browser.get("/riwayat?isi=money").text
    assert "Tiga video" not in money
    assert "Pesan:" not in money
    assert "Rp1.000.000" in money
    stranger = enter(world.person())
    assert "Rp475.000" not in stranger.get("/riwayat").text
    assert stranger.get("/riwayat?isi=semuanya").status_code == 404
    assert stranger.get("/riwayat?halaman=0").status_code == 404


def test_every_transfer_of_a_person_has_its_words() -> None:
    """Each kind that docs/money.md lists for a person is told, or it is ours alone."""
    book = Path(__file__).parents[2] / "docs" / "money.md"
    kinds = set(
        re.findall(r"\| `?(?:`([a-z_]+)`)(?: or `([a-z_]+)`|, `([a-z_]+)`| and `([a-z_]+)`)? \|", book.read_text())
    )
    told = {kind for found in kinds for kind in found if kind}
    assert {"fund", "purchase", "void_late", "settle"} <= told
    ours = {"programme_funding", "in_transit_moved"}
    places = {"treasury", "programme_funds", "reserve", "vouchers_outstanding", "incentives_payable"} - set(MONEY)
    assert {
        kind for kind in told - ours - places if kind not in MONEY and not kind.startswith("survey_lapsed")
    } == set()


def test_messages_come_by_pages_and_only_what_was_seen_is_read(enter: Enter) -> None:
    person_id = world.person()
    with transaction.atomic():
        for number in range(PAGE_SIZE + 3):
            queue_message(
                person_id=person_id,
                template="sign_in_codes_wrong",
                channels=("dashboard",),
                parameters={},
                dedupe_key=f"told:{number}",
                at=world.BOUGHT + timedelta(minutes=number),
            )
    browser = enter(person_id)
    first = browser.get("/pesan").text
    assert first.count("Baru</strong>") == PAGE_SIZE
    assert "Lebih lama" in first
    assert browser.get("/pesan?isi=baru").text.count("Baru</strong>") == 3
    assert "Semua pesan sudah dibaca." in browser.get("/pesan?isi=baru").text
    older = browser.get("/pesan?halaman=2").text
    assert older.count("Kode masuk beberapa kali salah") == 3
    assert "Lebih baru" in older
    assert browser.get("/pesan?halaman=x").status_code == 404
    assert browser.post("/pesan/baca").status_code == 302


def test_the_calendar_has_limits_sessions_payments_and_surveys_and_no_secret(enter: Enter) -> None:
    starts = datetime(2021, 10, 20, 9, tzinfo=WIB)
    run = world.course(title="Kelas; Langsung, A\\B", delivery="live", starts=starts)
    CourseRunSession.objects.create(course_run=run, number=1, starts_at=starts, ends_at=starts + timedelta(hours=3))
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    done = world.complete(world.buy(who, world.course(), status="redeemed", code="QRST2345EFGH"))
    item = world.buy(who, run, at=world.BOUGHT + timedelta(days=1), redeemable_from=starts - timedelta(hours=1))
    world.link(who)
    world.plan(who, done)
    world.open_survey(who, opens=world.BOUGHT + timedelta(days=9))
    browser = enter(who.person_id)
    answer = browser.get("/kalender.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert 'filename="prakerja.ics"' in answer["Content-Disposition"]
    raw = answer.content
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    text = raw.decode().replace("\r\n ", "")
    # 09.00 WIB is 02.00 UTC.
    assert "DTSTART:20211020T020000Z\r\nDTEND:20211020T050000Z" in text
    assert "Kelas\\; Langsung\\, A\\\\B" in text
    assert "DTSTART;VALUE=DATE:20211012\r\nDTEND;VALUE=DATE:20211013\r\nSUMMARY:Insentif 1 dibayar" in text
    assert "SUMMARY:Survei 1 Prakerja dibuka" in text
    assert "TRIGGER:-PT1440M" in text
    assert world.CODE not in text
    assert world.CARD not in text
    mine = browser.get(f"/transaksi/{item.id}/kalender.ics").content.decode()
    assert "Insentif" not in mine
    assert "Batas waktu menukar kode" in mine
    assert enter(world.person()).get(f"/transaksi/{item.id}/kalender.ics").status_code == 404


@pytest.mark.parametrize("sign", ["a", "é", "😀"])
def test_a_long_line_is_folded_between_signs(sign: str) -> None:
    line = "SUMMARY:" + sign * 200
    pieces = folded(line).split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert "".join([pieces[0], *(piece[1:] for piece in pieces[1:])]) == line


def test_a_line_end_in_a_title_begins_no_property() -> None:
    at = datetime(2021, 10, 1, tzinfo=WIB)
    event = Event(uid="1", begins=at.date(), ends=None, title="A\r\nATTENDEE:x")
    file = calendar_file(name="n", events=[event], at=at, language="id").decode()
    assert "SUMMARY:A\\nATTENDEE:x\r\n" in file


def test_the_receipt_says_what_was_paid_and_is_its_owners_alone(enter: Enter) -> None:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    item = world.buy(who, world.course())
    address = f"/transaksi/{item.id}/bukti"
    browser = enter(who.person_id)
    assert address in browser.get(f"/transaksi/{item.id}").text
    text = browser.get(address).text
    assert "Siti Rahma" in text
    assert "Rp475.000" in text
    assert item.reference in text
    assert world.CODE not in text
    file = browser.get(f"{address}.pdf")
    assert file["Content-Type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-1.7")
    stranger = enter(world.person())
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}.pdf").status_code == 404


def test_the_purchase_says_which_meetings_were_attended(enter: Enter, move: Callable[[datetime], None]) -> None:
    first = datetime(2021, 10, 1, 9, tzinfo=WIB)
    run = world.course(delivery="live", starts=first)
    run.session_count = 3
    run.ends_at = first + timedelta(days=14, hours=3)
    run.save()
    for number in range(3):
        starts = first + timedelta(days=7 * number)
        CourseRunSession.objects.create(
            course_run=run, number=number + 1, starts_at=starts, ends_at=starts + timedelta(hours=3)
        )
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    item = world.buy(who, run, status="redeemed")
    Attendance.objects.create(
        person_id=who.person_id, voucher_id=item.voucher_id, sequence=1, method="otp", verified_at=first
    )
    move(first + timedelta(days=8))
    text = enter(who.person_id).get(f"/transaksi/{item.id}").text
    rows = re.findall(r"<strong>(Pertemuan \d)</strong> <strong class=\"govuk-tag govuk-tag--\w+\">([^<]+)<", text)
    assert rows == [("Pertemuan 1", "Hadir"), ("Pertemuan 2", "Belum tercatat"), ("Pertemuan 3", "Akan datang")]


@pytest.mark.django_db(transaction=True)
def test_whoever_was_paid_sees_their_leaf_and_checks_it(
    enter: Enter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page, file, the browser's script and the program that shares nothing with ours say the same; one changed sign is found."""
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))
    sold = builders.world()
    who, other = builders.participants(sold, count=2)
    transfer = Transfer.objects.get(person_id=who.person_id, kind="fund")
    address = f"/riwayat/bukti/{transfer.id}"
    browser = enter(who.person_id)
    for lines in ("all", "money", "deeds"):
        links = set(re.findall(r'href="(/riwayat/bukti/[^"]+)"', browser.get(f"/riwayat?isi={lines}").text))
        assert (address in links) == (lines != "deeds")
    (award,) = links
    assert "belum ditandatangani" in browser.get(address).text
    assert browser.get(f"{address}.json").status_code == 404
    sign_days(at=datetime(2021, 9, 23, 0, 10, tzinfo=WIB))

    page, given = browser.get(address).text, browser.get(f"{address}.json")
    proof = json.loads(given.content)
    leaf = leaf_of(row_id=transfer.id)
    assert leaf is not None
    assert given["Content-Disposition"] == f'attachment; filename="bukti-pembukuan-{leaf.index}.json"'
    assert (proof["lines"], proof["day"]) == (leaf.lines, "2021-09-23")
    assert Day.objects.get().root.hex() in page
    assert all(line in page for line in leaf.lines.splitlines())
    assert "Nomor keputusan" not in page
    assert "Keputusan" in browser.get(award).text
    # Somebody else's is as if it were nowhere.
    assert enter(other.person_id).get(address).status_code == 404
    assert enter(other.person_id).get(f"{address}.json").status_code == 404

    keys = tmp_path / "keys.json"
    keys.write_bytes(trust().spelled())
    assert said_of(proof, keys, tmp_path) == (True, ["yes", "yes", "yes", "yes"], True)
    for changed in (
        {"lines": proof["lines"].replace("\n1000000\n", "\n9000000\n")},
        {"day": "2021-09-24"},
        {"log": proof["log"].replace("index ", "index 1", 1)},
        {
            "proof": re.sub(
                r"(/ledger \S{30})(\S)", lambda found: found[1] + ("A" if found[2] != "A" else "B"), proof["proof"]
            )
        },
    ):
        assert proof | changed != proof, changed
        holds, _, program = said_of(proof | changed, keys, tmp_path)
        assert (holds, program) == (False, False), changed
    # A night before a result that is still secret is in no log that anybody may read: said, and not passed over.
    assert said_of(proof | {"log": None}, keys, tmp_path) == (True, ["yes", "yes", "unseen", "unseen"], True)


def said_of(proof: dict[str, Any], keys: Path, folder: Path) -> tuple[bool, list[str], bool]:
    """What the browser's script says: as a whole, and of each check; and whether tools/verify_leaf.py holds it."""
    file = folder / "proof.json"
    file.write_text(json.dumps(proof))
    scripts = Path(portal.__file__).parent / "static/portal"
    node = Path(__file__).parents[1] / "draw/verify_in_node.cjs"
    answer = subprocess.run(
        ["node", str(node), str(scripts), str(folder), str(keys), "--leaf", str(file)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    told = json.loads(answer.stdout)
    program = Path(__file__).parents[2] / "tools/verify_leaf.py"
    done = subprocess.run([sys.executable, str(program), str(file), str(keys)], capture_output=True, check=False)
    return told["holds"], [one["state"] for one in told.get("states", {}).values()], done.returncode == 0
