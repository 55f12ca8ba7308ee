"""Check the folders of recalls after the draw that they are of: seats that came back, and who got them (draw.md 9, 11).

A recall is reckoned anew from the draw's own line, so that nobody gets a seat out of turn, none that did not come back, and none
twice. Who declined is what the office says: that such a row is one of the list is checked, why it is there cannot be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol import texts
from prakerja.draw.protocol.checks import RETURNED, Check, need
from prakerja.draw.protocol.folder import Files, Lines, content_of
from prakerja.draw.protocol.ranking import EXCLUDED, WINNER, Ranking
from prakerja.draw.protocol.rows import PART_ROWS
from prakerja.draw.protocol.seats import NATIONAL
from prakerja.draw.protocol.trust import Trust
from prakerja.proofs import canonical
from prakerja.proofs.merkle import Tree
from prakerja.proofs.notes import Checkpoint, Note

ABOUT = {
    "R1": "its files are those that a recall has, and its lists those that it names",
    "R2": "two operators that you know signed it",
    "R3": "it is the next recall of this draw and its result",
    "R4": "every seat that it gives on was somebody's, and came back once",
    "R5": "who declined stands in the list, and is eligible",
    "R6": "the seats went to those who were next in line, to nobody twice",
    "R7": "it stands in the log once, after the result, and witnesses saw it",
}
LISTS = ("released", "declined", "awarded")
# A line of a list of tickets.
_TICKET = 65


@dataclass(frozen=True)
class Drawn:
    """The draw that recalls are of, as it was found to hold; `ranking` has seated everybody."""

    files: Files
    trust: Trust | None
    draw: str
    rules: docs.Rules
    result: bytes
    rows: int
    ranking: Ranking


@dataclass
class _Given:
    """What earlier recalls did: who was awarded which seat, what came back, and how many seats nobody was left for."""

    unfilled: int
    awarded: dict[int, str] = field(default_factory=dict)
    back: set[int] = field(default_factory=set)


def check_recalls(
    *, drawn: Drawn, recalls: Sequence[Files], progress: Callable[[str], None] | None = None
) -> list[Check]:
    """R1 to R7 of each recall, the first one first; the first that fails ends the work, for what follows would stand on it."""
    checks: list[Check] = []
    given = _Given(drawn.ranking.unfilled)
    for number, files in enumerate(recalls, 1):
        one = _One(drawn, files, number, given)
        steps = (
            one.r1_files,
            one.r2_note,
            one.r3_document,
            one.r4_released,
            one.r5_declined,
            one.r6_awarded,
            one.r7_log,
        )
        for (name, about), step in zip(ABOUT.items(), steps, strict=True):
            words = f"recall {number}: {about}"
            if progress is not None:
                progress(f"{name}: {words}")
            try:
                told = step()
            except RETURNED as error:
                return [*checks, Check(name, words, False, str(error))]
            checks.append(Check(name, words, None if told else True, told))
    return checks


class _One:
    """A recall, and what it leaves to the next one. A step returns why it was not made, or ""."""

    recall: docs.Recall

    def __init__(self, drawn: Drawn, files: Files, number: int, given: _Given) -> None:
        self.drawn, self.files, self.number, self.given = drawn, files, number, given
        self.rows: dict[str, list[int]] = {}

    def r1_files(self) -> str:
        expected = {"recall.json", "recall.note", *(f"{name}.txt" for name in LISTS)}
        others = set(self.files.names()) - expected
        need(expected <= set(self.files.names()), "a file of it is missing")
        known = (f"{texts.LOG_ENTRIES}/", f"{texts.LOG_CHECKPOINTS}/")
        need(all(one.startswith(known) for one in others), "a file that nobody needs")
        self.content = content_of(self.files, "recall.json")
        self.recall = docs.Recall.read(self.content)
        tickets = {name: self._tickets(name) for name in LISTS}
        wanted = {ticket: -1 for lines in tickets.values() for ticket in lines}
        for number, line in enumerate(Lines(self.drawn.files, "list", rows=self.drawn.rows, part_rows=PART_ROWS)):
            if line[:64] in wanted:
                wanted[line[:64]] = number
        missing = next((ticket for ticket, number in wanted.items() if number < 0), None)
        need(missing is None, f"{(missing or b'').decode()} is no ticket of the list")
        self.rows = {name: [wanted[ticket] for ticket in lines] for name, lines in tickets.items()}
        return ""

    def _tickets(self, name: str) -> list[bytes]:
        told: docs.Tickets = getattr(self.recall, name)
        hashed, found, before = sha256(), [], b""
        with self.files.open(f"{name}.txt") as file:
            while line := file.readline(_TICKET + 1):
                need(len(line) == _TICKET and line.endswith(b"\n"), f"{name}.txt has a line that is no ticket")
                need(before < line, f"{name}.txt does not ascend, or has a ticket twice")
                before = line
                hashed.update(line)
                found.append(line[:64])
        need((len(found), hashed.hexdigest()) == (told.count, told.sha256), f"{name}.txt is not the one that it names")
        return found

    def r2_note(self) -> str:
        trust, note = self.drawn.trust, Note.read(content_of(self.files, "recall.note"))
        origin = trust.origin if trust else note.text.partition("/draw/")[0]
        name = f"recall-{self.number}"
        text = texts.document_text(origin=origin, about=self.drawn.draw, name=name, content=self.content)
        need(note.text == text, "its note is of something else")
        if trust is None:
            return "no keys were given: nobody's signature was looked at"
        need(
            len(note.signatures(trust.operators)) >= texts.SIGNERS, f"it needs {texts.SIGNERS} signatures of operators"
        )
        return ""

    def r3_document(self) -> str:
        need(self.recall.draw == self.drawn.draw, "it is of another draw")
        need(self.recall.recall == self.number, f"it is not recall {self.number}")
        need(self.recall.result == sha256(self.drawn.result).hexdigest(), "it is of another result")
        return ""

    def r4_released(self) -> str:
        self.seats: Counter[str] = Counter()
        for row in self.rows["released"]:
            outcome = self.drawn.ranking.outcome(row)
            pool = outcome.pool if outcome.kind == WINNER else self.given.awarded.get(row)
            need(pool is not None, f"row {row} of the list had no seat that could come back")
            need(row not in self.given.back, f"the seat of row {row} came back before")
            self.seats[str(pool)] += 1
        self.seats[NATIONAL] += self.given.unfilled
        return ""

    def r5_declined(self) -> str:
        for row in self.rows["declined"]:
            need(self.drawn.ranking.outcome(row).kind != EXCLUDED, f"row {row} of the list is excluded anyway")
        return ""

    def r6_awarded(self) -> str:
        given, ranking = self.given, self.drawn.ranking
        given.back.update(self.rows["released"])
        for row in self.rows["awarded"]:
            is_twice = row in given.awarded or ranking.outcome(row).kind == WINNER
            need(not is_twice, f"row {row} of the list had a seat before")
        expected, unfilled = ranking.seat_again(
            seats=self.seats,
            never=[*given.awarded, *self.rows["declined"]],
            had=given.awarded,
            back=() if self.drawn.rules.released_counts else given.back,
        )
        out_of_turn = next((row for row in self.rows["awarded"] if row not in expected), None)
        need(out_of_turn is None, f"row {out_of_turn} of the list was not next in line")
        need(len(expected) == len(self.rows["awarded"]), "somebody who was next in line was passed over")
        given.awarded.update(expected)
        given.unfilled = unfilled
        return ""

    def r7_log(self) -> str:
        names = self.files.names()
        count = sum(one.startswith(f"{texts.LOG_ENTRIES}/") for one in names)
        signed = [one for one in names if one.startswith(f"{texts.LOG_CHECKPOINTS}/")]
        if not count or not signed:
            return "it came without the log: no two witnesses have seen it yet"
        entries = [content_of(self.files, texts.entry_path(index)) for index in range(count)]
        before = sum(one.startswith(f"{texts.LOG_ENTRIES}/") for one in self.drawn.files.names())
        known = [content_of(self.drawn.files, texts.entry_path(index)) for index in range(before)]
        need(entries[:before] == known, "the log is not the one that the draw has")
        need(entries.count(self.content) == 1, "it does not stand in the log once")
        need(entries.index(self.content) > entries.index(self.drawn.result), "it came before the result")
        need(self._numbered(entries) == 1, f"another recall {self.number} of this draw stands in the log")
        tree = Tree()
        for entry in entries:
            tree.add(entry)
        (name,) = signed if len(signed) == 1 else [""]
        need(name == texts.checkpoint_path(count), "the log's checkpoint is of something else")
        note = Note.read(content_of(self.files, name))
        found, trust = Checkpoint.read(note.text), self.drawn.trust
        origin = trust.origin if trust else found.origin.removesuffix("/documents")
        told = (found.origin, found.size, found.root)
        need(told == (texts.log_origin(origin), count, tree.root()), "the log's checkpoint is of something else")
        if trust is None:
            return "no keys were given: the log's checkpoint may be anybody's"
        seen = [one.seconds for one in note.signatures([*trust.documents, *trust.witnesses])]
        need(None in seen, "the log did not sign its checkpoint")
        need(len(seen) - seen.count(None) >= texts.WITNESSES, f"its checkpoint needs {texts.WITNESSES} witnesses")
        return ""

    def _numbered(self, entries: list[bytes]) -> int:
        """How many recalls of this number of this draw the log has."""
        found = 0
        for entry in entries:
            try:
                value = canonical.read(entry)
            except canonical.NotCanonical:
                continue
            if docs.is_of_document(value) == "prakerja-draw-recall":
                recall = docs.Recall.read(entry)
                found += (recall.draw, recall.recall) == (self.drawn.draw, self.number)
        return found
