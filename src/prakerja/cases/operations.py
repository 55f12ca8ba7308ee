"""Somebody asks the office, an operator answers and closes (rules.md 11.6)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import QuerySet

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.cases.attachments import File, drop_files, is_kept, keep_file, read_file
from prakerja.cases.models import Attachment, Case, Entry
from prakerja.cases.policies import (
    DAY,
    ENDS_AFTER,
    FEWEST,
    LONGEST,
    MOST_ENTRIES,
    OF_BROWSER,
    OF_PERSON,
    TOPICS,
    WIPED_AFTER,
    file_terms,
    most_of_network,
    pause_of_network,
)
from prakerja.cases.states import QUESTION_STATES
from prakerja.kernel.codes import readable_code
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.due import CHUNK
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, mark, seal, unseal
from prakerja.kernel.typed import normal_code, normal_email, normal_lines, normal_phone, without_unseen
from prakerja.notifications.operations import queue_message


def open_case(
    *,
    case_id: uuid.UUID,
    topic: str,
    words: str,
    contact: str,
    language: str,
    browser: str,
    network: str,
    at: datetime,
    asked_by: uuid.UUID | None = None,
    file: bytes = b"",
) -> str:
    """Take a question and return its number (12 characters), by which whoever asked reads the answer.

    `case_id` is made with the form: sent twice it is one question, and the same number is returned. `words` has 10 to 2,000
    characters; `contact` is a phone, an e-mail address or "". `browser` is the name that a browser keeps, `network` its address or
    "". `asked_by` is the person who is signed in and asks in their own name, who alone may send a `file` (JPEG, PNG or PDF, "" for
    none). Raises Refused: topic_unknown, words_missing, words_too_long (most), contact_format, cases_too_many, cases_in_turn
    (its network's next question is taken in some minutes), and as `attachments.read_file`. Source: rules.md 11.6, 11.7.
    """
    said = _said(words)
    kept = read_file(file) if file and asked_by is not None else None
    if topic not in TOPICS:
        raise Refused("topic_unknown")
    reached = _contact(contact)
    of_browser = mark("case browser", browser)
    with transaction():
        known = Case.objects.filter(id=case_id).first()
        if known is not None:
            if known.browser_index is None or (bytes(known.browser_index), known.asked_by) != (of_browser, asked_by):
                raise Refused("cases_too_many")
            return number_of(case=known)
        of_network = mark("case network", network) if network else None
        today = Case.objects.filter(opened_at__gt=at - DAY)
        if asked_by is not None:
            is_too_many = today.filter(asked_by=asked_by).count() >= OF_PERSON
        else:
            is_too_many = today.filter(browser_index=of_browser).count() >= OF_BROWSER
        if is_too_many:
            raise Refused("cases_too_many")
        if asked_by is None and of_network is not None:
            beside = today.filter(network_index=of_network)
            is_fast = beside.filter(opened_at__gt=at - pause_of_network(network)).exists()
            if is_fast and beside.count() >= most_of_network(network):
                raise Refused("cases_in_turn")
        number = readable_code()
        case = Case.objects.create(
            id=case_id,
            asked_by=asked_by,
            number_enc=seal(number, table="cases_case", column="number", row_id=case_id),
            number_index=_index(number),
            topic=topic,
            contact_enc=seal(reached, table="cases_case", column="contact", row_id=case_id),
            language=language,
            opened_at=at,
            asked_at=at,
            browser_index=of_browser,
            network_index=of_network,
        )
        entry = _write(case, said, written_by="", at=at)
        if kept is not None:
            keep_file(entry=entry, file=kept, at=at)
        record(
            action="case.opened",
            at=at,
            actor=Actor.participant(asked_by) if asked_by else Actor.system(),
            person_id=asked_by,
            subject_kind="case",
            subject_id=case.id,
            data={"topic": topic, "has_file": kept is not None},
        )
    return number


def ask_again(*, number: str, words: str, at: datetime) -> None:
    """Whoever has the number writes once more; the case waits for an operator again.

    Raises Refused: words_missing, words_too_long (most), office_case_unknown, office_case_closed, case_too_long,
    office_case_of_account (it is written to from there).
    """
    said = _said(words)
    with transaction():
        case = _locked(number_index=_index(normal_code(number)))
        if case.asked_by is not None:
            raise Refused("office_case_of_account")
        _ask_again(case, said, None, at)


def ask_own_again(*, person_id: uuid.UUID, case_id: uuid.UUID, words: str, at: datetime, file: bytes = b"") -> None:
    """A person writes once more in a case of their account, with a file or without (rules.md 11.7).

    Raises Refused: as `ask_again`, case_files_too_many (most), and as `attachments.read_file`.
    """
    said, kept = _said(words), read_file(file) if file else None
    with transaction():
        _ask_again(_locked(id=case_id, asked_by=person_id), said, kept, at)


@requires_transaction
def _ask_again(case: Case, said: str, file: File | None, at: datetime) -> None:
    _still_goes_on(case, QUESTION_STATES.sources("ask_again"))
    case.status = QUESTION_STATES.advance(current=case.status, verb="ask_again")
    # The same words once more are a second click, not a second question.
    last = Entry.objects.filter(case=case).order_by("-number").first()
    if (
        last is not None
        and not last.written_by
        and words_of_entry(entry=last) == said
        and is_kept(entry=last, file=file)
    ):
        return
    case.asked_at = at
    case.save(update_fields=["status", "asked_at"])
    entry = _write(case, said, written_by="", at=at)
    if file is not None:
        keep_file(entry=entry, file=file, at=at)


@permitted("case.answer")
def answer_case(*, case_id: uuid.UUID, answer: str, actor: Actor, at: datetime) -> None:
    """An operator answers; whoever asked reads it by the number, or in their account and is told so.

    `answer` has 10 to 2,000 characters. Raises Refused: not_permitted, operator_needed, words_missing, words_too_long (most),
    office_case_unknown, office_case_closed, case_too_long.
    """
    _by_name(actor)
    said = _said(answer)
    with transaction():
        case = _locked(id=case_id)
        before = case.status
        _still_goes_on(case, QUESTION_STATES.sources("answer"))
        case.status = QUESTION_STATES.advance(current=case.status, verb="answer")
        case.answered_at = at
        case.save(update_fields=["status", "answered_at"])
        entry = _write(case, said, written_by=actor.id, at=at)
        _audit("case.answered", case, actor, at, before)
        if case.asked_by is not None:
            queue_message(
                person_id=case.asked_by,
                template="case_answered",
                channels=("sms", "dashboard"),
                parameters={"number": number_of(case=case)},
                dedupe_key=f"case_answered:{entry.id}",
                at=at,
            )


@permitted("case.answer")
def close_case(*, case_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    """An operator ends a case; it stays readable by its number until its words are wiped.

    Raises Refused: not_permitted, operator_needed, office_case_unknown, office_case_closed.
    """
    _by_name(actor)
    with transaction():
        case = _locked(id=case_id)
        before = case.status
        _still_goes_on(case, QUESTION_STATES.sources("close"))
        case.status = QUESTION_STATES.advance(current=case.status, verb="close")
        case.closed_at = at
        case.save(update_fields=["status", "closed_at"])
        _audit("case.closed", case, actor, at, before)


def end_some_answered(*, at: datetime) -> int | None:
    """Close some of the cases that were answered long ago and not asked again; returns how many, None when there are none.

    Whoever asks again at that moment holds their case: it is left out, and waits for an operator.
    """
    with transaction():
        found = _claimed(Case.objects.filter(status="answered", answered_at__lte=at - ENDS_AFTER))
        for case in found:
            case.status = QUESTION_STATES.advance(current=case.status, verb="close")
            case.closed_at = at
        Case.objects.bulk_update(found, ["status", "closed_at"])
        for case in found:
            _audit("case.closed", case, Actor.system(), at, "answered")
    return len(found) or None


def wipe_some_words(*, at: datetime) -> int | None:
    """Wipe what was written in some of the cases closed long ago, and the addresses left there; None when there are none."""
    with transaction():
        found = _claimed(Case.objects.filter(status="closed", wiped_at=None, closed_at__lte=at - WIPED_AFTER))
        for case in found:
            case.contact_enc = seal("", table="cases_case", column="contact", row_id=case.id)
            case.wiped_at = at
        Case.objects.bulk_update(found, ["contact_enc", "wiped_at"])
        _wipe(found)
    return len(found) or None


@requires_transaction
def _wipe(found: list[Case]) -> None:
    drop_files(case_ids=[one.id for one in found])
    Entry.objects.filter(case__in=found).delete()


def prune_some_files(*, at: datetime) -> int | None:
    """Let go of the files of some cases that were closed long enough ago (rules.md 11.7); None when there are none."""
    with transaction():
        with_files = Attachment.objects.values("entry__case_id")
        found = _claimed(
            Case.objects.filter(status="closed", closed_at__lte=at - file_terms(at).kept, id__in=with_files)
        )
        drop_files(case_ids=[one.id for one in found])
    return len(found) or None


@requires_transaction
def wipe_own_cases(*, person_id: uuid.UUID, at: datetime) -> int:
    """Close and wipe what a person wrote from their account, inside the work that erases their data; returns how many cases."""
    found = list(Case.objects.select_for_update(no_key=True).filter(asked_by=person_id).order_by("id"))
    for case in found:
        before = case.status
        if before in QUESTION_STATES.group("UNENDED"):
            case.status = QUESTION_STATES.advance(current=before, verb="close")
            case.closed_at = at
            _audit("case.closed", case, Actor.system(), at, before)
        case.contact_enc = seal("", table="cases_case", column="contact", row_id=case.id)
        case.wiped_at = case.wiped_at or at
        case.save(update_fields=["status", "closed_at", "contact_enc", "wiped_at"])
    _wipe(found)
    return len(found)


def forget_some_askers(*, at: datetime) -> int | None:
    """Forget of some cases of more than a day ago from which browsers and networks they came; None when there are none."""
    with transaction():
        found = _claimed(Case.objects.filter(opened_at__lt=at - DAY, browser_index__isnull=False))
        Case.objects.filter(id__any_of=[case.id for case in found]).update(network_index=None, browser_index=None)
    return len(found) or None


@requires_transaction
def _claimed(waiting: QuerySet[Case]) -> list[Case]:
    """A chunk of them, locked; what somebody else holds is left to them."""
    return list(waiting.order_by("id").select_for_update(no_key=True, skip_locked=True)[:CHUNK])


def number_of(*, case: Case) -> str:
    """The number of a case as it was told, without blanks."""
    return unseal(case.number_enc, table="cases_case", column="number", row_id=case.id)


def words_of_entry(*, entry: Entry) -> str:
    """What was written, opened."""
    return unseal(entry.words_enc, table="cases_entry", column="words", row_id=entry.id)


def _index(number: str) -> bytes:
    return blind_index("case number", number)


def _said(words: str) -> str:
    said = without_unseen(normal_lines(words)).strip()
    if len(said) < FEWEST:
        raise Refused("words_missing")
    if len(said) > LONGEST:
        raise Refused("words_too_long", most=LONGEST)
    return said


def _contact(text: str) -> str:
    typed = text.strip()
    reached = normal_phone(typed) or normal_email(typed) or ""
    if typed and not reached:
        raise Refused("contact_format")
    return reached


def _by_name(actor: Actor) -> None:
    if actor.kind != "operator":
        raise Refused("operator_needed")


@requires_transaction
def _locked(**by: object) -> Case:
    case = Case.objects.select_for_update(no_key=True).filter(**by).first()
    if case is None:
        raise Refused("office_case_unknown")
    return case


def _still_goes_on(case: Case, states: tuple[str, ...]) -> None:
    if case.status not in states:
        raise Refused("office_case_closed")


@requires_transaction
def _write(case: Case, said: str, *, written_by: str, at: datetime) -> Entry:
    count = Entry.objects.filter(case=case).count()
    if count >= MOST_ENTRIES:
        raise Refused("case_too_long")
    entry = Entry(id=new_id(), case=case, asked_by=case.asked_by, number=count + 1, written_by=written_by, at=at)
    entry.words_enc = seal(said, table="cases_entry", column="words", row_id=entry.id)
    entry.save(force_insert=True)
    return entry


@requires_transaction
def _audit(action: str, case: Case, actor: Actor, at: datetime, before: str) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        person_id=case.asked_by,
        subject_kind="case",
        subject_id=case.id,
        before=before,
        after=case.status,
    )
