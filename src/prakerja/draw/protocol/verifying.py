"""Check a published draw from its folder alone: no database, no network (draw.md 11).

Every check says whether it holds, or that it was not made. The first that fails ends the work: what follows would stand on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise

import msgspec

from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol import texts
from prakerja.draw.protocol.checks import RETURNED, Check, Failed, Report, need
from prakerja.draw.protocol.folder import Files, Lines, content_of, entry_of
from prakerja.draw.protocol.hashes import secret_hash, seed
from prakerja.draw.protocol.log_checks import LogWork
from prakerja.draw.protocol.ranking import WINNER, Ranking
from prakerja.draw.protocol.recalls import Drawn, check_recalls
from prakerja.draw.protocol.rows import PART_ROWS, Row, part_count, part_path
from prakerja.draw.protocol.seats import Plan, plan_of
from prakerja.draw.protocol.trust import Trust
from prakerja.proofs import canonical, drand, nist_beacon
from prakerja.proofs.notes import Note

ABOUT = {
    "V1": "the files are those of the manifest, and none besides",
    "V2": "every signature is by a key that you know, and holds",
    "V3": "every document has one spelling and says nothing unknown",
    "V4": "the rules are those that were committed to, and share out every seat",
    "V5": "the list is the one that was committed to, row by row",
    "V6": "the randomness was named before it existed, long enough, and witnesses saw it",
    "V7": "the secret is the one whose hash was published",
    "V8": "the randomness is signed by its sources",
    "V9": "the seed follows from commitment, randomness and secret",
    "V10": "ranks, seats and results follow from list, rules and seed",
    "V11": "the log has one commitment of this draw, and nothing was taken out of it",
}
_TREES = ("list", "results")


def verify(
    *,
    files: Files,
    trust: Trust | None,
    recalls: Sequence[Files] = (),
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Check everything that can be; without `trust` no signature, witness or beacon's key is, and the report says so.

    `recalls` are the folders of seats that came back, the first one first: each is checked after those before it (R1 to R7).
    """
    report, work = Report(), _Work(files, trust)
    steps = {
        "V1": work.v1_files,
        "V3": work.v3_documents,
        "V2": work.v2_notes,
        "V4": work.v4_rules,
        "V11": work.v11_log,
        "V6": work.v6_time,
        "V7": work.v7_secret,
        "V8": work.v8_sources,
        "V9": work.v9_seed,
        "V5": work.v5_list,
        "V10": work.v10_results,
    }
    for number, step in steps.items():
        if progress is not None:
            progress(f"{number}: {ABOUT[number]}")
        try:
            told = step()
        except RETURNED as error:
            report.checks.append(Check(number, ABOUT[number], False, str(error)))
            break
        report.checks.append(Check(number, ABOUT[number], None if told else True, told))
    report.draw = work.draw
    report.winners, report.unfilled = work.winners, work.unfilled
    report.checks.sort(key=lambda one: int(one.number[1:]))
    if report.holds and recalls:
        drawn = Drawn(
            files, trust, work.draw, work.rules, work.contents["result"], work.commitment.listed.rows, work.ranking
        )
        report.checks += check_recalls(drawn=drawn, recalls=recalls, progress=progress)
    return report


class _Work(LogWork):
    """The steps, and what each leaves to those after it. A step returns why it was not made, or ""."""

    result: docs.Result
    plan: Plan
    seed: bytes
    ranking: Ranking

    def __init__(self, files: Files, trust: Trust | None) -> None:
        self.files, self.trust = files, trust
        self.draw, self.winners, self.unfilled = "", 0, 0
        self.contents: dict[str, bytes] = {}
        self.values: list[bytes | None] = []

    def v1_files(self) -> str:
        manifest = docs.Manifest.read(content_of(self.files, "manifest.json"))
        present = set(self.files.names()) - {"manifest.json", "manifest.note"}
        need(present == set(manifest.files), "the files are not those that the manifest names")
        for name, told in manifest.files.items():
            need(entry_of(self.files, name) == told, f"{name} is not the file that the manifest names")
        self.draw = manifest.draw
        return ""

    def v3_documents(self) -> str:
        for name in texts.DOCUMENTS:
            self.contents[name] = content_of(self.files, f"{name}.json")
        self.rules = docs.Rules.read(self.contents["rules"])
        self.commitment = docs.Commitment.read(self.contents["commitment"])
        self.result = docs.Result.read(self.contents["result"])
        need(self.commitment.draw == self.draw == self.result.draw, "the documents are of different draws")
        need(docs.read_draw(self.draw)[0] == self.rules.wave, "the rules are of another wave")
        need(len(self.result.values) == len(self.commitment.sources), "not every source has a value")
        canonical.read(content_of(self.files, "stats.json"))
        expected = {f"{name}.{end}" for name in texts.DOCUMENTS for end in ("json", "note")}
        expected |= {"list.note", "results.note", "stats.json"}
        for folder, rows in (("list", self.commitment.listed.rows), ("results", self.result.results.rows)):
            expected |= {part_path(folder, number) for number in range(part_count(rows))}
        expected |= {f"{texts.void_name(number)}.note" for number in range(1, docs.read_draw(self.draw)[1])}
        others = set(self.files.names()) - expected - {"manifest.json", "manifest.note"}
        # What lies in these is looked at where it is read: V8, V11.
        known = ("beacon/", f"{texts.LOG_ENTRIES}/", f"{texts.LOG_CHECKPOINTS}/")
        need(all(one.startswith(known) for one in others), "a file that nobody needs")
        return ""

    def v2_notes(self) -> str:
        wave, listed, results = self.rules.wave, self.commitment.listed, self.result.results
        manifest = content_of(self.files, "manifest.json")
        about = {"rules": wave, "commitment": self.draw, "result": self.draw, "manifest": self.draw}
        contents = self.contents | {"manifest": manifest}
        for name, note in {
            name: Note.read(content_of(self.files, f"{name}.note")) for name in (*about, *_TREES)
        }.items():
            origin = self.trust.origin if self.trust else note.text.partition("/draw/")[0]
            if name in about:
                text = texts.document_text(origin=origin, about=about[name], name=name, content=contents[name])
            else:
                told = listed if name == "list" else results
                root = bytes.fromhex(told.root)
                text = texts.tree_text(origin=origin, draw=self.draw, name=name, size=told.rows, root=root)
            need(note.text == text, f"{name}.note is of something else")
            if self.trust:
                signed = note.signatures(self.trust.operators)
                need(len(signed) >= texts.SIGNERS, f"{name}.note needs {texts.SIGNERS} signatures of operators")
        return "" if self.trust else "no keys were given: nobody's signature was looked at"

    def v4_rules(self) -> str:
        found = sha256(self.contents["rules"]).hexdigest()
        need(found == self.commitment.rules, "the rules are not those of the commitment")
        need(self.result.commitment == sha256(self.contents["commitment"]).hexdigest(), "a result of another list")
        self.plan = plan_of(self.rules)
        return ""

    # Time, secret, randomness.

    def v6_time(self) -> str:
        committed = docs.read_instant(self.commitment.committed_at)
        need(docs.read_instant(self.rules.published_at) < committed, "the rules came after the commitment")
        over = [docs.read_instant(one.voided_at) for one in self.over]
        need(all(one <= committed for one in over), "committed before the draw before it ended")
        times = [self.appears(source) for source in self.commitment.sources]
        known = [one for one in times if one is not None]
        need(all(one < other for one, other in pairwise(known)), "the sources are not in the order of their times")
        if known:
            lead = timedelta(seconds=self.rules.min_lead_s)
            need(known[0] - committed >= lead, "the first source came too soon after the commitment")
            need(known[-1] <= docs.read_instant(self.result.drawn_at), "drawn before the last source")
        if not self.trust:
            return "no keys were given: nobody's word for the time was looked at"
        if times[-1] is None:
            return "this beacon is not one of those that you know"
        covering = [one for one in self.checkpoints if one[0].size > self.committed_index]
        first = min(covering, key=lambda one: one[0].size)
        seen = self.witnessed(*first)
        need(
            sum(one.seconds is not None and one.seconds < known[0].timestamp() for one in seen) >= texts.WITNESSES,
            "witnesses saw the commitment only when its randomness was there",
        )
        need(
            all(one.seconds is not None and one.seconds >= when.timestamp() for one in seen for when in over),
            "witnesses saw a draw ended before it may have been",
        )
        return ""

    def v7_secret(self) -> str:
        found = secret_hash(draw=self.draw, secret=bytes.fromhex(self.result.secret))
        need(found.hex() == self.commitment.secret, "the secret is not the one whose hash was published")
        return ""

    def v8_sources(self) -> str:
        unchecked = ""
        expected = set()
        for number, (source, told) in enumerate(zip(self.commitment.sources, self.result.values, strict=True)):
            value = None if told.value is None else bytes.fromhex(told.value)
            self.values.append(value)
            if isinstance(source, docs.NistSource):
                unchecked = self._certified(source) or unchecked
            if value is None:
                need(source.optional and told.signature is msgspec.UNSET, "a required source has no value")
                expected.add(texts.absent_path(number))
                unchecked = self._absent(number, source) or unchecked
                continue
            expected.add(texts.beacon_path(number))
            kept = content_of(self.files, texts.beacon_path(number))
            if isinstance(source, docs.NistSource):
                expected.add(texts.CERTIFICATE)
                found = nist_beacon.randomness(
                    pulse=nist_beacon.Pulse.read(kept),
                    certificate=content_of(self.files, texts.CERTIFICATE),
                    named=source.certificate,
                    chain=source.chain,
                    time=source.time,
                )
                need(told.signature is msgspec.UNSET, "a pulse's signature stands in its file")
            else:
                need(isinstance(told.signature, str), "a round without its signature")
                named = {"chain": source.chain, "round": source.round, "signature": told.signature}
                need(kept == canonical.spelled(named), f"{texts.beacon_path(number)} is of another round")
                chain = self.chain(source)
                if chain is None:
                    need(self.trust is None, "this beacon is not one of those that you know")
                    unchecked = "no keys were given, and this beacon is none that everybody knows"
                    found = sha256(bytes.fromhex(str(told.signature))).digest()
                else:
                    found = drand.randomness(chain=chain, number=source.round, signature=str(told.signature))
            need(found == value, "a value is not that of its source")
        present = {one for one in self.files.names() if one.startswith("beacon/")}
        need(present == expected, "beacon/ has other files than the sources need")
        return unchecked

    def _certified(self, source: docs.NistSource) -> str:
        """Whoever may name a certificate of their own signs as many pulses as they like, and chooses the winners."""
        if self.trust is None:
            return "no keys were given: whoever signed the pulse may be anybody"
        need(source.certificate in self.trust.certificates, "the pulse's certificate is none of those that you know")
        return ""

    def _absent(self, number: int, source: docs.Source) -> str:
        note = Note.read(content_of(self.files, texts.absent_path(number)))
        origin = self.trust.origin if self.trust else note.text.partition("/draw/")[0]
        text = texts.absent_text(origin=origin, draw=self.draw, number=number, source=source)
        need(note.text == text, "the word of absence is of another source")
        if self.trust is None:
            return "no keys were given: nobody's word for an absent source was looked at"
        need(isinstance(source, docs.NistSource), "only a pulse may be absent")
        over = source.at.timestamp() + docs.ABSENT_AFTER_S  # type: ignore[union-attr]
        seen = [one.seconds for one in note.signatures(self.trust.witnesses)]
        need(
            sum(one is not None and one >= over for one in seen) >= texts.WITNESSES,
            "too few witnesses waited for the absent source",
        )
        return ""

    def v9_seed(self) -> str:
        lengths = [docs.VALUE_BYTES[docs.kind_of(one)] for one in self.commitment.sources]
        try:
            self.seed = seed(
                commitment=self.contents["commitment"],
                values=zip(self.values, lengths, strict=True),
                secret=bytes.fromhex(self.result.secret),
            )
        except ValueError as error:
            raise Failed("a value has another length than its source gives") from error
        need(self.seed.hex() == self.result.seed, "the seed does not follow")
        return ""

    # The list and what follows from it.

    def v5_list(self) -> str:
        told = self.commitment.listed
        self.ranking = Ranking(seed=self.seed, plan=self.plan)
        lines = Lines(self.files, "list", rows=told.rows, part_rows=PART_ROWS)
        before = b""
        for line in lines:
            row = Row.read(line)
            need(before < row.ticket, "the tickets do not ascend")
            before = row.ticket
            self.ranking.add(row)
        found = docs.Listed(
            rows=self.ranking.rows,
            eligible=self.ranking.eligible,
            size=lines.size,
            sha256=lines.sha256,
            root=lines.tree.root().hex(),
        )
        need(found == told, "the list is not the one of the commitment")
        need(self.ranking.are_labels_needed(cap=self.rules.family_cap), "a family's label that nothing needs")
        return ""

    def v10_results(self) -> str:
        told, winners = self.result.results, sha256()
        need(told.rows == self.commitment.listed.rows, "the results have other rows than the list")
        self.ranking.seat()
        lines = Lines(self.files, "results", rows=told.rows, part_rows=PART_ROWS)
        listed = Lines(self.files, "list", rows=told.rows, part_rows=PART_ROWS)
        for row, outcome, line in zip(listed, self.ranking.outcomes(), lines, strict=True):
            ticket = row[:64]
            need(line == b"%b %b\n" % (ticket, outcome.words().encode()), f"the result of {ticket.decode()} is another")
            if outcome.kind == WINNER:
                winners.update(ticket + b"\n")
        found = docs.Resulted(
            rows=self.ranking.rows, size=lines.size, sha256=lines.sha256, root=lines.tree.root().hex()
        )
        need(found == told, "the results are not those of the document")
        counted = docs.Tickets(count=self.ranking.winners, sha256=winners.hexdigest())
        need(counted == self.result.winners, "the winners are not those of the document")
        need(self.ranking.unfilled == self.result.unfilled, "another number of seats is left")
        self.winners, self.unfilled = self.ranking.winners, self.ranking.unfilled
        return ""
