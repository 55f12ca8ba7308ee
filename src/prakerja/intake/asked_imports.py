"""Lists of results by page: one operator sends a file, the worker reads it, another operator confirms what it found (ADR 0049).

A list of thousands takes longer than a browser waits, so whatever an operator asks for is a row, and the worker does it: with their name,
by the verbs that the command calls. A worker that is killed leaves the row as it was, and the next one goes on; who was refused reads why.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted, require_operator
from prakerja.audit.operations import record
from prakerja.intake.import_reports import Progress
from prakerja.intake.models import AskedImport, PreparedResults, ResultImport, UploadedList, UploadedPiece, Wave
from prakerja.intake.prepared_results import Prepared, prepared_for, require_no_others, waiting_results
from prakerja.intake.result_files import ResultFile, opened
from prakerja.intake.result_import import import_results, prepare_results
from prakerja.intake.result_terms import require_confirmable, require_undrawn
from prakerja.intake.states import IMPORT_STATES
from prakerja.intake.unfinished_imports import is_own_import, name_of, unfinished_import
from prakerja.intake.uploaded_lists import ToldLines, digest_of, drop_decided_files, keep_file, pieces
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.looks import first_of
from prakerja.kernel.progress import Meter
from prakerja.kernel.second_person import WAITS
from prakerja.kernel.session_locks import holding
from prakerja.lists import BrokenList, in_memory, sentence

_LOG = logging.getLogger(__name__)
_LOCK = 0x7072616B_61736C
# What the reading of a list is called among long work; awarding is "import results".
READING = "read results"
LONGEST_DECREE = 100


@dataclass(frozen=True)
class UploadedState:
    """A list that was sent by page, and what was asked for last: `step` is prepare or award; `outcome` is "" while it waits or is worked at,
    else done, broken, list_broken (`details`: words, Indonesian and English), or a refusal's reason with its details.

    `prepared_id` names what waits, or waited, for a second operator by it. `is_kept`: its file is still there.
    """

    id: uuid.UUID
    decree: str
    list_digest: str
    size: int
    uploaded_by: str
    uploaded_at: datetime
    prepared_id: uuid.UUID | None
    is_kept: bool
    step: str
    asked_by: str
    asked_at: datetime
    outcome: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Unfinished:
    """An import that was cut off, or is on its way: `status` is reading or awarding, `by` whoever began it. `is_own`: no taking over is needed.

    `is_kept`: the file is here, so that it goes on without being sent again.
    """

    wave: int
    decree: str
    status: str
    by: str
    begun_at: datetime
    awarded: int
    left: int | None
    is_own: bool
    is_kept: bool


@permitted("results.import")
def upload_results(
    *,
    content: bytes,
    wave_number: int,
    decree_number: str,
    announced_at: datetime | None,
    more_lists_follow: bool,
    take_over: bool,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep a file sealed and ask the worker to read it for another operator to confirm, as `prepare_results` does.

    What can be known at once is refused at once. Raises Refused: not_permitted, operator_needed, wave_unknown, decree_format, draw_decides,
    cards_held, results_wait (by, decree), import_asked (a list of this wave is worked at), import_unfinished, import_of_another; and
    BrokenList, when it is no list.
    """
    require_operator(who=actor)
    wave = _wave(wave_number)
    decree = decree_number.strip()
    if not 1 <= len(decree) <= LONGEST_DECREE or not decree.isprintable():
        raise Refused("decree_format")
    require_undrawn(wave=wave)
    require_no_others(wave=wave, who=actor.id)
    _require_nobodys(actor, take_over=take_over)
    with in_memory([content]) as path, opened(path):
        digest = digest_of(content)
    with transaction():
        _require_none_asked(wave)
        uploaded = _keep(wave, decree, content, digest, announced_at, more_lists_follow, actor, at)
        _ask(uploaded, "prepare", take_over=take_over, actor=actor, at=at)
        _record("wave.results_uploaded", uploaded, actor=actor, at=at)


@permitted("results.confirm")
def ask_confirmation(
    *,
    wave_number: int,
    digest: str,
    is_short_deadline_confirmed: bool,
    take_over: bool,
    actor: Actor,
    at: datetime,
) -> None:
    """Another operator confirms what was found in the list that waits; `digest` is that of what they read. The worker awards, from the kept
    file, as `import_results` does with what it refuses.

    Raises Refused: not_permitted, operator_needed, wave_unknown, nothing_prepared, results_changed (another one waits by now), same_operator,
    file_not_kept (it was prepared by command, or is too old), import_asked, import_of_another, and what `require_confirmable` does.
    """
    require_operator(who=actor)
    wave = _wave(wave_number)
    found = waiting_by_digest(wave_number=wave_number, digest=digest)
    prepared_for(wave=wave, decree_number=found.decree, who=actor.id, is_confirmed=False)
    require_confirmable(prepared=found, at=at, is_short_deadline_confirmed=is_short_deadline_confirmed)
    _require_nobodys(actor, take_over=take_over)
    with transaction():
        _require_none_asked(wave)
        uploaded = UploadedList.objects.filter(prepared_id=found.id).first()
        if uploaded is None or not UploadedPiece.objects.filter(uploaded=uploaded).exists():
            raise Refused("file_not_kept")
        _ask(uploaded, "award", take_over=take_over, is_short=is_short_deadline_confirmed, actor=actor, at=at)
        _record("wave.results_confirmation_asked", uploaded, actor=actor, at=at)


@permitted("results.confirm")
def ask_going_on(
    *,
    content: bytes | None,
    take_over: bool,
    is_short_deadline_confirmed: bool,
    actor: Actor,
    at: datetime,
) -> None:
    """Go on with the awards of a list that were cut off: by the kept file, else by `content`, which is the same file.

    Raises Refused: not_permitted, operator_needed, nothing_unfinished, import_asked, import_of_another (wave, decree, by; without `take_over`),
    file_not_kept (it has to be sent), results_differ (it is another file).
    """
    require_operator(who=actor)
    found = ResultImport.objects.filter(status="awarding", draw="").select_related("wave").first()
    if found is None:
        raise Refused("nothing_unfinished")
    _require_nobodys(actor, take_over=take_over, besides=found)
    with transaction():
        _require_none_asked(found.wave)
        uploaded = _kept_of(found)
        if uploaded is None:
            if content is None:
                raise Refused("file_not_kept")
            digest = digest_of(content)
            if digest != found.list_digest:
                raise Refused("results_differ")
            confirmed = PreparedResults.objects.filter(wave=found.wave, list_digest=digest).exclude(confirmed_at=None)
            last = confirmed.order_by("confirmed_at").last()
            follow = last is not None and last.more_lists_follow
            uploaded = _keep(found.wave, found.decree_number, content, digest, found.announced_at, follow, actor, at)
        _ask(uploaded, "award", take_over=take_over, is_short=is_short_deadline_confirmed, actor=actor, at=at)
        _record("wave.results_going_on_asked", uploaded, actor=actor, at=at)


def waiting_by_digest(*, wave_number: int, digest: str) -> Prepared:
    """What waits of a wave, if it is what they read. Raises Refused: nothing_prepared, results_changed."""
    found = next(iter(waiting_results(wave_number=wave_number)), None)
    if found is None:
        raise Refused("nothing_prepared")
    if found.digest != digest.strip().lower():
        raise Refused("results_changed")
    return found


def uploaded_lists(*, wave_number: int, most: int) -> list[UploadedState]:
    """The lists of a wave that were sent by page, the latest first."""
    states = []
    for one in UploadedList.objects.filter(wave__number=wave_number).order_by("-id")[:most]:
        asked = AskedImport.objects.filter(uploaded=one).order_by("-id").first()
        assert asked is not None
        states.append(
            UploadedState(
                id=one.id,
                decree=one.decree_number,
                list_digest=one.list_digest,
                size=one.size,
                uploaded_by=one.uploaded_by,
                uploaded_at=one.uploaded_at,
                prepared_id=one.prepared_id,
                is_kept=UploadedPiece.objects.filter(uploaded=one).exists(),
                step=asked.step,
                asked_by=asked.asked_by,
                asked_at=asked.asked_at,
                outcome=asked.answer,
                details=asked.details,
            )
        )
    return states


def unfinished_imports(*, who: Actor) -> list[Unfinished]:
    """Imports of lists that somebody began and nobody ended, and that the worker was not asked for."""
    asked = set(AskedImport.objects.filter(ended_at=None).values_list("uploaded__wave_id", "uploaded__decree_number"))
    found = ResultImport.objects.filter(status__in=IMPORT_STATES.group("UNFINISHED"), draw="").select_related("wave")
    return [
        Unfinished(
            wave=one.wave.number,
            decree=one.decree_number,
            status=one.status,
            by=name_of(one.begun_by),
            begun_at=one.begun_at,
            awarded=one.awarded,
            left=None if one.people is None else one.people - one.awarded,
            is_own=is_own_import(one, who=who),
            is_kept=_kept_of(one) is not None,
        )
        for one in found.order_by("id")
        if (one.wave_id, one.decree_number) not in asked
    ]


# Since when somebody waits for a list.
next_asked_import = first_of(
    lambda: AskedImport.objects.filter(ended_at=None).order_by("asked_at").values_list("asked_at")
)


def do_asked_import(*, at: datetime) -> int | None:
    """Do what was asked for first; None when nothing waits, or another worker is at it."""
    with holding(_LOCK) as is_alone:
        waiting = AskedImport.objects.select_related("uploaded__wave").filter(ended_at=None, asked_at__lte=at)
        found = waiting.order_by("asked_at").first()
        if not is_alone or found is None:
            return None
        found.answer, found.details = _outcome(found, at)
        found.ended_at = at
        with transaction():
            found.save(update_fields=["ended_at", "answer", "details"])
            drop_decided_files()
    return 1


def _outcome(found: AskedImport, at: datetime) -> tuple[str, dict[str, Any]]:
    try:
        _do(found, at)
    except Refused as refused:
        return refused.reason, {name: _as_data(value) for name, value in refused.details.items()}
    except BrokenList as broken:
        return "list_broken", {"words": list(sentence(broken))}
    except OperationalError:
        # The database is away: the next turn does it again.
        raise
    except Exception:
        # Whoever tried the same for ever would tell nobody.
        _LOG.exception("the list of results %s broke off", found.uploaded_id)
        return "broken", {}
    return "done", {}


def _do(found: AskedImport, at: datetime) -> None:
    uploaded, actor = found.uploaded, Actor("operator", found.asked_by, found.asked_by_name)
    with in_memory(pieces(uploaded=uploaded)) as path:
        listed = ResultFile(path)
        watch = _Watch(listed)
        given: dict[str, Any] = {
            "rows": listed,
            "wave_number": uploaded.wave.number,
            "decree_number": uploaded.decree_number,
            "announced_at": uploaded.announced_at,
            "more_lists_follow": uploaded.more_lists_follow,
            "digest": uploaded.list_digest,
            "take_over": found.take_over,
            "actor": actor,
            "at": at,
            "progress": watch,
        }
        if found.step == "prepare":
            prepare_results(**given, report=ToldLines(uploaded))
            waits = PreparedResults.objects.filter(WAITS, wave=uploaded.wave)
            uploaded.prepared = waits.get(prepared_by=actor.id, list_digest=uploaded.list_digest)
            uploaded.save(update_fields=["prepared"])
        elif not _is_through(uploaded):
            stands_for = actor if found.is_short_deadline_confirmed else None
            import_results(**given, report=ToldLines(uploaded), short_deadline_confirmed_by=stands_for)
        watch.end()


def _is_through(uploaded: UploadedList) -> bool:
    """A worker that was killed may have awarded everybody, and said so to nobody."""
    by_it = ResultImport.objects.filter(
        wave=uploaded.wave, decree_number=uploaded.decree_number, list_digest=uploaded.list_digest
    )
    last = by_it.order_by("id").last()
    return last is not None and last.status == "done"


class _Watch:
    """Writes down how far the reading of a list is; awarding writes its own."""

    def __init__(self, listed: ResultFile) -> None:
        self._listed = listed
        self._read = 0
        self._meter = Meter(READING, count_left=self._left)

    def __call__(self, seen: Progress) -> None:
        if seen.stage == "reading":
            self._meter.note(seen.done - self._read)
            self._read = seen.done
        else:
            self.end()

    def end(self) -> None:
        self._meter.end()

    def _left(self) -> int | None:
        part = self._listed.part_read()
        return round(self._read * (1 - part) / part) if part else None


def _wave(number: int) -> Wave:
    wave = Wave.objects.filter(number=number).first()
    if wave is None:
        raise Refused("wave_unknown", wave=number)
    return wave


def _require_nobodys(actor: Actor, *, take_over: bool, besides: ResultImport | None = None) -> None:
    """No import of anybody's stands unfinished, but one that is put aside or gone on with expressly."""
    for one in ResultImport.objects.filter(status__in=IMPORT_STATES.group("UNFINISHED")).select_related("wave"):
        if one.status == "awarding" and one != besides:
            raise unfinished_import(one)
        if not take_over and not is_own_import(one, who=actor):
            raise Refused("import_of_another", wave=one.wave.number, decree=one.decree_number, by=name_of(one.begun_by))


@requires_transaction
def _require_none_asked(wave: Wave) -> None:
    Wave.objects.select_for_update(no_key=True).get(id=wave.id)
    if AskedImport.objects.filter(uploaded__wave=wave, ended_at=None).exists():
        raise Refused("import_asked")


def _kept_of(found: ResultImport) -> UploadedList | None:
    """The file of an import, if it is here."""
    lists = UploadedList.objects.filter(
        wave=found.wave, decree_number=found.decree_number, list_digest=found.list_digest
    )
    kept = (one for one in lists.order_by("-id") if UploadedPiece.objects.filter(uploaded=one).exists())
    return next(kept, None)


@requires_transaction
def _keep(
    wave: Wave,
    decree: str,
    content: bytes,
    digest: str,
    announced_at: datetime | None,
    more_lists_follow: bool,
    actor: Actor,
    at: datetime,
) -> UploadedList:
    uploaded = UploadedList.objects.create(
        id=new_id(),
        wave=wave,
        decree_number=decree,
        list_digest=digest,
        size=len(content),
        announced_at=announced_at,
        more_lists_follow=more_lists_follow,
        uploaded_by=actor.id,
        uploaded_at=at,
    )
    keep_file(uploaded=uploaded, content=content)
    return uploaded


@requires_transaction
def _ask(
    uploaded: UploadedList, step: str, *, take_over: bool, actor: Actor, at: datetime, is_short: bool = False
) -> None:
    AskedImport.objects.create(
        id=new_id(),
        uploaded=uploaded,
        step=step,
        take_over=take_over,
        is_short_deadline_confirmed=is_short,
        asked_by=actor.id,
        asked_by_name=actor.name,
        asked_at=at,
    )


def _as_data(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@requires_transaction
def _record(action: str, uploaded: UploadedList, *, actor: Actor, at: datetime) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="wave",
        subject_id=uploaded.wave_id,
        data={"decree": uploaded.decree_number, "list": uploaded.list_digest, "bytes": uploaded.size},
    )
