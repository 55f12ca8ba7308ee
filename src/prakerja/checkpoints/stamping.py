"""Have an authority of time stamp the log of documents (RFC 3161): who no longer trusts us or our witnesses sees when it stood so."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from django.conf import settings

from prakerja.checkpoints.folder import write_log
from prakerja.checkpoints.models import Stamp
from prakerja.draw.keys import time_stampers
from prakerja.draw.queries import last_checkpoint
from prakerja.kernel.db import transaction
from prakerja.kernel.http import NetworkFailure, request
from prakerja.kernel.ids import new_id
from prakerja.proofs.time_stamps import REQUEST_TYPE, StampError, question_about, stamped_at

_LOG = logging.getLogger(__name__)
# Wall seconds for which one that gave no stamp is left alone.
_RESTS = 300.0
_rests_until = 0.0


def next_stamp() -> datetime | None:
    """When the log's last checkpoint was signed, while it has no stamp; None where no authority is named or it is left alone."""
    if not settings.TIME_STAMP_URL or is_left_alone():
        return None
    last = last_checkpoint()
    if last is None or Stamp.objects.filter(checkpoint_id=last.size).exists():
        return None
    return last.signed_at


def stamp_log(*, at: datetime) -> int:
    """Ask for a stamp of the log's last checkpoint and keep it, where it has none; returns how many came.

    An earlier checkpoint needs none: the last is of a log that goes on from it. What cannot be checked is not kept.
    """
    due = next_stamp()
    last = last_checkpoint()
    if due is None or due > at or last is None:
        return 0
    data = last.text.encode()
    asked = question_about(data)
    try:
        answer = request("POST", settings.TIME_STAMP_URL, content=asked.content, headers={"Content-Type": REQUEST_TYPE})
        if answer.status != 200:
            raise StampError(f"it answered {answer.status}")
        moment = stamped_at(answer.content, data=data, roots=time_stampers(), nonce=asked.nonce)
    except (NetworkFailure, StampError) as error:
        _rest()
        _LOG.warning("no time stamp of the log: %s", error)
        return 0
    with transaction():
        Stamp.objects.get_or_create(
            checkpoint_id=last.size,
            authority=settings.TIME_STAMP_URL,
            defaults={"id": new_id(), "answer": answer.content, "stamped_at": moment, "got_at": at},
        )
    write_log()
    return 1


def _rest() -> None:
    global _rests_until
    _rests_until = time.monotonic() + _RESTS


def is_left_alone() -> bool:
    """Whether the authority is left alone for a while of the machine's time."""
    return time.monotonic() < _rests_until


def try_again() -> None:
    """Leave nobody alone any more."""
    global _rests_until
    _rests_until = 0.0
