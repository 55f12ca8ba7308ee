"""Surveys are installed, planned for a person, opened, answered, closed. Their money stands in `incentives`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.kernel.db import copy_in, copy_rows, requires_transaction, transaction, write_back
from prakerja.kernel.due import Item
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.notifications.operations import Notice, queue_many
from prakerja.people.consents import end_consent, note_consent
from prakerja.programmes.schemes import Scheme, survey_window
from prakerja.surveys.models import Response, Survey
from prakerja.surveys.policies import answers_so_far, checked_answers, is_consent
from prakerja.surveys.questionnaires import QUESTIONNAIRES


@requires_transaction
def install_surveys() -> None:
    """Store the questionnaires. The same again changes nothing."""
    for item in QUESTIONNAIRES:
        Survey.objects.get_or_create(
            number=item["number"], defaults={"title": item["title"], "questions": item["questions"]}
        )


@requires_transaction
def plan_responses(*, person_id: uuid.UUID, rules: Scheme, first_incentive_paid_at: datetime) -> None:
    """Write down when each survey of a person opens and closes, counted from the first incentive (rules.md 7)."""
    plan_many_responses(plans=[(person_id, rules)], first_incentive_paid_at=first_incentive_paid_at)


@requires_transaction
def plan_many_responses(*, plans: Sequence[tuple[uuid.UUID, Scheme]], first_incentive_paid_at: datetime) -> None:
    """The same for many whose first incentive was paid at the same instant, each with the rules of the award."""
    if not plans:
        return
    most = max(rules.survey.times for _, rules in plans)
    if Survey.objects.filter(number__lte=most).count() < most:
        install_surveys()
    surveys = list(Survey.objects.filter(number__lte=most))
    # The same instant under the same rules has the same windows, for however many.
    windows = {
        rules.key: [
            (survey.id, window)
            for survey in surveys
            if survey.number <= rules.survey.times
            and (
                window := survey_window(
                    scheme=rules, number=survey.number, first_incentive_paid_at=first_incentive_paid_at
                )
            )
        ]
        for rules in {rules.key: rules for _, rules in plans}.values()
    }
    copy_rows(
        Response,
        ("id", "person_id", "survey_id", "opens_at", "closes_at"),
        (
            (new_id(), person_id, survey_id, window.opens_at, window.closes_at)
            for person_id, rules in plans
            for survey_id, window in windows[rules.key]
        ),
        skip_known=True,
    )


@requires_transaction
def take_back_plan(*, person_id: uuid.UUID) -> None:
    """The first incentive came back: surveys that nobody was told of are not planned any more."""
    Response.objects.filter(person_id=person_id, announced_at=None, submitted_at=None, closed_at=None).delete()


@requires_transaction
def lock_response(*, person_id: uuid.UUID, survey_id: uuid.UUID) -> Response:
    """A person's response, locked. `survey_id` names the survey, or the response itself. Raises Refused: survey_unknown."""
    found = (
        Response.objects.select_for_update(no_key=True)
        .filter(Q(id=survey_id) | Q(survey_id=survey_id), person_id=person_id)
        .first()
    )
    if found is None:
        raise Refused("survey_unknown")
    return found


@requires_transaction
def record_answers(*, response: Response, is_sequential: bool, answers: Mapping[str, Any], at: datetime) -> None:
    """Take a complete set of answers, once, inside the window. They are kept with the person's consent only (rules.md 11.2);
    without it the survey is answered all the same, and nothing of it is stored.

    `answers` may name the `consent_version` that was read. Raises Refused: survey_submitted, survey_not_open (opens_at),
    survey_closed, survey_order (an earlier one is open and unanswered), survey_incomplete (question),
    consent_words_changed.
    """
    _require_open(response, is_sequential=is_sequential, at=at)
    complete = checked_answers(questions=response.survey.questions, answers=answers)
    response.submitted_at = at
    response.half_answers = response.half_saved_at = None
    if is_consent(answers):
        _note_yes(response, answers, at)
        response.answers = complete
    elif response.consented_at is not None:
        # The yes that kept the first half of it is taken back with the second.
        response.consented_at = None
        end_consent(
            person_id=response.person_id, purpose="survey", about=str(response.survey.number), by="survey", at=at
        )
    if response.announced_at is None:
        response.announced_at = at
    response.save()
    record(
        action="survey.submitted",
        at=at,
        person_id=response.person_id,
        actor=Actor.participant(response.person_id),
        subject_kind="survey_response",
        subject_id=response.id,
        data={"survey": response.survey.number, "kept": response.answers is not None},
    )


@requires_transaction
def keep_half(*, response: Response, is_sequential: bool, answers: Mapping[str, Any], at: datetime) -> None:
    """Keep what is answered so far of a survey, to go on later and on another device (rules.md 7).

    Only with the yes that lets us keep answers (rules.md 11.2): nothing of a survey is stored before it. What stood there
    before is replaced. Raises Refused: those of `record_answers`, and survey_consent_needed.
    """
    _require_open(response, is_sequential=is_sequential, at=at)
    if not is_consent(answers):
        raise Refused("survey_consent_needed")
    response.half_answers = answers_so_far(questions=response.survey.questions, answers=answers)
    response.half_saved_at = at
    _note_yes(response, answers, at)
    if response.announced_at is None:
        response.announced_at = at
    response.save()


@requires_transaction
def _note_yes(response: Response, answers: Mapping[str, Any], at: datetime) -> None:
    """A yes that stands already, from when half of it was kept, is not said twice."""
    if response.consented_at is not None:
        return
    response.consented_at = at
    note_consent(
        person_id=response.person_id,
        purpose="survey",
        about=str(response.survey.number),
        version=str(answers.get("consent_version", "")),
        page="survey",
        at=at,
    )


def _require_open(response: Response, *, is_sequential: bool, at: datetime) -> None:
    if response.submitted_at is not None:
        raise Refused("survey_submitted")
    if at < response.opens_at:
        raise Refused("survey_not_open", opens_at=response.opens_at)
    if response.closed_at is not None or at >= response.closes_at:
        raise Refused("survey_closed", closed_at=response.closes_at)
    earlier = Response.objects.filter(
        person_id=response.person_id,
        survey__number__lt=response.survey.number,
        submitted_at=None,
        closed_at=None,
        closes_at__gt=at,
    )
    if is_sequential and earlier.exists():
        raise Refused("survey_order")


def withdraw_answers(*, person_id: uuid.UUID, survey_number: int, at: datetime) -> bool:
    """The person takes back that the answers of this survey may be used: they are wiped at once (rules.md 11.2), also half of them.

    What was paid for it stays. False when there was nothing to wipe.
    """
    with transaction():
        return bool(wipe_answers(person_id=person_id, by="own_data", at=at, survey_number=survey_number))


@requires_transaction
def wipe_answers(*, person_id: uuid.UUID, by: str, at: datetime, survey_number: int | None = None) -> int:
    """Wipe what a person answered, in one survey or in all, and end the consent. Returns how many sets of answers went."""
    kept = Response.objects.select_for_update(no_key=True).filter(
        Q(answers__isnull=False) | Q(half_answers__isnull=False), person_id=person_id
    )
    about = None
    if survey_number is not None:
        kept, about = kept.filter(survey__number=survey_number), str(survey_number)
    found = list(kept)
    count = Response.objects.filter(person_id=person_id, id__in=[one.id for one in found]).update(answers=None)
    # One that is not sent may still be, with a yes of its own or without.
    Response.objects.filter(
        person_id=person_id, id__in=[one.id for one in found if one.half_answers is not None]
    ).update(half_answers=None, half_saved_at=None, consented_at=None)
    end_consent(person_id=person_id, purpose="survey", about=about, by=by, at=at)
    return count


@requires_transaction
def close_unplanned(*, wanted: Sequence[tuple[uuid.UUID, int, datetime]], at: datetime) -> list[tuple[uuid.UUID, int]]:
    """Close those of the first so many surveys that never opened for people before a year's cut-off, as (person, how many, cut-off).

    Each gets a closed row, so that every survey of an award ends as one row that is answered or closed. Returns (person,
    number) of each.
    """
    most = max((times for _, times, _ in wanted), default=0)
    if Survey.objects.filter(number__lte=most).count() < most:
        install_surveys()
    surveys = list(Survey.objects.filter(number__lte=most).order_by("number"))
    known = set(
        Response.objects.filter(person_id__any_of={person_id for person_id, _, _ in wanted}).values_list(
            "person_id", "survey_id"
        )
    )
    missing = [
        Response(person_id=person_id, survey=survey, opens_at=cutoff, closes_at=cutoff, closed_at=at)
        for person_id, times, cutoff in wanted
        for survey in surveys
        if survey.number <= times and (person_id, survey.id) not in known
    ]
    copy_in(missing)
    return [(response.person_id, response.survey.number) for response in missing]


@requires_transaction
def close_unanswered(*, person_ids: Sequence[uuid.UUID], at: datetime) -> None:
    """Close every survey of these people that still waits: there is nothing to earn by answering any more."""
    Response.objects.filter(person_id__any_of=list(person_ids), submitted_at=None, closed_at=None).update(
        closed_at=at, half_answers=None, half_saved_at=None
    )


@requires_transaction
def lock_unanswered(*, items: Sequence[Item]) -> list[Response]:
    """Those of many responses, as (person, response), that are open and unanswered, with their surveys: locked in the order of
    their ids, those that another holds left out."""
    return list(
        Response.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("survey")
        .filter(
            person_id__any_of={person_id for person_id, _ in items},
            id__any_of=[response_id for _, response_id in items],
            submitted_at=None,
            closed_at=None,
        )
        .order_by("id")
    )


@requires_transaction
def close_responses(*, responses: Sequence[Response], at: datetime) -> None:
    """These surveys were not answered in time; what was kept of half of them goes (rules.md 7)."""
    Response.objects.filter(
        person_id__any_of={one.person_id for one in responses},
        id__any_of=[one.id for one in responses if one.half_answers is not None],
    ).update(half_answers=None, half_saved_at=None)
    for response in responses:
        response.closed_at = at
    write_back(responses, "closed_at")


@requires_transaction
def give_other_windows(*, windows: Sequence[tuple[Response, datetime]], at: datetime) -> None:
    """Surveys that nobody was told of in time may be answered until the instant beside each (exclusive), which lies ahead."""
    for response, until in windows:
        before, response.closes_at = response.closes_at, until
        record(
            action="survey.extended",
            at=at,
            person_id=response.person_id,
            subject_kind="survey_response",
            subject_id=response.id,
            data={"survey": response.survey.number},
            before=before.isoformat(),
            after=until.isoformat(),
        )
    write_back([response for response, _ in windows], "closes_at")


def announce_responses(*, items: Sequence[Item], at: datetime) -> int:
    """Say by SMS and dashboard of many surveys, as (person, response), that they are open, and until when, in one transaction.

    What was said before, or is held by another runner, is left out; so is what closed while nobody said it: it gets another
    window, or lapses, when it falls due (`incentives.surveying.lapse_many`). Returns how many were told.
    """
    with transaction():
        responses = [
            one
            for one in lock_unanswered(items=items)
            if one.announced_at is None and one.opens_at <= at < one.closes_at
        ]
        for response in responses:
            response.announced_at = at
        write_back(responses, "announced_at")
        queue_many(
            template="survey_open",
            channels=("sms", "dashboard"),
            notices=[
                Notice(
                    response.person_id,
                    {"number": response.survey.number, "deadline": response.closes_at.isoformat()},
                    f"survey_open:{response.id}",
                )
                for response in responses
            ],
            at=at,
            may_be_known=True,
        )
    return len(responses)
