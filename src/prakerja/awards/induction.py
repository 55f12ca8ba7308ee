"""The three videos before the first purchase: in order, to the end, checked on the server (rules.md 6.1)."""

from __future__ import annotations

import math
import uuid
from datetime import datetime

from prakerja.audit.operations import record
from prakerja.awards.models import Award, InductionView
from prakerja.awards.policies import require_active
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import Scheme, video_ends_at


def start_video(*, person_id: uuid.UUID, number: int, at: datetime) -> datetime:
    """Note that a video began, and return the instant from which it can be finished. Starting again changes nothing.

    Raises Refused: no_award, award_suspended, award_ended, video_unknown, video_order (an earlier one is unfinished).
    """
    with transaction():
        award, rules = _active_award(person_id=person_id)
        if not 1 <= number <= rules.videos.count:
            raise Refused("video_unknown")
        finished = InductionView.objects.filter(
            person_id=person_id, award=award, video__lt=number, finished_at__isnull=False
        ).count()
        if finished < number - 1:
            raise Refused("video_order")
        InductionView.objects.bulk_create(
            [InductionView(id=new_id(), person_id=person_id, award=award, video=number, started_at=at)],
            ignore_conflicts=True,
        )
        view = InductionView.objects.get(person_id=person_id, award=award, video=number)
    return video_ends_at(scheme=rules, started_at=view.started_at)


def finish_video(*, person_id: uuid.UUID, number: int, at: datetime) -> bool:
    """Note that a video was seen to its end; True when it was the last one, and the card number is now visible.

    Raises Refused: no_award, award_suspended, award_ended, video_unknown, video_not_started, video_too_soon (seconds that remain).
    """
    with transaction():
        award, rules = _active_award(person_id=person_id)
        if not 1 <= number <= rules.videos.count:
            raise Refused("video_unknown")
        view = (
            InductionView.objects.select_for_update(no_key=True)
            .filter(person_id=person_id, award=award, video=number)
            .first()
        )
        if view is None:
            raise Refused("video_not_started")
        wait = (video_ends_at(scheme=rules, started_at=view.started_at) - at).total_seconds()
        if wait > 0:
            raise Refused("video_too_soon", seconds=math.ceil(wait))
        if view.finished_at is None:
            view.finished_at = at
            view.save(update_fields=["finished_at"])
        done = InductionView.objects.filter(person_id=person_id, award=award, finished_at__isnull=False).count()
        is_complete = done >= rules.videos.count
        if is_complete and award.videos_done_at is None:
            Award.objects.filter(person_id=person_id, id=award.id, videos_done_at=None).update(videos_done_at=at)
            record(action="award.videos_done", at=at, person_id=person_id, subject_kind="award", subject_id=award.id)
    return is_complete


@requires_transaction
def _active_award(*, person_id: uuid.UUID) -> tuple[Award, Scheme]:
    award = Award.objects.filter(person_id=person_id).order_by("-awarded_at").first()
    if award is None:
        raise Refused("no_award")
    require_active(status=award.status)
    return award, scheme(scheme_version_id=award.scheme_version_id)
