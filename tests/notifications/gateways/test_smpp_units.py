"""The bytes of SMPP, the telephone's alphabet and receipts, against values that were written down beforehand."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.smsc import wire
from prakerja.notifications.gateways.smpp import pdus, receipts, texts
from prakerja.notifications.gateways.smpp.bucket import Bucket
from prakerja.notifications.gateways.smpp.health import Health
from prakerja.notifications.gateways.smpp.pdus import Command, ShortMessage


def test_the_units_are_those_of_the_specification() -> None:
    bind = pdus.unit(Command.BIND_TRANSCEIVER, 1, pdus.bind_body(system_id="kopdig", password="rahasia1"))
    assert bind.hex() == "000000250000000900000000000000016b6f70646967007261686173696131000034000000"
    said = ShortMessage(
        source="KOPDIG", source_kind=(5, 0), destination="628110000001", text=b"Halo", registered_delivery=1
    )
    assert pdus.unit(Command.SUBMIT_SM, 2, said.body()).hex() == (
        "000000370000000400000000000000020005004b4f50444947000101363238313130303030303031000000000000010000000448616c6f"
    )
    answer = pdus.unit(Command.SUBMIT_SM | pdus.RESPONSE, 2, pdus.text_body("1A2B"))
    assert answer.hex() == "000000158000000400000000000000023141324200"
    with pytest.raises(ValueError, match="8 signs"):
        pdus.bind_body(system_id="kopdig", password="rahasia12")


@given(st.lists(st.binary(max_size=30), max_size=5), st.integers(1, 9))
def test_units_come_whole_however_the_stream_is_cut(bodies: list[bytes], step: int) -> None:
    stream = b"".join(pdus.unit(Command.SUBMIT_SM, number, body) for number, body in enumerate(bodies, start=1))
    buffer, found = bytearray(), []
    for begin in range(0, len(stream), step):
        buffer += stream[begin : begin + step]
        found += list(pdus.split(buffer))
    assert [(one.sequence, one.body) for one in found] == list(enumerate(bodies, start=1))
    assert not buffer


@pytest.mark.parametrize("length", [0, 15, 70_001, 0xFFFFFFFF])
def test_a_length_that_cannot_be_breaks_the_stream(length: int) -> None:
    with pytest.raises(pdus.Malformed):
        list(pdus.split(bytearray(length.to_bytes(4, "big") + bytes(12))))


@given(st.binary(max_size=60))
def test_no_bytes_of_a_company_make_anything_but_a_message_or_a_refusal(body: bytes) -> None:
    with contextlib.suppress(pdus.Malformed):
        receipts.read_receipt(ShortMessage.read(body), notation="hex_to_decimal")


@pytest.mark.parametrize(
    ("text", "coding", "lengths"),
    [
        ("a" * 160, 0, [160]),
        ("a" * 161, 0, [159, 16]),
        ("€" * 80, 0, [160]),
        # A sign of two places is not torn: 152 places hold 76 of them.
        ("€" * 81, 0, [159, 17]),
        ("a" * 151 + "€" * 8, 0, [158, 23]),
        ("ş" * 70, 8, [140]),
        ("ş" * 71, 8, [139, 17]),
        # Two units of UCS-2 a sign.
        ("😀" * 36, 8, [139, 19]),
    ],
)
def test_a_text_is_divided_where_the_telephone_divides_it(text: str, coding: int, lengths: list[int]) -> None:
    parts = texts.parts_of(text, reference=0xABCD)
    assert (parts.data_coding, [len(body) for body in parts.bodies]) == (coding, lengths)
    if len(lengths) > 1:
        assert [body[:7].hex() for body in parts.bodies] == ["060804abcd0201", "060804abcd0202"]
        assert parts.esm_class == 0x40


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_what_is_sent_is_what_the_company_reads(text: str) -> None:
    """By a reader that shares no code with the writer. A backtick and its like become what the alphabet has."""
    parts = texts.parts_of(text, reference=7)
    skipped = 7 if parts.esm_class else 0
    said = wire.read(b"".join(body[skipped:] for body in parts.bodies), parts.data_coding)
    assert said == text.translate(texts.ALIKE)


def test_a_text_of_more_than_ten_parts_is_refused() -> None:
    with pytest.raises(texts.TooLong):
        texts.parts_of("a" * 1521, reference=1)


@pytest.mark.parametrize(
    ("said", "notation", "expected"),
    [
        (
            "id:6699 sub:001 dlvrd:001 submit date:2109220600 done date:2109220601 stat:DELIVRD err:000 text:x",
            "hex_to_decimal",
            ("1A2B", "delivered", ""),
        ),
        ("stat:undeliv ID:0000006699 Err:0AB", "strip_zeros", ("6699", "failed", "sms_undeliverable_0ab")),
        ("id:1A2B submit date:210922060000 stat:EXPIRED", "raw", ("1A2B", "failed", "sms_expired")),
        ("id:1A2B stat:ENROUTE err:000", "raw", ("1A2B", "under_way", "")),
    ],
)
def test_receipts_are_read_in_every_spelling(
    said: str, notation: receipts.IdNotation, expected: tuple[str, str, str]
) -> None:
    unit = ShortMessage(source="+62813-0000-0001", destination="PRAKERJA", text=said.encode(), esm_class=0x04)
    found = receipts.read_receipt(unit, notation=notation)
    assert found is not None
    assert (found.message_id, found.word, found.code, found.phone) == (*expected, "6281300000001")


def test_an_answer_of_somebodys_phone_is_no_receipt() -> None:
    unit = ShortMessage(source="6281300000001", destination="PRAKERJA", text=b"id:1 stat:DELIVRD", esm_class=0)
    assert receipts.read_receipt(unit, notation="raw") is None


def test_a_rate_is_kept_and_codes_do_not_wait_for_it() -> None:
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    bucket = Bucket(10, now=lambda: clock[0], sleep=sleep)
    taken = 0
    while taken < 100:
        taken += bucket.take(7, at_once=False)
    # Two were there at the beginning.
    assert taken == 100
    assert round(clock[0], 6) == 9.8
    assert bucket.take(5, at_once=True) == 5
    assert round(clock[0], 6) == 9.8
    bucket.take(1, at_once=False)
    assert round(clock[0], 6) == 10.4


def test_a_company_rests_by_its_share_of_errors_and_when_it_throttles_for_long() -> None:
    clock = [0.0]
    health = Health(Bucket(0), now=lambda: clock[0])
    health.note(taken=4)
    health.note(errors=3)
    assert not health.rests()
    health.note(errors=1)
    assert health.rests()
    clock[0] = 31
    assert not health.rests()
    health.note(taken=20)
    assert not health.rests()
    pauses = []
    for _ in range(8):
        clock[0] += pauses[-1] if pauses else 0
        pauses.append(health.throttled())
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    # By now it has throttled for longer than anybody wants to wait: it rests beyond its own pause.
    assert health.rests()
    health.note(taken=1)
    assert not health.is_throttled()
