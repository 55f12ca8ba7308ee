"""The signed client, the formats and the translations."""

from __future__ import annotations

import json
import re
import socket
import threading
from contextlib import closing
from pathlib import Path

import pytest

from examples.shared import advice
from examples.shared.advice import NEXT_STEP
from examples.shared.formats import rupiah, thousands, wib_date, wib_instant, wib_last_day, wib_until
from examples.shared.prakerja_client import Credentials, PartnerRefusal, PartnerUnavailable, PrakerjaClient, signature
from examples.tests import sentences
from examples.tests.fake_prakerja import FakePrakerja, Server
from tests.waiting import LIMIT, SHORT, finish, wait_for_hang_up

MINE = Credentials(client_code="client-tokopedia", sign_key="key-tokopedia")


def english(program: str) -> dict[str, str]:
    """Return one English table."""
    table: dict[str, str] = json.loads((sentences.EXAMPLES / program / "english.json").read_text("utf-8"))
    return table


def test_the_published_vector() -> None:
    signed = signature(
        credentials=Credentials("myclient_code", "my_sign_key"),
        timestamp="1516239022",
        method="POST",
        path="/api/v1/integration/payment/redeem-code/commit",
        body='{"redeem_code":"code"}',
    )
    assert signed == "943c20a8e36b6243f576404b00fffdc86411ce1f"


def test_the_documented_text() -> None:
    signed = signature(
        credentials=Credentials("client_code", "my_sign_key"),
        timestamp="1698289216",
        method="POST",
        path="/api/v1/integration/payment/redeem-code/status",
        body='{"redeem_code":"GHOPNYXUVMT0","sequence":1}',
    )
    assert signed == "ab176812770ce5336cccabdf045a84292493ec72"


def test_a_key_is_not_printed() -> None:
    assert "key-tokopedia" not in repr(MINE)


def test_wrong_key_and_clock_are_refused(api: Server) -> None:
    wrong = Credentials(client_code="client-tokopedia", sign_key="other")
    for credentials, wall_time in ((wrong, None), (MINE, 1_632_700_000.0)):
        with closing(PrakerjaClient(base_url=api.url)) as client:
            if wall_time:
                client._wall_time = lambda moment=wall_time: moment
            with pytest.raises(PartnerRefusal) as refusal:
                client.payment_status(credentials=credentials, invoice_code="A")
            assert (refusal.value.code, refusal.value.status) == ("ERRINT40192", 401)


def test_an_odd_invoice_code_is_signed_as_sent(api: Server, fake: FakePrakerja) -> None:
    with closing(PrakerjaClient(base_url=api.url + "/")) as client:
        for invoice in ("A/B ?&é", "../x", "%41"):
            with pytest.raises(PartnerRefusal) as refusal:
                client.transaction(credentials=MINE, invoice_code=invoice)
            assert refusal.value.code == "ERRPLT40493"


def test_an_endless_list_ends(api: Server, fake: FakePrakerja) -> None:
    fake.refusals["listings"] = (200, {"success": True, "message": "OK", "data": {"items": [], "next_cursor": "1"}})
    with closing(PrakerjaClient(base_url=api.url)) as client, pytest.raises(PartnerUnavailable):
        list(client.listings(credentials=MINE))


def test_a_broken_connection_is_silence(api: Server, fake: FakePrakerja) -> None:
    nobody = PrakerjaClient(base_url="http://127.0.0.1:9", timeout_s=LIMIT)
    with closing(nobody), pytest.raises(PartnerUnavailable):
        nobody.payment_status(credentials=MINE, invoice_code="A")


def test_who_never_answers_is_left_and_sees_it() -> None:
    """The time-out itself: the other side takes the question and says nothing until the client has hung up."""
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def listen() -> None:
            with silent.accept()[0] as visitor:
                wait_for_hang_up(visitor)

        with closing(PrakerjaClient(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=SHORT)) as client:
            thread = threading.Thread(target=listen)
            thread.start()
            with pytest.raises(PartnerUnavailable, match="no answer in time"):
                client.payment_status(credentials=MINE, invoice_code="A")
            finish(thread)


@pytest.mark.parametrize(
    ("instant", "day", "moment", "spoken"),
    [
        ("2021-10-05T17:00:00Z", "6 Oktober 2021", "6 Oktober 2021 pukul 00.00 WIB", "6 October 2021, 00:00 WIB"),
        ("2021-12-31T16:59:59Z", "31 Desember 2021", "31 Desember 2021 pukul 23.59 WIB", "31 December 2021, 23:59 WIB"),
        ("2021-08-01T08:00:00+07:00", "1 Agustus 2021", "1 Agustus 2021 pukul 08.00 WIB", "1 August 2021, 08:00 WIB"),
        (None, "", "", ""),
    ],
)
def test_instants_are_written_in_wib(instant: str | None, day: str, moment: str, spoken: str) -> None:
    assert wib_date(instant) == day
    assert wib_instant(instant) == moment
    assert wib_instant(instant, "en") == spoken


def test_an_end_at_midnight_belongs_to_the_day_before() -> None:
    midnight, afternoon = "2021-12-10T17:00:00Z", "2021-10-04T17:00:00+07:00"
    assert wib_last_day(midnight) == "10 Desember 2021"
    assert wib_last_day(afternoon) == "4 Oktober 2021"
    assert wib_until(midnight) == "10 Desember 2021 pukul 23.59 WIB"
    assert wib_until(midnight, "en") == "10 December 2021, 23:59 WIB"
    assert wib_until(afternoon) == "4 Oktober 2021 pukul 17.00 WIB"
    assert (wib_last_day(None), wib_until(None)) == ("", "")


def test_rupiah() -> None:
    assert [rupiah(0), rupiah(24_000), rupiah(1_000_000)] == ["Rp0", "Rp24.000", "Rp1.000.000"]
    assert rupiah(1_000_000, "en") == "Rp1,000,000"
    assert (thousands(4210), thousands(4210, "en")) == ("4.210", "4,210")


def test_every_sentence_has_an_english_one() -> None:
    shared, platform, institution = english("shared"), english("platform"), english("institution")
    assert sentences.of_shared() - shared.keys() == set()
    assert sentences.of_platform() - shared.keys() - platform.keys() == set()
    assert sentences.of_institution() - shared.keys() - institution.keys() == set()
    both = sentences.of_platform() & sentences.of_institution()
    assert shared.keys() - sentences.of_shared() - both == set()
    assert platform.keys() - sentences.of_platform() == set()
    assert institution.keys() - sentences.of_institution() == set()


def test_places_in_sentences_agree() -> None:
    for program in ("shared", "platform", "institution"):
        for indonesian, translated in english(program).items():
            places = [sorted(re.findall(r"\{\w+\}", text)) for text in (indonesian, translated)]
            assert places[0] == places[1], indonesian


def test_advice_knows_the_codes_that_a_visitor_can_meet() -> None:
    assert all(re.fullmatch(r"ERR[A-Z]{3}[45]\d{4}", code) for code in NEXT_STEP)


def test_the_programs_import_nothing_of_the_system() -> None:
    for program in ("shared", "platform", "institution"):
        for module in Path(sentences.EXAMPLES / program).rglob("*.py"):
            assert not re.search(r"^\s*(from|import) prakerja\b", module.read_text("utf-8"), re.MULTILINE), module


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ERRINT40192", advice.OUR_FAULT),
        ("ERROAUTH4029", advice.OUR_FAULT),
        ("ERRINT42990", advice.WAIT),
        ("ERRINT50390", advice.WAIT),
        ("ERRTRX40020", advice.CHECK_CODE),
        ("ERRXYZ40000", advice.ANY),
        ("", advice.ANY),
    ],
)
def test_every_refusal_has_a_next_step(code: str, sentence: str) -> None:
    assert advice.next_step(code) == sentence
