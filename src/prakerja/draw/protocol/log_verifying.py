"""Check the public log from its folder alone: documents, witnesses, the ledger's days and tiles, time stamps (draw.md 14).

No database and no network. Memory does not grow with the ledger: its leaves are read a tile at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from prakerja.draw.protocol import texts
from prakerja.draw.protocol.checks import Check, Failed, Report
from prakerja.draw.protocol.folder import Files, FolderError, content_of
from prakerja.draw.protocol.trust import Trust
from prakerja.proofs.merkle import EMPTY_ROOT, Tree, root_of
from prakerja.proofs.notes import Checkpoint, Note, NoteError
from prakerja.proofs.tiles import WIDTH, hashes_of, tile_path, tiles_of
from prakerja.proofs.time_stamps import StampError, stamped_at

ABOUT = {
    "L1": "every document stands in the log where its checkpoints say, and nothing was taken out",
    "L2": "the ledger's checkpoint of every day is signed, and an entry of the log",
    "L3": "every day's root is that of the leaves, and each day goes on from the one before",
    "L4": "authorities of time saw the log as it is",
}
_DAY_ENTRY = re.compile(rb"(\d{4}-\d{2}-\d{2})\n(.*)", re.DOTALL)
_NAMES = re.compile(
    r"log/entries/\d{6}\.json|log/(?:checkpoints/\d{6}\.note|stamps/\d{6}\.tsr)"
    r"|ledger/(?:days/\d{4}-\d{2}-\d{2}\.note|size|tile/\d/(?:x\d{3}/)*\d{3}(?:\.p/\d{1,3})?)"
)
_RETURNED = (Failed, FolderError, NoteError, StampError, ValueError)


class _Day(NamedTuple):
    day: str
    note: bytes
    checkpoint: Checkpoint


def is_log(files: Files) -> bool:
    """Whether this is the folder of the log and not that of a draw."""
    names = files.names()
    return "manifest.json" not in names and any(one.startswith(texts.LEDGER_DAYS) for one in names)


def verify_log(*, files: Files, trust: Trust | None, progress: Callable[[str], None] | None = None) -> Report:
    """Check everything that can be; without `trust` no signature is, and the report says so."""
    report, work = Report(draw="log"), _Work(files, trust)
    steps = {"L1": work.l1_log, "L2": work.l2_days, "L3": work.l3_leaves, "L4": work.l4_stamps}
    for number, step in steps.items():
        if progress is not None:
            progress(f"{number}: {ABOUT[number]}")
        try:
            told = step()
        except _RETURNED as error:
            report.checks.append(Check(number, ABOUT[number], False, str(error)))
            break
        report.checks.append(Check(number, ABOUT[number], None if told else True, told))
    return report


class _Work:
    def __init__(self, files: Files, trust: Trust | None) -> None:
        self.files, self.trust = files, trust
        self.names = files.names()
        self.checkpoints: dict[int, Note] = {}
        self.entries: list[bytes] = []
        self.days: list[_Day] = []
        # How many full tiles of each level were compared.
        self.done: dict[int, int] = {}

    def l1_log(self) -> str:
        strange = [one for one in self.names if not _NAMES.fullmatch(one)]
        _need(not strange, f"{strange[:1]} belongs to no log")
        count = sum(one.startswith(f"{texts.LOG_ENTRIES}/") for one in self.names)
        self.entries = [content_of(self.files, texts.entry_path(index)) for index in range(count)]
        tree, roots = Tree(), {0: EMPTY_ROOT}
        for entry in self.entries:
            tree.add(entry)
            roots[tree.size] = tree.root()
        seen = 0
        for name in self._below(texts.LOG_CHECKPOINTS):
            note = Note.read(content_of(self.files, name))
            found = Checkpoint.read(note.text)
            _need(name == texts.checkpoint_path(found.size), f"{name} is of another size")
            _need(roots.get(found.size) == found.root, f"{name} is not of these documents")
            self.checkpoints[found.size] = note
            if self.trust is not None:
                _need(found.origin == texts.log_origin(self.trust.origin), f"{name} is of another log")
                signed = note.signatures([*self.trust.documents, *self.trust.witnesses])
                _need(any(one.seconds is None for one in signed), f"{name} is not signed by the log")
                if sum(one.seconds is not None for one in signed) >= texts.WITNESSES:
                    seen = max(seen, found.size)
        _need(max(self.checkpoints, default=0) == count, "a document that no checkpoint knows")
        if self.trust is None:
            return "no keys were given: the signatures may be anybody's"
        return "" if seen == count else f"{texts.WITNESSES} witnesses saw {seen} of {count} documents until now"

    def l2_days(self) -> str:
        for name in self._below(texts.LEDGER_DAYS):
            content = content_of(self.files, name)
            note = Note.read(content)
            day = _Day(name.rpartition("/")[2].removesuffix(".note"), content, Checkpoint.read(note.text))
            if self.trust is not None:
                _need(day.checkpoint.origin == texts.ledger_origin(self.trust.origin), f"{name} is of another ledger")
                _need(len(note.signatures(self.trust.ledger)) == 1, f"{name} is not signed")
            if self.days:
                _need(self.days[-1].checkpoint.size <= day.checkpoint.size, f"{name} has fewer leaves than before")
            self.days.append(day)
        logged = [(found[1].decode(), found[2]) for one in self.entries if (found := _DAY_ENTRY.fullmatch(one))]
        ours = [(one.day, one.note) for one in self.days]
        _need(ours[: len(logged)] == logged, "the log holds other days than those that lie here")
        _need(bool(ours), "there is no day")
        if self.trust is None:
            return "no keys were given: the signatures may be anybody's"
        # What would tell the secret of a draw is not public yet, nor what came after it.
        waiting = len(ours) - len(logged)
        return "" if not waiting else f"{waiting} days are not in the public part of the log yet"

    def l3_leaves(self) -> str:
        size = self.days[-1].checkpoint.size
        expected = {f"{texts.LEDGER}/{tile_path(level=one, index=at, width=wide)}" for one, at, wide in tiles_of(size)}
        _need(set(self._below(f"{texts.LEDGER}/tile")) == expected, "there are other tiles than the last day has")
        waiting = list(reversed(self.days))
        tree = Tree()
        # Of each level the roots of its full tiles, until a tile of the next holds them.
        above: list[list[bytes]] = []

        def compare() -> None:
            while waiting and waiting[-1].checkpoint.size == tree.size:
                day = waiting.pop()
                _need(day.checkpoint.root == tree.root(), f"the leaves are not those of {day.day}")

        compare()
        for index in range(-(-size // WIDTH)):
            hashes = self._tile(0, index, min(WIDTH, size - index * WIDTH))
            for one in hashes:
                tree.add_hash(one)
                if waiting and waiting[-1].checkpoint.size == tree.size:
                    compare()
            if len(hashes) == WIDTH:
                self._rise(above, 1, root_of(hashes))
        for level, rest in enumerate(above, 1):
            if rest:
                whole = (size >> (8 * level)) // WIDTH
                _need(
                    self._tile(level, whole, len(rest)) == rest, f"a tile of level {level} is not over those below it"
                )
        _need(not waiting, "a day has more leaves than there are")
        return ""

    def _rise(self, above: list[list[bytes]], level: int, root: bytes) -> None:
        if len(above) < level:
            above.append([])
        above[level - 1].append(root)
        if len(above[level - 1]) == WIDTH:
            index = self.done.get(level, 0)
            self.done[level] = index + 1
            _need(
                self._tile(level, index, WIDTH) == above[level - 1], f"a tile of level {level} is not over those below"
            )
            above[level - 1] = []
            self._rise(above, level + 1, root_of(self._tile(level, index, WIDTH)))

    def _tile(self, level: int, index: int, width: int) -> Sequence[bytes]:
        name = f"{texts.LEDGER}/{tile_path(level=level, index=index, width=width)}"
        found = hashes_of(content_of(self.files, name))
        _need(len(found) == width, f"{name} holds another number of hashes")
        return found

    def l4_stamps(self) -> str:
        stamps = self._below(texts.LOG_STAMPS)
        if not stamps:
            return "there is no time stamp"
        if self.trust is None or not self.trust.time_stampers:
            return "no authority of time is known"
        for name in stamps:
            size = int(name.rpartition("/")[2].removesuffix(".tsr"))
            _need(size in self.checkpoints, f"{name} is of no checkpoint")
            data = self.checkpoints[size].text.encode()
            stamped_at(content_of(self.files, name), data=data, roots=self.trust.time_stampers)
        return ""

    def _below(self, folder: str) -> list[str]:
        return [one for one in self.names if one.startswith(f"{folder}/")]


def _need(holds: bool, sentence: str) -> None:
    if not holds:
        raise Failed(sentence)
