"""Whole draws in a folder, made of the protocol alone: the worked examples of draw.md 13, with keys that the tests hold."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol import hashes, texts
from prakerja.draw.protocol.folder import Directory, Parts, entry_of, write_file
from prakerja.draw.protocol.ranking import Outcome, Ranking
from prakerja.draw.protocol.rows import PART_ROWS, Row
from prakerja.draw.protocol.seats import plan_of
from prakerja.draw.protocol.trust import Trust
from prakerja.proofs import canonical
from prakerja.proofs.drand import QUICKNET
from prakerja.proofs.merkle import Tree
from prakerja.proofs.nist_beacon import Pulse, randomness
from prakerja.proofs.notes import COSIGNATURE, Checkpoint, Note, Signer, sign

ORIGIN = "prakerja.example"
FIXTURES = Path(__file__).parents[1] / "proofs/fixtures"
CERTIFICATE = (FIXTURES / "nist_beacon_2026.pem").read_bytes()
PULSE = Pulse.of_service(json.loads((FIXTURES / "pulse_1853311.json").read_text()))
PULSE_VALUE = randomness(
    pulse=PULSE, certificate=CERTIFICATE, named=PULSE.certificate, chain=2, time="2026-07-10T11:02:00.000Z"
)
ROUND = 30662982
SIGNATURE = "8b3edd0d42a2fa36ac15641a2dea2e4f4895acec2ef72ef39e5b6138f0346fb6b046dde1b4b3d09ff5fe8a6a7acd674a"
ROUND_VALUE = sha256(bytes.fromhex(SIGNATURE)).digest()
# Before the pulse, after the commitment.
SEEN = int(datetime(2026, 7, 9, 6, 0, tzinfo=UTC).timestamp())


def of(text: str) -> bytes:
    """32 bytes for a name: keys, nonces and secrets of tests."""
    return sha256(text.encode()).digest()


OPERATORS = [Signer(f"{ORIGIN}/operator/{number}", of(f"operator {number}")) for number in (1, 2)]
RECEIPTS = Signer(texts.receipt_origin(ORIGIN), of("receipts"))
LOG = Signer(texts.log_origin(ORIGIN), of("documents"))
WITNESSES = [Signer(f"witness-{number}.example", of(f"witness {number}"), COSIGNATURE) for number in (1, 2)]
TRUST = Trust(
    ORIGIN,
    tuple(one.verifier for one in OPERATORS),
    (LOG.verifier,),
    tuple(one.verifier for one in WITNESSES),
    receipts=(RECEIPTS.verifier,),
    certificates=(PULSE.certificate,),
)


@dataclass(frozen=True)
class Applicant:
    """Somebody of a worked example. `allowance` is what the family card has left; `codes` exclude."""

    number: int
    nik: str
    card: str
    allowance: int
    stratum: str = ""
    groups: str = ""
    codes: tuple[str, ...] = ()

    @property
    def nonce(self) -> bytes:
        return of(f"nonce {self.number}")


def twelve() -> list[Applicant]:
    """Two strata, five seats, a family of three, a family of two with one place, somebody excluded."""
    cards = {1: 1, 3: 1, 7: 1, 9: 4, 10: 4}
    return [
        Applicant(
            number,
            nik=f"990101010190{number:04d}",
            card=f"990101010119{cards.get(number, 100 + number):04d}",
            allowance=1 if number in (9, 10) else 2,
            stratum="94" if number in (3, 12) else "31",
            groups="D" if number in (4, 5) else "",
            codes=("BSU", "DTKS") if number == 12 else (),
        )
        for number in range(1, 13)
    ]


TWELVE_RULES = {"seats": 5, "weights": {"31": 1, "94": 1}, "groups": [docs.Group(code="D", seats=1, scope="stratum")]}


def thousand() -> list[Applicant]:
    """Five strata, three groups, families of every size."""
    return [
        Applicant(
            i,
            nik=f"99{i:014d}",
            card=f"99{i * i % 2000:014d}",
            allowance=1 if i * i % 2000 % 7 == 0 else 2,
            stratum=("32" * 7 + "31" * 4 + "73" * 3 + "11" + "94")[i % 16 * 2 :][:2],
            groups="".join(
                letter for letter, has in (("D", i % 13 == 0), ("M", i % 17 == 0), ("P", i % 5 == 2)) if has
            ),
            codes=() if i % 10 != 3 else ("DTKS",) if i % 20 == 3 else ("BSU", "DTKS"),
        )
        for i in range(1000)
    ]


THOUSAND_RULES = {
    "seats": 200,
    "weights": {"11": 1, "31": 4, "32": 5, "73": 3, "94": 10},
    "groups": [
        docs.Group(code="P", seats=40, scope="stratum"),
        docs.Group(code="D", seats=15, scope="stratum"),
        docs.Group(code="M", seats=20, scope="national"),
    ],
}


def rows_of(people: list[Applicant], *, wave: str) -> dict[int, Row]:
    """The row of each applicant, by number."""
    cards: dict[str, int] = {}
    for one in people:
        if not one.codes:
            cards[one.card] = cards.get(one.card, 0) + 1
    found = {}
    for one in people:
        ticket = hashes.ticket(wave=wave, nik=one.nik, nonce=one.nonce)
        if one.codes:
            mark = hashes.reason_mark(ticket=ticket, nonce=one.nonce, codes=one.codes)
            found[one.number] = Row(ticket, mark=mark)
        elif cards[one.card] > one.allowance:
            label = hashes.family_label(wave=wave, card=one.card, nonce=of(f"family {one.card}"))
            found[one.number] = Row(ticket, one.stratum, one.groups, label, one.allowance)
        else:
            found[one.number] = Row(ticket, one.stratum, one.groups)
    return found


def rules_of(wave: str, **values: object) -> docs.Rules:
    told = {"family_cap": 2, "released_counts": False, "min_lead_s": 86400, "published_at": "2026-07-01T05:00:00Z"}
    return docs.Rules(wave=wave, **(told | values))  # type: ignore[arg-type]


SOURCES: list[docs.Source] = [
    docs.NistSource(chain=2, time=PULSE.time, certificate=PULSE.certificate, optional=True),
    docs.DrandSource(chain=QUICKNET.hash, round=ROUND, optional=False),
]


@dataclass
class Draw:
    """A draw in all its documents; `write` makes the folder."""

    rules: docs.Rules
    rows: list[Row]
    number: int = 1
    sources: list[docs.Source] = field(default_factory=lambda: list(SOURCES))
    values: list[bytes | None] = field(default_factory=lambda: [PULSE_VALUE, ROUND_VALUE])
    signature: str = SIGNATURE
    committed_at: str = "2026-07-09T05:00:00Z"
    before: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = sorted(self.rows, key=lambda one: one.ticket)
        self.name = f"{self.rules.wave}/{self.number}"
        self.secret = of(f"secret {self.name}")
        text = b"".join(row.spelled() for row in self.rows)
        tree = Tree()
        for row in self.rows:
            tree.add(row.spelled()[:-1])
        self.list_root = tree.root()
        self.commitment = docs.Commitment(
            draw=self.name,
            rules=self.rules.sha256,
            closed_at="2026-07-08T16:59:59Z",
            committed_at=self.committed_at,
            listed=docs.Listed(
                rows=len(self.rows),
                eligible=sum(row.is_eligible for row in self.rows),
                size=len(text),
                sha256=sha256(text).hexdigest(),
                root=self.list_root.hex(),
            ),
            secret=hashes.secret_hash(draw=self.name, secret=self.secret).hex(),
            sources=self.sources,
        )
        lengths = [docs.VALUE_BYTES[docs.kind_of(one)] for one in self.sources]
        self.seed = hashes.seed(
            commitment=self.commitment.spelled(),
            values=list(zip(self.values, lengths, strict=True)),
            secret=self.secret,
        )
        self.ranking = Ranking(seed=self.seed, plan=plan_of(self.rules))
        for row in self.rows:
            self.ranking.add(row)
        self.ranking.seat()
        self.outcomes: list[Outcome] = list(self.ranking.outcomes())
        lines = self.result_lines()
        tree = Tree()
        for line in lines:
            tree.add(line[:-1])
        self.results_root = tree.root()
        winners = [r.ticket.hex() for r, o in zip(self.rows, self.outcomes, strict=True) if o.kind == "W"]
        self.result = docs.Result(
            draw=self.name,
            commitment=self.commitment.sha256,
            drawn_at="2026-07-23T08:00:00Z",
            values=[
                docs.Value(value=value and value.hex(), signature=self.signature)
                if isinstance(source, docs.DrandSource)
                else docs.Value(value=value and value.hex())
                for source, value in zip(self.sources, self.values, strict=True)
            ],
            secret=self.secret.hex(),
            seed=self.seed.hex(),
            results=docs.Resulted(
                rows=len(lines),
                size=sum(map(len, lines)),
                sha256=sha256(b"".join(lines)).hexdigest(),
                root=self.results_root.hex(),
            ),
            winners=docs.Tickets(
                count=len(winners), sha256=sha256("".join(f"{w}\n" for w in winners).encode()).hexdigest()
            ),
            unfilled=self.ranking.unfilled,
        )

    def result_lines(self) -> list[bytes]:
        return [
            f"{row.ticket.hex()} {outcome.words()}\n".encode()
            for row, outcome in zip(self.rows, self.outcomes, strict=True)
        ]

    def write(self, path: Path) -> Path:
        """The whole folder, signed by both operators, logged and witnessed."""
        wave = self.rules.wave
        for name, document in (("rules", self.rules), ("commitment", self.commitment), ("result", self.result)):
            content = document.spelled()
            write_file(path, f"{name}.json", content)
            about = wave if name == "rules" else self.name
            text = texts.document_text(origin=ORIGIN, about=about, name=name, content=content)
            write_file(path, f"{name}.note", sign(text, OPERATORS).spelled())
        for name, lines, root in (
            ("list", [row.spelled() for row in self.rows], self.list_root),
            ("results", self.result_lines(), self.results_root),
        ):
            parts = Parts(path, name, part_rows=PART_ROWS)
            for line in lines:
                parts.add(line)
            parts.close()
            text = texts.tree_text(origin=ORIGIN, draw=self.name, name=name, size=len(lines), root=root)
            write_file(path, f"{name}.note", sign(text, OPERATORS).spelled())
        self._write_sources(path)
        self._write_log(path)
        write_file(path, "stats.json", canonical.spelled({"type": "prakerja-draw-statistics", "version": 1}))
        return self.seal(path)

    def _write_sources(self, path: Path) -> None:
        for number, (source, value) in enumerate(zip(self.sources, self.values, strict=True)):
            if isinstance(source, docs.DrandSource):
                told = {"chain": source.chain, "round": source.round, "signature": self.signature}
                write_file(path, texts.beacon_path(number), canonical.spelled(told))
            elif value is None:
                text = texts.absent_text(origin=ORIGIN, draw=self.name, number=number, source=source)
                seconds = int(source.at.timestamp()) + docs.ABSENT_AFTER_S
                note = Note(text, tuple(one.cosignature(text, seconds=seconds) for one in WITNESSES))
                write_file(path, texts.absent_path(number), note.spelled())
            else:
                write_file(path, texts.beacon_path(number), PULSE.spelled())
                write_file(path, texts.CERTIFICATE, CERTIFICATE)

    def _write_log(self, path: Path) -> None:
        entries = [*self.before, self.rules.spelled(), self.commitment.spelled(), self.result.spelled()]
        tree = Tree()
        for index, entry in enumerate(entries):
            write_file(path, texts.entry_path(index), entry)
            tree.add(entry)
            if index >= len(entries) - 2:
                text = Checkpoint(texts.log_origin(ORIGIN), tree.size, tree.root()).text()
                seconds = SEEN if index == len(entries) - 2 else SEEN + 20 * 86400
                lines = (LOG.line(text), *(one.cosignature(text, seconds=seconds) for one in WITNESSES))
                write_file(path, texts.checkpoint_path(tree.size), Note(text, lines).spelled())

    def seal(self, path: Path) -> Path:
        """Manifest and note over what lies there now."""
        for name in ("manifest.json", "manifest.note"):
            (path / name).unlink(missing_ok=True)
        files = Directory(path)
        manifest = docs.Manifest(draw=self.name, files={one: entry_of(files, one) for one in files.names()})
        write_file(path, "manifest.json", manifest.spelled())
        text = texts.document_text(origin=ORIGIN, about=self.name, name="manifest", content=manifest.spelled())
        write_file(path, "manifest.note", sign(text, OPERATORS).spelled())
        return path


def twelve_drawn(**changes: object) -> Draw:
    """The first worked example."""
    return Draw(rules_of("g19", **TWELVE_RULES), list(rows_of(twelve(), wave="g19").values()), **changes)  # type: ignore[arg-type]


def thousand_drawn(**changes: object) -> Draw:
    """The second."""
    return Draw(rules_of("g20", **THOUSAND_RULES), list(rows_of(thousand(), wave="g20").values()), **changes)  # type: ignore[arg-type]
