"""The log of documents in a published folder: one commitment of the draw, what ended the draws before it, who saw it (draw.md 6, 7, 11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol import texts
from prakerja.draw.protocol.checks import need
from prakerja.draw.protocol.folder import Files, content_of
from prakerja.draw.protocol.trust import Trust
from prakerja.proofs import canonical, drand
from prakerja.proofs.merkle import Tree
from prakerja.proofs.notes import Checkpoint, Note, Signature


class LogWork:
    """V11, and when sources appear; what it leaves (`over`, `checkpoints`, `committed_index`) the check of times asks."""

    files: Files
    trust: Trust | None
    draw: str
    contents: dict[str, bytes]
    rules: docs.Rules
    commitment: docs.Commitment
    over: list[docs.Void]
    checkpoints: list[tuple[Checkpoint, Note]]
    committed_index: int

    def v11_log(self) -> str:
        names = self.files.names()
        count = sum(one.startswith(f"{texts.LOG_ENTRIES}/") for one in names)
        entries = [content_of(self.files, texts.entry_path(index)) for index in range(count)]
        self.over = []
        places = self._places(entries)
        tree, roots = Tree(), {0: Tree().root()}
        for entry in entries:
            tree.add(entry)
            roots[tree.size] = tree.root()
        self.checkpoints = []
        for name in (one for one in names if one.startswith(f"{texts.LOG_CHECKPOINTS}/")):
            note = Note.read(content_of(self.files, name))
            found = Checkpoint.read(note.text)
            need(name == texts.checkpoint_path(found.size), f"{name} is of another size")
            need(roots.get(found.size) == found.root, f"{name} is not of these documents")
            origin = self.trust.origin if self.trust else found.origin.removesuffix("/documents")
            need(found.origin == texts.log_origin(origin), f"{name} is of another log")
            self.checkpoints.append((found, note))
        need(bool(self.checkpoints), "the log has no checkpoint")
        need(max(one.size for one, _ in self.checkpoints) == count, "a document that no checkpoint knows")
        self.committed_index = places["commitment"]
        need(places["rules"] < places["commitment"] < places["result"], "the documents came in another order")
        if self.trust:
            for checkpoint, note in self.checkpoints:
                self.witnessed(checkpoint, note)
            for void in self.over:
                self._two_ended(void)
        return "" if self.trust else "no keys were given: the log's checkpoints may be anybody's"

    def _places(self, entries: list[bytes]) -> dict[str, int]:
        """Where in the log the documents of this draw stand; each once, and a void of the draw before it."""
        wave, number = docs.read_draw(self.draw)
        places: dict[str, int] = {}
        voids: dict[str, tuple[int, docs.Void]] = {}
        commitments: dict[str, tuple[int, docs.Commitment]] = {}
        for index, entry in enumerate(entries):
            try:
                value = canonical.read(entry)
            except canonical.NotCanonical:
                # Other documents may be no JSON: a checkpoint of the ledger, for example.
                continue
            kind = docs.is_of_document(value)
            if kind == "prakerja-draw-void":
                void = docs.Void.read(entry)
                need(void.draw not in voids, f"{void.draw} was ended twice")
                voids[void.draw] = (index, void)
            elif kind == "prakerja-draw-commitment":
                told = docs.Commitment.read(entry)
                need(told.draw not in commitments, f"two commitments of {told.draw}")
                commitments[told.draw] = (index, told)
            for name in texts.DOCUMENTS:
                if entry == self.contents[name]:
                    need(name not in places, f"the {name} stands twice in the log")
                    places[name] = index
        need(set(places) == set(texts.DOCUMENTS), "a document of this draw is not in the log")
        need(self.draw not in voids, "this draw was ended without a result")
        before, over = -1, docs.read_instant(self.rules.published_at)
        for name in (f"{wave}/{earlier}" for earlier in range(1, number)):
            need(name in voids and name in commitments, f"nothing says why {name} has no result")
            (at, commitment), (ended, void) = commitments[name], voids[name]
            need(before < at < ended < places["commitment"], f"the documents of {name} came in another order")
            need(over <= docs.read_instant(commitment.committed_at), f"{name} began before the one before it ended")
            if void.reason != "list":
                same = commitment.rules, commitment.listed
                need(same == (self.commitment.rules, self.commitment.listed), f"list or rules changed after {name}")
            self._may_end(commitment, void)
            before, over = ended, docs.read_instant(void.voided_at)
            self.over.append(void)
        return places

    def _may_end(self, commitment: docs.Commitment, void: docs.Void) -> None:
        """A draw ends without a result by the rule alone: else it would be drawn until somebody likes what comes."""
        need(void.commitment == commitment.sha256, f"what ended {void.draw} is of another commitment")
        when, name = docs.read_instant(void.voided_at), f"{void.draw} was ended ({void.reason})"
        need(docs.read_instant(commitment.committed_at) <= when, f"{name} before it began")
        first, last = (self.appears(commitment.sources[place]) for place in (0, -1))
        if first is None or last is None:
            need(self.trust is None, "a beacon that is not one of those that you know")
        elif void.reason == "list":
            need(when < first, f"{name} when its randomness was there")
        else:
            wait = docs.MISSING_AFTER_S if void.reason == "source" else docs.SILENT_AFTER_S
            need(when >= last + timedelta(seconds=wait), f"{name} too soon")

    def _two_ended(self, void: docs.Void) -> None:
        """Two operators signed that a draw of this wave ended."""
        assert self.trust is not None
        name = texts.void_name(docs.read_draw(void.draw)[1])
        note = Note.read(content_of(self.files, f"{name}.note"))
        text = texts.document_text(origin=self.trust.origin, about=void.draw, name="void", content=void.spelled())
        need(note.text == text, f"{name}.note is of something else")
        need(
            len(note.signatures(self.trust.operators)) >= texts.SIGNERS,
            f"{name}.note needs {texts.SIGNERS} signatures of operators",
        )

    def witnessed(self, checkpoint: Checkpoint, note: Note) -> list[Signature]:
        """Signed by the log, and by witnesses if it is one that counts."""
        assert self.trust is not None
        signed = note.signatures([*self.trust.documents, *self.trust.witnesses])
        need(any(one.seconds is None for one in signed), f"checkpoint {checkpoint.size} is not signed by the log")
        seen = [one for one in signed if one.seconds is not None]
        need(len(seen) >= texts.WITNESSES, f"checkpoint {checkpoint.size} needs {texts.WITNESSES} witnesses")
        return seen

    def appears(self, source: docs.Source) -> datetime | None:
        """When a source gives its value; None for a beacon that nobody named."""
        if isinstance(source, docs.NistSource):
            return source.at
        chain = self.chain(source)
        return None if chain is None else chain.at(source.round)

    def chain(self, source: docs.DrandSource) -> drand.Chain | None:
        """The beacon of a source, if it is one of those that count."""
        if self.trust is not None:
            return self.trust.chain(source.chain)
        return drand.QUICKNET if source.chain == drand.QUICKNET.hash else None
