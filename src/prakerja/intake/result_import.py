"""Results of a wave arrive as a list: the listed people are awarded, set-based, a few thousand at a time.

Three ways through the list. First it is read as a whole, kept as indexes of what it says, and decided: whatever is wrong with
it, at its end too, is found before anybody is awarded. Then the lines that want an answer are told of. Last it is read again,
and those who were accepted are awarded in chunks, each in a transaction that says how far the import is. Whoever is killed
between two of them is followed by the same command, which goes on there. Memory does not grow with the list.
"""

from __future__ import annotations

import hashlib
import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted, require, require_operator
from prakerja.audit.operations import record
from prakerja.awards.operations import Grounds
from prakerja.intake import listed_lines as lines
from prakerja.intake.awarding import Chunk, Terms, award_chunk, pack_chunk, terms_of
from prakerja.intake.holding import require_cards
from prakerja.intake.import_reports import ImportOutcome, Kept, Progress, Report
from prakerja.intake.models import Decree, ResultImport, Wave
from prakerja.intake.prepared_results import (
    Prepared,
    confirm_prepared,
    keep_prepared,
    prepared_for,
    require_no_others,
)
from prakerja.intake.rest import keep_reasons, let_rest_be_told
from prakerja.intake.result_rows import ResultRow
from prakerja.intake.result_terms import require_budget, require_dates_ahead, require_fitting, require_undrawn
from prakerja.intake.states import IMPORT_STATES
from prakerja.intake.unfinished_imports import alone, is_own_import, name_of, unfinished_import
from prakerja.intake.uploaded_lists import drop_decided_files
from prakerja.kernel.clock import WIB, wall
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.installation import is_sandbox
from prakerja.kernel.progress import Meter
from prakerja.kernel.side_processes import SideProcesses, spare_processors
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import Scheme, purchase_deadline

# So many are awarded in one transaction: well below a second, in which nobody else waits for them.
CHUNK = 2_000
# Below it, other processes take longer to begin than the work.
_WORTH_PROCESSES = 4_000


@permitted("results.import")
def prepare_results(
    *,
    rows: Iterable[ResultRow],
    wave_number: int,
    decree_number: str,
    announced_at: datetime | None,
    actor: Actor,
    at: datetime,
    report: Report | None = None,
    progress: Callable[[Progress], None] | None = None,
    digest: str = "",
    more_lists_follow: bool = False,
    take_over: bool = False,
) -> ImportOutcome:
    """Read and decide a list for another operator to confirm (`import_results`); nobody is awarded. `awarded` of what it
    returns is how many would be.

    `announced_at` None: the wave is announced when it is confirmed. Everything that would refuse the import refuses this, but a near
    deadline, which whoever confirms stands for. `take_over` as for `import_results`. Raises Refused as `import_results` does, and operator_needed, results_wait (by, decree;
    another operator prepared a list of this wave).
    """
    require_operator(who=actor)
    wave = _wave(wave_number)
    require_no_others(wave=wave, who=actor.id)
    with alone():
        work = _Import(
            rows=rows,
            wave=wave,
            decree_number=decree_number,
            announced_at=announced_at or wave.announced_at or at,
            actor=actor,
            at=at,
            confirmed_by=None,
            report=report,
            progress=progress,
            digest=digest,
            chunk=CHUNK,
            more_lists_follow=more_lists_follow,
            take_over=take_over,
            is_preparing=True,
        )
        with SideProcesses(spare_processors()) as beside:
            return work.prepare(beside, announced_at=announced_at)


@permitted("results.confirm")
def import_results(
    *,
    rows: Iterable[ResultRow],
    wave_number: int,
    decree_number: str,
    announced_at: datetime | None,
    actor: Actor,
    at: datetime,
    short_deadline_confirmed_by: Actor | None = None,
    report: Report | None = None,
    progress: Callable[[Progress], None] | None = None,
    digest: str = "",
    chunk: int = CHUNK,
    more_lists_follow: bool = False,
    take_over: bool = False,
) -> ImportOutcome:
    """Award every listed person: reserve the whole benefit, make the card number, set the deadline, queue SMS and e-mail.

    Unknown people are registered. People who already hold an award of this wave are counted as `already`, or as
    `different` when the list says something else of them; nothing of them changes (`people.contacts.correct_contact` does).
    A first list of which nobody is accepted announces nothing. Nobody is awarded when `rows` or `report` raises.

    `rows` is gone through three times and is the same each time. `chunk` people are awarded in one transaction; when the import
    is cut off, the same call goes on after the last of them, and nobody is awarded or told twice. `digest` names the list, so
    that only the same one goes on; without it the rows are asked. When the list is through, whoever joined the wave and stands in no
    list is told that they were not selected, each once, with the reason (rules.md 3.4), unless `more_lists_follow`. `progress` is called after each chunk.

    An operator confirms what another one prepared of the same list, with its `announced_at` and `more_lists_follow`, or goes on with
    what was cut off; the programme itself needs no second person. `announced_at` None: when the wave was announced, for a first list at `at`.

    What somebody else began and did not end is not dropped or gone on with without a word: the call is refused and says whose it is.
    `take_over` goes on with their awards expressly, or puts this list in the place of one that was still read; the audit trail keeps both.

    Every date that ends something for those awarded is ahead, also for those who are left when an import goes on; one with fewer
    than 7 full days left needs somebody's name, `short_deadline_confirmed_by`, who is `actor` or may import as well, and whom the audit
    trail keeps. Raises Refused: not_permitted, name_missing_for_confirmation, wave_unknown, draw_decides (wave; rules.md 4.4), cards_held (wave), decree_of_other_wave, announced_differs,
    budget_too_low (needed, available; rupiah), deadline_not_ahead (what, deadline), deadline_close (what, deadline, days_left,
    needed), import_running, import_unfinished (wave, decree, by, awarded, left), import_of_another (wave, decree, by), list_changed; of an operator also nothing_prepared,
    same_operator, results_differ (it is another file than the one that was prepared), results_grew (prepared, people; it would award more people).
    """
    if short_deadline_confirmed_by is not None:
        if not (short_deadline_confirmed_by.name or short_deadline_confirmed_by.id):
            raise Refused("name_missing_for_confirmation")
        if short_deadline_confirmed_by != actor:
            require(actor=short_deadline_confirmed_by, verb="results.import", at=at)
    wave = _wave(wave_number)
    with alone():
        prepared = None
        if actor.kind == "operator":
            is_begun = ResultImport.objects.filter(status="awarding").exists()
            prepared = prepared_for(wave=wave, decree_number=decree_number, who=actor.id, is_confirmed=is_begun)
            if digest and prepared is not None and digest != prepared.list_digest:
                raise Refused("results_differ")
            if prepared is not None:
                announced_at, more_lists_follow = prepared.announced_at, prepared.more_lists_follow
            prepared = None if is_begun else prepared
        work = _Import(
            rows=rows,
            wave=wave,
            decree_number=decree_number,
            announced_at=announced_at or wave.announced_at or at,
            prepared=prepared,
            actor=actor,
            at=at,
            confirmed_by=short_deadline_confirmed_by,
            report=report,
            progress=progress,
            digest=digest,
            chunk=chunk,
            more_lists_follow=more_lists_follow,
            take_over=take_over,
        )
        with SideProcesses(spare_processors()) as beside:
            return work.run(beside)


def _wave(number: int) -> Wave:
    wave = Wave.objects.filter(number=number).first()
    if wave is None:
        raise Refused("wave_unknown", wave=number)
    return wave


class _Import:
    """One call of `import_results`, which holds the lock."""

    def __init__(
        self,
        *,
        rows: Iterable[ResultRow],
        wave: Wave,
        decree_number: str,
        announced_at: datetime,
        actor: Actor,
        at: datetime,
        confirmed_by: Actor | None,
        report: Report | None,
        progress: Callable[[Progress], None] | None,
        digest: str,
        chunk: int,
        more_lists_follow: bool,
        take_over: bool,
        prepared: Prepared | None = None,
        is_preparing: bool = False,
    ) -> None:
        self._rows = rows
        self._wave = wave
        self._decree_number = decree_number
        self._announced_at = announced_at
        self._actor = actor
        self._at = at
        self._confirmed_by = confirmed_by
        self._progress = progress or (lambda _: None)
        self._digest = digest
        self._chunk = chunk
        self._more_lists_follow = more_lists_follow
        self._take_over = take_over
        self._prepared = prepared
        self._is_preparing = is_preparing
        self._rules: Scheme = scheme(scheme_version_id=wave.scheme_version_id)
        self._is_demo = is_sandbox()
        self._outcome = ImportOutcome()
        self._report: Report = report or Kept(self._outcome)

    def run(self, beside: SideProcesses) -> ImportOutcome:
        self._require_fitting(self._wave)
        found = self._unfinished()
        if found is None:
            require_undrawn(wave=self._wave)
            found = self._read(beside)
        try:
            self._tell()
        except BaseException:
            if found.status == "reading":
                self._refuse(found)
            raise
        if found.status == "reading" and found.people:
            self._begin_awarding(found)
        elif found.status == "awarding":
            self._require_ahead()
            require_budget(people=(found.people or 0) - found.awarded, rules=self._rules)
        if found.status == "awarding":
            self._award(found, beside)
        self._finish(found)
        return self._outcome

    def prepare(self, beside: SideProcesses, *, announced_at: datetime | None) -> ImportOutcome:
        """Read, decide and tell; then let it wait for another operator."""
        self._require_fitting(self._wave)
        awarding = ResultImport.objects.filter(status="awarding").select_related("wave").first()
        if awarding is not None:
            raise unfinished_import(awarding)
        require_undrawn(wave=self._wave)
        found = self._read(beside)
        try:
            self._tell()
        except BaseException:
            self._refuse(found)
            raise
        with transaction():
            self._count()
            keep_prepared(
                wave=self._wave,
                actor=self._actor,
                at=self._at,
                decree_number=self._decree_number,
                list_digest=self._digest,
                announced_at=announced_at,
                more_lists_follow=self._more_lists_follow,
                people=self._outcome.awarded,
                already=self._outcome.already,
                different=self._outcome.different,
                rejected=self._outcome.rejected_rows,
            )
            self._record("wave.results_prepared")
            self._end(found, "prepare")
        return self._outcome

    def _unfinished(self) -> ResultImport | None:
        """The import that goes on, if this list was cut off while its people were awarded."""
        found = ResultImport.objects.filter(status="awarding").select_related("wave").first()
        if found is None:
            return None
        is_same = (found.wave_id, found.decree_number) == (self._wave.id, self._decree_number)
        if not is_same or found.list_digest != (self._digest or _digest_of(self._rows)):
            raise unfinished_import(found)
        if not is_own_import(found, who=self._actor):
            with transaction():
                self._take_over_from(found)
                # Theirs now: whoever goes on with it next is told so.
                found.begun_by = self._actor.traced
                found.save(update_fields=["begun_by"])
        return found

    @requires_transaction
    def _take_over_from(self, found: ResultImport) -> None:
        """Another's import is gone on with, or put aside, expressly only. Raises Refused: import_of_another (wave, decree, by)."""
        if not self._take_over:
            raise Refused(
                "import_of_another", wave=found.wave.number, decree=found.decree_number, by=name_of(found.begun_by)
            )
        record(
            action="wave.results_taken_over",
            at=self._at,
            actor=self._actor,
            subject_kind="wave",
            subject_id=found.wave_id,
            data={
                "decree": found.decree_number,
                "begun_by": found.begun_by,
                "status": found.status,
                "people": found.people,
                "awarded": found.awarded,
            },
        )

    def _require_fitting(self, wave: Wave) -> None:
        require_fitting(
            wave=wave,
            decree_number=self._decree_number,
            announced_at=self._announced_at,
            rules=self._rules,
            at=self._at,
            is_confirmed=self._is_short_confirmed,
        )

    def _require_ahead(self) -> None:
        require_dates_ahead(
            rules=self._rules, announced_at=self._announced_at, at=self._at, is_confirmed=self._is_short_confirmed
        )

    @property
    def _is_short_confirmed(self) -> bool:
        return self._confirmed_by is not None or self._is_preparing

    def _read(self, beside: SideProcesses) -> ResultImport:
        """Read the whole list, keep it and decide it. When it is refused, nothing of it stays."""
        with transaction():
            # Whoever holds the lock is alone, so that what is still read was cut off.
            for one in ResultImport.objects.filter(status__in=IMPORT_STATES.sources("refuse")).select_related("wave"):
                if not is_own_import(one, who=self._actor):
                    self._take_over_from(one)
                one.status = IMPORT_STATES.advance(current=one.status, verb="refuse")
                one.ended_at = self._at
                one.save(update_fields=["status", "ended_at"])
            lines.clear_lines()
            found = ResultImport.objects.create(
                id=new_id(),
                wave=self._wave,
                decree_number=self._decree_number,
                list_digest=self._digest,
                announced_at=self._announced_at,
                begun_by=self._actor.traced,
                begun_at=self._at,
                begun_wall=wall(),
                seen_wall=wall(),
            )
        try:
            self._keep(found, beside)
            with transaction():
                lines.decide_lines(
                    wave_id=self._wave.id,
                    rules=self._rules,
                    on=self._announced_at.astimezone(WIB).date(),
                    count=found.lines_read,
                )
                found.people = lines.counts().to_award
                found.list_digest = self._digest
                found.save(update_fields=["people", "list_digest"])
            self._require_prepared(found)
            if found.people:
                self._require_ahead()
                require_budget(people=found.people, rules=self._rules)
        except BaseException:
            self._refuse(found)
            raise
        return found

    def _require_prepared(self, found: ResultImport) -> None:
        """It is the list that another operator had read, and awards nobody whom they could not see."""
        if self._prepared is None:
            # Whoever went on with what was cut off comes here only when it ended meanwhile.
            if self._actor.kind == "operator" and not self._is_preparing:
                raise Refused("nothing_prepared")
            return
        if self._digest != self._prepared.list_digest:
            raise Refused("results_differ")
        if (found.people or 0) > self._prepared.people:
            raise Refused("results_grew", prepared=self._prepared.people, people=found.people or 0)

    def _keep(self, found: ResultImport, beside: SideProcesses) -> None:
        digest = hashlib.sha256()

        def batches() -> Iterator[lines.Batch]:
            first = 1
            given = iter(self._rows)
            while taken := tuple(itertools.islice(given, lines.PAGE)):
                for one in taken:
                    digest.update(_said(one))
                yield lines.Batch(first, taken, self._is_demo)
                first += len(taken)

        pieces = batches()
        first = list(itertools.islice(pieces, 1))
        is_long = bool(first) and len(first[0].rows) == lines.PAGE
        for batch, packed in beside.each(lines.pack_lines, itertools.chain(first, pieces), is_long=is_long):
            with transaction():
                lines.keep_lines(packed)
                found.lines_read += len(batch.rows)
                found.seen_wall = wall()
                found.save(update_fields=["lines_read", "seen_wall"])
            self._progress(Progress("reading", found.lines_read, None))
        self._digest = self._digest or digest.hexdigest()

    def _refuse(self, found: ResultImport) -> None:
        with transaction():
            self._end(found, "refuse")

    @requires_transaction
    def _end(self, found: ResultImport, verb: str) -> None:
        found.status = IMPORT_STATES.advance(current=found.status, verb=verb)
        found.ended_at = self._at
        found.seen_wall = wall()
        found.save(update_fields=["status", "ended_at", "seen_wall"])
        lines.clear_lines()

    @requires_transaction
    def _confirm(self) -> None:
        if self._prepared is not None:
            confirm_prepared(prepared=self._prepared, actor=self._actor, at=self._at)
            self._prepared = None

    def _tell(self) -> None:
        """Say of every line that was rejected or differs what it is, before anybody is awarded."""
        waiting = lines.verdicts()
        verdict = next(waiting, None)
        if verdict is not None:
            for number, one in enumerate(self._rows, 1):
                if number != verdict.number:
                    continue
                if verdict.fate == "rejected":
                    self._report.rejected(one, verdict.reason)
                elif verdict.known is not None:
                    self._report.different(
                        one,
                        tuple(verdict.differing.split()),
                        person_id=verdict.known,
                        is_awarded=verdict.fate != "different",
                    )
                verdict = next(waiting, None)
                if verdict is None:
                    break
        if verdict is not None:
            raise Refused("list_changed")
        self._report.finish()

    def _begin_awarding(self, found: ResultImport) -> None:
        """Announce the wave and let the decree be: from here on the list is carried through, by whoever calls again."""
        with transaction():
            wave = Wave.objects.select_for_update(no_key=True).get(id=self._wave.id)
            self._require_fitting(wave)
            # A list of another wave may have been fixed while this one was read.
            require_cards(wave_id=wave.id)
            self._confirm()
            wave.announced_at = self._announced_at
            wave.save(update_fields=["announced_at"])
            Decree.objects.get_or_create(
                number=self._decree_number,
                defaults={"id": new_id(), "wave": wave, "issued_at": self._announced_at},
            )
            found.status = IMPORT_STATES.advance(current=found.status, verb="award")
            found.save(update_fields=["status"])
            self._record("wave.results_begun")

    def _award(self, found: ResultImport, beside: SideProcesses) -> None:
        decree = Decree.objects.get(number=self._decree_number)
        grounds = Grounds(
            wave_id=self._wave.id,
            decree_id=decree.id,
            decree_number=decree.number,
            scheme_version_id=self._wave.scheme_version_id,
            rules=self._rules,
            announced_at=self._announced_at,
        )
        terms = terms_of(wave_number=self._wave.number, grounds=grounds, is_demo=self._is_demo)
        left = (found.people or 0) - found.awarded
        has_late_ones = False
        meter = Meter("import results", count_left=lambda: left)
        chunks = _chunks(self._rows, accepted=lines.accepted(after=found.awarded_until), size=self._chunk, terms=terms)
        for chunk, packed in beside.each(pack_chunk, chunks, is_long=left >= _WORTH_PROCESSES):
            with transaction():
                late = self._award_one(found, chunk, packed, grounds)
            for one, reason in late:
                has_late_ones = True
                self._report.rejected(one, reason)
            meter.note(len(chunk.rows))
            self._progress(Progress("awarding", found.awarded, found.people))
        meter.end()
        if has_late_ones:
            self._report.finish()

    @requires_transaction
    def _award_one(
        self, found: ResultImport, chunk: Chunk, packed: bytes, grounds: Grounds
    ) -> list[tuple[ResultRow, str]]:
        """Award a chunk and write down how far the list is. Returns whom something that happened meanwhile keeps out, and why."""
        # Whoever corrects the announcement waits for the chunk, and finds that the import is not through.
        wave = Wave.objects.select_for_update(no_key=True).get(id=self._wave.id)
        self._require_fitting(wave)
        late = award_chunk(chunk=chunk, packed=packed, grounds=grounds, at=self._at)
        found.people = (found.people or 0) - len(late)
        found.awarded += len(chunk.rows) - len(late)
        found.awarded_until = chunk.rows[-1][0]
        found.seen_wall = wall()
        found.save(update_fields=["people", "awarded", "awarded_until", "seen_wall"])
        return late

    def _finish(self, found: ResultImport) -> None:
        with transaction():
            # A list that awards nobody announced nothing, and is confirmed all the same.
            self._confirm()
            self._count()
            self._record("wave.results_imported")
            keep_reasons(wave_id=self._wave.id)
            if not self._more_lists_follow:
                let_rest_be_told(wave_id=self._wave.id, at=self._at)
            self._end(found, "finish")
            drop_decided_files()

    @requires_transaction
    def _count(self) -> None:
        counted = lines.counts()
        self._outcome.awarded = counted.to_award
        self._outcome.already = counted.already
        self._outcome.different = counted.different
        self._outcome.awarded_different = counted.awarded_different
        self._outcome.rejected_rows = counted.rejected

    @requires_transaction
    def _record(self, action: str) -> None:
        counted = lines.counts()
        record(
            action=action,
            at=self._at,
            actor=self._actor,
            subject_kind="wave",
            subject_id=self._wave.id,
            data={
                "decree": self._decree_number,
                "awarded": counted.to_award,
                "already": counted.already,
                "different": counted.different,
                "rejected": counted.rejected,
                "announced_at": self._announced_at.isoformat(),
                "deadline": purchase_deadline(scheme=self._rules, announced_at=self._announced_at).isoformat(),
                "short_deadline_confirmed_by": self._confirmed_by.traced if self._confirmed_by else "",
            },
        )


def _chunks(
    rows: Iterable[ResultRow], *, accepted: Iterator[tuple[int, uuid.UUID | None]], size: int, terms: Terms
) -> Iterator[Chunk]:
    """The accepted rows of the list, so many at a time. Raises Refused: list_changed."""
    numbered = enumerate(rows, 1)
    while wanted := list(itertools.islice(accepted, size)):
        taken = []
        for number, known in wanted:
            found = next((one for place, one in numbered if place == number), None)
            if found is None:
                raise Refused("list_changed")
            taken.append((number, found, known))
        yield Chunk(tuple(taken), terms)


def _digest_of(rows: Iterable[ResultRow]) -> str:
    digest = hashlib.sha256()
    for one in rows:
        digest.update(_said(one))
    return digest.hexdigest()


def _said(row: ResultRow) -> bytes:
    return "\x1f".join(
        (
            row.nik,
            row.family_card_number,
            row.name,
            row.birth_date,
            row.phone,
            row.email,
            row.province_code,
            row.education,
            row.problem,
            "\x1e",
        )
    ).encode()
