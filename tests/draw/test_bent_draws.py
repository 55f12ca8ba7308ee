"""What an office that holds every key could still try: each is signed, logged and witnessed, and three programs refuse it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha512
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from prakerja.cli.command import main
from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol import texts
from prakerja.draw.protocol.folder import write_file
from prakerja.proofs import canonical, nist_beacon
from prakerja.proofs.drand import QUICKNET
from prakerja.proofs.merkle import Levels, Tree, leaf_hash
from prakerja.proofs.notes import Checkpoint, Note, Signer, sign
from tests.draw.checking import all_hold, all_refuse, own_by_page, receipt_by_page
from tests.draw.published import (
    CERTIFICATE,
    LOG,
    OPERATORS,
    ORIGIN,
    PULSE,
    RECEIPTS,
    ROUND_VALUE,
    SEEN,
    SOURCES,
    TRUST,
    TWELVE_RULES,
    WITNESSES,
    Draw,
    of,
    rows_of,
    rules_of,
    twelve,
    twelve_drawn,
)


def test_a_pulse_counts_by_a_certificate_that_checkers_know(tmp_path: Path) -> None:
    """Whoever may name a certificate of their own signs pulses until one of them draws their friend."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=4096)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an office's own")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    signed = (
        made.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(key, SHA512())
    )
    pem = signed.public_bytes(Encoding.PEM)
    named = nist_beacon.certificate_id(pem)
    bare = replace(PULSE, certificate=named, local_random=sha512(b"the eighth try").hexdigest())
    signature = key.sign(bare.signed(), padding.PKCS1v15(), SHA512())
    value = sha512(bare.signed() + signature).digest()
    pulse = replace(bare, signature=signature.hex(), output=value.hex())
    source = docs.NistSource(chain=2, time=PULSE.time, certificate=named, optional=True)
    draw = twelve_drawn(sources=[source, SOURCES[1]], values=[value, ROUND_VALUE])
    folder = draw.write(tmp_path / "draw")
    write_file(folder, texts.beacon_path(0), pulse.spelled())
    write_file(folder, texts.CERTIFICATE, pem)
    draw.seal(folder)
    # All that it says is true; only nobody outside knows this certificate.
    all_hold(folder, replace(TRUST, certificates=(named,)))
    all_refuse(folder, "V8")
    all_refuse(folder, "V8", replace(TRUST, certificates=()))


# A draw that ended, and its repetition.

BEGUN = "2026-07-02T05:00:00Z"
# Two days after the first draw began.
EARLIER = docs.DrandSource(
    chain=QUICKNET.hash,
    round=QUICKNET.first_round_from(docs.read_instant("2026-07-04T05:00:00Z")),
    optional=False,
)


def _first(**changes: object) -> docs.Commitment:
    told = {"committed_at": BEGUN, "closed_at": "2026-07-01T16:59:59Z", "sources": [EARLIER]}
    return msgspec.structs.replace(twelve_drawn().commitment, **(told | changes))


def _repeated(
    path: Path,
    first: docs.Commitment,
    void: docs.Void,
    *,
    draw: Draw | None = None,
    seen: int = SEEN,
    signers: int = 2,
    entries: list[int] | None = None,
) -> Path:
    """The folder of a second draw whose log tells of the first one; `entries`: in which order, by number."""
    second = draw or twelve_drawn(number=2)
    folder = second.write(path)
    for one in (folder / "log").rglob("*.*"):
        one.unlink()
    documents = [second.rules, first, void, second.commitment, second.result]
    tree = Tree()
    for index, number in enumerate(entries or range(5)):
        entry = documents[number].spelled()
        write_file(folder, texts.entry_path(index), entry)
        tree.add(entry)
        if number >= 3:
            text = Checkpoint(texts.log_origin(ORIGIN), tree.size, tree.root()).text()
            seconds = seen if number == 3 else SEEN + 20 * 86400
            lines = (LOG.line(text), *(one.cosignature(text, seconds=seconds) for one in WITNESSES))
            write_file(folder, texts.checkpoint_path(tree.size), Note(text, lines).spelled())
    text = texts.document_text(origin=ORIGIN, about=void.draw, name="void", content=void.spelled())
    write_file(folder, "void-1.note", sign(text, OPERATORS[:signers]).spelled())
    return second.seal(folder)


def _void(first: docs.Commitment, reason: str, voided_at: str, **changes: str) -> docs.Void:
    told = {"draw": "g19/1", "commitment": first.sha256, "reason": reason, "voided_at": voided_at}
    return docs.Void(**(told | changes))  # type: ignore[arg-type]


_DUE = {"secret": "2026-07-07T05:00:03Z", "list": "2026-07-04T04:59:00Z"}


@pytest.mark.parametrize("reason", ["secret", "list"])
def test_a_draw_that_ended_by_the_rule_is_repeated(tmp_path: Path, reason: str) -> None:
    first = _first()
    all_hold(_repeated(tmp_path / "draw", first, _void(first, reason, _DUE[reason])))
    # A new list only where the list was wrong.
    shorter = Draw(twelve_drawn().rules, twelve_drawn().rows[:-1], number=2)
    other = _repeated(tmp_path / "other", first, _void(first, reason, _DUE[reason]), draw=shorter)
    if reason == "list":
        all_hold(other)
    else:
        all_refuse(other, "V11")


@pytest.mark.parametrize(
    ("reason", "voided_at"),
    [
        ("list", "2026-07-04T05:00:03Z"),
        ("secret", "2026-07-07T04:59:59Z"),
        ("source", "2026-07-09T04:59:59Z"),
        ("list", "2026-07-02T04:59:59Z"),
        ("list", "2026-02-31T05:00:00Z"),
    ],
)
def test_a_draw_ends_when_the_rule_says_so(tmp_path: Path, reason: str, voided_at: str) -> None:
    first = _first()
    # Nothing but the time is wrong: who commits later would be right with it.
    folder = _repeated(tmp_path / "draw", first, _void(first, reason, voided_at))
    all_refuse(folder, "V11")


def test_a_void_is_of_its_commitment_and_signed_by_two(tmp_path: Path) -> None:
    first = _first()
    void = _void(first, "secret", _DUE["secret"])
    all_refuse(_repeated(tmp_path / "a", first, _void(first, "secret", _DUE["secret"], commitment="00" * 32)), "V11")
    all_refuse(_repeated(tmp_path / "b", first, void, signers=1), "V11")
    unsigned = _repeated(tmp_path / "c", first, void)
    (unsigned / "void-1.note").unlink()
    twelve_drawn(number=2).seal(unsigned)
    all_refuse(unsigned, "V11")
    # It ended before it began; after its repetition began; and nothing says that it ended.
    for number, entries in enumerate(([0, 2, 1, 3, 4], [0, 1, 3, 2, 4], [0, 1, 3, 4])):
        all_refuse(_repeated(tmp_path / f"d{number}", first, void, entries=entries), "V11")


def test_nobody_saw_the_end_before_it_might_be(tmp_path: Path) -> None:
    """Written down with a later time than it had: the witnesses of the repetition say when it was."""
    first = _first()
    void = _void(first, "secret", "2026-07-09T05:00:00Z")
    all_hold(_repeated(tmp_path / "a", first, void))
    early = int(docs.read_instant("2026-07-09T04:59:59Z").timestamp())
    all_refuse(_repeated(tmp_path / "b", first, void, seen=early), "V6")
    all_refuse(_repeated(tmp_path / "c", first, _void(first, "secret", "2026-07-09T05:00:01Z")), "V6")


# Documents that say more, less or something else than they may.


class _MoreRules(docs.Rules, frozen=True, kw_only=True):
    note: str = "x"


class _MoreListed(docs.Listed, frozen=True, kw_only=True):
    note: str = "x"


def _of_rules(**changes: object) -> Draw:
    return Draw(rules_of("g19", **{**TWELVE_RULES, **changes}), list(rows_of(twelve(), wave="g19").values()))


def test_rules_have_their_members_and_no_others(tmp_path: Path) -> None:
    plain = twelve_drawn()
    told = {name: getattr(plain.rules, name) for name in plain.rules.__struct_fields__}
    all_refuse(Draw(_MoreRules(**told), plain.rows).write(tmp_path / "more"), "V3")
    all_refuse(_of_rules(family_cap=12).write(tmp_path / "cap"), "V3")
    all_refuse(_of_rules(released_counts=0).write(tmp_path / "flag"), "V3")
    all_refuse(_of_rules(published_at="2026-07-09T05:00:00Z").write(tmp_path / "late"), "V6")
    all_refuse(_of_rules(published_at="2026-06-31T05:00:00Z").write(tmp_path / "never"), "V3")
    group = {"code": "D", "scope": "stratum", "seats": 1, "note": "x"}
    all_refuse(_rewritten(tmp_path / "group", lambda rules: rules["groups"].__setitem__(0, group), "rules"), "V3")


def _rewritten(path: Path, change: object, name: str) -> Path:
    """A document changed after it was signed, with its note and the manifest made anew: what stands in it is looked at first."""
    draw = twelve_drawn()
    folder = draw.write(path)
    value = canonical.read((folder / f"{name}.json").read_bytes())
    change(value)  # type: ignore[operator]
    content = canonical.spelled(value)
    write_file(folder, f"{name}.json", content)
    about = "g19" if name == "rules" else draw.name
    text = texts.document_text(origin=ORIGIN, about=about, name=name, content=content)
    write_file(folder, f"{name}.note", sign(text, OPERATORS).spelled())
    return draw.seal(folder)


@pytest.mark.parametrize(
    ("name", "member", "value"),
    [
        ("commitment", ("list", "note"), "x"),
        ("commitment", ("list", "rows"), "12"),
        ("commitment", ("sources", 0, "note"), 1),
        ("commitment", ("sources", 0, "optional"), 1),
        ("commitment", ("sources", 1, "optional"), True),
        ("commitment", ("closed_at",), "yesterday"),
        ("commitment", ("version",), 2),
        ("result", ("values", 0, "note"), 1),
        ("result", ("results", "note"), 1),
        ("result", ("winners", "count"), True),
        ("result", ("type",), "prakerja-draw-results"),
    ],
)
def test_nested_members_are_known_and_of_their_kind(
    tmp_path: Path, name: str, member: tuple[str | int, ...], value: object
) -> None:
    def change(told: object) -> None:
        *way, last = member
        for one in way:
            told = told[one]  # type: ignore[index]
        told[last] = value  # type: ignore[index]

    all_refuse(_rewritten(tmp_path / "draw", change, name), "V3")


@pytest.mark.parametrize("content", [b'{"share":0.5}', b'{"name":"\xc3\xa9"}', b'{"name":"\\u00e9"}', b'{"a": 1}'])
def test_statistics_are_spelled_as_every_document(tmp_path: Path, content: bytes) -> None:
    draw = twelve_drawn()
    folder = draw.write(tmp_path / "draw")
    write_file(folder, "stats.json", content)
    all_refuse(draw.seal(folder), "V3")


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("note.txt", "V3"),
        ("log/more.txt", "V3"),
        ("tsa/0.tsr", "V3"),
        ("void-1.note", "V3"),
        ("beacon/extra.json", "V8"),
    ],
)
def test_a_file_that_nobody_needs(tmp_path: Path, name: str, check: str) -> None:
    draw = twelve_drawn()
    folder = draw.write(tmp_path / "draw")
    write_file(folder, name, b"{}")
    all_refuse(draw.seal(folder), check)


def test_a_pulse_has_its_members_and_no_others(tmp_path: Path) -> None:
    draw = twelve_drawn()
    folder = draw.write(tmp_path / "draw")
    told = canonical.read(PULSE.spelled())
    for change in ({"note": "x"}, {"output": "00" * 64}, {"period": "60000"}):
        write_file(folder, texts.beacon_path(0), canonical.spelled(told | change))
        all_refuse(draw.seal(folder), "V8")
    assert (folder / texts.CERTIFICATE).read_bytes() == CERTIFICATE


def test_sources_come_one_after_the_other(tmp_path: Path) -> None:
    """Two at the same time: the one that can be chosen might know the other."""
    at = QUICKNET.at(30662982)
    time = docs.instant_text(at.replace(second=0)).replace("Z", ".000Z")
    twice = docs.NistSource(chain=2, time=time, certificate=PULSE.certificate, optional=True)
    draw = twelve_drawn(sources=[twice, twice, SOURCES[1]], values=[None, None, ROUND_VALUE])
    all_refuse(draw.write(tmp_path / "draw"), "V6")


def test_seats_without_a_weight_are_no_valid_rule(tmp_path: Path) -> None:
    """`plan_of` refuses them as well, so the folder is made of two documents alone; nothing later is reached."""
    draw = twelve_drawn()
    rules = rules_of("g19", seats=1, weights={"31": 0, "94": 0}, groups=[])
    draw.rules = rules
    draw.commitment = msgspec.structs.replace(draw.commitment, rules=rules.sha256)
    draw.result = msgspec.structs.replace(draw.result, commitment=draw.commitment.sha256)
    folder = draw.write(tmp_path / "draw")
    all_refuse(folder, "V4")


# What one applicant holds in their hand.


def test_a_receipt_shows_whether_a_list_has_its_ticket(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw = twelve_drawn()
    folder, keys, receipt = draw.write(tmp_path / "draw"), tmp_path / "keys.json", tmp_path / "receipt.txt"
    keys.write_bytes(TRUST.spelled())
    asked = ["draw", "verify", str(folder), "--receipt", str(receipt), "--json"]

    def found(ticket: bytes, *, wave: str = "g19", by: Signer = RECEIPTS) -> tuple[int, str]:
        receipt.write_bytes(sign(texts.receipt_text(origin=ORIGIN, wave=wave, ticket=ticket), [by]).spelled())
        status = main([*asked, "--keys", str(keys)])
        return status, capsys.readouterr().out

    def on_page(**told: object) -> bool:
        seen = receipt_by_page(folder, receipt.read_text())
        return seen is None or {name: seen.get(name) for name in told} == told

    row = draw.rows[4]
    status, told = found(row.ticket)
    assert (status, json.loads(told)["row"]) == (0, row.spelled().decode().strip())
    # Whoever has no program types it on the page, which says as well what came of the row.
    result = draw.result_lines()[4].decode().strip()
    assert on_page(isSigned=True, row=row.spelled().decode().strip(), result=result)
    status, told = found(of("somebody who was left out"))
    assert (status, json.loads(told)["row"]) == (1, None)
    assert on_page(isSigned=True, row="", result="")
    # Another wave's, or signed by somebody else: it says nothing of this list.
    for wave, by in (("g20", RECEIPTS), ("g19", OPERATORS[0])):
        assert found(row.ticket, wave=wave, by=by)[0] == 2
        assert on_page(holds=False)
    # A ticket alone is looked for, and proves nothing.
    receipt.write_text(row.ticket.hex().upper())
    assert on_page(isSigned=False, row=row.spelled().decode().strip())
    (folder / "list/00000.txt").write_bytes((folder / "list/00000.txt").read_bytes().replace(b" E 94 ", b" E 31 "))
    assert on_page(holds=False)
    (folder / "list/00000.txt").write_bytes(b"".join(one.spelled() for one in draw.rows))
    found(row.ticket)
    assert main(asked) == 2


def test_a_family_s_label_is_checked_by_who_knows_the_card(tmp_path: Path) -> None:
    draw = twelve_drawn()
    folder = draw.write(tmp_path / "draw")
    person = next(one for one in twelve() if one.number == 9)
    row = rows_of(twelve(), wave="g19")[9]
    number = draw.rows.index(row)
    path = Levels(leaf_hash(one.spelled()[:-1]) for one in draw.rows).inclusion(number)
    proof = {
        "type": "prakerja-draw-proof",
        "version": 1,
        "draw": draw.name,
        "number": number,
        "row": row.spelled()[:-1].decode(),
        "list_path": [one.hex() for one in path],
        "rules": draw.rules.spelled().decode(),
        "commitment": draw.commitment.spelled().decode(),
        "notes": {name: (folder / f"{name}.note").read_text() for name in ("rules", "commitment", "list")},
        "nonce": person.nonce.hex(),
        "codes": [],
        "family_nonce": of(f"family {person.card}").hex(),
    }
    for change, card, state in (
        ({}, person.card, "yes"),
        ({}, "", "unseen"),
        ({}, "9" * 16, "no"),
        ({"family_nonce": of("another").hex()}, person.card, "no"),
        ({"family_nonce": None}, "", "no"),
    ):
        states = own_by_page(folder, proof | change, nik=person.nik, card=card)
        assert states is None or (states["listed"], states["ticket"], states["family"]) == ("yes", "yes", state)
    # Whatever stands in the file, the page says so and does not wait for ever.
    for name, value in (("nonce", 7), ("notes", None), ("row", "x"), ("commitment", "[" * 50_000)):
        states = own_by_page(folder, proof | {name: value}, nik=person.nik)
        assert states is None or "no" in states.values()
